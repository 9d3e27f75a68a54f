# SPDX-License-Identifier: Apache-2.0
"""What operators ask of the fleet_manager: its services, and the topic of job requests."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol

from rclpy.node import Node
from rclpy.qos import QoSProfile

import suwon_fleet.msg as msg
import suwon_fleet.srv as srv
from suwon_fleet.adapters.ros import jobs
from suwon_fleet.adapters.ros.fleet import alert_message, stop_message
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.explain import Explanation, explain_job, explain_robot
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.errors import Reason, Rejected
from suwon_fleet.core.texts import say
from suwon_fleet.nodes.late_answers import at_once, serve, then
from suwon_fleet.service.fleet_service import Request

JOB_REQUESTS_QOS = QoSProfile(depth=1000)
"""Reliable and volatile: a burst of requests waits for its turn, an old one is not heard again."""


class Desk(Protocol):
    """Who takes requests; the fleet_manager."""

    @property
    def fleet(self) -> Fleet: ...
    def ask(self, request: Request) -> Future[m.Answer]: ...


class FleetRequests:
    """Services and topic, open from `__init__` to `close`. On the node's thread."""

    def __init__(self, node: Node, desk: Desk) -> None:
        self._node, self._desk = node, desk
        self._responses = node.create_publisher(msg.JobResponse, "job_responses", JOB_REQUESTS_QOS)
        self._requests = node.create_subscription(
            msg.JobRequest, "job_requests", self._on_job_request, JOB_REQUESTS_QOS
        )
        asked: list[tuple[Any, str, Callable[[Any, Any], Future[Any]]]] = [
            (srv.SubmitJob, "submit_job", self._submit),
            (srv.ChangeJob, "cancel_job", self._change(msg.JobRequest.CANCEL)),
            (srv.ChangeJob, "pause_job", self._change(msg.JobRequest.PAUSE)),
            (srv.ChangeJob, "resume_job", self._change(msg.JobRequest.RESUME)),
            (srv.ReleaseStop, "release_stop", self._release),
            (srv.CommissionRobot, "commission_robot", self._commission),
            (srv.SetZone, "set_zone", self._set_zone),
            (srv.GiveZone, "give_zone", self._give_zone),
            (srv.AnswerAlert, "answer_alert", self._answer_alert),
        ]
        self._services = [serve(node, *one) for one in asked]
        self._services += [
            node.create_service(srv.Explain, "explain", self._explain),
            node.create_service(srv.ListJobs, "list_jobs", self._list_jobs),
            node.create_service(srv.ListAlerts, "list_alerts", self._list_alerts),
            node.create_service(srv.ListStops, "list_stops", self._list_stops),
        ]

    def close(self) -> None:
        """Take no more."""
        for service in self._services:
            self._node.destroy_service(service)
        self._node.destroy_subscription(self._requests)
        self._node.destroy_publisher(self._responses)

    # Jobs

    def job_answer(self, request: Any) -> Future[Any]:
        """The JobResponse to a JobRequest, once it is decided."""
        request_id = request.request_id or uuid.uuid4().hex
        try:
            asked = self._desk.ask(jobs.asked_by(request, request_id))
        except Rejected as refused:
            asked = at_once(m.Answer("", refused.reason))
        return then(asked, lambda answer: jobs.response_message(answer, request_id))

    def _on_job_request(self, request: Any) -> None:
        self.job_answer(request).add_done_callback(
            lambda done: self._responses.publish(done.result())
        )

    def _submit(self, request: Any, response: Any) -> Future[Any]:
        return then(self.job_answer(request.request), _into(response, "response"))

    def _change(self, verb: str) -> Callable[[Any, Any], Future[Any]]:
        def change(request: Any, response: Any) -> Future[Any]:
            asked = msg.JobRequest(
                verb=verb,
                job_id=request.job_id,
                request_id=request.request_id,
                requester=request.requester,
            )
            return then(self.job_answer(asked), _into(response, "response"))

        return change

    # All else

    def _answer(
        self, request: Request, response: Any, more: Callable[[m.Answer], None] | None = None
    ) -> Future[Any]:
        """Put a request; `more` fills what this response has beside the answer itself."""

        def fill(answer: m.Answer) -> Any:
            response.accepted = answer.reason is None
            jobs.tell_reason(response, answer.reason)
            if more:
                more(answer)
            return response

        return then(self._desk.ask(request), fill)

    def _release(self, request: Any, response: Any) -> Future[Any]:
        asked = m.ReleaseRobots("", request.requester, request.stop_id, request.scope, request.id)

        def tell(answer: m.Answer) -> None:
            response.robot_ids = list(answer.robot_ids)

        return self._answer(asked, response, tell)

    def _commission(self, request: Any, response: Any) -> Future[Any]:
        asked = m.CommissionRobot("", request.robot_id, request.commissioned, request.requester)
        return self._answer(asked, response)

    def _set_zone(self, request: Any, response: Any) -> Future[Any]:
        asked = m.SetZone("", request.zone_id, request.open, request.requester, request.reason)
        return self._answer(asked, response)

    def _give_zone(self, request: Any, response: Any) -> Future[Any]:
        asked = m.GiveAway("", request.zone_id, request.group, request.requester)
        return self._answer(asked, response)

    def _answer_alert(self, request: Any, response: Any) -> Future[Any]:
        asked = m.AnswerAlert("", request.alert_id, request.answer, request.requester)
        return self._answer(asked, response)

    # Questions

    def _explain(self, request: Any, response: Any) -> Any:
        explanation: Explanation | None = None
        match request.subject:
            case "job":
                explanation = explain_job(self._desk.fleet, request.id)
                missing = Reason.of("no-such-job", job=request.id[:80])
            case "robot":
                explanation = explain_robot(self._desk.fleet, request.id)
                missing = Reason.of("no-such-robot", robot=request.id[:80])
            case subject:
                missing = Reason.of(
                    "unknown-word", field="subject", value=subject[:40], known="job, robot"
                )
        response.found = explanation is not None
        told = explanation or Explanation((missing,))
        response.text_en = "\n".join(say(reason, "en") for reason in told.reasons)
        response.text_ko = "\n".join(say(reason, "ko") for reason in told.reasons)
        response.decisions = [jobs.assignment_message(made) for made in told.decisions]
        return response

    def _list_jobs(self, request: Any, response: Any) -> Any:
        fleet, wanted = self._desk.fleet, set(request.status)
        if unknown := wanted - set(jobs.STATUSES):
            self._node.get_logger().warning(
                f"list_jobs: no such status: {', '.join(sorted(unknown))}; "
                f"use {', '.join(jobs.STATUSES)}"
            )
        newest_first = sorted(
            (job for job in fleet.state.jobs.values() if not wanted or job.status in wanted),
            key=lambda job: job.submitted_ns,
            reverse=True,
        )
        chosen = newest_first[: request.limit or None]
        response.jobs = [jobs.state_message(fleet, job) for job in chosen]
        return response

    def _list_alerts(self, _request: Any, response: Any) -> Any:
        open_now = self._desk.fleet.state.alerts.values()
        response.alerts = [alert_message(alert, is_open=True) for alert in open_now]
        return response

    def _list_stops(self, request: Any, response: Any) -> Any:
        response.stops = [stop_message(stop) for stop in self._desk.fleet.state.stops.values()]
        return response


def _into(response: Any, field: str) -> Callable[[Any], Any]:
    def put(value: Any) -> Any:
        setattr(response, field, value)
        return response

    return put
