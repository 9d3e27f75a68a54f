# SPDX-License-Identifier: Apache-2.0
"""One turn of the fleet, whoever drives it: hear, decide, journal, and only then act."""

from __future__ import annotations

from collections.abc import Iterable

from suwon_fleet.core.engine.core import FleetCore, Outcome
from suwon_fleet.core.engine.messages import Input, Send
from suwon_fleet.ports import Journal, RobotLink


class Pipeline:
    """Joins a core, its journal and the link to its robots. Not thread-safe."""

    def __init__(self, core: FleetCore, journal: Journal, link: RobotLink) -> None:
        self.core, self._journal, self._link = core, journal, link

    def turn(self, now_ns: int, requests: Iterable[Input] = ()) -> Outcome:
        """Take in reports and requests at `now_ns`, and carry out what follows.

        Raises OSError when the journal cannot be written: then nothing was sent, the core is ahead of
        its journal, and the process must end; started anew it is as if the turn had not been.
        """
        outcome = self.core.step(now_ns, [*self._link.drain(), *requests])
        if outcome.events:
            self._journal.append(outcome.events)
        if commands := [e.command for e in outcome.effects if isinstance(e, Send)]:
            self._link.send(commands)
        return outcome
