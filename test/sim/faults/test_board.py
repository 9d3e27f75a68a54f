# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from sim.day import SCENARIO

from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.robots.report import Power
from suwon_fleet.sim.faults import read_fault_text
from suwon_fleet.sim.scenario import load_scenario
from suwon_fleet.sim.world import World

Write = Callable[[str], Path]
Complain = Callable[[str], list[tuple[str, str]]]


def world(write: Write, *faults: str, seed: int = 3) -> World:
    text = SCENARIO.replace("count: 3", "count: 6")
    text += "faults:\n" + "".join(f"  - {fault}\n" for fault in faults)
    return load_scenario(write(text), seed=seed).world()


def steps(world: World, seconds: float) -> None:
    for _ in range(round(seconds * 10)):
        world.step()


def test_the_timeline(write: Write) -> None:
    one = world(write, "{id: gap, at_s: 2, for_s: 3, target: 'cart-*', comms: {partition: true}}")
    steps(one, 1.9)
    assert len(one.reports()) == 6
    steps(one, 0.2)
    assert one.reports() == []
    steps(one, 3)
    assert len(one.reports()) == 6
    told = [(c.fault_id, c.at_ns / 1e9, c.is_over, len(c.targets)) for c in one.faults.changes]
    assert told == [("gap", 2.0, False, 6), ("gap", 5.0, True, 6)]


def test_news_are_told_once_and_again_after_time_was_taken_back(write: Write) -> None:
    one = world(write, "{id: gap, at_s: 1, for_s: 1, target: 'cart-*', comms: {partition: true}}")
    steps(one, 1.1)
    kept = one.snapshot()
    assert [change.is_over for change in one.faults.news()] == [False]
    steps(one, 1)
    assert [change.is_over for change in one.faults.news()] == [True]
    assert one.faults.news() == []
    one.restore(kept)
    steps(one, 1)
    assert [change.is_over for change in one.faults.news()] == [False, True]


def test_chance_picks_the_targets_by_the_seed(write: Write) -> None:
    fault = "{at_s: 0, target: 'cart-*', probability: 0.5, node: {pause: true}}"

    def hit(seed: int) -> tuple[str, ...]:
        one = world(write, fault, seed=seed)
        steps(one, 0.1)
        return one.faults.changes[0].targets

    assert hit(3) == hit(3)
    picks = {hit(seed) for seed in range(12)}
    assert len(picks) > 3
    assert 1 < sum(map(len, picks)) / len(picks) < 5


def test_a_fault_more_changes_no_others_chance(write: Write) -> None:
    fault = "{id: a, at_s: 0, target: 'cart-*', probability: 0.5, node: {pause: true}}"
    alone = world(write, fault)
    beside = world(write, "{id: b, at_s: 0, target: 'cart-*', comms: {loss: 0.5}}", fault)
    for one in (alone, beside):
        steps(one, 1)
    assert alone.faults.changes[0].targets == beside.faults.changes[1].targets


def test_faults_add_up_and_end_one_by_one(write: Write) -> None:
    one = world(
        write,
        "{at_s: 0, for_s: 10, target: cart-1, actuator: {speed_share: 0.5}}",
        "{at_s: 0, for_s: 5, target: cart-1, actuator: {speed_share: 0.2}}",
    )
    row = one.robots["cart-1"].row
    for at_s, share in ((1, 0.2), (6, 0.5), (11, 1.0)):
        steps(one, at_s - one.now_ns / 1e9)
        assert one.bodies.top_speed[row] == pytest.approx(1.2 * share)


def test_a_dead_charger_gives_no_current(write: Write) -> None:
    one = world(write, "{at_s: 1, for_s: 5, target: plug, charger: {dead: true}}")
    at_plug = [
        robot
        for robot in one.robots.values()
        if math.dist((one.pose_of(robot).x_m, one.pose_of(robot).y_m), (20, 4)) < 0.1
    ]
    elsewhere = next(robot for robot in one.robots.values() if robot not in at_plug)
    (robot,) = at_plug
    robot.power = elsewhere.power = Power.CHARGING
    steps(one, 2)
    assert (robot.power, elsewhere.power) == (Power.DISCHARGING, Power.CHARGING)
    steps(one, 5)
    robot.power = Power.CHARGING
    steps(one, 1)
    assert robot.power is Power.CHARGING


def test_clearing(write: Write) -> None:
    one = world(
        write,
        "{id: now, at_s: 0, target: cart-1, comms: {partition: true}}",
        "{id: later, at_s: 9, target: cart-2, comms: {partition: true}}",
    )
    steps(one, 1)
    assert len(one.reports()) == 5
    assert one.faults.clear("now")
    assert one.faults.clear("later")
    assert not one.faults.clear("later")
    assert one.faults.is_quiet
    steps(one, 10)
    assert len(one.reports()) == 6
    one.faults.add(read_fault_text("{target: '*', comms: {loss: 1}}", one.faults.next_id(), 0))
    steps(one, 1)
    assert one.faults.clear_all() == 1


def test_an_id_is_taken_once(write: Write, complain: Complain) -> None:
    line = "  - {id: a, at_s: 0, target: cart-1, comms: {loss: 1}}\n"
    assert complain(SCENARIO + "faults:\n" + line + line)[0][1] == "duplicate-id"


def test_a_fault_nobody_can_have_is_told_with_its_line(complain: Complain) -> None:
    lines = "faults:\n  - {id: a, at_s: 0, target: tank-1, comms: {loss: 1}}\n"
    text = SCENARIO + lines
    assert complain(text) == [(str(text.count("\n")), "no-target")]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("{at_s: 0, target: fleet_manager, node: {kill: true}}", "missing-key"),
        (
            "{at_s: 0, for_s: 1, target: [cart-1, fleet_manager], node: {kill: true}}",
            "mixed-targets",
        ),
    ],
)
def test_a_fault_of_a_program_that_cannot_be(complain: Complain, fault: str, code: str) -> None:
    assert complain(f"{SCENARIO}faults:\n  - {fault}\n")[0][1] == code


def test_a_fault_of_a_program_is_for_runs_of_the_real_nodes(write: Write) -> None:
    one = world(write, "{at_s: 0, for_s: 3, target: fleet_manager, node: {kill: true}}")
    assert one.faults.is_quiet, "it is not the world's"
    with pytest.raises(BadInput, match="not-in-process"):
        one.faults.add(
            read_fault_text("{target: fleet_manager, node: {pause: true}}", "f", one.now_ns)
        )
