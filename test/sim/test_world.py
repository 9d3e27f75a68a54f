# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sim.stage import KINDS, QUIET, SITE, grant

from suwon_fleet.core.robots.command import Act, ActionKind, Pause, Resume, RobotCommand
from suwon_fleet.core.robots.report import Compartment, Pose, RobotReport, StopState
from suwon_fleet.sim.people import People
from suwon_fleet.sim.world import STEP_NS, Spawn, World

BUSY = People(blocks_per_hour=900.0, no_show=0.2, grasp_failure=0.5)
SPAWNS = [
    Spawn("cart", "delivery_indoor", Pose(0.0, 0.0), 0.8),
    Spawn("rover", "delivery_outdoor", Pose(5.0, 0.0), 0.7),
    Spawn("walker", "humanoid", Pose(10.0, 0.0), 0.6),
]
SCRIPT: list[tuple[int, RobotCommand]] = [
    (0, grant("abc", robot_id="cart")),
    (5, Act("walker", "w1", ActionKind.GET_READY)),
    (30, Act("rover", "o1", ActionKind.LOAD)),
    (60, Pause("cart")),
    (90, Resume("cart")),
    (120, Act("walker", "w2", ActionKind.GRASP)),
    (200, Act("walker", "w3", ActionKind.VERIFY)),
]


def world_of(spawns: list[Spawn] = SPAWNS, *, seed: int = 7, people: People = BUSY) -> World:
    return World(SITE, KINDS, spawns, seed=seed, people=people)


def play(world: World, steps: int = 300) -> list[RobotReport]:
    """Run the script; the last reports."""
    for step in range(steps):
        world.command(command for at, command in SCRIPT if at == step)
        world.step()
    return world.reports()


def test_the_same_seed_and_commands_make_the_same_world() -> None:
    one, other = world_of(), world_of()
    assert play(one) == play(other)
    assert one.state_hash() == other.state_hash()


def test_another_seed_makes_another_world() -> None:
    one, other = world_of(seed=1), world_of(seed=2)
    play(one)
    play(other)
    assert one.state_hash() != other.state_hash()


def test_the_hash_tells_small_differences() -> None:
    hashes = set()
    for change in (
        lambda world: None,
        lambda world: np.add.at(world.bodies.x, 0, 1e-3),
        lambda world: np.add.at(world.bodies.y, 1, 1e-3),
        lambda world: np.add.at(world.bodies.speed, 2, 1e-3),
        lambda world: setattr(world.robots["cart"], "soc", 0.5),
        lambda world: world.step(),
    ):
        world = world_of()
        change(world)
        hashes.add(world.state_hash())
    assert len(hashes) == 6


def test_the_order_in_which_robots_are_named_does_not_matter() -> None:
    one, other = world_of(), world_of(SPAWNS[::-1])
    assert play(one) == play(other)
    assert one.state_hash() == other.state_hash()


@pytest.mark.parametrize("name", ["aaa", "more", "zzz"])
def test_another_robot_changes_nothing_for_the_others(name: str) -> None:
    more = Spawn(name, "delivery_indoor", Pose(15.0, 0.0, level="L2"), 0.9)
    alone = {report.robot_id: report for report in play(world_of())}
    together = {report.robot_id: report for report in play(world_of([*SPAWNS, more]))}
    del together[name]
    assert together == alone


def test_chance_has_to_do_with_it() -> None:
    """Without people in the way the same script ends elsewhere: the tests above look at something."""
    assert play(world_of()) != play(world_of(people=replace(BUSY, blocks_per_hour=0.0)))


def test_commands_to_unknown_robots_are_dropped() -> None:
    world, other = world_of(), world_of()
    world.command([Pause("nobody"), Act("", "x", ActionKind.LOAD)])
    assert play(world) == play(other)


def test_commands_count_from_the_next_step_in_their_order() -> None:
    world = world_of()
    world.command([Pause("cart")])
    world.command([Resume("cart"), Pause("cart")])
    before = {report.robot_id: report.stop for report in world.reports()}
    world.step()
    after = {report.robot_id: report.stop for report in world.reports()}
    assert (before["cart"], after["cart"], after["rover"]) == ("none", "paused", "none")


def test_time_is_whole_nanoseconds() -> None:
    world = World(SITE, KINDS, SPAWNS, seed=1, start_ns=5)
    for _ in range(3):
        world.step()
    assert world.now_ns == 5 + 3 * STEP_NS
    assert {report.stamp_ns for report in world.reports()} == {world.now_ns}


def test_tells_who_is_there_and_where() -> None:
    world = world_of()
    sheets = {sheet.robot_id: sheet.kind for sheet in world.factsheets()}
    assert sheets == {spawn.robot_id: spawn.kind for spawn in SPAWNS}
    for spawn, report in zip(SPAWNS, world.reports(), strict=True):
        assert report.pose == spawn.pose
        assert report.battery_soc == spawn.soc
        assert world.pose_of(world.robots[spawn.robot_id]) == spawn.pose


def test_reports_are_numbered_one_by_one() -> None:
    world = world_of()
    numbers = []
    for _ in range(3):
        numbers.append([report.sequence for report in world.reports()])
        world.step()
    assert numbers == [[1, 1, 1], [2, 2, 2], [3, 3, 3]]


def test_a_world_without_robots_goes_on() -> None:
    world = world_of([])
    world.step()
    assert (world.reports(), world.now_ns) == ([], STEP_NS)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 120))
def test_a_world_stepped_or_watched_more_often_is_the_same(seed: int, steps: int) -> None:
    """Looking at it changes nothing: reports may be drawn at any rate."""
    watched, unwatched = world_of(seed=seed), world_of(seed=seed)
    for world in (watched, unwatched):
        world.command([grant("ab", robot_id="cart"), Act("rover", "x", ActionKind.UNLOAD)])
    for _ in range(steps):
        watched.step()
        watched.reports()
        watched.state_hash()
        unwatched.step()
    assert watched.state_hash() == unwatched.state_hash()


def test_what_counts_down_does_not_depend_on_the_step() -> None:
    """A battery drains and a script runs as long in fine steps as in coarse ones."""
    found = []
    for step_ns in (10_000_000, 100_000_000):
        world = World(SITE, KINDS, SPAWNS, seed=1, people=QUIET, step_ns=step_ns)
        world.command([grant("abc", robot_id="cart"), Act("rover", "o1", ActionKind.LOAD)])
        for _ in range(12_000_000_000 // step_ns):
            world.step()
        found.append([(r.battery_soc, r.compartment, r.path_index) for r in world.reports()])
    for fine, coarse in zip(*found, strict=True):
        assert fine[0] == pytest.approx(coarse[0], abs=1e-5)
        assert fine[1:] == coarse[1:]


def test_a_robot_whose_states_anybody_sets_stops_and_goes_accordingly() -> None:
    for change, back in (
        ({"is_dead": True}, {"is_dead": False}),
        ({"soc": 0.0}, {"soc": 0.5}),
        ({"blocked_s": 1e9}, {"blocked_s": 0.0}),
        ({"stop": StopState.ALARM}, {"stop": StopState.NONE}),
        ({"compartment": Compartment.FORCED}, {"compartment": Compartment.CLOSED}),
    ):
        world = World(SITE, KINDS, SPAWNS, seed=1, people=QUIET)
        cart = world.robots["cart"]
        world.command([grant("abc", robot_id="cart")])
        speeds = []
        for states in ({}, change, back):
            for name, value in states.items():
                setattr(cart, name, value)
            for _ in range(20):
                world.step()
            speeds.append(float(world.bodies.speed[cart.row]))
        assert speeds[0] > 0.5 < speeds[2]
        assert speeds[1] == 0.0


def test_a_robot_that_comes_later_changes_nothing_for_the_others() -> None:
    one, other = world_of(), world_of()
    added = one.add(Spawn("aaa", "humanoid", Pose(15.0, 0.0, level="L2"), 0.9))
    alone, together = play(other), play(one)
    assert [report for report in together if report.robot_id != "aaa"] == alone
    assert one.pose_of(added) == one.poses()["aaa"] == Pose(15.0, 0.0, level="L2")


def test_a_robot_that_is_gone_tells_nothing_and_is_in_nobodys_way() -> None:
    world = World(SITE, KINDS, SPAWNS, seed=1, people=QUIET)
    world.remove("rover")
    world.command([grant("abc", robot_id="cart")])
    for _ in range(300):
        world.step()
    assert [report.robot_id for report in world.reports()] == ["cart", "walker"]
    assert "rover" not in world.poses()
    away_m = KINDS["humanoid"].radius_m + KINDS["delivery_indoor"].radius_m
    assert world.pose_of(world.robots["cart"]).x_m == pytest.approx(10.0 - away_m, abs=0.2)


def test_a_world_can_be_as_it_began_whoever_came_and_went() -> None:
    world = world_of()
    kept = world.snapshot()
    first = play(world)
    world.remove("rover")
    world.add(Spawn("more", "delivery_indoor", Pose(15.0, 0.0, level="L2"), 0.9))
    play(world, 50)
    world.begin_with(len(SPAWNS))
    world.restore(kept)
    assert play(world) == first
