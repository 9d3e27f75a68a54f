# SPDX-License-Identifier: Apache-2.0
"""Degrees to metres of the map frame and back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from suwon_fleet.core.geodesy import FARTHEST_M, TangentPlane, crs_to_wgs84

SUSEO = (37.4875, 127.1019)
near = st.floats(-50_000, 50_000)


def through_earth_centre(
    origin: tuple[float, float], latitude: float, longitude: float
) -> tuple[float, float]:
    """East and north by way of earth-centred coordinates: the definition, written out."""
    to_ecef = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    here = to_ecef.transform(longitude, latitude, 0.0)
    zero = to_ecef.transform(origin[1], origin[0], 0.0)
    dx, dy, dz = (a - b for a, b in zip(here, zero, strict=True))
    lat, lon = math.radians(origin[0]), math.radians(origin[1])
    east = -math.sin(lon) * dx + math.cos(lon) * dy
    north = (
        -math.sin(lat) * math.cos(lon) * dx
        - math.sin(lat) * math.sin(lon) * dy
        + math.cos(lat) * dz
    )
    return east, north


@settings(deadline=None)
@given(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3), st.sampled_from([SUSEO, (-33.9, 18.4), (0, 0)]))
def test_the_plane_is_the_east_north_tangent_plane(
    dlat: float, dlon: float, origin: tuple[float, float]
) -> None:
    latitude, longitude = origin[0] + dlat, origin[1] + dlon
    found = TangentPlane(*origin).to_map(latitude, longitude)
    expected = through_earth_centre(origin, latitude, longitude)
    assert math.dist(found, expected) < 1e-4


@settings(deadline=None)
@given(near, near)
def test_there_and_back_is_within_a_micrometre(x_m: float, y_m: float) -> None:
    plane = TangentPlane(*SUSEO)
    assert math.dist(plane.to_map(*plane.to_wgs84(x_m, y_m)), (x_m, y_m)) < 1e-6


def test_axes_point_east_and_north() -> None:
    plane = TangentPlane(*SUSEO)
    assert plane.to_map(*SUSEO) == pytest.approx((0.0, 0.0), abs=1e-9)
    x_m, y_m = plane.to_map(SUSEO[0], SUSEO[1] + 0.001)
    assert x_m == pytest.approx(88.4, abs=0.1)
    assert abs(y_m) < 0.001
    x_m, y_m = plane.to_map(SUSEO[0] + 0.001, SUSEO[1])
    assert abs(x_m) < 1e-6
    assert y_m == pytest.approx(111.0, abs=0.1)


def test_what_is_beyond_the_horizon_is_not_reached() -> None:
    plane = TangentPlane(*SUSEO)
    assert plane.reaches(0.0, FARTHEST_M)
    assert not plane.reaches(FARTHEST_M, 1.0)
    assert not plane.reaches(*plane.to_map(-37.0, -53.0))


def test_a_projected_system() -> None:
    # Singapore's SVY21 (EPSG:3414) has these metres at its origin, 1°22'N 103°50'E.
    latitude, longitude = crs_to_wgs84("EPSG:3414", 28001.642, 38744.572)
    assert latitude == pytest.approx(1 + 22 / 60, abs=1e-7)
    assert longitude == pytest.approx(103 + 50 / 60, abs=1e-7)


@pytest.mark.parametrize("crs", ["EPSG:99999", "EPSG:4326", "", "nonsense", "+init=epsg:3414"])
def test_what_is_no_projected_system(crs: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        crs_to_wgs84(crs, 0.0, 0.0)


def test_a_point_outside_of_a_projection() -> None:
    with pytest.raises(ValueError, match="EPSG:3414"):
        crs_to_wgs84("EPSG:3414", 1e30, 0.0)
