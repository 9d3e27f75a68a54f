# SPDX-License-Identifier: Apache-2.0
"""How long a request to stop takes to the wire while the fleet_manager has all it can do.

Real processes: a simulator that goes as fast as the fleet keeps up, so that one turn follows another, and
a queue of jobs. Times are from the call of the service to the command on `robot_commands`, over DDS both
ways. In turn with it the same way is gone through a node that does nothing else: that is what ROS and the
machine, as busy as it is, take of it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from suwon_fleet.adapters.ros.client import FleetClient
from suwon_fleet.bench.reliability.bare import NAMESPACE
from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.processes import Processes, node_command
from suwon_fleet.core.errors import Unreachable
from suwon_fleet.core.jobs import JobKind, JobRequest
from suwon_fleet.core.sitemap import PlaceKind, SiteMap
from suwon_fleet.msg import RobotCommand, RobotCommands
from suwon_fleet.resources import SITES, named_file
from suwon_fleet.wire.maps import load_site

SITE = "belt"
LONGEST_S = 300.0
_PATIENCE_S = 30.0
_SCOPES = ("robot", "all", "zone", "site")


@dataclass(frozen=True, slots=True)
class Load:
    """What the fleet has to do meanwhile."""

    robots: int
    jobs: int
    requests: int


@dataclass(slots=True)
class Taken:
    """Milliseconds to the first command of each request, and how many never came."""

    ms: list[float] = field(default_factory=list)
    bare_ms: list[float] = field(default_factory=list)
    lost: int = 0
    messages_per_s: float = 0.0
    """On `robot_commands` meanwhile: one a turn, and one for each stop and release."""


def measure(load: Load) -> Taken:
    """Ask one after the other, of each scope in turn, and release each again."""
    site = load_site(named_file(SITE, "site", "bench", SITES))
    taken = Taken()
    with at_work(load) as (client, bare), ThreadPoolExecutor(1) as thread:
        _give_work(client, site, load.jobs)
        ours, other = _Way(client, thread), _Way(bare, thread)
        with ours.open(), other.open():
            _until_moving(client)
            began_s = time.monotonic()
            for number in range(load.requests):
                scope = _SCOPES[number % len(_SCOPES)]
                ms = ours.time_ms(scope, _whom(client, site, scope))
                if ms is None:
                    taken.lost += 1
                else:
                    taken.ms.append(ms)
                taken.bare_ms.append(other.time_ms(scope, "") or _PATIENCE_S * 1e3)
            taken.messages_per_s = ours.messages / (time.monotonic() - began_s)
    return taken


@contextmanager
def at_work(load: Load) -> Iterator[tuple[FleetClient, FleetClient]]:
    """A fleet_manager and a simulator in a domain of their own, and all robots in the fleet."""
    with (
        tempfile.TemporaryDirectory(prefix="suwon_bench_") as folder,
        isolated(),
        Processes(lambda _name, _line: None) as processes,
        FleetClient(timeout_s=LONGEST_S) as client,
        FleetClient(timeout_s=LONGEST_S, namespace=NAMESPACE) as bare,
    ):
        manager = {"site": SITE, "journal": Path(folder) / "j.sqlite", "use_sim_time": True}
        fleets = [f"delivery_outdoor:{load.robots}"]
        simulator = {"site": SITE, "fleets": fleets, "rate": 0.0, "robot_topics": "off"}
        processes.start("fleet_manager", node_command("fleet_manager", manager))
        processes.start("simulator", node_command("simulator", simulator))
        processes.start("bare", _bare())
        deadline_s = time.monotonic() + LONGEST_S
        while len(client.state().robots) < load.robots:
            if time.monotonic() > deadline_s:
                raise Unreachable(f"not all robots joined in {LONGEST_S:g} s")
            processes.watch(0.1)
        yield client, bare


def _bare() -> Sequence[str]:
    return [sys.executable, "-m", "suwon_fleet.bench.reliability.bare"]


def _give_work(client: FleetClient, site: SiteMap, jobs: int) -> None:
    pickups = [place.id for place in site.places_of(PlaceKind.PICKUP)]
    dropoffs = [place.id for place in site.places_of(PlaceKind.DROPOFF)]
    client.submit(
        [
            JobRequest(
                JobKind.DELIVERY,
                (pickups[n % len(pickups)], dropoffs[(7 * n + 3) % len(dropoffs)]),
                request_id=f"load-{n}",
            )
            for n in range(jobs)
        ]
    )


def _until_moving(client: FleetClient) -> None:
    while not any(robot.navigation == "moving" for robot in client.state().robots):
        time.sleep(0.1)


def _whom(client: FleetClient, site: SiteMap, scope: str) -> str:
    """A robot that is under way, or the zone that most robots are in."""
    robots = client.state().robots
    if scope == "robot":
        moving = [robot.robot_id for robot in robots if robot.navigation == "moving"]
        return str((moving or [robots[0].robot_id])[0])
    if scope == "zone":
        zones = [robot.zone for robot in robots if robot.zone]
        return str(max(set(zones), key=zones.count)) if zones else site.zones[0].id
    return ""


class _Way:
    """From a call of one fleet's service to its commands."""

    def __init__(self, client: FleetClient, thread: Executor) -> None:
        self._client, self._thread = client, thread
        self._told: SimpleQueue[Any] = SimpleQueue()
        self._seen: set[str] = set()
        self.messages = 0

    @contextmanager
    def open(self) -> Iterator[None]:
        """Within it commands are heard."""
        with self._client.listening("robot_commands", RobotCommands) as self._told:
            self.time_ms("all", "")  # both ways are met once
            yield

    def time_ms(self, scope: str, id: str) -> float | None:
        """Milliseconds until the first robot is told; None when it never is. Nobody is left stopped."""
        while not self._told.empty():
            self._told.get()
            self.messages += 1
        began_s = time.monotonic()
        asked = self._thread.submit(self._client.stop, scope, id, "", "bench", "")
        heard_s = self._heard(began_s + _PATIENCE_S)
        stop_id = asked.result().stop_id
        if not stop_id.startswith("bare"):
            self._client.release(stop_id, "", "", "bench")
        return None if heard_s is None else (heard_s - began_s) * 1e3

    def _heard(self, until_s: float) -> float | None:
        """When the first command came of a stop that none was of before."""
        while (left_s := until_s - time.monotonic()) > 0.0:
            try:
                batch = self._told.get(timeout=left_s)
            except Empty:
                break
            heard_s = time.monotonic()
            self.messages += 1
            verb = RobotCommand.REQUEST_STOP
            stops = {command.stop_id for command in batch.commands if command.verb == verb}
            if stops - self._seen:
                self._seen |= stops
                return heard_s
        return None
