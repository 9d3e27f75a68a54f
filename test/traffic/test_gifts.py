# SPDX-License-Identifier: Apache-2.0
"""Which zones a group may give away by itself."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from traffic.drive import kind, site_of
from traffic.streets import GROUPS, street

from suwon_fleet.core.errors import Reason, Severity
from suwon_fleet.core.federation.cuts import Ownership
from suwon_fleet.core.federation.groups import Groups
from suwon_fleet.core.sitemap import SiteMap, Zone, ZoneKind
from suwon_fleet.traffic import gifts
from suwon_fleet.traffic.borders import Borders
from suwon_fleet.traffic.conflicts import Conflicts, find_conflicts
from suwon_fleet.traffic.roadmap import Roadmap, compile_roadmap

Cut = tuple[Roadmap, Conflicts, Borders]


def cut(site: SiteMap, groups: Groups) -> Cut:
    roadmap = compile_roadmap(site, [kind()])
    return roadmap, find_conflicts(roadmap), Borders(roadmap, groups)


def why_not(one: Cut, own: str, zone_id: str, to: str) -> Reason | None:
    roadmap, conflicts, before = one
    after = before.given([Ownership(zone_id, to, 1)])
    return gifts.why_not(roadmap, conflicts, before, after, own, zone_id)


def is_clean(conflicts: Conflicts, borders: Borders) -> bool:
    found = borders.problems(conflicts)
    return all(problem.severity is not Severity.ERROR for problem in found)


def box(name: str, x0: float, y0: float, x1: float, y1: float, capacity: int | None = None) -> Zone:
    ring = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return Zone(name, ZoneKind.CAMPUS, ring, capacity=capacity)


def test_a_zone_of_ones_own_may_be_given_and_no_other() -> None:
    one = cut(street(), GROUPS)
    assert why_not(one, "west", "west", "east") is None
    for own in ("east", "yard"):
        refusal = why_not(one, own, "west", "yard")
        assert refusal
        assert refusal.code == "zone-not-ours"


def test_the_order_of_gifts_makes_no_difference() -> None:
    _, _, borders = cut(street(), GROUPS)
    words = [Ownership("west", "yard", 1), Ownership("east", "west", 1)]
    one, other = borders.given(words), borders.given(words[::-1])
    assert one.vertex.tolist() == other.vertex.tolist()
    assert one.group_of("w1") == "yard"
    assert one.group_of("e1") == "west"
    assert borders.group_of("w1") == "west"


def test_robots_that_could_touch_keep_a_common_owner() -> None:
    points = {"a": (0.0, 0.0), "b": (10.0, 0.0), "c": (0.0, 0.6), "d": (10.0, 0.6)}
    ways = [("a", "b"), ("c", "d"), ("b", "d")]
    site = site_of(points, ways, zones=(box("upper", -2.0, 0.3, 12.0, 3.0),))
    refusal = why_not(cut(site, Groups({"other": ()}, rest="own")), "own", "upper", "other")
    assert refusal
    assert refusal.code == "gift-touches"
    assert "'a'" in dict(refusal.facts).values() or "'c'" in dict(refusal.facts).values()


def test_a_zone_with_a_capacity_is_given_as_a_whole() -> None:
    site = street()
    whole = box("whole", -5.0, -5.0, 11.0, 13.0, capacity=3)
    half = box("half", -5.0, -5.0, 4.0, 13.0)
    groups = Groups({"west": ("whole",), "east": ()}, rest="yard")
    one = cut(site_of(_points(site), _ways(site), zones=(whole, half)), groups)
    refusal = why_not(one, "west", "half", "east")
    assert refusal
    assert refusal.code == "gift-divides-zone"
    assert why_not(one, "west", "whole", "east") is None


def _points(site: SiteMap) -> dict[str, tuple[float, float]]:
    return {node.id: (node.x_m, node.y_m) for node in site.nodes}


def _ways(site: SiteMap) -> list[tuple[str, str]]:
    return [(lane.start, lane.end) for lane in site.lanes if lane.start < lane.end]


@pytest.mark.parametrize("seed", range(8))
def test_gifts_that_are_clean_each_are_clean_together(seed: int) -> None:
    """Small maps drawn at random, some of whose lanes are so near that robots could touch."""
    chance = random.Random(seed)
    rows, columns, step_m = 3, 4, chance.choice([3.0, 1.2])
    points = {f"{x}{y}": (4.0 * x, step_m * y) for x in range(columns) for y in range(rows)}
    ways = [(f"{x}{y}", f"{x + 1}{y}") for x in range(columns - 1) for y in range(rows)]
    ways += [(f"{x}{y}", f"{x}{y + 1}") for x in range(columns) for y in range(rows - 1)]
    ways = [way for way in ways if chance.random() < 0.8]
    zones = tuple(
        box(f"z{x}{y}", 4.0 * x - 2.0, step_m * (y - 0.5), 4.0 * x + 2.0, step_m * (y + 0.5))
        for x in range(columns)
        for y in range(rows)
    )
    owners = "abcd"
    for _ in range(10):
        listed: dict[str, tuple[str, ...]] = dict.fromkeys(owners, ())
        for one in zones:
            owner = chance.choice(owners)
            listed[owner] = (*listed[owner], one.id)
        roadmap, conflicts, before = cut(site_of(points, ways, zones=zones), Groups(listed))
        if not is_clean(conflicts, before):
            continue
        gives = [
            (owner, Ownership(zone_id, to, 1))
            for owner in owners
            for zone_id in listed[owner]
            for to in owners
            if to != owner and why_not((roadmap, conflicts, before), owner, zone_id, to) is None
        ]
        for _, word in gives:
            assert is_clean(conflicts, before.given([word]))
        pairs = [(one, its) for (by, one), (other, its) in combinations(gives, 2) if by != other]
        for both in chance.sample(pairs, min(len(pairs), 20)):
            assert is_clean(conflicts, before.given(both)), both
