# SPDX-License-Identifier: Apache-2.0
"""A fleet manager over ROS 2, as a plain object: what a program asks of it, and what it tells."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self

from rosgraph_msgs.msg import Clock
from std_msgs.msg import String

from suwon_fleet.adapters.ros.connection import LATCHED, LIVE, Connection
from suwon_fleet.adapters.ros.fields import ns_of
from suwon_fleet.adapters.ros.jobs import request_message
from suwon_fleet.core.jobs import JobRequest, JobStatus
from suwon_fleet.msg import FleetState, JobState, Zones
from suwon_fleet.srv import (
    AnswerAlert,
    ChangeJob,
    ClearFault,
    CommissionRobot,
    Explain,
    GiveZone,
    InjectFault,
    ListAlerts,
    ListJobs,
    ListStops,
    ReleaseStop,
    RequestStop,
    SetZone,
    SubmitJob,
)

RELOOK_S = 5.0
"""Jobs that are watched and say nothing for so long are looked up again."""


class FleetClient:
    """One connection to a fleet manager of this ROS domain, with a thread of its own.

    Calls may come from any thread and wait for their answers; those that change nothing twice are
    repeated until answered. Each raises Unreachable when nobody answers for `timeout_s` seconds.
    Answers are ROS messages: `accepted` with `code`, `reason_en` and `reason_ko` when it is false.
    """

    def __init__(self, *, timeout_s: float = 10.0, namespace: str = "/fleet") -> None:
        """`namespace` is the fleet manager's. Raises BadInput when it cannot be one."""
        self._fleet = Connection(timeout_s, namespace)

    def close(self) -> None:
        """Leave the ROS graph."""
        self._fleet.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Jobs

    def submit(
        self,
        requests: Sequence[JobRequest],
        on_answer: Callable[[int, Any], None] = lambda _index, _answer: None,
    ) -> list[Any]:
        """Submit jobs, several at once; the JobResponses in the same order.

        Every request needs a `request_id`: it makes a request that is repeated one request.
        `on_answer` is called with each request's index and its SubmitJob response as it comes.
        """
        asked = [SubmitJob.Request(request=request_message(request)) for request in requests]
        answers = self._fleet.ask_all(
            "submit_job", SubmitJob, asked, may_repeat=True, on_answer=on_answer
        )
        return [answer.response for answer in answers]

    def change_job(self, verb: str, job_id: str, requester: str) -> Any:
        """`verb` is cancel, pause or resume; the JobResponse."""
        asked = ChangeJob.Request(job_id=job_id, requester=requester)
        return self._fleet.ask(f"{verb}_job", ChangeJob, asked).response

    def jobs(self, status: Sequence[str] = (), limit: int = 0) -> list[Any]:
        """JobStates, newest job first; only those with one of `status`, when given."""
        asked = ListJobs.Request(status=list(status), limit=limit)
        return list(self._fleet.ask("list_jobs", ListJobs, asked, may_repeat=True).jobs)

    def watch_jobs(self, job_ids: Collection[str] = ()) -> Iterator[Any]:
        """How each job stands, then its changes as they come, until all of them are over.

        Without `job_ids` it watches all jobs that are open now. An id that the fleet does not know is
        left out.
        """
        with self._fleet.listening("jobs", JobState) as told:
            yield from self._watch(told, job_ids)

    def _watch(self, told: SimpleQueue[Any], job_ids: Collection[str]) -> Iterator[Any]:
        newest = {
            state.job_id: state
            for state in reversed(self.jobs())
            if state.job_id in job_ids or not (job_ids or is_over(state))
        }
        yield from newest.values()
        while any(not is_over(state) for state in newest.values()):
            try:
                news = [told.get(timeout=RELOOK_S)]
            except Empty:  # what changed while the manager was away was told to nobody
                news = self.jobs()
            for state in news:
                if state.job_id in newest and _is_news(state, newest[state.job_id]):
                    newest[state.job_id] = state
                    yield state

    # Robots, stops, zones, alerts

    def state(self) -> Any:
        """The newest FleetState."""
        return self._fleet.newest("state", FleetState)

    def latest_state(self) -> Any | None:
        """The newest FleetState heard so far, None before the first; it does not wait."""
        return self._fleet.follow("state", FleetState, LATCHED)()

    def now_ns(self) -> int:
        """The fleet's clock (ns), as its newest state tells it: half a second old, or a little more."""
        return ns_of(self.state().stamp)

    def commission(self, robot_id: str, commissioned: bool, requester: str) -> Any:
        """Let a robot take jobs, or no more of them."""
        asked = CommissionRobot.Request(
            robot_id=robot_id, commissioned=commissioned, requester=requester
        )
        return self._fleet.ask("commission_robot", CommissionRobot, asked, may_repeat=True)

    def stop(self, scope: str, id: str, kind: str, requester: str, reason: str) -> Any:
        """Ask robots to stop and hold. Each call is a request of its own, to be released by itself."""
        asked = RequestStop.Request(
            scope=scope,
            id=id,
            kind=kind,
            requester=requester,
            reason=reason,
            request_id=secrets.token_hex(4),
        )
        return self._fleet.ask("request_stop", RequestStop, asked, may_repeat=True)

    def release(self, stop_id: str, scope: str, id: str, requester: str) -> Any:
        """Release one stop request, or those of a scope when `stop_id` is empty."""
        asked = ReleaseStop.Request(stop_id=stop_id, scope=scope, id=id, requester=requester)
        return self._fleet.ask("release_stop", ReleaseStop, asked)

    def stops(self) -> list[Any]:
        """The StopStates of requests that hold robots, oldest first."""
        asked = ListStops.Request()
        return list(self._fleet.ask("list_stops", ListStops, asked, may_repeat=True).stops)

    def listening(self, topic: str, kind: Any) -> AbstractContextManager[SimpleQueue[Any]]:
        """A queue that gets all messages of a topic of the fleet's."""
        return self._fleet.listening(topic, kind)

    def zones(self) -> Any:
        """The newest Zones."""
        return self._fleet.newest("zones", Zones)

    def alerts(self) -> list[Any]:
        """The Alerts that are open, oldest first."""
        asked = ListAlerts.Request()
        return list(self._fleet.ask("list_alerts", ListAlerts, asked, may_repeat=True).alerts)

    def set_zone(self, zone_id: str, is_open: bool, requester: str, reason: str) -> Any:
        """Open or close a zone."""
        asked = SetZone.Request(zone_id=zone_id, open=is_open, requester=requester, reason=reason)
        return self._fleet.ask("set_zone", SetZone, asked, may_repeat=True)

    def give_zone(self, zone_id: str, group: str, requester: str) -> Any:
        """Have the zone's owner begin to give it to another group's; twice asked is once."""
        asked = GiveZone.Request(zone_id=zone_id, group=group, requester=requester)
        return self._fleet.ask("give_zone", GiveZone, asked, may_repeat=True)

    def answer_alert(self, alert_id: str, answer: str, requester: str) -> Any:
        """Choose one of an alert's answers."""
        asked = AnswerAlert.Request(alert_id=alert_id, answer=answer, requester=requester)
        return self._fleet.ask("answer_alert", AnswerAlert, asked)

    def explain(self, subject: str, id: str) -> Any:
        """Why a job or a robot is as it is; `subject` is job or robot."""
        asked = Explain.Request(subject=subject, id=id)
        return self._fleet.ask("explain", Explain, asked, may_repeat=True)

    # The simulator

    def follow_clock(self) -> Callable[[], int]:
        """A function that tells the simulator's newest time (ns), 0 before any was heard."""
        newest = self._fleet.follow("/clock", Clock, LIVE)

        def now_ns() -> int:
            told = newest()
            return ns_of(told.clock) if told else 0

        return now_ns

    def simulation(self) -> dict[str, Any]:
        """The simulator's newest summary of its world."""
        told = self._fleet.newest("/sim/summary", String)
        return dict(json.loads(told.data))

    def inject_fault(self, fault: str) -> Any:
        """Have something go wrong in the simulated world; `fault` as in a scenario."""
        asked = InjectFault.Request(fault=fault)
        return self._fleet.ask("/sim/inject_fault", InjectFault, asked)

    def clear_fault(self, fault_id: str = "") -> Any:
        """End a fault of the simulated world, or all."""
        asked = ClearFault.Request(fault_id=fault_id)
        return self._fleet.ask("/sim/clear_fault", ClearFault, asked)


def is_over(state: Any) -> bool:
    """Whether nothing more will happen to the job of a JobState."""
    return JobStatus(state.status).is_over


def _is_news(state: Any, before: Any) -> bool:
    def standing(of: Any) -> tuple[object, ...]:
        return of.status, of.robot_id, of.phase_index, of.code, of.late

    return ns_of(state.stamp) >= ns_of(before.stamp) and standing(state) != standing(before)
