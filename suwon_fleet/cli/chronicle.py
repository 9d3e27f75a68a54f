# SPDX-License-Identifier: Apache-2.0
"""What happened in a run, in the words of expectations, out of the events of the fleet's journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from suwon_fleet.core.engine import events as e
from suwon_fleet.core.jobs import JobStatus
from suwon_fleet.core.robots.states import RobotStates
from suwon_fleet.sim.faults.board import FaultChange
from suwon_fleet.sim.scenario.expect import FAULT_WORDS, Happened, Happening

SECOND = 1_000_000_000
_LAYERS = [field.name for field in fields(RobotStates)]


class Chronicle:
    """Follows the events of a run, oldest first, and remembers when jobs were asked for and set out for."""

    def __init__(self) -> None:
        self.asked_ns: dict[str, int] = {}
        self.set_out_ns: dict[str, int] = {}
        self.finished_ns: dict[str, int] = {}
        self.alerts_raised = 0
        self._states: dict[str, RobotStates] = {}
        self._actions: dict[str, str] = {}
        self._alerts: dict[str, e.AlertRaised] = {}
        self._names: dict[str, tuple[str, ...]] = {}

    def read(self, events: Iterable[e.Event]) -> Iterator[Happened]:
        """What these next events tell of."""
        for event in events:
            at_s = event.at_ns / SECOND
            for sort, names, words in self._tell(event):
                yield Happened(at_s, sort, names, words)

    @staticmethod
    def of_fault(change: FaultChange) -> Happened:
        """A fault of the simulated world began or ended; this is in no journal."""
        word = FAULT_WORDS[change.is_over]
        return Happened(change.at_ns / SECOND, Happening.FAULT, (change.fault_id,), (word,))

    def _tell(self, event: e.Event) -> Iterator[tuple[Happening, tuple[str, ...], tuple[str, ...]]]:
        match event:
            case e.JobAccepted() | e.JobRefused() | e.JobAssigned() | e.JobUnassigned():
                yield Happening.JOB, *self._begins(event)
            case e.JobPhaseBegun(at_ns, job_id, 0):
                self.set_out_ns.setdefault(job_id, at_ns)
                yield Happening.JOB, self._names[job_id], ("running",)
            case e.JobTurnedBack():
                yield Happening.JOB, self._names[event.job_id], ("returning",)
            case e.JobEnded(at_ns, job_id, status):
                if status is JobStatus.FINISHED:
                    self.finished_ns[job_id] = at_ns
                yield Happening.JOB, self._names[job_id], (status.value,)
            case e.RobotJoined() | e.RobotRestarted() | e.RobotRemoved() | e.RobotChanged():
                yield from self._robot(event)
            case e.ActionBegun(_, robot_id, _, kind):
                self._actions[robot_id] = kind
            case e.ActionEnded(_, robot_id, _, status):
                words = (f"{self._actions[robot_id]} {status}",)
                yield Happening.ACTION, (robot_id,), words
            case e.AlertRaised():
                self._alerts[event.alert_id] = event
                self.alerts_raised += 1
                yield Happening.ALERT, self._names_of(event.subject), (event.reason.code,)
            case e.AlertClosed():
                alert = self._alerts.pop(event.alert_id)
                yield Happening.ALERT_OVER, self._names_of(alert.subject), (alert.reason.code,)

    def _names_of(self, subject: str) -> tuple[str, ...]:
        """What a robot or a job may be called."""
        return self._names.get(subject, (subject,))

    def _begins(
        self, event: e.JobAccepted | e.JobRefused | e.JobAssigned | e.JobUnassigned
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        match event:
            case e.JobAccepted(at_ns, job_id, request):
                self._names[job_id] = tuple(filter(None, (job_id, request.request_id)))
                if not event.part_of:
                    self.asked_ns[job_id] = at_ns
                return self._names[job_id], ("accepted",)
            case e.JobRefused(_, request):
                return tuple(filter(None, (request.job_id, request.request_id))), ("refused",)
            case e.JobAssigned(_, decision):
                return self._names[decision.job_id], ("assigned",)
            case e.JobUnassigned(_, job_id):
                return self._names[job_id], ("unassigned",)

    def _robot(
        self, event: e.RobotJoined | e.RobotRestarted | e.RobotRemoved | e.RobotChanged
    ) -> Iterator[tuple[Happening, tuple[str, ...], tuple[str, ...]]]:
        name = (event.robot_id,)
        match event:
            case e.RobotJoined(states=states):
                self._states[event.robot_id] = states
                yield Happening.ROBOT, name, ("joined",)
            case e.RobotRestarted():
                yield Happening.ROBOT, name, ("restarted",)
            case e.RobotRemoved():
                yield Happening.ROBOT, name, ("removed",)
            case e.RobotChanged(states=states):
                before, self._states[event.robot_id] = self._states[event.robot_id], states
                for layer in _LAYERS:
                    value = getattr(states, layer)
                    if value != getattr(before, layer) and value is not None:
                        yield Happening.ROBOT, name, (value.value, f"{layer} {value}")
