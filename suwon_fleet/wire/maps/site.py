# SPDX-License-Identifier: Apache-2.0
"""Our own format: a document of docs/maps.md to a SiteMap."""

from __future__ import annotations

from suwon_fleet.core.sitemap import GROUND, Door, Level, Lift, SiteMap
from suwon_fleet.wire.document import Item
from suwon_fleet.wire.fields import Fields, given
from suwon_fleet.wire.findings import Findings, shown
from suwon_fleet.wire.maps.areas import read_zones
from suwon_fleet.wire.maps.draft import Draft
from suwon_fleet.wire.maps.frame import Frame, FrameKind, read_frame
from suwon_fleet.wire.maps.graph import add_lane, read_lanes, read_nodes, read_places
from suwon_fleet.wire.maps.ways import rides

FORMAT = "suwon_fleet/site@1"

_KEYS = (
    "format", "id", "title", "frame", "levels", "defaults", "zones", "nodes", "places", "lanes",
    "doors", "lifts",
)  # fmt: skip
_LIFT_KEYS = ("id", "cabins", "seconds_per_level", "door_s")


def read_site_document(
    root: Item, findings: Findings, frame: Frame | None = None
) -> SiteMap | None:
    """The site a document describes; None if anything in it is wrong, after reporting all of it.

    `frame` is that of the positions when the document has no `frame:` of its own (GeoJSON).
    """
    top = Fields(root, findings, "the map", _KEYS)
    top.require("format", "id")
    if top.get("format") is not None and top.text("format") != FORMAT:
        what = f"format {top.entries['format'].kind} is not known"
        findings.error(top.entries["format"].mark, "unknown-format", what, f"use {FORMAT}")
        return None
    frame = frame or read_frame(top) or Frame(FrameKind.WGS84)
    draft = Draft(findings, frame, {})
    _read_levels(top, draft)
    _read_doors(top, draft)
    read_zones(top, draft)
    read_nodes(top, draft)
    read_places(top, draft)
    read_lanes(top, draft)
    _read_lifts(top, draft)
    return _finish(top.id("id") or "", top.title(), draft)


def _finish(site_id: str, title: dict[str, str], draft: Draft) -> SiteMap | None:
    if not draft.nodes and not draft.findings.has_errors:
        mend = "add nodes or places"
        draft.findings.error(None, "no-nodes", "a map without a single node", mend)
    if draft.findings.has_errors:
        return None
    return SiteMap(
        site_id,
        tuple(draft.levels.values()),
        tuple(draft.nodes.values()),
        tuple(draft.lanes.values()),
        tuple(draft.places.values()),
        tuple(draft.zones.values()),
        tuple(draft.doors.values()),
        tuple(draft.lifts.values()),
        draft.frame.origin,
        title,
    )


def _read_levels(top: Fields, draft: Draft) -> None:
    for item in top.items("levels"):
        fields = Fields(item, draft.findings, "a level", ("id", "elevation_m"))
        level_id = fields.id("id") if fields.require("id") else None
        elevation = fields.number("elevation_m", -1000.0, 10_000.0)
        if level_id and draft.claim("level", level_id, fields.entries["id"].mark):
            draft.levels[level_id] = Level(level_id, **given(elevation_m=elevation))
    if not draft.levels:
        draft.levels[GROUND] = Level(GROUND)


def _read_doors(top: Fields, draft: Draft) -> None:
    for item in top.items("doors"):
        fields = Fields(item, draft.findings, "a door", ("id", "opening_s"))
        door_id = fields.id("id") if fields.require("id") else None
        opening = fields.number("opening_s", 0.0, 3600.0)
        if door_id and draft.claim("door", door_id, fields.entries["id"].mark):
            draft.doors[door_id] = Door(door_id, **given(opening_s=opening))


def _read_lifts(top: Fields, draft: Draft) -> None:
    for item in top.items("lifts"):
        fields = Fields(item, draft.findings, "a lift", _LIFT_KEYS)
        fields.require("id", "cabins")
        lift_id = fields.id("id")
        seconds = fields.number("seconds_per_level", 0.1, 3600.0)
        door = fields.number("door_s", 0.0, 3600.0)
        cabins = _read_cabins(fields, draft)
        if lift_id and draft.claim("lift", lift_id, fields.entries["id"].mark):
            lift = Lift(lift_id, cabins, **given(seconds_per_level=seconds, door_s=door))
            draft.lifts[lift_id] = lift
            for lane in rides(lift):
                add_lane(lane, fields.entries["id"].mark, draft)


def _read_cabins(fields: Fields, draft: Draft) -> dict[str, str]:
    """The node inside the cabin on each level, which no other lift and level may have."""
    cabins: dict[str, str] = {}
    for name, item in fields.pairs("cabins"):
        level = draft.refer(Item(name, item.key or item.mark, plain=False), draft.levels, "level")
        named = draft.refer(item, draft.node_of, "node or place")
        if level is None or named is None:
            continue
        node_id = draft.node_of[named]
        node = draft.nodes.get(node_id)
        if node is not None and node.level != level:
            what = f"node {shown(node_id)} is on level {node.level}, not on {level}"
            draft.findings.error(item.mark, "wrong-level", what, f"name a node on level {level}")
        elif draft.claim("cabin", node_id, item.mark):
            cabins[level] = node_id
    return cabins
