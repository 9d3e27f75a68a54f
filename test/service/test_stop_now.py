# SPDX-License-Identifier: Apache-2.0
"""Robots are told to stop by whoever asks, also while the fleet's own thread does something else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest
from service.test_fleet_service import STEPS, WorldClock
from yard import Yard

from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.core.engine import events as e
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.robots.command import RequestStop, RobotCommand
from suwon_fleet.service.assemble import assemble
from suwon_fleet.service.fleet_service import FleetService
from suwon_fleet.sim.link import WorldLink
from suwon_fleet.sim.scenario import load_scenario
from suwon_fleet.sim.world import World


class UrgentWorldLink(WorldLink):
    """Takes down what was told on the short way."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.urgent: list[RobotCommand] = []

    def send_now(self, commands: Iterable[RobotCommand]) -> None:
        told = list(commands)
        self.urgent += told
        self.send(told)


class SlowJournal(MemoryJournal):
    """A journal that calls somebody while it writes, and may be full."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], None] = lambda: None
        self.is_full = False

    def append(self, events: Sequence[e.Event]) -> None:
        self.meanwhile()
        if self.is_full:
            raise OSError("no space left on device")
        super().append(events)


@dataclass
class Rig:
    world: World
    link: UrgentWorldLink
    journal: SlowJournal
    service: FleetService
    told: list[str] = field(default_factory=list)

    def go_on(self, turns: int) -> None:
        for _ in range(turns):
            self.service.turn()
            for _ in range(STEPS):
                self.world.step()

    def restart(self, folder: Path) -> None:
        """The fleet's process dies, and another starts on its journal."""
        self.service = _service(folder, self.world, self.link, self.journal)


def _service(
    folder: Path, world: World, link: UrgentWorldLink, journal: SlowJournal
) -> FleetService:
    scenario = load_scenario(folder / "scenario.yaml")
    core = assemble(scenario.site, scenario.kinds, journal=journal.read())
    return FleetService(core, journal, link, WorldClock(world), urgent=link)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    world = load_scenario(Yard.write(tmp_path).scenario).world()
    link, journal = UrgentWorldLink(world), SlowJournal()
    made = Rig(world, link, journal, _service(tmp_path, world, link, journal))
    made.go_on(5)
    return made


@pytest.mark.parametrize(
    ("scope", "id", "count"),
    [("robot", "cart-2", 1), ("site", "", 4), ("all", "", 4), ("zone", "north", 2)],
)
def test_robots_are_told_before_the_fleet_takes_a_turn(
    rig: Rig, scope: str, id: str, count: int
) -> None:
    rig.service.ask(m.StopRobots("", scope, id))
    assert len(rig.link.urgent) == count
    assert rig.service.fleet.state.stops == {}
    told = list(rig.link.urgent)
    rig.go_on(20)
    (stop,) = rig.service.fleet.state.stops.values()
    assert {told_one.robot_id for told_one in told} == set(stop.robot_ids) == set(stop.confirmed)
    assert rig.link.urgent == told, "once is enough"


def test_a_journal_that_does_not_come_to_an_end_is_not_waited_for(rig: Rig) -> None:
    """The disk is busy until robots were told: so they are told meanwhile."""
    told = Event()
    answers: list[Future[m.Answer]] = []

    def ask() -> None:
        answers.append(rig.service.ask(m.StopRobots("", "all", "")))
        told.set()

    def meanwhile() -> None:
        if not answers:
            Thread(target=ask).start()
            assert told.wait(60.0), "it waits for the journal"
            assert not answers[0].done()

    rig.journal.meanwhile = meanwhile
    rig.service.ask(m.SetZone("", "north", False, "kim"))
    rig.service.turn()
    assert len(rig.link.urgent) == 4
    rig.service.turn()
    assert answers[0].result(0).reason is None


def test_who_cannot_be_meant_is_not_told(rig: Rig) -> None:
    future = rig.service.ask(m.StopRobots("", "robot", "cart-99"))
    assert rig.link.urgent == []
    rig.service.turn()
    refusal = future.result(0).reason
    assert refusal is not None
    assert refusal.code == "no-such-robot"
    rig.service.close()
    rig.service.ask(m.StopRobots("", "all", ""))
    assert rig.link.urgent == []


def test_a_request_sent_twice_is_told_once_and_is_not_made_anew_by_a_late_copy(rig: Rig) -> None:
    order = m.StopRobots("", "all", "", requester="kim", request_id="one")
    rig.service.ask(order)
    rig.go_on(3)
    assert len(rig.link.urgent) == 4
    rig.service.ask(order)
    rig.service.ask(m.ReleaseRobots("", "kim", scope="all"))
    rig.go_on(3)
    rig.service.ask(order)
    rig.go_on(3)
    assert len(rig.link.urgent) == 4
    assert rig.service.fleet.state.stops == {}
    assert not any(robot.stop_id for robot in rig.world.robots.values())


def test_robots_stay_stopped_when_the_fleet_dies_before_it_kept_why(
    rig: Rig, tmp_path: Path
) -> None:
    rig.service.ask(m.StopRobots("", "robot", "cart-1"))
    rig.journal.is_full = True
    with pytest.raises(OSError, match="no space left"):
        rig.service.turn()
    rig.journal.is_full = False
    rig.restart(tmp_path)
    rig.go_on(60)
    (told,) = rig.link.urgent
    assert isinstance(told, RequestStop)
    (stop,) = rig.service.fleet.state.stops.values()
    assert (stop.stop_id, stop.is_found, stop.confirmed) == (told.stop_id, True, ("cart-1",))
    rig.service.ask(m.ReleaseRobots("", "kim", stop.stop_id))
    rig.go_on(5)
    assert rig.world.robots["cart-1"].stop_id == ""
