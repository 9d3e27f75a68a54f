# SPDX-License-Identifier: Apache-2.0
"""Zones of our own format: polygons and what holds inside them."""

from __future__ import annotations

import re
from typing import TypeAlias

import shapely

from suwon_fleet.core.sitemap import Zone, ZoneKind
from suwon_fleet.wire.document import Item
from suwon_fleet.wire.fields import Fields, list_of
from suwon_fleet.wire.maps.draft import Draft

SMALLEST_M2 = 0.01
MOST_ROBOTS = 1_000_000
_KEYS = ("id", "title", "kind", "polygon", "level", "capacity", "open", "speed_limit_mps", "permit")

Ring: TypeAlias = tuple[tuple[float, float], ...]


def read_zones(top: Fields, draft: Draft) -> None:
    """The `zones:` list."""
    for item in top.items("zones"):
        fields = Fields(item, draft.findings, "a zone", _KEYS)
        fields.require("id", "kind", "polygon")
        zone_id = fields.id("id")
        kind = fields.choice("kind", ZoneKind)
        is_open = fields.flag("open")
        level = fields.get("level")
        zone = Zone(
            zone_id or "",
            kind or ZoneKind.CAMPUS,
            _polygon(fields.get("polygon"), draft),
            None if level is None else draft.refer(level, draft.levels, "level"),
            fields.whole("capacity", MOST_ROBOTS),
            is_open is not False,
            fields.number("speed_limit_mps", 0.01, 50.0),
            fields.title(),
            fields.id("permit"),
        )
        if zone_id and draft.claim("zone", zone_id, fields.entries["id"].mark):
            draft.zones[zone_id] = zone


def _polygon(item: Item | None, draft: Draft) -> Ring:
    """A simple ring, counter-clockwise from the file's first corner; empty after reporting."""
    if item is None:
        return ()
    corners = list_of(item, draft.findings, "polygon")
    points = [draft.frame.position(corner, draft.findings) for corner in corners]
    ring = [point for point in points if point is not None]
    if len(ring) < len(points) or not isinstance(item.data, list):
        return ()
    if len(ring) > 1 and ring[0] == ring[-1]:  # closed, as in GeoJSON
        ring.pop()
    if len(set(ring)) < 3:
        what = f"a polygon of {len(set(ring))} corners"
        draft.findings.error(item.mark, "bad-polygon", what, "give three corners or more")
        return ()
    return _simple(ring, item, draft)


def _simple(ring: list[tuple[float, float]], item: Item, draft: Draft) -> Ring:
    polygon = shapely.Polygon(ring)
    if not polygon.is_valid:
        reason = re.fullmatch(r"(.*)\[(\S+) (\S+)\]", shapely.is_valid_reason(polygon))
        at = f" at {draft.frame.tell(float(reason[2]), float(reason[3]))}" if reason else ""
        what = f"the polygon meets itself{at}"
        draft.findings.error(item.mark, "bad-polygon", what, "list the corners in order around it")
        return ()
    if polygon.area < SMALLEST_M2:
        what = f"a polygon of {polygon.area:g} square metres"
        draft.findings.error(item.mark, "bad-polygon", what, "spread its corners")
        return ()
    is_left = shapely.LinearRing(ring).is_ccw
    return tuple(ring) if is_left else (ring[0], *reversed(ring[1:]))
