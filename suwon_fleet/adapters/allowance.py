# SPDX-License-Identifier: Apache-2.0
"""How much each sender may say: by the second, or from one look at it to the next."""

from __future__ import annotations

import math
from collections import Counter
from threading import Lock

MOST_SENDERS = 10_000
"""Who may have an allowance each: more than a site has robots."""
_LONGEST_NAME = 200
LOOK_EVERY_S = 0.1
"""For senders that can be forgotten: a look goes through them all."""
OTHERS = "(others)"
"""Senders beyond those share what one has: names that are made up bring nobody more."""


class Allowance:
    """A bucket for each sender, that fills by `per_s` up to `burst`. Any thread.

    `turned_away` counts what came beyond it, by sender.
    """

    def __init__(self, per_s: float, burst: int) -> None:
        self.per_s, self.burst = per_s, burst
        self.turned_away: Counter[str] = Counter()
        self._left: dict[str, tuple[float, float]] = {}
        """By sender what was left, and when, in seconds."""
        self._looked_s = -math.inf
        self._lock = Lock()

    def allows(self, sender: str, now_s: float) -> bool:
        """Whether a sender may say one thing more, at a time that does not go back."""
        with self._lock:
            return self._take(sender, now_s)

    def _take(self, sender: str, now_s: float) -> bool:
        is_full = sender not in self._left and len(self._left) >= MOST_SENDERS
        if is_full and now_s - self._looked_s >= LOOK_EVERY_S:
            self._looked_s = now_s
            self._forget_idle(now_s)
        name = sender if sender in self._left or len(self._left) < MOST_SENDERS else OTHERS
        left, then_s = self._left.get(name, (float(self.burst), now_s))
        left = min(float(self.burst), left + (now_s - then_s) * self.per_s)
        is_allowed = left >= 1.0
        if not is_allowed:
            _count(self.turned_away, name)
        self._left[name] = left - is_allowed, now_s
        return is_allowed

    def _forget_idle(self, now_s: float) -> None:
        """Whoever has all of it again is as one that never said anything."""
        self._left = {
            name: (left, then_s)
            for name, (left, then_s) in self._left.items()
            if left + (now_s - then_s) * self.per_s < self.burst
        }


class Share:
    """So many things of each sender, and so many of all, until it is renewed. One thread's.

    For what is looked at in rounds: it needs no clock, whose seconds simulations pass through as they like.
    """

    def __init__(self, each: int, all_: int) -> None:
        self.each, self.all = each, all_
        self.turned_away: Counter[str] = Counter()
        self._taken: dict[str, int] = {}
        self._count = 0

    def allows(self, sender: str) -> bool:
        """Whether a sender may say one thing more in this round."""
        taken = self._taken.get(sender, 0)
        if taken >= self.each or self._count >= self.all:
            _count(self.turned_away, sender)
            return False
        self._taken[sender] = taken + 1
        self._count += 1
        return True

    def renew(self) -> None:
        """Another round begins."""
        self._taken.clear()
        self._count = 0


def _count(turned_away: Counter[str], sender: str) -> None:
    name = sender[:_LONGEST_NAME]
    known = name in turned_away or len(turned_away) < MOST_SENDERS
    turned_away[name if known else OTHERS] += 1
