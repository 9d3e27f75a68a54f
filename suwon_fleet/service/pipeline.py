# SPDX-License-Identifier: Apache-2.0
"""One turn of the fleet, whoever drives it: hear, decide, journal, and only then act."""

from __future__ import annotations

from collections.abc import Iterable

from suwon_fleet.core.engine.core import FleetCore, Outcome
from suwon_fleet.core.engine.messages import Input, Send, Tell
from suwon_fleet.ports import Journal, PeerLink, RobotLink


class Pipeline:
    """Joins a core, its journal, the link to its robots and that to its peers. Not thread-safe."""

    def __init__(
        self, core: FleetCore, journal: Journal, link: RobotLink, peers: PeerLink | None = None
    ) -> None:
        self.core, self._journal, self._link, self._peers = core, journal, link, peers

    def turn(self, now_ns: int, requests: Iterable[Input] = ()) -> Outcome:
        """Take in reports and requests at `now_ns`, and carry out what follows.

        Raises OSError when the journal cannot be written: then nothing was sent, the core is ahead of
        its journal, and the process must end; started anew it is as if the turn had not been.
        """
        said = self._peers.drain() if self._peers else []
        outcome = self.core.step(now_ns, [*self._link.drain(), *said, *requests])
        if outcome.events:
            self._journal.append(outcome.events)
        if commands := [e.command for e in outcome.effects if isinstance(e, Send)]:
            self._link.send(commands)
        if self._peers and (told := [e for e in outcome.effects if isinstance(e, Tell)]):
            self._peers.tell(told)
        return outcome
