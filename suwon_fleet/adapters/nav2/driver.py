# SPDX-License-Identifier: Apache-2.0
"""Drives a robot along its granted path by NavigateToPose goals, one straight stretch after the other."""

from __future__ import annotations

import itertools
import math
import uuid
from collections.abc import Mapping

from suwon_fleet.adapters.nav2.asking import SECOND, Ask, Asking, Service, Tell
from suwon_fleet.adapters.nav2.goal import ALL_GOALS, CANCEL_AGAIN_NS, REPLY_S, Ending, Goal, Phase
from suwon_fleet.adapters.nav2.way import Way
from suwon_fleet.adapters.nav2.whereabouts import Whereabouts
from suwon_fleet.core.robots.command import Grant
from suwon_fleet.core.robots.report import Navigation
from suwon_fleet.wire.cdr import actions
from suwon_fleet.wire.cdr.actions import Feedback, GoalStatus
from suwon_fleet.wire.cdr.topics import write_speed_limit

ARRIVED_M = 0.6
"""A goal that has succeeded further away than this was another one's."""
EXTEND_S, EXTEND_M = 4.0, 2.0
"""A goal is replaced by one further on when it is so near; sooner would only make Nav2 plan anew."""
TRIES = 3
"""A goal that ends without arriving is tried so often; then a person is needed."""
TRY_AGAIN_NS, HELPED_NS = 2 * SECOND, 15 * SECOND
"""Between tries, and once a person is needed: what was in the way may be gone."""
RECOVERS_NS = 5 * SECOND
"""So long after Nav2 has begun a recovery it is taken to be in one."""
LIMIT_EVERY_NS = 5 * SECOND
SPEED_LIMIT = "speed_limit"
"""Nav2's topic for the controller's limit."""

_NAMES = uuid.UUID("6f0c2b1e-5a5e-4f0b-9d53-6e1f7f6a4c11")
"""Goals are named from it, robot, session, path index and try: the same goal has the same name."""


class Driver:
    """See the module. It drives on while `may_go`; else it has its goals cancelled."""

    def __init__(
        self, robot_id: str, session: str, map_frame: str, tokens: itertools.count[int]
    ) -> None:
        self.way = Way()
        self.is_ready = False
        """Goals of an earlier program have been cancelled, and the robot has come to a stand."""
        self._name, self._frame, self._tokens = f"{robot_id}/{session}", map_frame, tokens
        self._clearing = Asking(Service.CANCEL_GOAL, REPLY_S)
        self._is_cleared = False
        self._goal: Goal | None = None
        self._before: Goal | None = None
        """The goal that `_goal` is to replace, which goes on until the server has taken that."""
        self._since_ns = self._due_ns = 0
        self._goals = self._failures = 0
        self._recoveries = 0
        self._recovering_ns: int | None = None
        self._held: tuple[int, int] | None = None
        self._limit: tuple[float, int] = (0.0, -LIMIT_EVERY_NS)
        self._told = Navigation.STANDING
        self.trouble = ""
        """Why the last goal has failed, in Nav2's words."""

    def extend(self, grant: Grant) -> None:
        """More ground to drive on."""
        self.way.extend(grant)

    # What comes in

    def answer(self, token: int, payload: bytes | None, now_ns: int) -> bool:
        """A request was answered, or with None was not; whether it was one of the driver's.

        Raises BadInput for a reply that cannot be read; it counts as lost.
        """
        if token == self._clearing.token:
            if payload is None:
                self._clearing.was_lost(now_ns)
                return True
            self._clearing.was_lost(now_ns)  # until it is known to be readable
            code = actions.read_cancel_goal_response(payload)
            self._clearing.was_answered(now_ns, again_ns=CANCEL_AGAIN_NS)
            self._is_cleared = code != actions.CANCEL_REJECTED
            return True
        return any(goal.answer(token, payload, now_ns) for goal in self._at_work())

    def _at_work(self) -> list[Goal]:
        """The goals that the server may have."""
        return [goal for goal in (self._goal, self._before) if goal]

    def hear_status(self, told: Mapping[bytes, GoalStatus]) -> None:
        """The action server told of its goals."""
        for goal in self._at_work():
            goal.hear_status(told)

    def hear_feedback(self, told: Feedback, now_ns: int) -> None:
        """The action server told how a goal goes on."""
        if self._goal and self._goal.hear_feedback(told):
            if told.recoveries > self._recoveries:
                self._recovering_ns = now_ns
            self._recoveries = told.recoveries

    # What goes out

    def step(self, here: Whereabouts, may_go: bool, now_ns: int) -> list[Ask | Tell]:
        """What is to be asked and told now."""
        if not self.is_ready:
            self.is_ready = self._is_cleared and here.stands(now_ns)
        if not self.is_ready:
            wanted = actions.write_cancel_goal(ALL_GOALS)
            ask = self._clearing.ask(next(self._tokens), wanted, now_ns)
            return [ask] if ask else []
        if self._goal and here.place:
            self.way.pass_to(*here.place[:2], self._goal.target)
        if self._goal and self._goal.is_taken:
            self._before = None
        if self._goal and self._goal.ending:
            self._take_end(self._goal, self._goal.ending, here, now_ns)
        if not may_go and self._goal:
            self._goal.cancel()
        out: list[Ask | Tell] = []
        if may_go and here.is_known(now_ns):
            self._choose(here, now_ns)
            out += self._limit_speed(now_ns)
        if self._goal:
            out += self._goal.step(now_ns)
        return out

    def _choose(self, here: Whereabouts, now_ns: int) -> None:
        """Set a goal where there is none, or one further on when it comes near."""
        target = self.way.target()
        if target is None or now_ns < self._due_ns or not self._has_waited(target, now_ns):
            return
        if self._goal is None:
            self._set_goal(target, here, now_ns)
        elif target > self._goal.target and self._goal.phase is Phase.UNDER_WAY and here.place:
            end = self.way[self._target_of(self._goal)]
            left_m = math.dist(here.place[:2], (end.x_m, end.y_m))
            if left_m <= max(EXTEND_M, EXTEND_S * abs(here.speed_mps)):
                self._before = self._goal  # in Nav2 the newer goal takes its place, once accepted
                self._set_goal(target, here, now_ns)

    def _target_of(self, goal: Goal) -> int:
        """Its path index, or where the robot has come to beyond it: what lies before is forgotten."""
        return max(goal.target, self.way.reached)

    def _has_waited(self, target: int, now_ns: int) -> bool:
        """The way to the next vertex may make one wait first: a door, a crossing."""
        first = self.way.reached + 1
        hold_s = self.way[first].hold_s
        if hold_s <= 0.0 or (self._goal and self._goal.target >= first):
            return True
        if self._held is None or self._held[0] != first:
            self._held = first, now_ns
        return now_ns - self._held[1] >= hold_s * SECOND

    def _set_goal(self, target: int, here: Whereabouts, now_ns: int) -> None:
        at = self.way[target]
        self._goals += 1
        goal_id = uuid.uuid5(_NAMES, f"{self._name}/{target}/{self._goals}").bytes
        facing = self.way.heading(target, otherwise=here.place[2] if here.place else 0.0)
        request = actions.write_send_goal(goal_id, self._frame, at.x_m, at.y_m, facing)
        self._goal = Goal(goal_id, target, request, self._tokens)
        self._since_ns, self._recoveries, self._recovering_ns = now_ns, 0, None

    def _take_end(self, goal: Goal, ending: Ending, here: Whereabouts, now_ns: int) -> None:
        """A goal is over: the robot has come to its target, or it is to be tried again.

        Where the server has not taken it, the one that it was to replace still drives.
        """
        target = self._target_of(goal)
        at = self.way[target]
        is_there = here.place is not None and (
            math.dist(here.place[:2], (at.x_m, at.y_m)) <= ARRIVED_M
        )
        self._goal, self._before = self._before, None
        if ending in (Ending.SUCCEEDED, Ending.FORGOTTEN) and is_there:
            self.way.reach(target)
            self._failures, self.trouble = 0, ""
        elif not (ending is Ending.CANCELED and goal.is_cancelled):
            self._failures += 1
            self.trouble = f"{ending.name.lower()} {goal.error}".strip()
            helped = self._failures >= TRIES
            self._due_ns = now_ns + (HELPED_NS if helped else TRY_AGAIN_NS)

    def _limit_speed(self, now_ns: int) -> list[Tell]:
        """The limit of the lane the robot is on, when it changes and now and then."""
        if self._goal is None:
            return []
        limit = self.way[min(self.way.reached + 1, self._target_of(self._goal))].speed_limit_mps
        limit = limit if math.isfinite(limit) else 0.0
        told, at_ns = self._limit
        if limit == told and now_ns - at_ns < LIMIT_EVERY_NS:
            return []
        self._limit = limit, now_ns
        return [Tell(SPEED_LIMIT, write_speed_limit(limit))]

    # How it is

    @property
    def is_driving(self) -> bool:
        """A goal is, or may be, under way."""
        return self._goal is not None

    def navigation(self, here: Whereabouts, now_ns: int) -> Navigation:
        """How it gets on, in steps that the fleet's tables know: who recovers was blocked before."""
        told = self._told = self._navigation(here, now_ns)
        return told

    def _navigation(self, here: Whereabouts, now_ns: int) -> Navigation:
        goal = self._goal
        if self._failures >= TRIES and not (goal and here.has_moved(self._since_ns)):
            return Navigation.ASSIST_NEEDED
        if goal is None:
            return Navigation.STANDING
        if self._recovering_ns is not None and now_ns - self._recovering_ns < RECOVERS_NS:
            was_blocked = self._told in (Navigation.BLOCKED, Navigation.RECOVERY)
            return Navigation.RECOVERY if was_blocked else Navigation.BLOCKED
        if here.is_stuck(self._since_ns, now_ns) and self._told is not Navigation.RECOVERY:
            return Navigation.BLOCKED
        return Navigation.MOVING
