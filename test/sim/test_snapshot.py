# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import itertools

import numpy as np
import pytest
from sim.stage import KINDS, QUIET, SITE, Stage, grant
from sim.test_world import BUSY, SCRIPT, SPAWNS, world_of

from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.robots.command import Act, ActionKind, CancelAction, Pause, RobotCommand
from suwon_fleet.core.robots.report import Compartment, Pose
from suwon_fleet.sim.faults import read_fault_text
from suwon_fleet.sim.faults.effects import Comms
from suwon_fleet.sim.world import Spawn, World

STEP_NS = 20_000_000
EVERY = 1_000
HASHES = 6


def go(world: World, steps: int) -> None:
    """Robots that drive, load and grasp without end, told again and again."""
    for _ in range(steps):
        step = world.now_ns // world.step_ns
        if step % 500 == 0:
            number = step // 500
            world.command(told(number))
        world.step()


def told(number: int) -> list[RobotCommand]:
    kinds = (ActionKind.LOAD, ActionKind.DOCK, ActionKind.UNDOCK)
    return [
        grant("abc", robot_id="cart"),
        Act("rover", f"r{number}", kinds[number % 3]),
        Act("walker", f"w{number}", ActionKind.VERIFY if number else ActionKind.GET_READY),
    ]


def fast_world(seed: int = 7) -> World:
    return World(SITE, KINDS, SPAWNS, seed=seed, people=BUSY, step_ns=STEP_NS)


def hashes(world: World, count: int = HASHES) -> list[str]:
    """The state hash after each 1,000 steps."""
    found = []
    for _ in range(count):
        go(world, EVERY)
        found.append(world.state_hash())
    return found


def test_the_same_seed_has_equal_hashes_every_thousand_steps_and_another_has_not() -> None:
    one = hashes(fast_world())
    assert one == hashes(fast_world())
    assert len(set(one)) == HASHES
    assert all(a != b for a, b in zip(one, hashes(fast_world(seed=8)), strict=True))


@pytest.mark.parametrize("at", [0, 37, 1000, 2345])
def test_a_world_taken_up_again_goes_on_as_the_one_that_was_kept(at: int) -> None:
    world = fast_world()
    go(world, at)
    kept = world.snapshot()
    after = hashes(world, 2)
    other = fast_world(seed=99)  # all that differs is in the snapshot
    go(other, 123)
    for again in (world, other):
        again.restore(kept)
        assert hashes(again, 2) == after


def test_a_snapshot_is_not_changed_by_what_comes_after() -> None:
    world = fast_world()
    go(world, 500)
    kept, then = world.snapshot(), world.state_hash()
    go(world, 500)
    world.restore(kept)
    go(world, 500)
    world.restore(kept)
    assert world.state_hash() == then


def test_commands_that_wait_for_the_next_step_are_kept() -> None:
    world = fast_world()
    world.command([Pause("cart")])
    kept = world.snapshot()
    world.restore(kept)
    world.step()
    (cart,) = (report for report in world.reports() if report.robot_id == "cart")
    assert cart.stop == "paused"
    world.step()
    assert not world.inbox


def test_what_is_kept_in_the_middle_of_a_script_ends_as_it_would_have() -> None:
    stage = Stage()
    stage.act(ActionKind.LOAD)
    stage.steps(5.0)
    kept = stage.world.snapshot()
    stage.stop()
    stage.steps(60.0)
    assert stage.told.compartment is Compartment.OPEN
    stage.world.restore(kept)
    stage.steps(60.0)
    assert (stage.action[0], stage.told.compartment) == ("finished", Compartment.CLOSED)
    assert stage.told.stop == "none"


def test_a_snapshot_of_other_robots_is_refused() -> None:
    kept = world_of().snapshot()
    others = [Spawn("cart", "humanoid", Pose(0.0, 0.0), 0.8), *SPAWNS[1:]]
    for world in (
        world_of(SPAWNS[:2]),
        world_of(others),
        World(SITE, KINDS, SPAWNS, seed=7, people=BUSY, step_ns=STEP_NS),
    ):
        before = world.state_hash()
        with pytest.raises(BadInput) as caught:
            world.restore(kept)
        assert [problem.code for problem in caught.value.problems] == ["other-world"]
        assert world.state_hash() == before


def trouble(world: World, text: str) -> None:
    world.faults.add(read_fault_text(text, "f", 0))


def late(world: World) -> None:
    """A report is on its way; the world is made to forget why."""
    comms = Comms(latency_s=(9.0, 9.0))
    world.faults.radio.bad["cart"] = [(comms, np.random.default_rng(1))]
    world.reports()
    world.faults.radio.bad.clear()


def test_the_hash_looks_at_all_that_decides_what_comes() -> None:
    found = []
    for change in (
        lambda world: None,
        lambda world: world.command([Pause("cart")]),
        lambda world: trouble(world, "{target: cart, for_s: 9, comms: {loss: 1}}"),
        lambda world: trouble(world, "{target: cart, for_s: 8, comms: {loss: 1}}"),
        late,
        lambda world: world.robots["cart"].obey(CancelAction("cart", "never")),
        lambda world: setattr(world.robots["cart"], "session", "2"),
        lambda world: setattr(world.robots["cart"], "is_silent", True),
        lambda world: setattr(world.robots["cart"], "compartment", Compartment.FORCED),
        lambda world: setattr(world.robots["cart"], "blocked_s", 1.0),
        lambda world: world.robots["cart"].random.random(),
        lambda world: setattr(world.robots["cart"], "faults", ("wheel",)),
    ):
        world = World(SITE, KINDS, SPAWNS, seed=1, people=QUIET)
        change(world)
        found.append(world.state_hash())
    assert all(a != b for a, b in itertools.combinations(found, 2))


def test_the_script_of_test_world_is_taken_up_anywhere() -> None:
    whole = world_of()
    kept = {}
    for step in range(300):
        whole.command(command for at, command in SCRIPT if at == step)
        if step % 50 == 0:
            kept[step] = whole.snapshot()
        whole.step()
    for begun, bytes_ in kept.items():
        part = world_of(seed=0)
        part.restore(bytes_)
        for step in range(begun, 300):
            if step > begun:  # those of the first are in the snapshot
                part.command(command for at, command in SCRIPT if at == step)
            part.step()
        assert part.state_hash() == whole.state_hash()
