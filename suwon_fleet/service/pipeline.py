# SPDX-License-Identifier: Apache-2.0
"""One turn of the fleet, whoever drives it: hear, decide, journal, and only then act."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from suwon_fleet.core.engine.core import FleetCore, Outcome
from suwon_fleet.core.engine.messages import Input, Send, Tell
from suwon_fleet.ports import Journal, PeerLink, RobotLink

SNAPSHOT_EVERY = 20_000
"""The journal is given the whole state after so many events: a start reads no more than about that many."""


class Pipeline:
    """Joins a core, its journal, the link to its robots and that to its peers. Not thread-safe.

    `take_over` is told which of a robot's owners in a row speaks, before it does, where there are several.

    What a turn has decided is acted on once all that was decided up to then is kept: also what itself
    decided nothing rests on what was decided before.
    """

    def __init__(
        self,
        core: FleetCore,
        journal: Journal,
        link: RobotLink,
        peers: PeerLink | None = None,
        take_over: Callable[[str, int], None] | None = None,
    ) -> None:
        self.core, self._journal, self._link, self._peers = core, journal, link, peers
        self._take_over = take_over
        self._since_snapshot = core.replayed
        self._appends = 0
        self._held: deque[tuple[int, Outcome]] = deque()

    def turn(self, now_ns: int, requests: Iterable[Input] = ()) -> Outcome:
        """Decide, and act on all that is kept."""
        outcome = self.decide(now_ns, requests)
        self.act()
        return outcome

    def decide(self, now_ns: int, requests: Iterable[Input] = ()) -> Outcome:
        """Take in reports and requests at `now_ns`, and have the journal keep what follows.

        Raises OSError when the journal cannot be written: then nothing was sent, the core is ahead of
        its journal, and the process must end; started anew it is as if the turn had not been.
        """
        said = self._peers.drain() if self._peers else []
        outcome = self.core.step(now_ns, [*self._link.drain(), *said, *requests])
        if outcome.events:
            self._since_snapshot += len(outcome.events)
            is_due = self._since_snapshot >= SNAPSHOT_EVERY
            self._journal.append(
                [*outcome.events, self.core.snapshot()] if is_due else outcome.events
            )
            self._since_snapshot *= not is_due
            self._appends += 1
        self._held.append((self._appends, outcome))
        return outcome

    def act(self) -> list[Outcome]:
        """Carry out what was decided and is kept by now, in order; what that was. Raises OSError too."""
        kept = self._appends - self._journal.unkept()
        acted = []
        while self._held and self._held[0][0] <= kept:
            _, outcome = self._held.popleft()
            self._carry_out(outcome)
            acted.append(outcome)
        return acted

    def settle(self) -> list[Outcome]:
        """Wait until all that was decided is kept, and carry it out. Raises OSError too."""
        self._journal.flush()
        return self.act()

    def _carry_out(self, outcome: Outcome) -> None:
        if sends := [e for e in outcome.effects if isinstance(e, Send)]:
            if self._take_over:
                for robot_id, epoch in {e.command.robot_id: e.epoch for e in sends}.items():
                    self._take_over(robot_id, epoch)
            self._link.send([e.command for e in sends])
        if self._peers and (told := [e for e in outcome.effects if isinstance(e, Tell)]):
            self._peers.tell(told)
