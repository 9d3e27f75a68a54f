# SPDX-License-Identifier: Apache-2.0
"""The simulator: a world of robots that report to a fleet_manager and obey it, over ROS topics."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rosgraph_msgs.msg import Clock
from std_msgs.msg import String
from std_srvs.srv import Trigger

import suwon_fleet.msg as msg
from suwon_fleet.adapters.ros import commands, fields
from suwon_fleet.adapters.ros.link import COMMANDS_QOS
from suwon_fleet.core.robots.states import LEGS
from suwon_fleet.nodes.judged_world import SECOND
from suwon_fleet.nodes.lateness import Lateness
from suwon_fleet.nodes.open_world import OpenWorld
from suwon_fleet.nodes.pace import POLL_S, Pace
from suwon_fleet.nodes.rigs import Rigs
from suwon_fleet.nodes.sim_faults import SimFaults
from suwon_fleet.nodes.sim_interface import SimInterface
from suwon_fleet.nodes.sim_parameters import declare_parameters
from suwon_fleet.nodes.spinning import asked_to_end, executor_for, run
from suwon_fleet.nodes.world_handle import Refused, Why
from suwon_fleet.sim.warm_up import warm_up
from suwon_fleet.sim.world import STEP_NS
from suwon_fleet.wire.cdr.fleet import write_reports

FLEET = "/fleet"
"""Namespace of the fleet_manager."""
ANNOUNCE_EVERY = 10
"""Robots say who they are in every so-manieth report: a fleet that forgot them hears it soon."""
CLOCK_S, SUMMARY_S = 0.01, 1.0
"""Wall seconds between messages of each sort, at least."""
REPEAT_S = 0.2
"""A world that waits for its fleet reports again after so many wall seconds."""
MOST_AT_ONCE = 4
"""Messages taken between two steps."""

REPORTS_QOS = QoSProfile(depth=10)
LATEST_QOS = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class Simulator(Node):
    """See the module. Raises BadInput when a parameter or a scenario is wrong.

    `advance` moves the world on as far as is due; whoever spins the node calls it in between.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__("simulator", namespace="/sim", **options)
        self.parameters = declare_parameters(self)
        warm_up(self.get_logger().info)
        scenario = self.parameters.scenario
        self._judged = OpenWorld(scenario, session=f"{time.time_ns():x}")
        self.world = self._judged.world
        self._rigs = Rigs(self, self.parameters.rigs, self._judged, FLEET)
        self._pace = Pace(self.parameters.rate, round(self.parameters.lead_s * SECOND))
        self._steps_per_report = max(1, round(self.parameters.report_every_s * SECOND / STEP_NS))
        self._heard_ns: int | None = None
        self._batches = 0
        self._steps = 0
        self._due_s: dict[str, float] = {}
        self._began_s = time.monotonic()
        self._lateness = Lateness(self.parameters.rate)
        self._open()
        self.get_logger().info(
            f"{scenario.id}: {len(self.world.robots)} robots on site {scenario.site.id}"
        )

    def _open(self) -> None:
        self._reports_out = self.create_publisher(
            msg.RobotReports, f"{FLEET}/robot_reports", REPORTS_QOS
        )
        self.create_subscription(
            msg.RobotCommands, f"{FLEET}/robot_commands", self._on_commands, COMMANDS_QOS
        )
        for manager in self.parameters.managers:
            hear = partial(self._on_fleet_state, manager)
            self.create_subscription(msg.FleetState, f"{manager}/state", hear, LATEST_QOS)
        self._clock_out = self.create_publisher(Clock, "/clock", QoSProfile(depth=1))
        self._diagnostics_out = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        self._summary_out = self.create_publisher(String, "summary", LATEST_QOS)
        self.create_service(Trigger, "record", self._on_record)
        self._faults = SimFaults(self, self.world.faults)
        self.interface = SimInterface(
            self,
            self._judged,
            self.parameters.interface,
            step=self._step_by_request,
            began_again=self._began_again,
        )

    # What comes in

    def _on_commands(self, batch: Any) -> None:
        taken, wrong = commands.commands_in(batch)
        for fault in wrong:
            self.get_logger().warning(
                f"robot_commands: left out: {fault}", throttle_duration_sec=5.0
            )
        at_ns = fields.ns_of(batch.stamp)
        if self._heard_ns is None and self._steps == 0:
            # A fleet that goes on with its journal is past zero already: begin where it is.
            self.world.now_ns = max(self.world.now_ns, at_ns - at_ns % STEP_NS)
        # No fleet is further than the world it hears of, whatever a stamp says.
        self._heard_ns = max(self._heard_ns or 0, min(at_ns, self.world.now_ns))
        self._judged.take(taken)

    def _on_fleet_state(self, manager: str, state: Any) -> None:
        wanting = [
            robot.robot_id
            for robot in state.robots
            if robot.goal and robot.mission in LEGS and robot.robot_id in self.world.robots
        ]
        self._judged.note_wanting(manager, wanting)

    def _on_record(self, request: Any, response: Any) -> Any:
        response.success = True
        response.message = json.dumps({**self.summary(), "done": self._judged.done()})
        return response

    # Time

    def advance(self) -> float:
        """Make the steps that are due, up to the next report; the seconds to wait after that."""
        if self.interface.step_for_an_action():
            self._tell_clock()
            return 0.0
        wait_s = self._wait_s()
        if wait_s > 0.0:
            if self._is_due("repeat", REPEAT_S) and wait_s >= POLL_S:
                self._report()
            return wait_s
        while True:
            self._step()
            if self._steps % self._steps_per_report == 0:
                return 0.0
            wait_s = self._wait_s()
            if wait_s > 0.0:
                self._tell_clock()
                return wait_s

    def _step(self) -> None:
        self.interface.before_step()
        self._judged.step()
        self._steps += 1
        self.interface.after_step()
        if self._steps % self._steps_per_report == 0:
            self._report()

    def _step_by_request(self) -> None:
        if self._rigs.is_in_lockstep:
            raise Refused(Why.INCORRECT_STATE, "participants in lockstep make the world's steps")
        self._step()

    def _began_again(self) -> None:
        """Time has been set back: go on from there."""
        self._pace.begin_anew()
        self._heard_ns = None
        self._report()

    def _wait_s(self) -> float:
        """Seconds to wait before the next step: for its time, and for those in lockstep with it."""
        now_s = time.monotonic()
        if self.interface.is_held:
            self._pace.begin_anew()
            return POLL_S
        self._rigs.keep_time(self.world)
        wait_s = self._pace.wait_s(now_s, self.world.now_ns, self._heard_ns)
        wait_s = wait_s or self._rigs.wait_s(now_s, self.world.now_ns)
        if not wait_s:
            self._lateness.note(self._pace.late_s)
        return wait_s

    def _is_due(self, what: str, every_s: float) -> bool:
        """Whether something was not done for `every_s` of wall time; if so it counts as done now."""
        now_s = time.monotonic()
        if now_s < self._due_s.get(what, 0.0):
            return False
        self._due_s[what] = now_s + every_s
        return True

    # What goes out

    def _report(self) -> None:
        announce = self._batches % ANNOUNCE_EVERY == 0
        self._batches += 1
        self._faults.tell()
        told = self.world.reports()
        robots = self.world.robots
        kinds = {r.robot_id: robots[r.robot_id].kind.id if announce else "" for r in told}
        payload, left_out = write_reports((r, kinds[r.robot_id]) for r in told)
        self._reports_out.publish(payload)
        if left_out:
            self.get_logger().warning(
                f"numbers too large for ROS: {', '.join(left_out)[:200]} left out",
                throttle_duration_sec=5.0,
            )
        self._due_s["repeat"] = time.monotonic() + REPEAT_S
        self._tell_clock()
        if self._is_due("summary", SUMMARY_S):
            self.tell_summary()

    def _tell_clock(self) -> None:
        if self._rigs.is_in_lockstep or self._is_due("clock", CLOCK_S):
            self._clock_out.publish(Clock(clock=fields.stamp(self.world.now_ns)))

    def summary(self) -> dict[str, Any]:
        """How far the world has come and what its judge has found."""
        return {
            "scenario": self.parameters.scenario.id,
            "site": self.parameters.scenario.site.id,
            "seed": self.parameters.scenario.seed,
            "wall_s": round(time.monotonic() - self._began_s, 3),
            **self._judged.summary(),
            "pace": self._lateness.figures(),
            **self._rigs.figures(),
        }

    def tell_summary(self) -> None:
        """To whoever listens; its health, too."""
        self._summary_out.publish(String(data=json.dumps(self.summary())))
        told = DiagnosticArray(status=[self._lateness.status(), *self._rigs.statuses()])
        told.header.stamp = fields.stamp(self.world.now_ns)
        self._diagnostics_out.publish(told)

    def tell_last_words(self) -> None:
        """How it was, in the log too."""
        self.tell_summary()
        for line in (*self._lateness.last_words(), *self._rigs.last_words()):
            self.get_logger().info(line)

    def destroy_node(self) -> None:
        """Leave ROS, and Zenoh."""
        self._rigs.close()
        super().destroy_node()


def _work(node: Simulator) -> int:
    """Take what comes and make the steps that are due, until the process is asked to end."""
    executor = executor_for(node)
    wait_s = 0.0
    try:
        with asked_to_end() as asked:
            while not asked.is_set():
                executor.spin_once(timeout_sec=wait_s)
                for _ in range(MOST_AT_ONCE):
                    executor.spin_once(timeout_sec=0)
                wait_s = node.advance()
    finally:
        node.tell_last_words()
    return 0


def main(args: Sequence[str] | None = None) -> int:
    """The process: exit code 0 when asked to end, 2 for bad input."""
    return run(Simulator, _work, args)


if __name__ == "__main__":
    sys.exit(main())
