# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from yard import Yard

from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.alerts import WARNING
from suwon_fleet.core.engine.events import Event
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus
from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.service.assemble import assemble
from suwon_fleet.service.changes import Changes
from suwon_fleet.service.fleet_service import FleetService
from suwon_fleet.sim.link import WorldLink
from suwon_fleet.sim.scenario import load_scenario
from suwon_fleet.sim.world import World

STEPS = 5


class WorldClock:
    def __init__(self, world: World) -> None:
        self._world = world

    def now_ns(self) -> int:
        return self._world.now_ns


class BrittleJournal(MemoryJournal):
    """A journal whose disk is full from now on, once it is told so."""

    is_full = False

    def append(self, events: Sequence[Event]) -> None:
        if self.is_full:
            raise OSError("no space left on device")
        super().append(events)


@dataclass
class Rig:
    """A yard's fleet in this process."""

    world: World
    journal: BrittleJournal
    service: FleetService
    sent: list[RobotCommand] = field(default_factory=list)

    def go_on(self, until_s: float) -> list[Changes]:
        """Turn and step until so many seconds of simulated time."""
        turns = []
        while self.world.now_ns < until_s * 1e9:
            turns.append(self.service.turn())
            for _ in range(STEPS):
                self.world.step()
        return turns


def rig_in(folder: Path) -> Rig:
    """A yard's fleet, its files in a folder."""
    scenario = load_scenario(Yard.write(folder).scenario)
    world, journal = scenario.world(), BrittleJournal()
    core = assemble(scenario.site, scenario.kinds)
    return Rig(world, journal, FleetService(core, journal, WorldLink(world), WorldClock(world)))


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return rig_in(tmp_path)


def delivery(request_id: str = "") -> m.SubmitJob:
    return m.SubmitJob("", JobRequest(JobKind.DELIVERY, ("shop", "desk-1"), request_id))


def test_a_request_is_answered_by_the_next_turn_and_not_before(rig: Rig) -> None:
    rig.go_on(1.0)
    future = rig.service.ask(delivery())
    assert rig.service.is_asked
    assert not future.done()
    rig.service.turn()
    assert not rig.service.is_asked
    assert future.result(0).id == "job-1"
    assert future.result(0).reason is None


def test_many_threads_each_get_their_own_answer(rig: Rig) -> None:
    rig.go_on(1.0)
    with ThreadPoolExecutor(4) as pool:
        futures = list(pool.map(lambda n: rig.service.ask(delivery(f"r-{n}")), range(20)))
    rig.service.turn()
    jobs = [future.result(0).id for future in futures]
    asked = {job.job_id: job.request.request_id for job in rig.service.fleet.state.jobs.values()}
    assert [asked[job] for job in jobs] == [f"r-{n}" for n in range(20)]


def test_a_turn_that_cannot_be_journalled_answers_nobody(rig: Rig) -> None:
    rig.go_on(1.0)
    future = rig.service.ask(delivery())
    rig.journal.is_full = True
    with pytest.raises(OSError, match="no space left"):
        rig.service.turn()
    assert not future.done()


def test_closed_it_refuses_what_waits_and_what_comes(rig: Rig) -> None:
    waiting = rig.service.ask(delivery())
    rig.service.close()
    late = rig.service.ask(delivery())
    for future in (waiting, late):
        refusal = future.result(0).reason
        assert refusal is not None
        assert refusal.code == "fleet-inactive"
    assert not rig.service.is_asked
    assert not rig.service.fleet.state.jobs


def test_the_changes_of_turns_tell_the_whole_story_of_a_job(rig: Rig) -> None:
    rig.go_on(1.0)
    rig.service.ask(delivery())
    refused = m.SubmitJob("", JobRequest(JobKind.GO_TO, ("nowhere",), job_id="lost"))
    rig.service.ask(refused)
    turns = rig.go_on(200.0)
    job = rig.service.fleet.state.jobs["job-1"]
    assert job.status is JobStatus.FINISHED
    times_told = sum("job-1" in changes.jobs for changes in turns)
    assert times_told >= len(job.phases)
    verdicts = [verdict for changes in turns for verdict in changes.verdicts]
    assert [(v.what, v.job_id) for v in verdicts] == [("refused", "lost"), ("assigned", "job-1")]
    assert verdicts[1].robot_id == job.robot_id
    assert verdicts[1].candidates[0].robot_id == job.robot_id


def test_alerts_are_told_when_they_open_and_when_they_are_over(rig: Rig) -> None:
    rig.go_on(1.0)
    fallen = next(iter(rig.world.robots.values()))
    fallen.is_silent = True
    turns = rig.go_on(400.0)
    opened = [alert for changes in turns for alert in changes.opened]
    assert any(alert.subject == fallen.robot_id for alert in opened)
    still_open = set(rig.service.fleet.state.alerts)
    closed = [alert for changes in turns for alert in changes.closed]
    assert {alert.alert_id for alert in opened} - still_open == {a.alert_id for a in closed}
    rig.service.ask(m.RemoveRobot("", fallen.robot_id, "kim"))
    over = rig.service.turn().closed
    assert any(alert.subject == fallen.robot_id for alert in over)


def test_a_job_taken_back_from_a_silent_robot_is_told_as_unassigned(rig: Rig) -> None:
    rig.go_on(1.0)
    rig.service.ask(delivery())
    rig.go_on(3.0)
    job = rig.service.fleet.state.jobs["job-1"]
    first = job.robot_id
    rig.world.robots[first].is_silent = True
    verdicts = [verdict for changes in rig.go_on(120.0) for verdict in changes.verdicts]
    unassigned, assigned = (v for v in verdicts if v.job_id == "job-1")
    assert (unassigned.what, unassigned.robot_id) == ("unassigned", first)
    assert assigned.what == "assigned"
    assert assigned.robot_id != first


def test_a_job_that_need_not_wait_any_more_has_changed(rig: Rig) -> None:
    rig.go_on(1.0)
    rig.service.ask(delivery())
    after = JobRequest(JobKind.GO_TO, ("shop",), job_id="next", after=("job-1",))
    rig.service.ask(m.SubmitJob("", after))
    ended = next(
        changes
        for changes in rig.go_on(200.0)
        if rig.service.fleet.state.jobs["job-1"].status.is_over and "job-1" in changes.jobs
    )
    assert "next" in ended.jobs


def test_what_is_noticed_is_an_alert_until_it_is_over(rig: Rig) -> None:
    reason = Reason.of("fleet-overloaded", tick="0.1", turn="0.2")
    rig.service.notice(m.Noticed(WARNING, reason, "fleet manager"))
    changes = rig.service.turn()
    assert changes is not None
    assert [alert.reason for alert in changes.opened] == [reason]
    over = Reason.of("fleet-overloaded", tick="0.1", turn="0.05")
    rig.service.notice(m.Noticed(WARNING, over, "fleet manager", is_over=True))
    changes = rig.service.turn()
    assert changes is not None
    assert [alert.reason for alert in changes.closed] == [reason]
