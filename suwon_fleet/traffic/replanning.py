# SPDX-License-Identifier: Apache-2.0
"""When a plan is made anew, and how long one that serves a starving robot is kept."""

from __future__ import annotations

from dataclasses import dataclass

from suwon_fleet.traffic.planner import Planned

SECOND = 1_000_000_000
REFRESH_S = 5.0
"""The order in which robots pass a spot is reconsidered this often, as they turn out fast or slow."""
CROWD_REFRESH_S = 1.0
"""Plans for a crowd are made better this often."""
REST = 4
"""A plan for a starving robot that holds up a crowd is followed by so many times as long without one."""
A_CROWD = 12
"""More robots than these have to be held up for that."""
LET_ON_S = 10.0
"""It is looked so often how robots that stand in a crowd can be let on."""
MANY = 500
"""With more robots than these plans for a crowd are made so much less often."""
AT_ONCE = 100
"""With so many robots a new wish is planned for at once; each one more puts that off by `REST_S`."""
REST_S = 1e-3
KEPT_S = 60.0
"""For so long, and twice what it should take, a plan for a starving robot is carried out before it is
reconsidered; and so long it is before one that was not found is looked for again."""


@dataclass(slots=True)
class Replanning:
    """What is known of the plan at hand. A stale one can be bettered, a broken one cannot be kept.

    `is_crowd` says that it was made for a crowd; `robots` below is how many there are now.
    """

    is_stale: bool = False
    is_broken: bool = False
    is_crowd: bool = False
    _planned_ns: int = 0
    _improved_ns: int = 0
    _kept_s: float = KEPT_S
    kept_for: tuple[int, ...] = ()
    """Starving robots that the plan serves."""
    _look_ns: int = -(10**18)
    _let_on_ns: int = -(10**18)

    def is_hurried(self, now_ns: int, robots: int) -> bool:
        """Whether something has happened that a plan must take up at once, however well."""
        if robots > MANY or not (self.is_stale or self.is_broken):
            return False
        return not self.is_crowd or (now_ns - self._improved_ns) / SECOND < 2 * CROWD_REFRESH_S

    def is_crowd_served(self, now_ns: int, robots: int) -> bool:
        """Whether a crowd goes on as was planned for it a moment ago."""
        since_s = (now_ns - self._improved_ns) / SECOND
        is_improved = since_s < CROWD_REFRESH_S * max(1.0, robots / MANY)
        return self.is_crowd and is_improved and not self.is_hurried(now_ns, robots)

    def is_kept(self, now_ns: int) -> bool:
        """Whether the plan is carried on with for the sake of those it is kept for, while they go on."""
        return (now_ns - self._planned_ns) / SECOND < self._kept_s

    def is_time(self, now_ns: int, robots: int) -> bool:
        """Whether a plan that is neither broken nor kept is to be made anew."""
        age_s = (now_ns - self._planned_ns) / SECOND
        rest_s = REST_S * max(0, robots - AT_ONCE)
        return (self.is_stale and age_s >= rest_s) or age_s >= REFRESH_S

    def may_look(self, now_ns: int) -> bool:
        """Whether a plan for starving robots may be looked for: that takes long."""
        return now_ns >= self._look_ns

    def may_let_on(self, now_ns: int) -> bool:
        """Whether it may be looked how robots that stand can be let on; if so it is looked now."""
        if not self.is_crowd or (now_ns - self._let_on_ns) / SECOND < LET_ON_S:
            return False
        self._let_on_ns = now_ns
        return True

    def note(self, now_ns: int, planned: Planned, starving: list[int], *, is_hurried: bool) -> None:
        """A plan was made; `starving` are the robots of which one was to be served at any price."""
        self.is_stale = self.is_broken = False
        self.is_crowd = planned.is_crowd
        self._planned_ns, self._kept_s = now_ns, KEPT_S
        served = () if planned.is_crowd else starving
        self.kept_for = tuple(slot for slot in served if slot not in planned.put_off)
        if self.kept_for:
            self._kept_s += 2 * planned.cost_s
        if starving and len(planned.put_off) > A_CROWD:
            self._look_ns = now_ns + int((1 + REST) * self._kept_s * SECOND)
        elif starving and not self.kept_for:
            self._look_ns = now_ns + int(KEPT_S * SECOND)
        if not is_hurried:
            self._improved_ns = now_ns
