# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from sim.stage import KINDS, QUIET, SITE, Stage

from suwon_fleet.core.engine.messages import Announced, Reported
from suwon_fleet.core.robots.command import Pause
from suwon_fleet.core.robots.report import Pose, StopState
from suwon_fleet.ports import RobotLink
from suwon_fleet.sim.link import WorldLink
from suwon_fleet.sim.world import Spawn, World

TWO = [
    Spawn("one", "delivery_indoor", Pose(0.0, 0.0), 0.9),
    Spawn("two", "humanoid", Pose(5.0, 0.0), 0.9),
]


def told(link: RobotLink) -> list[tuple[type, str]]:
    return [(type(said), said.report.robot_id) for said in link.drain()]


def test_robots_announce_themselves_once_then_report() -> None:
    link = WorldLink(World(SITE, KINDS, TWO, seed=1))
    assert told(link) == [(Announced, "one"), (Announced, "two")]
    assert told(link) == [(Reported, "one"), (Reported, "two")]


def test_an_announcement_says_who_and_how() -> None:
    world = World(SITE, KINDS, TWO, seed=1)
    said = WorldLink(world).drain()[1]
    assert isinstance(said, Announced)
    assert said.factsheet.kind == "humanoid"
    assert said.factsheet.session == said.report.session


def test_a_robot_that_is_back_from_silence_only_reports() -> None:
    stage = Stage(people=QUIET)
    link = WorldLink(stage.world)
    assert told(link) == [(Announced, "r")]
    stage.robot.is_silent = True
    assert told(link) == []
    stage.robot.is_silent = False
    assert told(link) == [(Reported, "r")]


def test_a_robot_that_was_silent_from_the_start_announces_itself_when_heard() -> None:
    stage = Stage()
    link = WorldLink(stage.world)
    stage.robot.is_silent = True
    assert told(link) == []
    stage.robot.is_silent = False
    assert told(link) == [(Announced, "r")]


def test_a_robot_that_started_anew_announces_itself_again() -> None:
    stage = Stage()
    link = WorldLink(stage.world)
    told(link)
    stage.robot.restart()
    assert told(link) == [(Announced, "r")]
    assert told(link) == [(Reported, "r")]


def test_a_new_link_hears_everybody_announce_themselves() -> None:
    """A fleet that starts anew on a running world must be told who is there."""
    stage = Stage()
    told(WorldLink(stage.world))
    assert told(WorldLink(stage.world)) == [(Announced, "r")]


def test_commands_reach_robots_at_the_next_step() -> None:
    stage = Stage()
    link = WorldLink(stage.world)
    link.send([Pause("r"), Pause("nobody")])
    assert stage.told.stop is StopState.NONE
    stage.world.step()
    assert stage.told.stop is StopState.PAUSED
    link.close()
