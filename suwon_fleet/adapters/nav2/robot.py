# SPDX-License-Identifier: Apache-2.0
"""One robot that Nav2 drives, as the fleet sees robots: commands come in, reports go out.

Until goals of an earlier program are cancelled and it stands, it reports `startup`; while its pose does not
come it reports nothing, for nobody knows where it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from suwon_fleet.adapters.nav2.asking import FEEDBACK, SECOND, STATUS, Ask, Tell
from suwon_fleet.adapters.nav2.chores import Chores
from suwon_fleet.adapters.nav2.driver import Driver
from suwon_fleet.adapters.nav2.whereabouts import Whereabouts
from suwon_fleet.core.engine.messages import Announced, Reported
from suwon_fleet.core.robots.command import (
    Act,
    CancelAction,
    Grant,
    Pause,
    ReleaseStop,
    RequestStop,
    Resume,
    RobotCommand,
)
from suwon_fleet.core.robots.report import (
    Compartment,
    Factsheet,
    OperatingMode,
    Pose,
    RobotReport,
    StopState,
)
from suwon_fleet.wire.bridge.nav2_robot import Nav2Robot, PoseSource
from suwon_fleet.wire.cdr.actions import read_feedback, read_status
from suwon_fleet.wire.cdr.topics import read_battery, read_odometry, read_transforms

ODOM, TF, BATTERY = "odom", "tf", "battery_state"
REPORT_EVERY_NS = SECOND // 5
ANNOUNCE_EVERY = 10
"""It says who it is in every so-manieth report: a fleet that forgot it hears so soon."""


class Nav2Machine:
    """See the module. Not thread-safe; time comes in, by the fleet's clock."""

    def __init__(self, robot: Nav2Robot, session: str) -> None:
        """`session` differs each time the program starts."""
        self.robot = robot
        self._session = session
        tokens = itertools.count(1)
        self._here = Whereabouts(robot)
        self._driver = Driver(robot.robot_id, session, robot.map_frame, tokens)
        self._chores = Chores(robot.actions, tokens)
        self._level = robot.level
        self._stop = StopState.NONE
        self._stop_id = ""
        self._sequence = 0
        self._reported_ns = -REPORT_EVERY_NS

    @property
    def topics(self) -> tuple[str, ...]:
        """What it wants to hear, by names after the robot's namespace."""
        pose = (TF,) if self.robot.pose is PoseSource.TF else ()
        return (*pose, ODOM, BATTERY, FEEDBACK, STATUS)

    # What comes in

    def hear(self, topic: str, payload: bytes, now_ns: int) -> None:
        """A message on one of `topics`. Raises BadInput for one that cannot be used."""
        take: dict[str, Callable[[], None]] = {
            ODOM: lambda: self._here.hear_odometry(read_odometry(payload), now_ns),
            TF: lambda: self._here.hear_transforms(read_transforms(payload), now_ns),
            BATTERY: lambda: setattr(self._here, "battery", read_battery(payload)),
            FEEDBACK: lambda: self._driver.hear_feedback(read_feedback(payload), now_ns),
            STATUS: lambda: self._driver.hear_status(read_status(payload)),
        }
        take[topic]()

    def answer(self, token: int, payload: bytes | None, now_ns: int) -> None:
        """A request was answered, or with None was not. Raises BadInput for an unreadable reply."""
        if not self._driver.answer(token, payload, now_ns):
            self._chores.answer(token, payload, now_ns)

    def obey(self, command: RobotCommand, now_ns: int) -> None:
        """Take a command; one that was taken before changes nothing."""
        match command:
            case Grant():
                if self._driver.is_ready:
                    self._driver.extend(command)
            case Act():
                self._chores.begin(command, now_ns)
            case CancelAction():
                self._chores.cancel(command.action_id)
            case RequestStop():
                self._stop, self._stop_id = StopState.PROTECTIVE, command.stop_id
            case ReleaseStop():
                if self._stop is StopState.PROTECTIVE and self._stop_id == command.stop_id:
                    self._stop, self._stop_id = StopState.NONE, ""
            case Pause():
                if self._stop is StopState.NONE:
                    self._stop = StopState.PAUSED
            case Resume():
                if self._stop is StopState.PAUSED:
                    self._stop = StopState.NONE

    # What goes out

    def step(self, now_ns: int) -> list[Ask | Tell]:
        """What is to be asked and told now."""
        chores = self._chores.step(now_ns)
        may_go = self._stop is StopState.NONE and not self._chores.is_busy
        return [*self._driver.step(self._here, may_go, now_ns), *chores]

    def report(self, now_ns: int) -> Announced | Reported | None:
        """How it stands, when it is time to tell and its pose is known."""
        here, way = self._here, self._driver.way
        if now_ns - self._reported_ns < REPORT_EVERY_NS or not here.is_known(now_ns):
            return None
        assert here.place is not None
        x, y, yaw = here.place
        if way.reached >= 0:
            self._level = way[way.reached].level
        halted = here.stands(now_ns) and not self._driver.is_driving
        report = RobotReport(
            robot_id=self.robot.robot_id,
            sequence=self._sequence,
            stamp_ns=now_ns,
            session=self._session,
            pose=Pose(x, y, yaw, self._level),
            speed_mps=here.speed_mps,
            path_index=way.reached,
            granted_index=way.granted_index,
            battery_soc=here.soc,
            mode=OperatingMode.AUTOMATIC if self._driver.is_ready else OperatingMode.STARTUP,
            navigation=self._driver.navigation(here, now_ns),
            compartment=Compartment.CLOSED if self.robot.has_lid else None,
            stop=self._stop,
            power=here.power,
            action=self._chores.newest,
            stop_id=self._stop_id if halted else "",
            faults=(self._driver.trouble,) if self._driver.trouble else (),
        )
        announces = self._sequence % ANNOUNCE_EVERY == 0
        self._sequence, self._reported_ns = self._sequence + 1, now_ns
        if announces:
            sheet = Factsheet(self.robot.robot_id, self.robot.kind, self._session)
            return Announced(sheet, report)
        return Reported(report)
