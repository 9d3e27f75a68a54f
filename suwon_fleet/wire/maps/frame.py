# SPDX-License-Identifier: Apache-2.0
"""The frame a map file tells its positions in: degrees, or metres of the map frame itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from suwon_fleet.core.geodesy import FARTHEST_M, TangentPlane
from suwon_fleet.wire.document import Item
from suwon_fleet.wire.fields import Fields, number_of, pair_of
from suwon_fleet.wire.findings import Findings

LARGEST_M = 1_000_000.0
NOWHERE = (0.0, 0.0)
"""Latitude and longitude where GeoJSON, which knows no local frame, has the zero of a local map."""


class FrameKind(StrEnum):
    """What the two numbers of a position are."""

    WGS84 = "wgs84"
    """Degrees of latitude and longitude."""
    LOCAL = "local"
    """Metres east and north in the map frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Turns the positions of one file into metres of the map frame.

    `plane` is None for a local map that does not say where on Earth it is, and for degrees whose
    origin could not be read. GeoJSON has the longitude first, our YAML the latitude, as people say.
    """

    kind: FrameKind
    plane: TangentPlane | None = None
    longitude_first: bool = False

    @property
    def origin(self) -> tuple[float, float] | None:
        """Latitude and longitude of the map frame's zero."""
        return (self.plane.latitude, self.plane.longitude) if self.plane else None

    def position(self, item: Item, findings: Findings) -> tuple[float, float] | None:
        """Metres east and north of a position in the file; None after reporting what is wrong."""
        if self.kind is FrameKind.LOCAL:
            return _numbers(item, findings, LARGEST_M)
        degrees = degrees_of(item, findings, longitude_first=self.longitude_first)
        if degrees is None or self.plane is None:
            return None
        point = self.plane.to_map(*degrees)
        if self.plane.reaches(*point):
            return point
        what = f"{_degrees(degrees)} is more than {FARTHEST_M / 1000:g} km from the origin"
        findings.error(item.mark, "far-away", what, "check the position and the origin")
        return None

    def tell(self, x_m: float, y_m: float) -> str:
        """A point of the map frame as the author of the file would name it."""
        if self.kind is FrameKind.LOCAL or self.plane is None:
            return f"({x_m:.2f}, {y_m:.2f})"
        return _degrees(self.plane.to_wgs84(x_m, y_m))


def _degrees(degrees: tuple[float, float]) -> str:
    return f"latitude {degrees[0]:.6f}, longitude {degrees[1]:.6f}"


def degrees_of(
    item: Item, findings: Findings, *, longitude_first: bool = False
) -> tuple[float, float] | None:
    """Latitude and longitude of a position told in degrees."""
    numbers = _numbers(item, findings, 180.0)
    if numbers is None:
        return None
    latitude, longitude = reversed(numbers) if longitude_first else numbers
    if abs(latitude) <= 90.0:
        return latitude, longitude
    mend = f"{'longitude' if longitude_first else 'latitude'} comes first; are the two swapped?"
    findings.error(item.mark, "out-of-range", f"latitude {latitude:g} is beyond 90", mend)
    return None


def _numbers(item: Item, findings: Findings, largest: float) -> tuple[float, float] | None:
    pair = pair_of(item, findings, "a position")
    if pair is None:
        return None
    first = number_of(pair[0], findings, -largest, largest)
    second = number_of(pair[1], findings, -largest, largest)
    return None if first is None or second is None else (first, second)


def read_frame(fields: Fields) -> Frame | None:
    """The frame of our YAML's `frame:`."""
    findings = fields.findings
    item = fields.get("frame")
    if item is None:
        fields.require("frame")
        return None
    inner = Fields(item, findings, "the frame", ("kind", "origin"))
    kind = inner.choice("kind", FrameKind) if inner.require("kind") else None
    if kind is FrameKind.WGS84 and not inner.require("origin"):
        return None
    origin_item = inner.get("origin")
    if origin_item is None:
        return Frame(kind) if kind else None
    origin = degrees_of(origin_item, findings)
    return Frame(kind, TangentPlane(*origin)) if kind and origin else None
