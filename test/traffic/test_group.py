# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import pytest
from traffic.drive import SECOND, kind
from traffic.streets import GROUPS, street

from suwon_fleet.core.errors import Broken
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.traffic import Coordinator, GroupCoordinator

KIND = kind()


def coordinator(own: str, capacity: int | None = None) -> GroupCoordinator:
    return GroupCoordinator(street(capacity), [KIND], GROUPS, own)


def run(traffic: GroupCoordinator, robot: str, turns: int = 60) -> list[str]:
    """Let a robot drive all it is granted; the vertices it was granted."""
    granted: list[str] = []
    for turn in range(turns):
        for extension in traffic.step(turn * SECOND):
            granted += extension.vertices
        traffic.release(robot, len(granted))
    return granted


def test_times_are_those_of_the_whole_map_and_grants_the_groups() -> None:
    traffic, whole = coordinator("west"), Coordinator(street(), [KIND])
    assert traffic.travel_s("small", "w1", "e3") == whole.travel_s("small", "w1", "e3")
    assert traffic.travel_table("small", ["w1"], ["e3"])[0, 0] == pytest.approx(
        traffic.travel_s("small", "w1", "e3")
    )
    traffic.place("r", "small", ["w1"], 0)
    traffic.aim("r", "e3", urgency=0.0, now_ns=0)
    assert all(traffic.group_of(vertex) == "west" for vertex in run(traffic, "r"))


def test_a_robot_halts_before_the_gate_and_crosses_it_when_told() -> None:
    traffic = coordinator("west")
    traffic.place("r", "small", ["w1"], 0)
    gate = traffic.gate_towards("small", "w1", "e3")
    assert gate
    assert traffic.is_way(gate)
    assert [traffic.group_of(vertex) for vertex in gate] == ["west", "yard"]
    assert traffic.gate_towards("small", "w1", "w3") is None
    halt = traffic.halt_before("small", "w1", gate)
    assert halt not in gate
    traffic.aim("r", halt, urgency=0.0, now_ns=0)
    run(traffic, "r")
    assert traffic.front_of("r") == halt
    assert 0.0 < traffic.away_s("r", gate[0]) < math.inf
    with pytest.raises(Broken):
        traffic.cross("r", gate[1])  # not before it
    traffic.aim("r", gate[0], urgency=0.0, now_ns=SECOND)
    traffic.step(1000 * SECOND)
    assert traffic.front_of("r") == gate[0]
    assert traffic.why_not_out("r", gate) is None
    traffic.set_mobile("r", False)
    traffic.cross("r", gate[1])
    assert traffic.front_of("r") == gate[1]
    assert 0.0 < traffic.ahead_s("r") < math.inf
    traffic.aim("r", None, urgency=0.0, now_ns=1001 * SECOND)
    assert traffic.step(1001 * SECOND) == []


def test_a_gate_is_free_for_who_comes_in_while_nobody_is_near() -> None:
    west, yard = coordinator("west"), coordinator("yard")
    gate = west.gate_towards("small", "w1", "e3")
    assert gate
    assert yard.why_not_in("small", gate) is None
    yard.place("other", "small", [gate[1]], 0)
    assert yard.why_not_in("small", gate) == "other"
    yard.remove("other")
    yard.place("r@1", "small", gate, 0)  # ground promised to it
    assert yard.why_not_in("small", gate) == "r@1"
    assert west.why_not_in("small", gate[::-1]) is None
    west.place("r", "small", [gate[0]], 0)
    assert west.why_not_in("small", gate[::-1]) == "r"
    assert west.why_not_out("r", gate) is None
    west.place("s", "small", ["w3"], 0)
    assert west.why_not_out("s", gate) == "r"


def test_full_and_closed_zones_let_nobody_in() -> None:
    east = coordinator("east", capacity=1)
    gate = coordinator("yard").gate_towards("small", "m", "e3")
    assert gate
    assert east.why_not_in("small", gate) is None
    east.place("r", "small", ["e3"], 0)
    assert east.why_not_in("small", gate) == "east"
    east.remove("r")
    east.set_open("east", False)
    assert east.why_not_in("small", gate) == "east"
    assert math.isinf(east.travel_s("small", "m", "e3"))
    east.set_open("east", True)
    assert east.why_not_in("small", gate) is None


def test_gates_meet_where_robots_in_them_could_touch() -> None:
    west = coordinator("west")
    out = west.gate_towards("small", "w1", "e3")
    assert out
    far = coordinator("yard").gate_towards("small", "m", "e3")
    assert far
    assert west.do_meet(out, out[::-1])
    assert not west.do_meet(out, far)
    assert west.is_way(out)
    assert not west.is_way(("w1", "nowhere"))
    assert not west.is_way((out[0], "e1"))


def test_only_own_ground_is_joined_on() -> None:
    west, yard = coordinator("west"), coordinator("yard")
    assert west.locate(Pose(0.2, 0.0), 1.5) == "w1"
    assert yard.locate(Pose(0.2, 0.0), 1.5) is None
    gate = west.gate_towards("small", "w1", "e3")
    assert gate
    at = west.roadmap.xy[[west.roadmap.vertex_of[name] for name in gate]]
    x, y = at.mean(axis=0)
    for one in (west, yard):
        assert one.locate(Pose(x, y), 5.0) is None
    assert west.locate(Pose(*at[0]), 1.5) == gate[0]
    assert yard.locate(Pose(*at[1]), 1.5) == gate[1]


def test_where_robots_may_not_be_able_to_pass() -> None:
    west, yard = coordinator("west"), coordinator("yard")
    assert west.narrow_part("w3") is None  # a square
    part = yard.narrow_part("m")
    assert part is not None
    assert yard.narrow_part("n") == part


def test_a_robot_in_a_gates_ground_steps_aside() -> None:
    west = coordinator("west")
    gate = west.gate_towards("small", "w1", "e3")
    assert gate
    assert not west.leaves_free(gate, gate[0])
    aside = west.halt_before("small", gate[0], gate)
    assert west.leaves_free(gate, aside)
    assert west.group_of(aside) == "west"
