# SPDX-License-Identifier: Apache-2.0
"""A street of three groups: west and east, with a yard between them that nobody lists."""

from __future__ import annotations

from traffic.drive import site_of

from suwon_fleet.core.federation.groups import Groups
from suwon_fleet.core.sitemap import SiteMap, Zone, ZoneKind

POINTS = {
    "w1": (0.0, 0.0),
    "w2": (8.0, 0.0),
    "w3": (8.0, 8.0),
    "w4": (0.0, 8.0),
    "m": (16.0, 4.0),
    "n": (24.0, 4.0),
    "e1": (32.0, 0.0),
    "e2": (40.0, 0.0),
    "e3": (40.0, 8.0),
    "e4": (32.0, 8.0),
}
WAYS = [
    ("w1", "w2"),
    ("w2", "w3"),
    ("w3", "w4"),
    ("w4", "w1"),
    ("w2", "m"),
    ("m", "n"),
    ("n", "e1"),
    ("e1", "e2"),
    ("e2", "e3"),
    ("e3", "e4"),
    ("e4", "e1"),
]


def zone(name: str, west: float, east: float, capacity: int | None = None) -> Zone:
    """A strip across the street."""
    ring = ((west, -5.0), (east, -5.0), (east, 13.0), (west, 13.0))
    return Zone(name, ZoneKind.CAMPUS, ring, capacity=capacity)


def street(capacity: int | None = None, *, bays: bool = False) -> SiteMap:
    """Two squares and the way between them; with a bay off each square to park in."""
    points, ways = dict(POINTS), list(WAYS)
    if bays:
        points |= {"bw": (4.0, -4.0), "be": (36.0, -4.0), "cw": (4.0, 0.0), "ce": (36.0, 0.0)}
        ways.remove(("w1", "w2"))
        ways.remove(("e1", "e2"))
        ways += [("w1", "cw"), ("cw", "w2"), ("cw", "bw")]
        ways += [("e1", "ce"), ("ce", "e2"), ("ce", "be")]
    zones = (zone("west", -5.0, 11.0), zone("east", 29.0, 45.0, capacity))
    return site_of(points, ways, zones=zones)


GROUPS = Groups({"west": ("west",), "east": ("east",)}, rest="yard")
