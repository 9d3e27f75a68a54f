# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import pytest
from traffic.drive import kind, site_of
from traffic.streets import GROUPS, POINTS, WAYS, street, zone

from suwon_fleet.core.errors import Severity
from suwon_fleet.core.federation.groups import Groups
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.resources import resource_path
from suwon_fleet.traffic.borders import Borders
from suwon_fleet.traffic.conflicts import find_conflicts
from suwon_fleet.traffic.roadmap import compile_roadmap
from suwon_fleet.wire.groups import load_groups
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.maps import load_site


def borders_of(site: SiteMap, groups: Groups) -> Borders:
    return Borders(compile_roadmap(site, [kind()]), groups)


def codes(site: SiteMap, groups: Groups) -> list[tuple[str, Severity]]:
    roadmap = compile_roadmap(site, [kind()])
    problems = Borders(roadmap, groups).problems(find_conflicts(roadmap))
    return [(problem.code, problem.severity) for problem in problems]


def test_every_vertex_has_one_owner_and_gates_lie_between() -> None:
    borders = borders_of(street(), GROUPS)
    assert borders.group_of("w1") == "west"
    assert borders.group_of("m") == "yard"
    assert borders.group_of("e3") == "east"
    assert len(borders.gates) == 4  # two two-way ways out
    for tail, head in borders.gates:
        assert borders.group_of(tail) != borders.group_of(head)
        assert (head, tail) in borders.gates
    assert not codes(street(), GROUPS)


def test_the_innermost_zone_decides() -> None:
    inner = replace(zone("hall", -2.0, 2.0), polygon=((-2, -2), (2, -2), (2, 2), (-2, 2)))
    site = replace(street(), zones=(*street().zones, inner))
    borders = borders_of(site, Groups({"west": ("west",), "hall": ("hall",)}))
    assert borders.group_of("w1") == "hall"
    assert borders.group_of("w2") == "west"
    assert borders.group_of("e1") == "rest"


def test_whose_ground_a_pose_is_on() -> None:
    borders = borders_of(street(), GROUPS)
    assert borders.groups_at(Pose(4.0, 0.3)) == {"west"}
    assert borders.groups_at(Pose(20.0, 4.0)) == {"yard"}
    tail, head = next(gate for gate in borders.gates if borders.group_of(gate[0]) == "west")
    roadmap = compile_roadmap(street(), [kind()])
    (x0, y0), (x1, y1) = (roadmap.xy[roadmap.vertex_of[name]] for name in (tail, head))
    assert borders.groups_at(Pose((x0 + x1) / 2, (y0 + y1) / 2)) == set()
    assert borders.groups_at(Pose(0.0, 0.0, level="roof")) == set()


def test_a_cut_between_ways_side_by_side_is_named() -> None:
    beside = {"s1": (0.0, 11.0), "s2": (8.0, 11.3)} | POINTS
    beside |= {"s1": (0.0, 8.4), "s2": (8.0, 8.4)}
    site = site_of(beside, [*WAYS, ("s1", "s2")])
    strip = replace(zone("strip", 0, 0), polygon=((-1, 8.2), (9, 8.2), (9, 9), (-1, 9)))
    site = replace(site, zones=(*street().zones, strip))
    groups = Groups({"west": ("west",), "strip": ("strip",)})
    assert ("groups-touch", Severity.ERROR) in codes(site, groups)
    roadmap = compile_roadmap(site, [kind()])
    texts = [str(one) for one in Borders(roadmap, groups).problems(find_conflicts(roadmap))]
    assert any("strip and west" in text and "such places" in text for text in texts)


def test_a_zone_with_a_capacity_is_not_divided() -> None:
    inner = replace(zone("hall", 0, 0), polygon=((38, -2), (42, -2), (42, 2), (38, 2)))
    site = replace(street(capacity=3), zones=(*street(capacity=3).zones, inner))
    groups = Groups({"east": ("east",), "hall": ("hall",)})
    assert ("zone-divided", Severity.ERROR) in codes(site, groups)


@pytest.mark.parametrize("around", ["one group", "two groups"])
def test_small_parts_join_the_group_around_them_if_it_is_one(around: str) -> None:
    points = {"a": (0.0, 0.0), "b": (10.0, 0.0), "c": (10.9, 0.0), "d": (21.0, 0.0)}
    site = site_of(points, [("a", "b"), ("b", "c"), ("c", "d")])
    west = replace(zone("left", 0, 0), polygon=((-1, -1), (9.5, -1), (9.5, 1), (-1, 1)))
    east = replace(zone("right", 0, 0), polygon=((11.5, -1), (22, -1), (22, 1), (11.5, 1)))
    site = replace(site, zones=(west, east))
    if around == "one group":
        groups = Groups({"all": ("left", "right")})
        assert not borders_of(site, groups).gates
        assert not codes(site, groups)
    else:
        groups = Groups({"left": ("left",), "right": ("right",)})
        assert ("group-sliver", Severity.WARNING) in codes(site, groups)


def test_the_belt_is_cut_cleanly_at_its_sites() -> None:
    site = load_site(resource_path("config/sites/belt.yaml"))
    groups = load_groups(resource_path("config/groups/belt.yaml"), site)
    roadmap = compile_roadmap(site, list(load_kinds(resource_path("config/robots")).values()))
    borders = Borders(roadmap, groups)
    assert not borders.problems(find_conflicts(roadmap))
    assert {borders.group_of(name) for gate in borders.gates for name in gate} == {*groups.names}
