# SPDX-License-Identifier: Apache-2.0
"""Nodes, places and lanes of our own format."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import count, pairwise

from suwon_fleet.core.sitemap import Lane, LaneKind, Node, Place, PlaceKind
from suwon_fleet.wire.document import Item
from suwon_fleet.wire.fields import ID, Fields, choice_of, id_of, or_else
from suwon_fleet.wire.findings import Mark, shown
from suwon_fleet.wire.maps.draft import Draft
from suwon_fleet.wire.maps.ways import Way, lanes_of

SHORTEST_M = 0.01
"""A shorter lane is a slip of the pen, and nothing can be divided by its length."""
BETWEEN_LEVELS = frozenset({LaneKind.RAMP, LaneKind.STAIRS})

_PLACE_KEYS = ("id", "at", "node", "level", "kinds", "title")
_DEFAULT_KEYS = ("kind", "two_way", "width_m", "speed_limit_mps")
_WAY_KEYS = ("id", "path", *_DEFAULT_KEYS, "slope", "door", "mutex", "height_m")


def read_nodes(top: Fields, draft: Draft) -> None:
    """The `nodes:` mapping: each id with a position, or with `at` and `level`."""
    for name, item in top.pairs("nodes"):
        mark = item.mark if item.key is None else item.key
        node_id = id_of(Item(name, mark, plain=False), draft.findings)
        fields = None
        if isinstance(item.data, dict):
            fields = Fields(item, draft.findings, "a node", ("at", "level"))
        if node_id and draft.claim("node", node_id, mark):
            _add_node(node_id, fields or item, draft)


def _add_node(node_id: str, told: Fields | Item, draft: Draft) -> None:
    """Add the node of a position, or of `at` and `level`."""
    point, level = None, None
    if isinstance(told, Item):
        point, level = draft.frame.position(told, draft.findings), draft.level(None)
    elif told.require("at"):
        point = draft.frame.position(told.entries["at"], draft.findings)
        level = draft.level(told.get("level"))
    draft.node_of[node_id] = node_id
    if point and level:
        draft.nodes[node_id] = Node(node_id, *point, level)


def read_places(top: Fields, draft: Draft) -> None:
    """The `places:` list: first those with a position of their own, which others may sit on."""
    places: list[tuple[str, Fields]] = []
    for item in top.items("places"):
        fields = Fields(item, draft.findings, "a place", _PLACE_KEYS)
        place_id = fields.id("id") if fields.require("id") else None
        if place_id and draft.claim("node", place_id, fields.entries["id"].mark):
            places.append((place_id, fields))
            if fields.get("node") is None:
                _add_node(place_id, fields, draft)
    for place_id, fields in places:
        node = _node_under(place_id, fields, draft)
        kinds = frozenset(_kinds(fields))
        draft.node_of[place_id] = node or place_id
        draft.places[place_id] = Place(place_id, node or place_id, kinds, fields.title())


def _node_under(place_id: str, fields: Fields, draft: Draft) -> str | None:
    item = fields.get("node")
    if item is None:
        return place_id
    for key in ("at", "level"):
        if fields.get(key) is not None:
            what = f"a place on a node has no '{key}' of its own"
            draft.findings.error(fields.entries[key].key, "node-and-at", what, f"remove '{key}'")
    name = draft.refer(item, draft.node_of, "node")
    return name and draft.node_of[name]


def _kinds(fields: Fields) -> list[PlaceKind]:
    if not fields.require("kinds"):
        return []
    items = fields.items("kinds")
    if not items and isinstance(fields.entries["kinds"].data, list):
        mend = f"say what it is for: {', '.join(PlaceKind)}"
        fields.findings.error(fields.entries["kinds"].mark, "no-kinds", "no kinds given", mend)
    kinds = (choice_of(item, fields.findings, PlaceKind) for item in items)
    return [kind for kind in kinds if kind]


def read_lanes(top: Fields, draft: Draft) -> None:
    """The `lanes:` list, with what `defaults: lane:` gives to those that do not say."""
    findings = draft.findings
    outer = Fields(top.get("defaults"), findings, "'defaults'", ("lane",))
    defaults = Fields(outer.get("lane"), findings, "'defaults: lane'", _DEFAULT_KEYS)
    template = Way(
        "",
        (),
        _lane_kind(defaults) or LaneKind.SIDEWALK,
        or_else(defaults.flag("two_way"), True),
        _width(defaults),
        _speed(defaults),
    )
    ways = [Fields(item, findings, "a lane", _WAY_KEYS) for item in top.items("lanes")]
    named = [fields.get("id") for fields in ways]
    taken = {item.data for item in named if item and isinstance(item.data, str)}
    free_ids = (f"lane-{n}" for n in count(1) if f"lane-{n}" not in taken)
    for fields in ways:
        if defaults.get("kind") is None:
            fields.require("kind")
        way_id = next(free_ids) if fields.get("id") is None else fields.id("id")
        way = _read_way(fields, template, draft)
        if way_id and way:
            _add_way(replace(way, id=way_id), fields, draft)


def _lane_kind(fields: Fields) -> LaneKind | None:
    kind = fields.choice("kind", LaneKind)
    if kind is LaneKind.LIFT:
        mend = "describe it under 'lifts', which makes these lanes"
        fields.findings.error(fields.entries["kind"].mark, "lift-lane", "a lane of kind lift", mend)
    return kind


def _width(fields: Fields) -> float | None:
    return fields.number("width_m", 0.1, 1000.0)


def _speed(fields: Fields) -> float | None:
    return fields.number("speed_limit_mps", 0.01, 50.0)


def _read_way(fields: Fields, template: Way, draft: Draft) -> Way | None:
    """A lane as its author drew it, or None if its path is of no use."""
    slope = fields.number("slope", -1.0, 1.0)
    mutex = fields.id("mutex")
    way = Way(
        "",
        (),
        _lane_kind(fields) or template.kind,
        or_else(fields.flag("two_way"), template.two_way),
        or_else(_width(fields), template.width_m),
        or_else(_speed(fields), template.speed_limit_mps),
        slope or 0.0,
        draft.refer(fields.get("door"), draft.doors, "door"),
        mutex,
        fields.number("height_m", 0.1, 1000.0),
    )
    path = _path(fields, draft)
    return replace(way, path=tuple(path)) if len(path) >= 2 else None


def _path(fields: Fields, draft: Draft) -> list[str]:
    """The nodes of a path; empty after reporting what is wrong with it."""
    if not fields.require("path"):
        return []
    items = fields.items("path")
    if len(items) < 2 and isinstance(fields.entries["path"].data, list):
        what = f"a path through {len(items)} nodes"
        mend = "name two or more nodes or places"
        draft.findings.error(fields.entries["path"].mark, "short-path", what, mend)
    names = [draft.refer(item, draft.node_of, "node or place") for item in items]
    return [] if None in names else [draft.node_of[name] for name in names if name]


def _add_way(way: Way, fields: Fields, draft: Draft) -> None:
    mark = fields.entries["id"].mark if fields.get("id") is not None else fields.mark
    path_items = fields.items("path")
    for index, (start, end) in enumerate(pairwise(way.path)):
        _check_piece(way, start, end, path_items[index + 1].mark, draft)
    for lane in lanes_of(way):
        add_lane(lane, mark, draft)


def add_lane(lane: Lane, mark: Mark | None, draft: Draft) -> None:
    """Add a lane whose id was made of another one at `mark`."""
    if not ID.fullmatch(lane.id):
        what = f"the id {shown(lane.id)} made of this one is longer than 64 characters"
        draft.findings.error(mark, "bad-id", what, "shorten it")
    elif draft.claim("lane", lane.id, mark):
        draft.lanes[lane.id] = lane


def _check_piece(way: Way, start_id: str, end_id: str, mark: Mark | None, draft: Draft) -> None:
    """Report a piece that leads nowhere or joins levels it cannot join."""
    start, end = draft.nodes.get(start_id), draft.nodes.get(end_id)
    if start is None or end is None:  # already reported
        return
    if start is end:
        what = f"the path goes from {shown(start_id)} to itself"
        draft.findings.error(mark, "self-loop", what, "name each node once in a row")
    elif math.hypot(end.x_m - start.x_m, end.y_m - start.y_m) < SHORTEST_M:
        what = f"{shown(start_id)} and {shown(end_id)} are at the same spot"
        draft.findings.error(mark, "zero-length", what, "move one of them, or use one node")
    elif start.level != end.level and way.kind not in BETWEEN_LEVELS:
        what = f"a lane of kind {way.kind} from level {start.level} to {end.level}"
        mend = "only ramps and stairs join levels; describe lifts under 'lifts'"
        draft.findings.error(mark, "between-levels", what, mend)
