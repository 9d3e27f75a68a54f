# SPDX-License-Identifier: Apache-2.0
"""Twenty robots on maps with swaps, single lanes, dead ends and bridges, on days that go wrong.

Robots are late, stop, stand at places for business, and one dies and is carried away. Nobody touches,
nobody stands for good, and every job ends.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from traffic.nasty import FAMILIES, nasty_site
from traffic.rough_day import LONGEST_S, RoughDay

from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.wire.maps import load_site

ROBOTS = 20
BUILDINGS = ("office", "hotel", "campus", "airport_terminal")
RMF = Path(__file__).parents[3] / "shared" / "data" / "rmf_demos"
MAPS = (*(16 * tuple(FAMILIES)), *BUILDINGS)
"""In turn, one seed each; the buildings take much longer, as their lanes are cut into many blocks."""
SEEDS, LONG_SEEDS = 1000, 40
TOGETHER = 10
"""Seeds of one test: enough tests for all workers, and few enough to read."""


def site_named(name: str, seed: int) -> SiteMap:
    if name in FAMILIES:
        return nasty_site(name, seed)
    path = RMF / f"{name}.building.yaml"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return load_site(path)


def drive(name: str, seed: int, *, robots: int = ROBOTS, jobs: int = 1) -> None:
    day = RoughDay(site_named(name, seed), seed, robots=robots, jobs=jobs, deaths=1)
    took_s = day.run()
    assert day.checker.counts == {}, (name, seed, day.checker.violations)
    assert took_s < LONGEST_S, (name, seed, day.unended)
    assert day.ended == robots * jobs, (name, seed)


@pytest.mark.parametrize("name", FAMILIES)
def test_eight_robots_on_each_kind_of_map(name: str) -> None:
    drive(name, 1, robots=8, jobs=2)


@pytest.mark.parametrize(
    ("name", "seed"), [("office", 196), ("tree", 367), ("tree", 867), ("office", 996)]
)
def test_a_robot_that_starves_in_the_thick_of_others_gets_out(name: str, seed: int) -> None:
    """A search over all robots' places finds no end here; others push others out of the way."""
    drive(name, seed)


@pytest.mark.parametrize("family", FAMILIES)
def test_maps_are_drawn_alike_from_the_same_seed(family: str) -> None:
    assert nasty_site(family, 3) == nasty_site(family, 3)
    assert nasty_site(family, 3) != nasty_site(family, 4)


def test_a_day_is_the_same_the_second_time() -> None:
    days = [RoughDay(nasty_site("hub", 2), 2, robots=6, jobs=1, deaths=1) for _ in range(2)]
    assert days[0].run() == days[1].run()
    assert days[0].paths == days[1].paths


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    "first",
    [
        *range(0, LONG_SEEDS, TOGETHER),
        *(pytest.param(n, marks=pytest.mark.longest) for n in range(LONG_SEEDS, SEEDS, TOGETHER)),
    ],
)
def test_twenty_robots(first: int) -> None:
    for seed in range(first, first + TOGETHER):
        drive(MAPS[seed % len(MAPS)], seed)
