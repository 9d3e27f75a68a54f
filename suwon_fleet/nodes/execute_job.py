# SPDX-License-Identifier: Apache-2.0
"""The action execute_job: a job submitted and followed to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any

from rclpy.action import CancelResponse
from rclpy.node import Node

import suwon_fleet.msg as msg
from suwon_fleet.action import ExecuteJob
from suwon_fleet.adapters.ros import jobs
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.jobs import JobStatus
from suwon_fleet.nodes.fleet_requests import Desk
from suwon_fleet.nodes.late_goals import end, serve


class ExecuteJobServer:
    """Goals, each with the job it made. On the node's thread.

    A goal stays accepted, without a coroutine of its own, while its job goes on: `tell` gives it feedback
    as the job changes, and executes it, that is ends it, when the job is over. A goal does not outlive
    the process; its job does.
    """

    def __init__(self, node: Node, desk: Desk, job_answer: Callable[[Any], Future[Any]]) -> None:
        self._desk, self._job_answer = desk, job_answer
        self._goals: dict[str, list[tuple[Any, Any]]] = {}
        """The goals that follow a job (a request sent twice is one job), each with its answer."""
        self._server = serve(node, ExecuteJob, "execute_job", self._accept, self._cancel)

    def close(self) -> None:
        """Let go of all goals; their jobs go on."""
        self._goals.clear()
        self._server.destroy()

    def tell(self, job_ids: Iterable[str]) -> None:
        """These jobs have changed."""
        for job_id in job_ids:
            for goal, response in self._goals.get(job_id, ()):
                self._follow(job_id, goal, response)
            if self._desk.fleet.state.jobs[job_id].status.is_over:
                self._goals.pop(job_id, None)

    def _accept(self, goal: Any) -> None:
        request = goal.request.request
        request.verb = msg.JobRequest.SUBMIT
        self._job_answer(request).add_done_callback(lambda done: self._begin(goal, done.result()))

    def _begin(self, goal: Any, response: Any) -> None:
        if not response.accepted:
            end(goal, goal.abort, ExecuteJob.Result(response=response))
            return
        self._goals.setdefault(response.job_id, []).append((goal, response))
        if goal.is_cancel_requested:
            self._cancel_job(response.job_id, goal)
        self.tell([response.job_id])

    def _follow(self, job_id: str, goal: Any, response: Any) -> None:
        job = self._desk.fleet.state.jobs[job_id]
        state = jobs.state_message(self._desk.fleet, job)
        if not job.status.is_over:
            goal.publish_feedback(
                ExecuteJob.Feedback(
                    status=state.status,
                    phase=state.phase,
                    progress=state.progress,
                    robot_id=state.robot_id,
                    expected_end=state.expected_end,
                )
            )
            return
        result = ExecuteJob.Result(response=response, final_state=state)
        if job.status is JobStatus.FINISHED:
            end(goal, goal.succeed, result)
        elif job.status is JobStatus.CANCELLED and goal.is_cancel_requested:
            end(goal, goal.canceled, result)
        else:
            end(goal, goal.abort, result)

    def _cancel(self, goal: Any) -> CancelResponse:
        """Have the job cancelled: now, or as soon as it is there (`_begin`)."""
        for job_id, following in self._goals.items():
            if any(other == goal for other, _ in following):
                self._cancel_job(job_id, goal)
        return CancelResponse.ACCEPT

    def _cancel_job(self, job_id: str, goal: Any) -> None:
        self._desk.ask(m.CancelJob("", job_id, goal.request.request.requester))
