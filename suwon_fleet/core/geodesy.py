# SPDX-License-Identifier: Apache-2.0
"""WGS84 and the map frame: degrees to metres east and north of an origin, and back.

The map frame is the east-north tangent plane at the origin, heights left out. Exactly that is
PROJ's orthographic projection of the ellipsoid (https://proj.org/operations/projections/ortho.html),
which unlike a rotation through earth-centred coordinates is inverted without knowing the height.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # pyproj takes 0.2 s to import, and local maps do not need it
    from pyproj import Proj, Transformer

FARTHEST_M = 100_000.0
"""A tangent plane is of no use farther from its origin: the ground is 800 m below it."""


class TangentPlane:
    """The map frame of a site whose zero is at `latitude`, `longitude` (WGS84, degrees)."""

    def __init__(self, latitude: float, longitude: float) -> None:
        self.latitude = latitude
        self.longitude = longitude
        self._proj = _orthographic(latitude, longitude)

    def to_map(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Metres east and north; infinite beyond the horizon."""
        x_m, y_m = self._proj(longitude, latitude)
        return float(x_m), float(y_m)

    def to_wgs84(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Latitude and longitude of a point of the map frame; infinite off the globe."""
        longitude, latitude = self._proj(x_m, y_m, inverse=True)
        return float(latitude), float(longitude)

    def reaches(self, x_m: float, y_m: float) -> bool:
        """Whether a point is near enough to the origin for the plane to stand for the ground."""
        return math.hypot(x_m, y_m) <= FARTHEST_M


@lru_cache(maxsize=16)
def _orthographic(latitude: float, longitude: float) -> Proj:
    from pyproj import Proj

    return Proj(proj="ortho", lat_0=latitude, lon_0=longitude, ellps="WGS84")


def crs_to_wgs84(crs: str, easting_m: float, northing_m: float) -> tuple[float, float]:
    """Latitude and longitude of a point of a named projected system.

    `crs` is an authority and a code, such as ``EPSG:3414``. Raises ValueError when PROJ does not
    know it, when it is not a projection, or when the point is outside of what it covers.
    """
    from pyproj.exceptions import ProjError

    try:
        longitude, latitude = _to_wgs84(crs).transform(easting_m, northing_m, errcheck=True)
    except ProjError as error:
        raise ValueError(f"{crs}: {error}") from error
    return float(latitude), float(longitude)


@lru_cache(maxsize=16)
def _to_wgs84(crs: str) -> Transformer:
    from pyproj import CRS, Transformer

    if not re.fullmatch(r"[A-Za-z]{1,16}:[0-9]{1,9}", crs):
        raise ValueError(f"{crs!r} is not an authority and a code")
    if not CRS(crs).is_projected:
        raise ValueError(f"{crs} is not a projected system")
    return Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
