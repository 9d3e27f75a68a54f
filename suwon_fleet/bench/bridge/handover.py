# SPDX-License-Identifier: Apache-2.0
"""Robots handed from one owner to the other and back: how long that takes over Zenoh, journals on disk."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from suwon_fleet.adapters.clocks import WallClock
from suwon_fleet.adapters.sqlite_journal import SqliteJournal
from suwon_fleet.adapters.zenoh.peers import ZenohPeers
from suwon_fleet.adapters.zenoh.session import SessionSettings, open_session
from suwon_fleet.bench.bridge.child import free_endpoint
from suwon_fleet.bench.scale.light_robots import LightRobots
from suwon_fleet.core.engine.group_state import GroupState
from suwon_fleet.core.engine.messages import Announced, Heard, Input, SubmitJob
from suwon_fleet.core.federation import events as e
from suwon_fleet.core.federation.groups import Groups
from suwon_fleet.core.jobs import JobKind, JobRequest
from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import (
    GROUND,
    Lane,
    LaneKind,
    Level,
    Node,
    Place,
    PlaceKind,
    SiteMap,
    Zone,
    ZoneKind,
)
from suwon_fleet.resources import resource_path
from suwon_fleet.service.assemble import assemble
from suwon_fleet.service.pipeline import Pipeline
from suwon_fleet.traffic import Coordinator
from suwon_fleet.wire.kinds import load_kinds

OWNERS = ("west", "east")
KIND = "delivery_indoor"
SPEED_MPS = 8.0
"""So that robots are at a gate every few seconds."""
RINGS = 12
TICK_S = 0.1
SLOWEST_S = 10.0
"""One handover takes no longer than this, on the average."""
_LONG_M, _WIDE_M, _APART_M = 48.0, 8.0, 20.0


@dataclass
class Crossings:
    """What was seen of handovers: times in ms, and how many were left undone."""

    let_in_ms: list[float] = field(default_factory=list)
    """From when one owner asks the other for a gate's ground to when the robot may go on."""
    taken_ms: list[float] = field(default_factory=list)
    """From when one owner lets go of a robot to when the other has it; nobody commands it meanwhile."""
    lost: int = 0
    """Robots with no owner or with two, at the end."""


class _Owner:
    """One owner at work: its pipeline, the robots it hears, and whether it was told something."""

    def __init__(self, name: str, site: SiteMap, kind: RobotKind, ends: ExitStack) -> None:
        self.name, self.said, self._site, self._kind = name, Event(), site, kind
        self.heard: list[Heard] = []
        self.commands: list[RobotCommand] = []
        self._ends = ends

    def begin(self, folder: Path, settings: SessionSettings, woken: Event) -> None:
        """Meet the other."""

        def wake() -> None:
            self.said.set()
            woken.set()

        session = open_session(settings)
        self._ends.callback(session.close)
        journal = SqliteJournal(folder / f"{self.name}.sqlite")
        self._ends.callback(journal.close)
        peers = ZenohPeers(session, WallClock(), self._site.id, self.name, wake)
        self._ends.callback(peers.close)
        groups = Groups({OWNERS[0]: (OWNERS[0],)}, rest=OWNERS[1])
        self.core = assemble(self._site, {self._kind.id: self._kind}, groups=groups, own=self.name)
        self._pipeline = Pipeline(self.core, journal, self, peers)

    @property
    def state(self) -> GroupState:
        """What lasts of it."""
        state = self.core.state
        assert isinstance(state, GroupState)
        return state

    def turn(self, now_ns: int, asked: Iterable[Input] = ()) -> list[object]:
        """Take a turn; what was journalled."""
        self.said.clear()
        return [*self._pipeline.turn(now_ns, asked).events]

    # As a RobotLink

    def drain(self) -> list[Heard]:
        heard, self.heard = self.heard, []
        return heard

    def send(self, commands: Iterable[RobotCommand]) -> None:
        self.commands += commands

    def close(self) -> None:
        """Nothing to close."""


def cross(handovers: int, seed: int) -> Crossings:
    """Let robots drive round until so many were handed over. Raises TimeoutError when they do not."""
    kind = load_kinds(resource_path("config/robots"))[KIND]
    kind = replace(kind, max_speed_mps=SPEED_MPS, indoor_speed_mps=SPEED_MPS)
    site, woken = _rings(seed), Event()
    endpoint = free_endpoint()
    with TemporaryDirectory() as folder, ExitStack() as ends:
        owners = [_Owner(name, site, kind, ends) for name in OWNERS]
        west, east = owners
        west.begin(Path(folder), SessionSettings(listen=[endpoint]), woken)
        east.begin(Path(folder), SessionSettings(connect=[endpoint]), woken)
        return _Day(site, kind, owners, woken).until(handovers)


class _Day:
    """Robots that go round, and the turns of their owners: each tick, and when something is said."""

    def __init__(self, site: SiteMap, kind: RobotKind, owners: list[_Owner], woken: Event) -> None:
        ground = Coordinator(site, [kind])
        starts = {
            f"robot-{ring}": ground.waypoint(kind.id, None, f"{OWNERS[ring % 2]}-{ring}")
            for ring in range(RINGS)
        }
        self._robots = LightRobots(kind, starts)
        self._sheets = {
            told.report.robot_id: told.factsheet for told in self._robots.announce(0, 1)
        }
        self._owners, self._woken = owners, woken
        self._since: dict[tuple[str, str], float] = {}
        self._found = Crossings()
        self._asked = 0

    def until(self, handovers: int) -> Crossings:
        """Go on until so many robots were taken."""
        next_s = time.monotonic()
        deadline_s = next_s + SLOWEST_S * (handovers + RINGS)
        while len(self._found.taken_ms) < handovers:
            now_s = time.monotonic()
            if now_s > deadline_s:
                raise TimeoutError(f"{len(self._found.taken_ms)} of {handovers} handovers")
            if now_s >= next_s:
                next_s = now_s + TICK_S
                self._tick()
            elif self._woken.wait(next_s - now_s):
                self._woken.clear()
                for owner in self._owners:
                    if owner.said.is_set():
                        self._turn(owner)
        states = [owner.state for owner in self._owners]
        owned = [robot for state in states for robot in state.robots]
        crossing = {robot for state in states for robot in state.leaving}
        self._found.lost = sum(
            owned.count(r) != 1 for r in self._robots.robots if r not in crossing
        )
        return self._found

    def _tick(self) -> None:
        self._robots.advance(time.monotonic_ns())
        for told in self._robots.drain():
            for owner in self._owners:
                known = told.report.robot_id in owner.core.state.robots
                owner.heard.append(
                    told if known else Announced(self._sheets[told.report.robot_id], told.report)
                )
        for owner in self._owners:
            self._turn(owner, self._rounds(owner))

    def _rounds(self, owner: _Owner) -> list[Input]:
        """A job for each robot that has none: to the other side and back."""
        jobs: list[Input] = []
        for robot in owner.core.state.robots.values():
            if not robot.job_id:
                self._asked += 1
                name, ring = f"round-{self._asked}", robot.robot_id.removeprefix("robot-")
                stops = tuple(f"{side}-{ring}" for side in OWNERS)
                request = JobRequest(JobKind.PATROL, stops, name, name, robot_id=robot.robot_id)
                jobs.append(SubmitJob(name, request))
        return jobs

    def _turn(self, owner: _Owner, asked: Iterable[Input] = ()) -> None:
        events = owner.turn(time.monotonic_ns(), asked)
        self._robots.send(owner.commands)
        owner.commands.clear()
        at_s = time.monotonic()
        for event in events:
            match event:
                case e.HandoverAsked(handover_id=id):
                    self._since["asked", id] = at_s
                case e.HandoverBegun(handover_id=id):
                    since_s = self._since.pop(("asked", id))
                    self._found.let_in_ms.append(1000 * (at_s - since_s))
                case e.RobotHandedOver(handover_id=id):
                    self._since["left", id] = at_s
                case e.RobotTaken(handover_id=id):
                    since_s = self._since.pop(("left", id))
                    self._found.taken_ms.append(1000 * (at_s - since_s))


def _rings(seed: int) -> SiteMap:
    """One-way rings that lie half in one owner's zone, each a little longer than the last."""
    nodes, lanes, places = [], [], []
    for ring in range(RINGS):
        y, half = ring * _APART_M, (_LONG_M + seed + ring) / 2
        west, east = f"west-{ring}", f"east-{ring}"
        corners = {
            west: (-half, y),
            f"a-{ring}": (-half / 2, y),
            f"b-{ring}": (half / 2, y),
            east: (half, y),
            f"c-{ring}": (half / 2, y + _WIDE_M),
            f"d-{ring}": (-half / 2, y + _WIDE_M),
        }
        nodes += [Node(name, *at) for name, at in corners.items()]
        names = [*corners, west]
        lanes += [
            Lane(f"{tail}>{head}", tail, head, LaneKind.INDOOR, 2.0)
            for tail, head in pairwise(names)
        ]
        places += [Place(name, name, frozenset({PlaceKind.WAYPOINT})) for name in (west, east)]
    far = RINGS * _APART_M + _LONG_M
    west_half = ((-far, -far), (0.0, -far), (0.0, far), (-far, far))
    return SiteMap(
        id="rings",
        levels=(Level(GROUND),),
        nodes=tuple(nodes),
        lanes=tuple(lanes),
        places=tuple(places),
        zones=(Zone(OWNERS[0], ZoneKind.CAMPUS, west_half),),
    )
