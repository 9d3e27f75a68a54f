# SPDX-License-Identifier: Apache-2.0
"""fleet_managers in processes of their own that are killed while robots work: how soon another goes on.

One that stands by takes over; or, where none does, its keeper starts another (`fleet_manager --keep`). It
goes on with its first message to robots.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import Empty, SimpleQueue
from subprocess import DEVNULL, Popen
from typing import Any, Protocol

from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import GetState
from std_srvs.srv import Trigger

from suwon_fleet.adapters.ros.client import FleetClient, is_over
from suwon_fleet.adapters.ros.connection import Connection
from suwon_fleet.bench.reliability.forge import forged
from suwon_fleet.bench.reliability.yard import PLACES, ROBOTS, Yard
from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.processes import Processes, node_command
from suwon_fleet.core.errors import Unreachable
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus
from suwon_fleet.msg import RobotCommands
from suwon_fleet.nodes import keeper
from suwon_fleet.nodes.diagnostics import STANDING_BY

_PATIENCE_S = 60.0
_SILENT_S = 0.1
"""What a manager had sent before it died has come by then, and none can have started yet."""


@dataclass(slots=True)
class Taken:
    """Milliseconds from the death to another's first message; and what came of the work."""

    ms: list[float] = field(default_factory=list)
    jobs: int = 0
    lost: int = 0
    doubled: int = 0
    illegal: int = 0


class _Managers(Protocol):
    """Who moves the robots, and is killed."""

    def replace(self, told: SimpleQueue[Any]) -> float:
        """Kill the one at work; milliseconds until another goes on."""

    def close(self) -> None: ...


class _Relay:
    """One at work, and one that stands by."""

    def __init__(self, parameters: Mapping[str, object], world: Connection) -> None:
        self._parameters, self._world = parameters, world
        self._all: list[BaseProcess] = []
        self._start(_at_work_now)
        self._start(_stands_by)

    def _start(self, is_ready: Callable[[str, Connection, SimpleQueue[Any]], bool]) -> None:
        """Start another, and wait until it is ready."""
        name = f"manager_{len(self._all)}"
        with self._world.listening("/diagnostics", DiagnosticArray) as told:
            self._all.append(
                forged(node_command("fleet_manager", self._parameters, {"__node": name}))
            )
            while not is_ready(name, self._world, told):
                pass

    def replace(self, told: SimpleQueue[Any]) -> float:
        active = self._all[-2]
        _drain(told)
        began_s = time.monotonic()
        active.kill()
        active.join()
        took_ms = _heard_ms(told, began_s)
        self._start(_stands_by)
        return took_ms

    def close(self) -> None:
        for process in self._all:
            process.kill()
            process.join()


class _Kept:
    """One that its keeper starts again."""

    def __init__(self, parameters: Mapping[str, object], world: Connection) -> None:
        command = node_command("fleet_manager", parameters, {"__node": "manager"})
        command.insert(command.index("--ros-args"), keeper.FLAG)
        self._keeper = Popen(command, stderr=DEVNULL)
        while not _at_work_now("manager", world, SimpleQueue()):
            pass

    def replace(self, told: SimpleQueue[Any]) -> float:
        began_s = time.monotonic()
        os.kill(self._child, signal.SIGKILL)
        time.sleep(_SILENT_S)
        _drain(told)
        return _heard_ms(told, began_s)

    @property
    def _child(self) -> int:
        keeper_id = self._keeper.pid
        return int(Path(f"/proc/{keeper_id}/task/{keeper_id}/children").read_text())

    def close(self) -> None:
        self._keeper.terminate()
        self._keeper.wait()


def _at_work_now(name: str, world: Connection, _told: SimpleQueue[Any]) -> bool:
    service = f"/fleet/{name}/get_state"
    answer = world.ask(service, GetState, GetState.Request(), may_repeat=True)
    return bool(answer.current_state.id == State.PRIMARY_STATE_ACTIVE)


def _stands_by(_name: str, _world: Connection, told: SimpleQueue[Any]) -> bool:
    """It says so once it has prepared all; nobody else does meanwhile."""
    try:
        news = told.get(timeout=_PATIENCE_S)
    except Empty:
        raise Unreachable(f"nobody stood by within {_PATIENCE_S:g} s") from None
    return any(status.message == STANDING_BY for status in news.status)


def _heard_ms(told: SimpleQueue[Any], began_s: float) -> float:
    """Milliseconds until the next message to robots."""
    try:
        told.get(timeout=_PATIENCE_S)
    except Empty:
        raise Unreachable(f"nobody went on within {_PATIENCE_S:g} s") from None
    return (time.monotonic() - began_s) * 1e3


def _drain(told: SimpleQueue[Any]) -> None:
    while not told.empty():
        told.get()


def measure(folder: Path, times: int, *, has_standby: bool, seed: int, journal: str = "") -> Taken:
    """Kill whoever is at work so many times, at any moment, while deliveries are asked for and done.

    `journal` is where the managers keep theirs; empty: in a file in the folder.
    """
    chance, taken = random.Random(seed), Taken()
    with (
        _at_work(folder, journal, has_standby=has_standby) as (managers, client, world),
        client.listening("robot_commands", RobotCommands) as told,
    ):
        jobs: list[str] = []
        for number in range(times):
            requests = [
                JobRequest(
                    JobKind.DELIVERY, tuple(chance.sample(PLACES, 2)), f"request-{number}-{one}"
                )
                for one in range(2)
            ]
            jobs += [answer.job_id for answer in client.submit(requests)]
            time.sleep(chance.uniform(0.0, 1.0))
            taken.ms.append(managers.replace(told))
        ended = {job.job_id: job.status for job in client.watch_jobs(jobs) if is_over(job)}
        _judge(taken, jobs, ended, world)
    return taken


@contextmanager
def _at_work(
    folder: Path, journal: str, *, has_standby: bool
) -> Iterator[tuple[_Managers, FleetClient, Connection]]:
    yard = Yard.write(folder)
    yard.journal.unlink(missing_ok=True)
    parameters = yard.manager | ({"journal": journal} if journal else {})
    with (
        isolated(),
        Processes(lambda _name, _line: None) as processes,
        closing(Connection(_PATIENCE_S)) as world,
        FleetClient(timeout_s=_PATIENCE_S) as client,
        closing((_Relay if has_standby else _Kept)(parameters, world)) as managers,
    ):
        processes.start("simulator", node_command("simulator", yard.simulator))
        until_s = time.monotonic() + _PATIENCE_S
        while len(client.state().robots) < ROBOTS:
            if time.monotonic() > until_s:
                raise Unreachable(f"not all robots joined in {_PATIENCE_S:g} s")
            processes.watch(0.05)
        yield managers, client, world


def _judge(taken: Taken, jobs: list[str], ended: dict[str, JobStatus], world: Connection) -> None:
    record = json.loads(world.ask("/sim/record", Trigger, Trigger.Request()).message)
    done = Counter((action.rsplit(".", 2)[0], kind) for _, action, kind in record["done"])
    wanted = [(job, kind) for job in jobs for kind in ("load", "unload")]
    taken.jobs = len(jobs)
    taken.lost = sum(ended.get(job) != JobStatus.FINISHED for job in jobs)
    taken.lost += sum(done[one] == 0 for one in wanted)
    taken.doubled = len(jobs) - len(set(jobs)) + sum(done[one] > 1 for one in wanted)
    taken.illegal = record["collisions"] + record["illegal"]
