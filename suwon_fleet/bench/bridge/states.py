# SPDX-License-Identifier: Apache-2.0
"""States of many robots into the core of a fleet at work, beside Zenoh alone with the same messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import msgpack
import numpy as np
import zenoh
from zenoh.handlers import RingChannel

from suwon_fleet.adapters.clocks import WallClock
from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.adapters.zenoh.last_values import LastValues
from suwon_fleet.adapters.zenoh.link import ZenohLink
from suwon_fleet.adapters.zenoh.queues import CAPACITY
from suwon_fleet.adapters.zenoh.session import SessionSettings, open_session
from suwon_fleet.bench.bridge.child import Child, free_endpoint
from suwon_fleet.bench.bridge.robots import SITE, ZONE
from suwon_fleet.bench.scale.city_map import city
from suwon_fleet.bench.scale.starts import place_all
from suwon_fleet.core.engine.fleet import Settings
from suwon_fleet.core.engine.messages import Announced, Heard, Reported
from suwon_fleet.core.errors import Unreachable
from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.resources import resource_path
from suwon_fleet.service.assemble import assemble
from suwon_fleet.service.fleet_service import FleetService
from suwon_fleet.service.warm_up import settle
from suwon_fleet.traffic import Coordinator
from suwon_fleet.wire.kinds import load_kinds

KIND = "delivery_outdoor"
HZ = 10.0
TICK_S = 0.1
POLL_S = 0.001
STUCK_S = 120.0
"""When nobody has joined for so long, nobody more does. All together take minutes on a loaded machine: what
Zenoh takes for a key that is declared grows with all that there are.
"""
SWING_S = 2.0
_NEVER_PARK_S = 1e6


@dataclass(frozen=True, slots=True)
class Load:
    """Robots on a city of `blocks` x `blocks` crossings, measured for `seconds`."""

    robots: int
    blocks: int
    stations: int
    seconds: float

    @property
    def rate(self) -> float:
        """States a second."""
        return self.robots * HZ


@dataclass(slots=True)
class Taken:
    """What a run has come to."""

    offered: float = 0.0
    """States a second, as the robots say themselves."""
    taken: float = 0.0
    """States a second that came in."""
    cpu_share: float = 0.0
    """Of one core, all threads of the process."""
    cpu_us: float = 0.0
    """For each state."""
    overruns: int = 0
    """How often a queue was full."""
    replaced: float = 0.0
    """The share of those that came in that a newer one replaced before anybody looked at them."""
    grown: float = 0.0
    """By how many states the queue was longer at the end than at the beginning."""
    latency_ms: list[float] = field(default_factory=list)
    """From the moment a state tells of to when it was in the core."""


class _Watched:
    """A link that remembers when the states it gave were so."""

    def __init__(self, link: ZenohLink) -> None:
        self._link = link
        self.stamps: list[int] = []
        self.latency_ms: list[float] = []

    def turning(self, service: FleetService) -> Callable[[], None]:
        """A turn of the fleet, which notes how old the states are at its end."""

        def turn() -> None:
            service.turn()
            self.note()

        return turn

    def note(self) -> None:
        """The states that were given last are in use now."""
        now_ns = time.time_ns()
        self.latency_ms += [(now_ns - stamp) / 1e6 for stamp in self.stamps]

    def drain(self) -> Sequence[Heard]:
        heard = self._link.drain()
        self.stamps = [
            one.report.stamp_ns for one in heard if isinstance(one, Announced | Reported)
        ]
        return heard

    def send(self, commands: Iterable[RobotCommand]) -> None:
        self._link.send(commands)

    def close(self) -> None:
        self._link.close()


SEED = 1


@lru_cache(maxsize=1)
def _crowd(load: Load) -> tuple[SiteMap, RobotKind, dict[str, Any]]:
    """A city, the kind of its robots, and what a crowd there is told to play."""
    kind = load_kinds(resource_path("config/robots"))[KIND]
    site = city(load.blocks, load.stations, seed=SEED)
    rehearsal = Coordinator(site, [kind])
    names = [f"robot-{number}" for number in range(load.robots)]
    vertices = place_all(rehearsal, kind.id, names, np.random.default_rng(SEED))
    starts = []
    for name, vertex in zip(names, vertices, strict=True):
        at = rehearsal.waypoint(kind.id, None, rehearsal.roadmap.vertex_names[vertex])
        starts.append((name, at.x_m, at.y_m, at.level))
    told = {"starts": starts, "kind": kind.id, "hz": HZ}
    told["compartment"] = "closed" if kind.compartments else None
    return site, kind, told


def into_the_core(load: Load, times: int, tick_s: float) -> list[Taken]:
    """Robots join, then report and are measured so many times, as joining takes longer than that.

    The fleet turns every `tick_s`, or with 0 its link alone is looked at. Latencies are until the end of
    the turn, or until the link has given the state.
    """
    site, kind, told = _crowd(load)
    settings = Settings(park_after_s=_NEVER_PARK_S)
    core = assemble(site, {kind.id: kind}, settings)
    endpoint, clock = free_endpoint(), WallClock()
    with _session(endpoint) as session:
        last = LastValues(session, SITE, ZONE)
        link = ZenohLink(session, clock, SITE, ZONE, keep=last.keep)
        watched = _Watched(link)
        service = FleetService(core, MemoryJournal(), watched, clock)
        with Child.of_robots(endpoint, "crowd", told) as child:
            child.hear()
            settle()
            _until(lambda: _joined(service), load.robots, service.turn, child)
            taken = [_once(load, service, link, watched, tick_s) for _ in range(times)]
        link.close()
        last.close()
    return taken


def _once(
    load: Load, service: FleetService, link: ZenohLink, watched: _Watched, tick_s: float
) -> Taken:
    before = replace(link.counts)
    if tick_s:
        taken = _measure(load, lambda: link.counts.states, watched.turning(service), tick_s)
        taken.latency_ms = watched.latency_ms[-round(taken.taken * load.seconds) :]
    else:
        taken = Taken(load.rate)
        taken.latency_ms = _time_each(load, lambda: _poll(watched), watched.latency_ms)
    taken.overruns = link.counts.overruns - before.overruns
    conflated = link.counts.conflated - before.conflated
    taken.replaced = conflated / max(1, link.counts.states - before.states)
    return taken


def _joined(service: FleetService) -> int:
    """Robots that have taken a grant."""
    reports = service.fleet.reports
    return sum(
        name in reports and reports[name].granted_index >= 0 for name in service.fleet.state.robots
    )


def _until(count: Callable[[], int], wanted: int, step: Callable[[], object], crowd: Child) -> None:
    """Go on until so many are counted. Raises Unreachable when no more come, or the crowd has ended."""
    most, deadline_s = 0, time.monotonic() + STUCK_S
    while (now := count()) < wanted:
        crowd.check()
        if now > most:
            most, deadline_s = now, time.monotonic() + STUCK_S
        if time.monotonic() > deadline_s:
            raise Unreachable(f"{most} of {wanted} have come, and no more in {STUCK_S:g} s")
        step()
        time.sleep(TICK_S / 2)


@contextmanager
def _session(endpoint: str) -> Iterator[zenoh.Session]:
    session = open_session(SessionSettings(listen=[endpoint]))
    try:
        yield session
    finally:
        session.close()


def _measure(
    load: Load, count: Callable[[], int], turn: Callable[[], object], tick_s: float
) -> Taken:
    """Turn at a steady pace; each turn takes in all there is, so what comes in is what was offered."""
    swings_until_s = time.monotonic() + SWING_S
    while time.monotonic() < swings_until_s:
        turn()
        time.sleep(tick_s / 2)
    per_turn: list[int] = []
    before = count()
    begun_s, begun_cpu_s = time.monotonic(), time.process_time()
    next_s = begun_s + tick_s
    while time.monotonic() - begun_s < load.seconds:
        time.sleep(max(0.0, next_s - time.monotonic()))
        next_s += tick_s
        turn()
        per_turn.append(count() - before - sum(per_turn))
    took_s = time.monotonic() - begun_s
    cpu_s = time.process_time() - begun_cpu_s
    states = sum(per_turn)
    third = len(per_turn) // 3
    grown = float(np.median(per_turn[-third:]) - np.median(per_turn[:third]))
    return Taken(load.rate, states / took_s, cpu_s / took_s, 1e6 * cpu_s / states, grown=grown)


def _poll(watched: _Watched) -> None:
    watched.drain()
    watched.note()
    time.sleep(POLL_S)


def _time_each(load: Load, take: Callable[[], object], latency_ms: list[float]) -> list[float]:
    """Take what comes for a while, after a while to get into the swing; what that has noted."""
    for seconds in (SWING_S, load.seconds):
        latency_ms.clear()
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            take()
    return list(latency_ms)


def zenoh_alone(load: Load, times: int, tick_s: float) -> list[Taken]:
    """The same messages, received and counted; with no tick each as soon as it comes."""
    _, _, told = _crowd(load)
    endpoint = free_endpoint()
    with _session(endpoint) as session:
        key = f"suwon/v1/{SITE}/{ZONE}/*/state"
        subscriber = session.declare_subscriber(key, RingChannel(CAPACITY))
        count = 0

        def drain() -> None:
            nonlocal count
            while subscriber.try_recv() is not None:
                count += 1

        with Child.of_robots(endpoint, "crowd", told) as child:
            child.hear()
            _until(lambda: count, load.robots + 1, drain, child)
            if tick_s:
                return [_measure(load, lambda: count, drain, tick_s) for _ in range(times)]
            latency_ms: list[float] = []

            def take() -> None:
                sample = subscriber.recv()
                now_ns = time.time_ns()
                stamp = msgpack.unpackb(sample.payload.to_bytes())[3]
                latency_ms.append((now_ns - stamp) / 1e6)

            drain()
            return [
                Taken(load.rate, latency_ms=_time_each(load, take, latency_ms))
                for _ in range(times)
            ]
