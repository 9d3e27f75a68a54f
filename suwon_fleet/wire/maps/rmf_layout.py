# SPDX-License-Identifier: Apache-2.0
"""Where the vertices of an Open-RMF building are, in metres of one map frame.

Open-RMF tells them in one of its coordinate systems: pixels of a floor plan per level
(`reference_image`, the y axis down), degrees (`wgs84`, x east) or metres (`cartesian_meters`).
What is done with each follows `rmf_building_map_tools` (building.py, level.py, transform.py).
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from suwon_fleet.core.geodesy import TangentPlane, crs_to_wgs84
from suwon_fleet.wire.fields import Fields
from suwon_fleet.wire.findings import Findings, shown
from suwon_fleet.wire.maps.rmf_source import LARGEST, SourceLevel, read_params


class System(StrEnum):
    """Coordinate systems of Open-RMF that we read."""

    REFERENCE_IMAGE = "reference_image"
    WGS84 = "wgs84"
    CARTESIAN_METERS = "cartesian_meters"


ToMetres = Callable[[float, float], complex]
"""Turns a point in the coordinates of a level into metres: x + iy."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How to place the points of each level (by its name in the file), and the map's origin."""

    system: System
    place: dict[str, ToMetres]
    origin: tuple[float, float] | None = None


def read_layout(top: Fields, levels: Sequence[SourceLevel]) -> Layout | None:
    """The layout of a building; None after reporting what is wrong with it."""
    system = System.REFERENCE_IMAGE
    if top.get("coordinate_system") is not None:
        told = top.choice("coordinate_system", System)
        if told is None:
            return None
        system = told
    if system is System.REFERENCE_IMAGE:
        return _over_floor_plans(top, levels)
    return _over_the_ground(system, top, levels)


def _over_floor_plans(top: Fields, levels: Sequence[SourceLevel]) -> Layout | None:
    """Pixels: the reference level scaled by its measurements, the others laid over it."""
    name = top.text("reference_level_name") or levels[0].name
    reference = next((level for level in levels if level.name == name), None)
    if reference is None:
        mark = top.entries["reference_level_name"].mark
        mend = f"name one of: {', '.join(shown(level.name) for level in levels)}"
        top.findings.error(mark, "unknown-reference", f"no level {shown(name)}", mend)
        return None
    scale = _scale(reference, top.findings)
    if scale is None:
        what = f"level {shown(name)} has no measurement: one pixel is taken as one metre"
        top.findings.warn(reference.mark, "no-scale", what, "measure a length in traffic-editor")
        scale = 1.0
    place = {
        level.name: _linear(scale, 0j)
        if level is reference
        else _laid(level, reference, scale, top.findings)
        for level in levels
    }
    return Layout(System.REFERENCE_IMAGE, place)


def _linear(factor: complex, shift: complex) -> ToMetres:
    return lambda x, y: factor * complex(x, -y) + shift


def _scale(level: SourceLevel, findings: Findings) -> float | None:
    """Metres per pixel, the mean over the level's measurements; None without any."""
    scales: list[float] = []
    for edge in level.measurements:
        start, end = level.vertices[edge.start], level.vertices[edge.end]
        pixels = math.dist((start.x, start.y), (end.x, end.y))
        metres = edge.params.number("distance", 0.0, LARGEST)
        if pixels and metres:
            scales.append(metres / pixels)
        else:
            what = "a measurement without a length"
            findings.error(edge.mark, "no-scale", what, "measure between two different points")
    return math.fsum(scales) / len(scales) if scales else None


def _laid(level: SourceLevel, reference: SourceLevel, scale: float, findings: Findings) -> ToMetres:
    """A level turned, scaled and moved so that its fiducials meet those of the reference level."""
    pairs = [
        (complex(x, -y), complex(level.fiducials[name][0], -level.fiducials[name][1]))
        for name, (x, y) in reference.fiducials.items()
        if name in level.fiducials
    ]
    spans = [(b[0] - a[0], b[1] - a[1]) for a, b in combinations(pairs, 2)]
    spans = [(there, here) for there, here in spans if there and here]
    if spans:
        turn = -cmath.phase(sum(cmath.rect(1, cmath.phase(here / there)) for there, here in spans))
        ratio = math.fsum(abs(here) / abs(there) for there, here in spans) / len(spans)
        factor = cmath.rect(scale / ratio, turn)
    else:
        name = shown(reference.name)
        what = f"level {shown(level.name)} shares fewer than two fiducials with {name}"
        mend = "add fiducials in traffic-editor; until then it is scaled but not turned"
        findings.warn(level.mark, "not-laid-over", what, mend)
        factor = complex(_scale(level, findings) or scale)
    shifts = [scale * there - factor * here for there, here in pairs]
    return _linear(factor, sum(shifts) / len(shifts) if shifts else 0j)


def _over_the_ground(system: System, top: Fields, levels: Sequence[SourceLevel]) -> Layout | None:
    """Degrees, or metres of a named system: east and north of an origin near the site.

    The origin is the point that Open-RMF calls the suggested offset, so that positions differ from
    Open-RMF's own by the grid's scale and convergence only; without it, the middle of all vertices.
    """
    params = read_params(top.get("parameters"), top.findings, "the building")
    crs = params.text("generate_crs")
    if system is System.CARTESIAN_METERS and crs is None:
        return Layout(system, {level.name: complex for level in levels})
    prefix = "suggested_offset" if system is System.WGS84 else "offset"
    offset = [params.number(f"{prefix}_{axis}", -LARGEST, LARGEST) or 0.0 for axis in "xy"]
    try:
        return _around(system, crs, (offset[0], offset[1]), levels)
    except ValueError as error:
        mark = params.entries["generate_crs"].mark if crs else None
        mend = "give a projected system in metres, such as EPSG:3414"
        top.findings.error(mark, "bad-crs", f"generate_crs: {error}", mend)
        return None


def _around(
    system: System,
    crs: str | None,
    offset: tuple[float, float],
    levels: Sequence[SourceLevel],
) -> Layout:
    """Raises ValueError when the named system is of no use."""

    def degrees(x: float, y: float) -> tuple[float, float]:
        return (y, x) if system is System.WGS84 or crs is None else crs_to_wgs84(crs, x, y)

    vertices = [degrees(vertex.x, vertex.y) for level in levels for vertex in level.vertices]
    on_earth = [(lat, lon) for lat, lon in vertices if abs(lat) <= 90.0 and abs(lon) <= 180.0]
    latitudes, longitudes = zip(*on_earth, strict=True) if on_earth else ((0.0,), (0.0,))
    middle = math.fsum(latitudes) / len(latitudes), math.fsum(longitudes) / len(longitudes)
    plane = TangentPlane(*middle)
    if crs is not None and offset != (0.0, 0.0):
        suggested = TangentPlane(*crs_to_wgs84(crs, *offset))
        plane = suggested if suggested.reaches(*suggested.to_map(*middle)) else plane

    def place(x: float, y: float) -> complex:
        return complex(*plane.to_map(*degrees(x, y)))

    origin = plane.latitude, plane.longitude
    return Layout(system, {level.name: place for level in levels}, origin)
