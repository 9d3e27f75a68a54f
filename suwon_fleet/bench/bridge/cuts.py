# SPDX-License-Identifier: Apache-2.0
"""A robot behind a line that is cut again and again, and says some things twice or late: what it was told
takes effect once, and what is called off meanwhile is called off soon after the line is whole."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

from suwon_fleet.adapters.clocks import WallClock
from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.adapters.zenoh.link import ZenohLink
from suwon_fleet.adapters.zenoh.session import SessionSettings, open_session
from suwon_fleet.bench.bridge.child import free_endpoint
from suwon_fleet.bench.bridge.proxy import FaultyProxy
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.errors import Unreachable
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus
from suwon_fleet.resources import resource_path
from suwon_fleet.robot import Action, Connection, Robot, Waypoint, run
from suwon_fleet.service.assemble import assemble
from suwon_fleet.service.fleet_service import FleetService
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.maps import load_site

SITE = """\
format: suwon_fleet/site@1
id: corridor
frame: {kind: local}
defaults: {lane: {kind: indoor, width_m: 2.0, speed_limit_mps: 3.0}}
places:
  - {id: shop, at: [0, 0], kinds: [pickup]}
  - {id: desk, at: [3, 0], kinds: [dropoff]}
  - {id: bay, at: [6, 0], kinds: [parking]}
  - {id: charger, at: [9, 0], kinds: [charger]}
lanes:
  - {path: [shop, desk, bay, charger]}
"""
HOME = ("corridor", "hall")
"""Site and zone in the keys."""
ROBOT = "r-1"
TICK_S = 0.1
LONGEST_CUT_S = 8.0
"""Longer than a command lives."""
_PATIENCE_S = 60.0


class Cart(Robot):
    """It is at once wherever it may go, and counts what it has done."""

    def __init__(self) -> None:
        super().__init__()
        self.body.x_m, self.body.battery, self.body.compartment = 6.0, 0.9, "closed"
        self.done: Counter[tuple[str, str]] = Counter()
        """By kind and id of the action."""
        self.waits_to_be_cancelled = False
        self.doing = ""
        """The action that waits so."""
        self.cancelled: dict[str, float] = {}
        """Actions, and when (s) they ended for being called off."""

    def drive(self, to: Waypoint, period_s: float) -> bool:
        self.body.x_m, self.body.y_m = to.x_m, to.y_m
        return True

    def act(self, action: Action, period_s: float) -> bool | None:
        if action.is_cancelled:
            self.cancelled.setdefault(action.action_id, time.monotonic())
            return False
        if self.waits_to_be_cancelled:
            self.doing = action.action_id
            return None
        self.done[action.kind, action.action_id] += 1
        return True

    def halt(self) -> None:
        """It never moves between two periods."""


class Shaky:
    """A session that puts some messages twice, and some only after the next."""

    def __init__(self, session: Any, seed: int) -> None:
        self._session, self._chance = session, random.Random(seed)
        self._held: list[tuple[Any, Any]] = []

    def put(self, *what: Any, **how: Any) -> None:
        held, self._held = self._held, []
        if self._chance.random() < 0.2:
            self._held = [(what, how)]
        else:
            self._session.put(*what, **how)
        for late, as_said in held:
            self._session.put(*late, **as_said)
        if self._chance.random() < 0.3:
            self._session.put(*what, **how)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


@dataclass(frozen=True, slots=True)
class Line:
    """Seconds of delay, and the share of packets lost, while it is not cut."""

    delay_s: float = 0.0
    lost: float = 0.0


@dataclass(slots=True)
class Taken:
    """Milliseconds from the end of each cut to that of what was called off in it; what became of jobs."""

    cancel_ms: list[float] = field(default_factory=list)
    jobs: int = 0
    lost: int = 0
    doubled: int = 0


class _Fleet:
    """One robot's fleet, which turns while somebody waits."""

    def __init__(self, service: FleetService, cart: Cart) -> None:
        self._service, self.cart = service, cart

    def until(self, what: Callable[[], object]) -> None:
        """Turn until something is so. Raises Unreachable when it takes far too long."""
        deadline_s = time.monotonic() + _PATIENCE_S
        while not what():
            if time.monotonic() > deadline_s:
                raise Unreachable(f"the robot did not come back within {_PATIENCE_S:g} s")
            self._service.turn()
            time.sleep(TICK_S)

    def wait(self, seconds: float) -> None:
        until_s = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= until_s)

    def ask(self, request: Any) -> m.Answer:
        answer = self._service.ask(request)
        self.until(answer.done)
        return answer.result()

    def deliver(self) -> str:
        """The id of a new delivery."""
        return self.ask(m.SubmitJob("", JobRequest(JobKind.DELIVERY, ("shop", "desk")))).id

    def until_over(self, job: str) -> JobStatus:
        jobs = self._service.fleet.state.jobs
        self.until(lambda: jobs[job].status.is_over)
        return jobs[job].status

    @property
    def has_robot(self) -> bool:
        return ROBOT in self._service.fleet.state.robots


def measure(folder: Path, line: Line, times: int, *, seed: int) -> Taken:
    """So many times a job is called off while the line is cut, and another is done across a cut."""
    chance, taken = random.Random(seed), Taken()
    with at_work(folder, line, seed) as (fleet, proxy):
        cart, finished = fleet.cart, []
        for _ in range(times):
            cart.waits_to_be_cancelled, cart.doing = True, ""
            job = fleet.deliver()
            fleet.until(lambda: cart.doing)
            proxy.hole()
            fleet.ask(m.CancelJob("", job, "bench"))
            fleet.wait(chance.uniform(0.0, LONGEST_CUT_S))
            began_s = time.monotonic()
            proxy.mend()
            fleet.until(lambda: cart.doing in cart.cancelled)
            taken.cancel_ms.append((cart.cancelled[cart.doing] - began_s) * 1e3)
            cart.waits_to_be_cancelled = False
            taken.lost += fleet.until_over(job) is not JobStatus.CANCELLED

            finished.append(fleet.deliver())
            proxy.hole()
            fleet.wait(chance.uniform(0.0, 2.0))
            proxy.mend()
            taken.lost += fleet.until_over(finished[-1]) is not JobStatus.FINISHED
        done = Counter((action.rsplit(".", 2)[0], kind) for kind, action in cart.done.elements())
    taken.jobs = 2 * times
    wanted = [(job, kind) for job in finished for kind in ("load", "unload")]
    taken.lost += sum(done[one] == 0 for one in wanted)
    taken.doubled = sum(done[one] > 1 for one in wanted)
    # What was called off before it was loaded was not loaded later.
    taken.doubled += sum(kind == "load" and job not in finished for job, kind in done)
    return taken


@contextmanager
def at_work(folder: Path, line: Line, seed: int) -> Iterator[tuple[_Fleet, FaultyProxy]]:
    """A fleet whose messages are shaken, and a robot that reaches it through a line."""
    site = folder / "corridor.yaml"
    site.write_text(SITE, "utf-8")
    core = assemble(load_site(site), load_kinds(resource_path("config/robots")))
    cart, is_over, clock, endpoint = Cart(), Event(), WallClock(), free_endpoint()
    with (
        closing(open_session(SessionSettings(listen=[endpoint]))) as session,
        closing(ZenohLink(session, clock, HOME[0])) as link,
        closing(FleetService(core, MemoryJournal(), link, clock)) as service,
        FaultyProxy(endpoint, delay_s=line.delay_s, lost=line.lost, seed=seed) as proxy,
    ):
        link._session = Shaky(session, seed)  # type: ignore[assignment]
        told = {"site": HOME[0], "zone": HOME[1], "robot_id": ROBOT, "kind": "delivery_indoor"}
        thread = Thread(
            target=run,
            args=(cart, Connection([proxy.endpoint])),
            kwargs={**told, "until": is_over.is_set},
        )
        thread.start()
        fleet = _Fleet(service, cart)
        try:
            fleet.until(lambda: fleet.has_robot)
            yield fleet, proxy
        finally:
            proxy.mend()
            is_over.set()
            thread.join()
