# SPDX-License-Identifier: Apache-2.0
"""What a turn changed, for those who tell others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from suwon_fleet.core.dispatch import Candidate
from suwon_fleet.core.engine import events as e
from suwon_fleet.core.engine.state import AlertRecord, FleetState
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation.events import (
    JobArrived,
    JobForwarded,
    RobotHandedOver,
    RobotTaken,
)
from suwon_fleet.core.federation.travel import CarriedJob


@dataclass(frozen=True, slots=True)
class Verdict:
    """A choice the fleet made: `what` is assigned, unassigned or refused."""

    what: str
    job_id: str
    robot_id: str
    reason: Reason
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of the jobs that changed, choices made, alerts opened and those that are over."""

    jobs: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    opened: tuple[AlertRecord, ...] = ()
    closed: tuple[AlertRecord, ...] = ()


def together(changes: Iterable[Changes]) -> Changes:
    """What several turns in a row changed."""
    all_of_them = list(changes)
    if len(all_of_them) == 1:
        return all_of_them[0]
    return Changes(
        tuple(dict.fromkeys(job_id for one in all_of_them for job_id in one.jobs)),
        tuple(verdict for one in all_of_them for verdict in one.verdicts),
        tuple(alert for one in all_of_them for alert in one.opened),
        tuple(alert for one in all_of_them for alert in one.closed),
    )


class ChangeLog:
    """Reads changes off events. It remembers what the state forgets: alerts that are over, and who had
    a job before it was given back.
    """

    def __init__(self, state: FleetState) -> None:
        self._state = state
        self._open = dict(state.alerts)
        self._holders = {job.job_id: job.robot_id for job in state.open_jobs if job.robot_id}

    def read(self, events: Iterable[e.Event]) -> Changes:
        """What `events`, just decided, have changed."""
        jobs: dict[str, None] = {}
        verdicts: list[Verdict] = []
        opened: list[AlertRecord] = []
        closed: list[AlertRecord] = []
        for event in events:
            match event:
                case e.JobAssigned(decision=made):
                    jobs[made.job_id] = None
                    self._holders[made.job_id] = made.robot_id
                    verdicts.append(
                        Verdict(
                            "assigned", made.job_id, made.robot_id, made.reason, made.candidates
                        )
                    )
                case e.JobUnassigned():
                    jobs[event.job_id] = None
                    had_it = self._holders.pop(event.job_id)
                    verdicts.append(Verdict("unassigned", event.job_id, had_it, event.reason))
                case RobotTaken(job=CarriedJob(job_id=job_id)):
                    jobs[job_id] = None
                    self._holders[job_id] = event.robot_id
                case RobotHandedOver():
                    held = [name for name, by in self._holders.items() if by == event.robot_id]
                    jobs |= dict.fromkeys(held)
                    for job_id in held:
                        del self._holders[job_id]
                case JobForwarded() | JobArrived():
                    jobs[event.job_id] = None
                    self._holders.pop(event.job_id, None)
                case e.JobRefused():
                    verdicts.append(Verdict("refused", event.request.job_id, "", event.reason))
                case e.JobAccepted() | e.JobPhaseBegun() | e.JobTurnedBack() | e.JobPaused():
                    jobs[event.job_id] = None
                case e.JobEnded():
                    jobs[event.job_id] = None
                    jobs |= dict.fromkeys(self._state.jobs[event.job_id].followers)
                    self._holders.pop(event.job_id, None)
                case e.AlertRaised():
                    alert = AlertRecord(
                        event.alert_id,
                        event.level,
                        event.reason,
                        event.subject,
                        event.answers,
                        event.at_ns,
                    )
                    self._open[event.alert_id] = alert
                    opened.append(alert)
                case e.AlertClosed():
                    closed.append(self._open.pop(event.alert_id))
        for job_id in list(jobs):
            if whole := self._state.jobs[job_id].part_of:
                jobs[whole] = None
        return Changes(tuple(jobs), tuple(verdicts), tuple(opened), tuple(closed))
