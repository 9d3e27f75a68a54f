# SPDX-License-Identifier: Apache-2.0
"""The fleet_manager: a fleet's core as a lifecycle node.

Unconfigured it holds nothing. Inactive it has the map, and the fleet as its journal tells; it answers
questions and refuses requests. Active it hears robots and moves them. Deactivated again, robots hold
where their grants end, and nothing is lost.

All happens on the thread that spins the node: a turn of the core takes milliseconds, and reports that
come meanwhile wait in the middleware. Only requests to stop have a thread of their own, and wait for no
turn.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, fields, replace
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import SetParametersResult
from rclpy.clock import Clock, ClockType
from rclpy.qos import QoSProfile

from suwon_fleet.adapters.allowance import Allowance
from suwon_fleet.adapters.clocks import HeardClock, WallClock
from suwon_fleet.adapters.links import UrgentLinks
from suwon_fleet.adapters.ros import fields as ros_fields
from suwon_fleet.adapters.ros.link import RosLink
from suwon_fleet.core.engine import alerts
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.core import FleetCore
from suwon_fleet.core.engine.fleet import Fleet, Settings
from suwon_fleet.core.errors import Reason
from suwon_fleet.nodes import keeper
from suwon_fleet.nodes.diagnostics import Diagnostics, standing_by
from suwon_fleet.nodes.execute_job import ExecuteJobServer
from suwon_fleet.nodes.fleet_parameters import declare_parameters
from suwon_fleet.nodes.fleet_requests import FleetRequests
from suwon_fleet.nodes.fleet_topics import FleetTopics
from suwon_fleet.nodes.late_answers import at_once
from suwon_fleet.nodes.load import Load
from suwon_fleet.nodes.spinning import BAD_INPUT, executor_for, run, spin_until_asked
from suwon_fleet.nodes.stop_door import StopDoor
from suwon_fleet.nodes.taking_over import TakingOver, load_ahead
from suwon_fleet.nodes.told_lifecycle import SUCCESS, ToldLifecycleNode
from suwon_fleet.nodes.zenoh_robots import ZenohRobots, log_events
from suwon_fleet.ports import Journal
from suwon_fleet.service.changes import Changes
from suwon_fleet.service.fleet_service import FleetService, Request
from suwon_fleet.service.warm_up import settle

DIAGNOSTICS_S = 1.0
STAND_BY_S = 0.1
"""Who stands by looks so often whether the journal is free."""
MOST_AT_ONCE = 10_000
"""Requests that one requester may put in one go."""
FLEET = "fleet manager"
"""Whom alerts about itself are about: no robot, job or zone has a space in its name."""
SWITCH_S = 0.0005
"""A turn lets other threads go on so soon: a request to stop comes by several times on its way."""


@dataclass(slots=True)
class _Configured:
    """What the node holds from configure to cleanup."""

    core: FleetCore
    journal: Journal
    topics: FleetTopics
    requests: FleetRequests
    stop_door: StopDoor
    actions: ExecuteJobServer
    timers: list[Any]


@dataclass(slots=True)
class _Active:
    """What it holds from activate to deactivate."""

    link: RosLink
    zenoh: ZenohRobots | None
    service: FleetService
    timer: Any


class FleetManager(ToldLifecycleNode):
    """See the module. Raises BadInput when a parameter is wrong."""

    def __init__(self, **options: Any) -> None:
        super().__init__("fleet_manager", namespace="/fleet", **options)
        self.parameters = declare_parameters(self)
        self.add_on_set_parameters_callback(self._on_set_parameters)
        self._configured: _Configured | None = None
        self._active: _Active | None = None
        self._load = Load(self.parameters.tick_s)
        self._allowance = Allowance(self.parameters.requests_per_s, MOST_AT_ONCE)
        self._taking_over = TakingOver(self, self.parameters, self._on_kept)
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._turned_at_s = 0.0
        self._is_woken = False
        self._failure: OSError | None = None
        self._diagnostics = Diagnostics(self.parameters.tick_s)
        self._diagnostics_out = self.create_publisher(
            DiagnosticArray, "/diagnostics", QoSProfile(depth=10)
        )

    # Requests: FleetRequests and ExecuteJobServer ask through these

    @property
    def fleet(self) -> Fleet:
        """The fleet; only while the node is configured."""
        assert self._configured is not None
        return self._configured.core.fleet

    def ask(self, request: Request) -> Future[m.Answer]:
        """Put a request to the fleet; refused while the node is not active. Any thread."""
        if active := self._active:
            is_stop = isinstance(request, m.StopRobots)  # these are never turned away
            if not is_stop and (refused := self._too_many(request)):
                return refused
            asked = active.service.ask(request)
            if is_stop:
                self._wake()
            return asked
        return at_once(m.Answer(request.token, Reason.of("fleet-inactive")))

    def _too_many(self, request: Request) -> Future[m.Answer] | None:
        """The refusal of a request beyond what one requester may ask for."""
        asked = request.request if isinstance(request, m.SubmitJob) else request
        if self._allowance.allows(asked.requester, time.monotonic()):
            return None
        requester, most = asked.requester[:80] or "-", f"{self._allowance.per_s:g}"
        reason = Reason.of("too-many-requests", requester=requester, most=most)
        return at_once(m.Answer(request.token, reason))

    # Transitions

    def stand_by(self, wait: Callable[[], None]) -> None:
        """Wait until no other process has the journal; `wait` waits a little, again and again."""

        def told() -> None:
            self._diagnostics_out.publish(standing_by(self.get_clock().now().to_msg()))
            wait()

        self._taking_over.stand_by(told)

    def _configure(self) -> None:
        given = self.parameters
        core, journal = self._taking_over.take()
        core.fleet.settings = self._settings()
        site = core.fleet.site
        requests = FleetRequests(self, self)
        self._configured = _Configured(
            core,
            journal,
            FleetTopics(self, site),
            requests,
            StopDoor(self, self),
            ExecuteJobServer(self, self, requests.job_answer),
            [
                self._every(1.0 / given.state_hz, self._on_state_due),
                self._every(DIAGNOSTICS_S, self._tell_diagnostics),
            ],
        )
        self.get_logger().info(
            f"site {site.id}: {len(site.lanes)} lanes, {len(site.places)} places;"
            f" {len(core.state.robots)} robots and {len(core.state.jobs)} jobs"
            f" in {given.journal or 'no journal'}"
        )
        settle()

    def _activate(self) -> None:
        assert self._configured is not None
        clock = HeardClock() if self.get_parameter("use_sim_time").value else WallClock()
        core, journal = self._configured.core, self._configured.journal
        given = self.parameters.zenoh
        site_id, group = core.fleet.site.id, self.parameters.group
        zenoh = ZenohRobots(given, clock, site_id, group, self._wake) if given.is_used else None
        link = RosLink(self, clock, self._on_reports)
        links = UrgentLinks([link, zenoh.link]) if zenoh else link
        self._active = _Active(
            link,
            zenoh,
            FleetService(
                core,
                journal,
                links,
                clock,
                zenoh.peers if zenoh else None,
                zenoh.link.take_over if zenoh and group else None,
                links,
            ),
            self._every(self.parameters.tick_s, self._on_tick),
        )
        self._tell_state()

    def _deactivate(self) -> None:
        assert self._active is not None
        active, self._active = self._active, None
        self.destroy_timer(active.timer)
        if changes := active.service.close():
            self._tell(active, changes)
        active.link.close()
        if active.zenoh:
            active.zenoh.close()
        self._tell_state()

    def close(self) -> None:
        """Let go of everything; the journal is free again."""
        self._taking_over.close()
        if self._active:
            self._deactivate()
        if self._configured:
            configured, self._configured = self._configured, None
            for timer in configured.timers:
                self.destroy_timer(timer)
            configured.stop_door.close()
            configured.actions.close()
            configured.requests.close()
            configured.topics.close()
            configured.journal.close()
            gc.unfreeze()  # see `settle`

    # Turns

    def _every(self, seconds: float, do: Callable[[], None]) -> Any:
        """A timer of wall time, whatever the time of the fleet.

        Destroyed, it is silent at once, also when it was due in the same round of callbacks.
        """

        def fire() -> None:
            if timer in self.timers:
                do()

        timer = self.create_timer(seconds, fire, clock=self._steady)
        return timer

    def _on_reports(self) -> None:
        """Turn with the robots: at simulated time's pace, and no oftener than tick_s of the fleet's."""
        if not self._active:  # deactivated in the round of callbacks that these reports came in
            return
        reached_ns = self._active.service.now_ns - self.fleet.now_ns
        if reached_ns >= self.parameters.tick_s * ros_fields.SECOND:
            self._turn()

    def _on_tick(self) -> None:
        """Turn for requests, and when robots are silent."""
        assert self._active is not None
        silent_s = time.monotonic() - self._turned_at_s
        if self._active.service.is_asked or silent_s >= self.parameters.tick_s:
            self._turn()

    def _wake(self) -> None:
        """Turn soon: another owner has said something, and a robot may stand at a gate. Any thread."""
        if not self._is_woken and (executor := self.executor):
            self._is_woken = True
            executor.create_task(self._on_woken)

    def _on_woken(self) -> None:
        self._is_woken = False
        if self._active:
            self._safely(self._turn)

    def _on_kept(self) -> None:
        """Act soon: the journal has kept more. Its thread."""
        if executor := self.executor:
            executor.create_task(self._safely, self._act)

    def _safely(self, do: Callable[[], None]) -> None:
        """Do something as a task. An error in it would end the process without a word: a turn raises it."""
        try:
            do()
        except OSError as error:
            self._failure = error

    def _act(self) -> None:
        """Tell all what was decided and is kept by now. An OSError of the journal ends the process."""
        if self._active and (changes := self._active.service.act()):
            self._tell(self._active, changes)

    def _turn(self) -> None:
        """One turn, told to all as soon as it is kept. An OSError of the journal ends the process."""
        assert self._active is not None
        if self._failure:
            raise self._failure
        began_s, cpu_s = time.monotonic(), time.thread_time()
        if changes := self._active.service.turn():
            self._tell(self._active, changes)
        self._load.note(time.thread_time() - cpu_s)
        self._turned_at_s = time.monotonic()
        self._diagnostics.turns.note(self._turned_at_s - began_s)

    def _tell(self, active: _Active, changes: Changes) -> None:
        assert self._configured is not None
        active.link.flush(active.service.acted_ns)
        if active.zenoh:
            active.zenoh.turn()
            log_events(active.zenoh.link, self.get_logger().info)
        self._configured.topics.tell(self.fleet, changes)
        self._configured.actions.tell(changes.jobs)

    def _on_state_due(self) -> None:
        if self._load.lets_tell():
            self._tell_state()

    def _tell_state(self) -> None:
        assert self._configured is not None
        self._configured.topics.tell_state(self.fleet, active=self._active is not None)

    def _review_load(self, active: _Active) -> None:
        """People are told when there is too much to do, and when that is over."""
        if self._load.review():
            tick_s, turn_s = self.parameters.tick_s, round(self._load.mean_s, 3)
            reason = Reason.of("fleet-overloaded", tick=f"{tick_s:g}", turn=f"{turn_s:g}")
            is_over = not self._load.is_over
            active.service.notice(m.Noticed(alerts.WARNING, reason, FLEET, is_over))

    def _tell_diagnostics(self) -> None:
        assert self._configured is not None
        stamp = ros_fields.stamp(self.fleet.now_ns)
        if active := self._active:
            self._review_load(active)
        told = self._diagnostics.array(
            stamp,
            self.fleet,
            self._configured.journal.surprises,
            self._allowance,
            self._load,
            active.link if active else None,
            active.service.witness if active else None,
            active.zenoh if active else None,
        )
        self._diagnostics_out.publish(told)

    # Parameters

    def _settings(self) -> Settings:
        return Settings(
            **{field.name: self.get_parameter(field.name).value for field in fields(Settings)}
        )

    def _on_set_parameters(self, changed: list[Any]) -> SetParametersResult:
        """Settings of the core take effect at its next turn."""
        tuned = {p.name: p.value for p in changed if hasattr(Settings, p.name)}
        if self._configured and tuned:
            self.fleet.settings = replace(self.fleet.settings, **tuned)
        return SetParametersResult(successful=True)


def _work(node: FleetManager) -> int:
    """Start as told and spin until the process is asked to end."""
    executor = executor_for(node)
    sys.setswitchinterval(SWITCH_S)
    try:
        if node.parameters.autostart:
            node.stand_by(lambda: executor.spin_once(timeout_sec=STAND_BY_S))
            ok = node.trigger_configure() == SUCCESS and node.trigger_activate() == SUCCESS
            if not ok:
                return BAD_INPUT
        spin_until_asked(executor)
    finally:
        node.close()
    return 0


def main(args: Sequence[str] | None = None) -> int:
    """The process: exit code 0 when asked to end, 1 when the journal fails, 2 for bad input.

    With `--keep` before `--ros-args` it is a child of one that starts it again; see :mod:`.keeper`.
    """
    given = list(sys.argv[1:] if args is None else args)
    if keeper.FLAG not in given:
        return run(FleetManager, _work, given)
    given.remove(keeper.FLAG)
    load_ahead()
    return keeper.Keeper(lambda: run(FleetManager, _work, given), good=(0, BAD_INPUT)).run()


if __name__ == "__main__":
    sys.exit(main())
