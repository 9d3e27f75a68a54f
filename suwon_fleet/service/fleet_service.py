# SPDX-License-Identifier: Apache-2.0
"""FleetService: a core at work, for callers on any thread."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from threading import Lock

from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.core import FleetCore, Outcome
from suwon_fleet.core.engine.fleet import SECOND, Fleet
from suwon_fleet.core.errors import Reason
from suwon_fleet.ports import Clock, Journal, PeerLink, RobotLink, UrgentLink
from suwon_fleet.service.changes import ChangeLog, Changes, together
from suwon_fleet.service.pipeline import Pipeline
from suwon_fleet.service.stop_now import StopNow
from suwon_fleet.service.witness import Witness

LOOK_EVERY_S = 1.0
Request = (
    m.SubmitJob
    | m.CancelJob
    | m.PauseJob
    | m.StopRobots
    | m.ReleaseRobots
    | m.CommissionRobot
    | m.RemoveRobot
    | m.SetZone
    | m.GiveAway
    | m.AnswerAlert
)


class FleetService:
    """Takes requests from any thread; one thread owns it, and turns it at its own pace.

    There is no loop or thread of its own: whoever hears the robots (the executor of a ROS node, a test)
    calls `turn` when there is news or time has passed. A turn takes milliseconds, so a second thread
    would only make it wait for the first. Requests wait in a queue, and each is answered once what
    follows from it is in the journal.
    """

    def __init__(
        self,
        core: FleetCore,
        journal: Journal,
        link: RobotLink,
        clock: Clock,
        peers: PeerLink | None = None,
        take_over: Callable[[str, int], None] | None = None,
        urgent: UrgentLink | None = None,
    ) -> None:
        """With `urgent` stop requests go there at once, on the thread that asks."""
        self._stop_now = StopNow(core.fleet, urgent) if urgent else None
        self._pipeline = Pipeline(core, journal, link, peers, take_over)
        self._clock = clock
        self._changes = ChangeLog(core.state)
        self._untold: deque[tuple[int, Changes]] = deque()
        self.acted_ns = core.fleet.now_ns
        """The time of the last turn that was acted on: what was decided up to then is kept."""
        self.witness = Witness()
        self._looked_ns = core.fleet.now_ns
        self._asked: deque[Request] = deque()
        self._noticed: list[m.Noticed] = []
        self._waiting: dict[str, Future[m.Answer]] = {}
        self._tokens = itertools.count(1)
        self._is_open = True
        self._lock = Lock()  # of the queue and what belongs to it: `ask` comes from any thread

    @property
    def fleet(self) -> Fleet:
        """The fleet as it stands; read only, and only on the owner's thread."""
        return self._pipeline.core.fleet

    @property
    def is_asked(self) -> bool:
        """Whether a request waits for the next turn."""
        return bool(self._asked)

    @property
    def now_ns(self) -> int:
        """The time a turn would be at."""
        return self._clock.now_ns()

    def ask(self, request: Request) -> Future[m.Answer]:
        """Put a request; its token may be empty. Any thread.

        The answer comes on the owner's thread, during a turn; after `close` it is a refusal at once. Robots
        are asked to stop before this returns.
        Should a turn fail, what it was asked is never answered: nobody can know, so ask again.
        """
        future: Future[m.Answer] = Future()
        with self._lock:
            if self._is_open:
                if isinstance(request, m.StopRobots) and self._stop_now:
                    request = self._stop_now.tell(request)
                token = str(next(self._tokens))
                self._waiting[token] = future
                self._asked.append(replace(request, token=token))
                return future
        future.set_result(m.Answer(request.token, Reason.of("fleet-inactive")))
        return future

    def notice(self, noticed: m.Noticed) -> None:
        """Have people told with the next turn. Owner's thread."""
        self._noticed.append(noticed)

    def turn(self) -> Changes | None:
        """Hear robots and requests, decide and journal; then as `act`. Owner's thread.

        Raises OSError when the journal cannot be written; see :meth:`.Pipeline.decide`.
        """
        with self._lock:  # robots are told of a stop before a turn decides it
            asked: list[m.Input] = list(self._asked)
            self._asked.clear()
        asked += self._noticed
        self._noticed.clear()
        outcome = self._pipeline.decide(self._clock.now_ns(), [*asked, *self._look()])
        self._untold.append((self.fleet.now_ns, self._changes.read(outcome.events)))
        return self.act()

    def act(self) -> Changes | None:
        """Act and answer as far as what was decided is kept by now; what that changed, None if none is.

        Owner's thread. Raises OSError as `turn` does.
        """
        return self._told(self._pipeline.act())

    def _told(self, acted: Sequence[Outcome]) -> Changes | None:
        """Answer for turns that were acted on."""
        for outcome in acted:
            for effect in outcome.effects:
                if isinstance(effect, m.Answer):
                    self._waiting.pop(effect.token).set_result(effect)
        turns = [self._untold.popleft() for _ in acted]
        if not turns:
            return None
        self.acted_ns = turns[-1][0]
        return together(changes for _, changes in turns)

    def _look(self) -> list[m.Finding]:
        """What the independent check finds in the fleet as the last turn left it, once a second."""
        fleet = self.fleet
        if fleet.now_ns - self._looked_ns < LOOK_EVERY_S * SECOND:
            return []
        self._looked_ns = fleet.now_ns
        return self.witness.look(fleet)

    def close(self) -> Changes | None:
        """Act on all that was decided, take no more requests, and refuse those that wait. Owner's thread.

        What cannot be kept then is as if it had not been decided.
        """
        try:
            changes = self._told(self._pipeline.settle())
        except OSError:
            changes = None
        with self._lock:
            self._is_open = False
            self._asked.clear()
            refused, self._waiting = self._waiting, {}
        for token, future in refused.items():
            future.set_result(m.Answer(token, Reason.of("fleet-inactive")))
        return changes
