# SPDX-License-Identifier: Apache-2.0
"""What a robot's author fills in, and the loop around it."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from suwon_fleet.robot.contract import MOST_BYTES, MOST_FACTS, MOST_ID, MOST_TEXT, check_text, pack
from suwon_fleet.robot.link import Connection, Ended, Link
from suwon_fleet.robot.lockstep import Ticks
from suwon_fleet.robot.member import Action, Body, Member, Waypoint

_GRADES = ("info", "warning", "error")
_MOST_BYTES = MOST_BYTES - 1024
"""Of the facts of one event; the rest is for what is around them."""
_ALARM_AGAIN_S = 1.0
_READY_AGAIN_S = 0.5
_TIMES_OVER = 3
"""So often it is said that an alarm is over."""


@dataclass(slots=True)
class _Alarm:
    grade: str
    text: str
    is_on: bool
    times: int = 0
    """It was said."""
    wait_s: float = 0.0
    """Until it is said again."""


class Robot(ABC):
    """A robot for `run`, which calls its methods every period from one thread; none of them may wait.

    `body` is what the robot says of itself: keep it true. The fleet's stops, pauses, ground and commands
    are taken care of; its own safety, obstacles and emergency stop are the robot's alone.
    """

    def __init__(self) -> None:
        self.body = Body()
        self.stop_kind = ""
        """With a stop of the fleet `protective` (stand and hold), `settle` (sit or kneel first, then hold
        without torque) or `cut` (drive power off at once); otherwise empty."""
        self._said: list[tuple[str, dict[str, str]]] = []
        self._alarms: dict[str, _Alarm] = {}

    @abstractmethod
    def drive(self, to: Waypoint, period_s: float) -> bool:
        """Go on towards a waypoint, for one period; true once the turning centre has reached it."""

    @abstractmethod
    def act(self, action: Action, period_s: float) -> bool | None:
        """Go on with an action, for one period: None while it runs, then whether it was done.

        What it cannot do it ends with False. `action.result` may say more. With `action.is_cancelled` it
        makes an end as soon as that is safe, and says False.
        """

    @abstractmethod
    def halt(self) -> None:
        """Stand still, or be on the way to that; called each period in which it may not move.

        `stop_kind` tells how the fleet wants it.
        """

    def sense(self) -> None:  # noqa: B027
        """Bring `body` up to date; called at the beginning of each period."""

    def tell(self, what: str, **facts: str) -> None:
        """Tell the fleet that something happened; it is heard in order, over outages too.

        Raises ValueError for more than 100 facts, and for longer names (64) and texts (1000) than the fleet
        reads.
        """
        check_text("what", what, MOST_ID)
        for name, value in facts.items():
            check_text("fact", name, MOST_ID)
            check_text(name, value, MOST_TEXT)
        if len(facts) > MOST_FACTS or len(pack("", 0, 0, list(facts.items()))) > _MOST_BYTES:
            raise ValueError(f"{what}: that is too much for one event")
        self._said.append((what, facts))

    def alarm(self, code: str, text: str, *, grade: str = "error", is_on: bool = True) -> None:
        """Tell people at once, until `is_on` is false; `grade` is info, warning or error.

        Raises ValueError for another grade, and for a longer `code` (64) or `text` (1000) than the fleet
        reads.
        """
        check_text("code", code, MOST_ID)
        check_text("text", text, MOST_TEXT)
        if grade not in _GRADES:
            raise ValueError(f"grade {grade!r}: use {', '.join(_GRADES)}")
        self._alarms[code] = _Alarm(grade, text, is_on)


class _Loop:
    """One robot at work."""

    def __init__(
        self, robot: Robot, member: Member, link: Link, *, in_lockstep: bool = False
    ) -> None:
        self._robot, self._member, self._link = robot, member, link
        self._in_lockstep = in_lockstep
        self._waited_s = 0.0
        self._ticks = Ticks(member.robot_id, self.live)

    def hear(self) -> None:
        """Take what has come in, and answer; if it must stand, it begins to at once."""
        heard = self._link.heard()
        for channel, payload in heard:
            if channel == "tick":
                self._tick(payload)
                continue
            answer = self._member.hear(channel, payload, self._now_ns())
            if answer is not None:
                self._link.say_answer(answer)
        self._robot.stop_kind = self._member.stop_kind
        if heard and not self._member.may_go(self._robot.body):
            self._robot.halt()

    def _now_ns(self) -> int:
        """The fleet's time."""
        return self._ticks.now_ns if self._in_lockstep else time.time_ns()

    def _tick(self, payload: bytes) -> None:
        """Live through a tick of the simulator's, and say so."""
        ticked = self._ticks.hear(payload, self._robot.body)
        if ticked is not None:
            self._link.say_ticked(ticked)

    def wait_for_ticks(self) -> None:
        """Wait for what comes; while nothing does, say that it is there."""
        if not self._link.woken.wait(_READY_AGAIN_S):
            self._link.say_ticked(self._ticks.ready(time.time_ns()))

    def live(self, period_s: float, now_ns: int) -> None:
        """Act or move for one period, and say how it stands at its end."""
        robot, member, link = self._robot, self._member, self._link
        robot.stop_kind = member.stop_kind
        robot.sense()
        if not member.may_go(robot.body):
            robot.halt()
        elif member.runs_action:
            self._act(period_s)
        elif member.ahead:
            self._drive(period_s)
        else:
            robot.halt()
        link.say_state(member.state(robot.body, now_ns))
        link.answer_who(member.factsheet(now_ns))
        said, robot._said = robot._said, []
        for what, facts in said:
            link.say_event(member.event(what, facts, now_ns))
        self._say_alarms(now_ns, period_s)

    def _act(self, period_s: float) -> None:
        action = self._member.action
        assert action is not None
        done = self._robot.act(action, period_s)
        if done is not None:
            action.status = "finished" if done and not action.is_cancelled else "failed"

    def _drive(self, period_s: float) -> None:
        """Straight on; wait first where the way makes one wait."""
        to = self._member.ahead[0]
        if self._waited_s < to.hold_s:
            self._waited_s += period_s
            self._robot.halt()
        elif self._robot.drive(to, period_s):
            self._member.reached()
            self._waited_s = 0.0

    def _say_alarms(self, now_ns: int, period_s: float) -> None:
        """Alarms are said again and again while they are on, so that none is lost."""
        for code, alarm in list(self._robot._alarms.items()):
            alarm.wait_s -= period_s
            if alarm.wait_s > 0.0:
                continue
            alarm.wait_s, alarm.times = _ALARM_AGAIN_S, alarm.times + 1
            said = self._member.alarm(code, alarm.grade, alarm.text, alarm.is_on, now_ns)
            self._link.say_alarm(said)
            if not alarm.is_on and alarm.times >= _TIMES_OVER:
                del self._robot._alarms[code]


def run(
    robot: Robot,
    connection: Connection,
    *,
    site: str,
    zone: str,
    robot_id: str,
    kind: str,
    rate_hz: float = 10.0,
    lockstep: bool = False,
    until: Callable[[], bool] = lambda: False,
) -> None:
    """Be a member of the fleet, until told otherwise or interrupted; stops the robot before it leaves.

    In `lockstep` the ticks of a simulator take the place of the clock and of `rate_hz`: it lives and
    reports by them only, in simulated time (docs/hil.md).

    Waits for a fleet that is not there yet. Raises ValueError for names, endpoints and files that cannot
    be, ZError for what else Zenoh refuses.
    """
    link = None
    try:
        member = Member(robot_id, kind, session=f"{time.time_ns():x}")
        link = Link(connection, site, zone, robot_id, until, in_lockstep=lockstep)
        loop = _Loop(robot, member, link, in_lockstep=lockstep)
        period_s = 1.0 / rate_hz
        link.join(member.factsheet(time.time_ns()))
        next_s = time.monotonic()
        while not until():
            loop.hear()
            if lockstep:
                loop.wait_for_ticks()
                continue
            if (left_s := next_s - time.monotonic()) > 0.0:
                link.woken.wait(left_s)
                continue
            loop.live(period_s, time.time_ns())
            next_s = max(next_s + period_s, time.monotonic())
    except (KeyboardInterrupt, Ended):
        pass
    finally:
        robot.halt()
        if link:
            link.close()
