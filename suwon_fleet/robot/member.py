# SPDX-License-Identifier: Apache-2.0
"""The rules of a fleet's member: what a robot knows, and how it takes what it hears. No clock, no network.

What comes twice is done once and answered again; what is older than the last is not done.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from suwon_fleet.robot.contract import Unreadable, pack, unpack

STANDS_MPS = 0.02
"""Slower than this it stands: no odometry says zero."""
_STOPS = ("protective", "settle", "cut")
_REMEMBERED = 256
"""Answers kept, to give them again."""


@dataclass(slots=True)
class Body:
    """How the robot is, as its author keeps it; words and units are those of docs/adapters.md."""

    x_m: float = 0.0
    y_m: float = 0.0
    yaw_rad: float = 0.0
    level: str = "ground"
    speed_mps: float = 0.0
    """It stands, and has carried out a stop, at 0.02 or less either way."""
    battery: float | None = None
    """0 to 1; None while unknown, and then it gets no jobs."""
    mode: str = "automatic"
    navigation: str = ""
    """Empty: `moving` or `standing` by its speed."""
    compartment: str | None = None
    lift: str = "none"
    stop: str = "none"
    """Its own: `emergency`, `safe_hold`, `fatal` or `alarm`. Stops the fleet asks for are added."""
    power: str = "discharging"
    control: str | None = None
    posture: str | None = None
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Waypoint:
    """Where to drive next, straight on and at most so fast, after waiting `hold_s`."""

    x_m: float
    y_m: float
    level: str
    speed_limit_mps: float
    lane: str = ""
    hold_s: float = 0.0


@dataclass(slots=True)
class Action:
    """What it was asked to do where it stands; `is_cancelled`: end it as soon as that is safe."""

    action_id: str
    kind: str
    params: dict[str, str]
    status: str = "running"
    result: str = ""
    is_cancelled: bool = False


class Member:
    """One robot's membership, from the start of its program to its end."""

    def __init__(self, robot_id: str, kind: str, session: str, vendor: str = "", serial: str = ""):
        self.robot_id, self.kind, self.session = robot_id, kind, session
        self.vendor, self.serial = vendor, serial
        self.ahead: deque[Waypoint] = deque()
        """Granted, and not reached yet."""
        self.path_index = self.granted_index = -1
        self.action: Action | None = None
        self.is_paused = False
        self.unread = 0
        """Messages that could not be used, and messages of ours that the fleet could not read."""
        self.detail = ""
        """What was wrong with the last of them."""
        self.stop_kind = ""
        """How the fleet wants it to stand still: `protective`, `settle` or `cut`; empty: it does not."""
        self._stop_wanted = ""
        self._known_actions: deque[str] = deque(maxlen=_REMEMBERED)
        self._called_off: deque[str] = deque(maxlen=_REMEMBERED)
        self._epoch = 0
        self._last = {"command": -1, "stop": -1}
        self._given: dict[str, tuple[str, str]] = {}
        self._sequence = {"state": 0, "answer": 0, "event": 0, "alarm": 0}

    # What it may do

    def may_go(self, body: Body) -> bool:
        """Whether nothing asks it to stand still."""
        return not self._stop_wanted and not self.is_paused and body.stop == "none"

    @property
    def runs_action(self) -> bool:
        return self.action is not None and self.action.status == "running"

    def reached(self) -> None:
        """It is on the next waypoint: the ground behind goes to others at once."""
        self.ahead.popleft()
        self.path_index += 1

    # What it says

    def factsheet(self, stamp_ns: int) -> bytes:
        """Who it is."""
        body = [self.robot_id, self.kind, self.session, self.vendor, self.serial]
        return pack("factsheet", 1, stamp_ns, body)

    def state(self, body: Body, stamp_ns: int) -> bytes:
        """How it stands."""
        is_still = abs(body.speed_mps) <= STANDS_MPS
        stop, stop_id = body.stop, ""
        if self._stop_wanted and is_still:
            stop_id = self._stop_wanted
            stop = "protective" if stop == "none" else stop
        elif self.is_paused and stop == "none":
            stop = "paused"
        action = self.action
        said = [
            self.robot_id,
            self.session,
            body.x_m,
            body.y_m,
            body.yaw_rad,
            body.level,
            body.speed_mps,
            self.path_index,
            self.granted_index,
            body.battery,
            body.mode,
            body.navigation or ("standing" if is_still else "moving"),
            body.compartment,
            body.lift,
            stop,
            body.power,
            body.control,
            body.posture,
            [action.action_id, action.status, action.result] if action else None,
            stop_id,
            body.faults,
        ]
        return pack("state", self._next("state"), stamp_ns, said)

    def event(self, what: str, facts: dict[str, str], stamp_ns: int) -> bytes:
        """Something that happened."""
        said = [self.robot_id, self.session, what, list(facts.items())]
        return pack("event", self._next("event"), stamp_ns, said)

    def alarm(self, code: str, grade: str, text: str, is_on: bool, stamp_ns: int) -> bytes:
        """What people should know at once."""
        said = [self.robot_id, self.session, code, grade, text, is_on]
        return pack("alarm", self._next("alarm"), stamp_ns, said)

    def _next(self, kind: str) -> int:
        self._sequence[kind] += 1
        return self._sequence[kind]

    # What it hears

    def hear(self, channel: str, payload: bytes, now_ns: int) -> bytes | None:
        """Take a message of `command`, `grant` or `stop`; gives what to answer, if anything."""
        command_id, sequence = "", 0
        try:
            kind, sequence, body = unpack(payload)
            if kind == "unread":
                self.unread, self.detail = self.unread + 1, f"unread by the fleet: {body[:3]}"
                return None
            if kind == "grant" and channel == "grant":
                self._take_ground(body)
                return None
            command_id = _text(body[0])
            refusal, detail = self._answer(channel, kind, sequence, body, now_ns)
        except Unreadable as error:
            sequence = error.of_sequence or sequence
            refusal, detail = error.refusal, error.detail
        except (ValueError, TypeError, IndexError) as error:
            refusal, detail = "unreadable", str(error)[:200]
        if refusal in ("unreadable", "newer-schema"):
            self.unread, self.detail = self.unread + 1, detail
        said = [self.robot_id, self.session, command_id, sequence, refusal, detail]
        return pack("answer", self._next("answer"), now_ns, said)

    def _take_ground(self, body: list[Any]) -> None:
        session, epoch, first_index, waypoints = body[:4]
        new = [_waypoint(one) for one in waypoints][self.granted_index + 1 - _count(first_index) :]
        is_mine = session == self.session and self._is_of_the_owner(_count(epoch))
        if is_mine and first_index <= self.granted_index + 1:  # else one was lost; it comes again
            self.ahead += new
            self.granted_index += len(new)

    def _is_of_the_owner(self, epoch: int) -> bool:
        """Whether this comes from the latest owner known; a later one takes over by speaking."""
        if epoch > self._epoch:
            self._epoch = epoch
            self._last = dict.fromkeys(self._last, -1)
        return epoch == self._epoch

    def _answer(
        self, channel: str, kind: str, sequence: int, body: list[Any], now_ns: int
    ) -> tuple[str, str]:
        """Do as told unless that was done, or must not be: the refusal, empty if none, and its detail."""
        if channel not in self._last:
            raise ValueError(f"no {kind} on {channel}")
        command_id, session, epoch, expires_ns, *rest = body
        if command_id in self._given:
            return self._given[command_id]
        if now_ns > _count(expires_ns):
            return "expired", ""
        is_stop = channel == "stop" and kind == "request_stop"
        if not is_stop and session != self.session:  # whoever asks it to stop may
            return "other-session", ""
        if not self._is_of_the_owner(_count(epoch)):
            return "other-session", f"its owner is the one of epoch {self._epoch}"
        if sequence <= self._last[channel]:
            return "older", f"{self._last[channel]} was heard"
        done = self._obey(channel, kind, rest)
        self._last[channel] = sequence
        self._given[command_id] = done
        if len(self._given) > _REMEMBERED:
            del self._given[next(iter(self._given))]
        return done

    def _obey(self, channel: str, kind: str, rest: list[Any]) -> tuple[str, str]:
        match channel, kind, rest:
            case "stop", "request_stop", [str(stop_id), *more]:
                self._stop_wanted = stop_id
                self.stop_kind = more[0] if more and more[0] in _STOPS else _STOPS[0]
            case "stop", "release_stop", [str(stop_id), *_]:
                if stop_id == self._stop_wanted:
                    self._stop_wanted = self.stop_kind = ""
            case "command", "act", [str(action_id), str(action), *more]:
                return self._begin(action_id, action, more[0] if more else [])
            case "command", "cancel_action", [str(action_id), *_]:
                if self.action and self.action.action_id == action_id:
                    self.action.is_cancelled = True
                elif action_id not in self._known_actions:  # it may be asked for only now
                    self._known_actions.append(action_id)
                    self._called_off.append(action_id)
            case "command", "pause" | "resume", _:
                self.is_paused = kind == "pause"
            case _:
                raise ValueError(f"no {kind} on {channel}")
        return "", ""

    def _begin(self, action_id: str, kind: str, params: Any) -> tuple[str, str]:
        if action_id in self._called_off and not self.runs_action:
            self.action = Action(action_id, kind, {}, "failed", "cancelled")
        if action_id in self._known_actions:
            return "", "known"
        if self.runs_action:
            return "busy", f"{self.action.action_id} runs" if self.action else ""
        self.action = Action(action_id, kind, {_text(name): _text(value) for name, value in params})
        self._known_actions.append(action_id)
        return "", ""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r:.40} is no text")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r:.40} is no count")
    return value


def _waypoint(said: Any) -> Waypoint:
    """Raises ValueError, TypeError."""
    x_m, y_m, level, speed_limit_mps, *more = said
    lane = more[0] if more else ""
    hold_s = more[1] if len(more) > 1 else 0.0
    numbers = [float(one) for one in (x_m, y_m, speed_limit_mps, hold_s)]
    if not all(map(math.isfinite, (*numbers[:2], numbers[3]))) or not numbers[2] >= 0.0:
        raise ValueError("a waypoint's numbers must be numbers")
    return Waypoint(numbers[0], numbers[1], _text(level), numbers[2], _text(lane), numbers[3])
