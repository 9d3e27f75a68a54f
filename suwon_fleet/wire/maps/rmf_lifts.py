# SPDX-License-Identifier: Apache-2.0
"""Lifts of an Open-RMF building: which vertices are in the cabin, and on which levels it opens."""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass

from suwon_fleet.wire.document import Item
from suwon_fleet.wire.fields import Fields
from suwon_fleet.wire.findings import Findings, shown
from suwon_fleet.wire.maps.rmf_floor import Floor
from suwon_fleet.wire.maps.rmf_layout import Layout
from suwon_fleet.wire.maps.rmf_source import LARGEST

GAP_M = 0.05
"""Between cabin and shaft, as in Open-RMF's lift.py; what is in the shaft is in the cabin."""


@dataclass(frozen=True, slots=True)
class Cabin:
    """The cabin of a lift, in metres of the map frame."""

    name: str
    centre: complex
    yaw: float
    width_m: float
    depth_m: float
    levels: tuple[str, ...]
    """Names of the levels where it has a door."""

    def holds(self, point: complex) -> bool:
        """Whether a point is inside the shaft."""
        inside = (point - self.centre) * cmath.rect(1.0, -self.yaw)
        in_width = abs(inside.real) <= self.width_m / 2 + GAP_M
        return in_width and abs(inside.imag) <= self.depth_m / 2 + GAP_M


def read_cabins(top: Fields, floors: Sequence[Floor], layout: Layout) -> list[Cabin]:
    """The cabins of all lifts of a building."""
    cabins = [_read_cabin(name, item, top, floors, layout) for name, item in top.pairs("lifts")]
    return [cabin for cabin in cabins if cabin]


def _read_cabin(
    name: str, item: Item, top: Fields, floors: Sequence[Floor], layout: Layout
) -> Cabin | None:
    fields = Fields(item, top.findings, f"lift {shown(name)}")
    fields.require("x", "y", "width", "depth")
    numbers = [fields.number(key, -LARGEST, LARGEST) or 0.0 for key in ("x", "y", "yaw")]
    sides = [fields.number(key, 0.0, 1000.0) or 0.0 for key in ("width", "depth")]
    reference = fields.text("reference_floor_name") or top.text("reference_level_name")
    place = layout.place.get(reference or floors[0].source.name)
    if place is None:
        mark = fields.mark
        what = f"lift {shown(name)} stands on level {shown(reference or '')}, which is not there"
        top.findings.error(mark, "unknown-reference", what, "name a level of the building")
        return None
    centre = place(numbers[0], numbers[1])
    return Cabin(name, centre, numbers[2], sides[0], sides[1], _served(fields, floors))


def _served(fields: Fields, floors: Sequence[Floor]) -> tuple[str, ...]:
    """Levels from the lowest to the highest of the lift where it has a door."""
    elevation = {floor.source.name: floor.source.elevation_m for floor in floors}
    lowest = elevation.get(fields.text("lowest_floor") or "", -math.inf)
    highest = elevation.get(fields.text("highest_floor") or "", math.inf)
    opens = {level for level, doors in fields.pairs("level_doors") if doors.data}
    return tuple(
        level for level, at in elevation.items() if level in opens and lowest <= at <= highest
    )


def cabin_vertices(
    cabins: Sequence[Cabin], floors: Sequence[Floor], findings: Findings
) -> dict[str, dict[str, int]]:
    """For each lift the vertex inside its cabin on each level, by level name.

    Graphs laid over each other may have a vertex each in one cabin; it is one spot all the same.
    """
    found: dict[str, dict[str, int]] = {}
    for cabin in cabins:
        inside = {
            floor.source.name: vertex
            for floor in floors
            if floor.source.name in cabin.levels
            and (vertex := _vertex_in(cabin, floor)) is not None
        }
        if inside:
            found[cabin.name] = inside
        else:
            what = f"no lane leads into lift {shown(cabin.name)}"
            findings.warn(None, "unused-lift", what, "draw lanes into its cabin, or ignore this")
    return found


def _vertex_in(cabin: Cabin, floor: Floor) -> int | None:
    def is_named(vertex: int) -> bool:
        return floor.source.vertices[vertex].params.text("lift_cabin") == cabin.name

    inside = [v for v in floor.points if is_named(v) or cabin.holds(floor.points[v])]
    if not inside:
        return None
    best = min(inside, key=lambda v: (not is_named(v), abs(floor.points[v] - cabin.centre)))
    for vertex in inside:
        floor.merge(best, vertex)
    return floor.spot(best)
