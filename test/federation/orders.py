# SPDX-License-Identifier: Apache-2.0
"""All that can happen to owners on a line: messages come late, twice or never; owners die; robots drive.

A state is two journals, what each process remembers beside, where robots are, and all messages ever
sent. Any of those may arrive at any time, so the network loses, doubles, delays and reorders at will.
Time stands still, and what may be told again is told again at every turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import get_args

import msgspec
from federation.line import (
    GATE,
    VERTICES,
    FirstCome,
    LineGround,
    do_touch,
    ground_of,
    line,
    line_with_charger,
    line_with_zone,
)

from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.border import Borrowed
from suwon_fleet.core.engine.core import FleetCore
from suwon_fleet.core.engine.events import Event
from suwon_fleet.core.engine.group_state import GroupState, Stage
from suwon_fleet.core.federation.cuts import Ownership
from suwon_fleet.core.federation.events import JobCancelAsked, JobCancelHeard, JobCancelSettled
from suwon_fleet.core.federation.messages import Message
from suwon_fleet.core.federation.zones import ZoneWord
from suwon_fleet.core.jobs import JobKind, JobRequest
from suwon_fleet.core.robots.command import Grant
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.robots.report import Compartment, Factsheet, Pose, RobotReport
from suwon_fleet.core.robots.states import Mission
from suwon_fleet.resources import resource_path
from suwon_fleet.wire.kinds import load_kinds

NOW = 1_000_000_000_000
KINDS: dict[str, RobotKind] = {
    name: kind
    for name, kind in load_kinds(resource_path("config/robots")).items()
    if name == "delivery_indoor"
}
SITES = {"plain": line(), "zone": line_with_zone(), "charger": line_with_charger()}
LAPSE_S = 61.0
"""As long as no lease lasts."""
ROUND_S = 11.0
"""Time that passes between turns once all goes well, if anybody waits for time to pass."""
OWNERS = ("east", "west")
TYPES = {one.__name__: one for one in get_args(Message)}


@dataclass(frozen=True)
class Mail:
    """A message on its way, as bytes."""

    to: str
    sender: str
    kind: str
    body: bytes

    def said(self) -> m.PeerSaid:
        return m.PeerSaid(self.sender, msgspec.msgpack.decode(self.body, type=TYPES[self.kind]))


@dataclass(frozen=True)
class Process:
    """An owner: its journal, the hash of what that comes to, and what it knows beside."""

    journal: tuple[Event, ...] = ()
    hash: str = ""
    promised: frozenset[str] = frozenset()
    refused: tuple[tuple[str, str], ...] = ()
    zones_at: tuple[tuple[str, tuple[ZoneWord, ...]], ...] = ()
    cut_at: tuple[tuple[str, tuple[Ownership, ...]], ...] = ()
    asked: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()
    offered: tuple[tuple[str, Borrowed], ...] = ()
    borrowed: tuple[tuple[str, Borrowed], ...] = ()

    @property
    def beside(self) -> tuple[object, ...]:
        """What it knows beside its journal."""
        known = self.promised, self.refused, self.zones_at, self.cut_at
        return *known, self.asked, self.offered, self.borrowed


@dataclass(frozen=True)
class Body:
    """A robot: the vertices it knows it may drive, and the number of the one it is at."""

    path: tuple[str, ...]
    index: int = 0

    @property
    def ground(self) -> set[str]:
        """All it may be on, or get to by itself."""
        return ground_of(self.path[self.index :])


@dataclass(frozen=True)
class State:
    """All there is.

    `cancels` is how often people may still call a job off, and `closings` what they may still do to the
    zone, if there is one: at which owner, and whether they open it; `gifts`, who is asked to give it to
    whom. Robots that are `low` have to
    charge; time passes `lapses` times more.
    """

    owners: tuple[tuple[str, Process], ...]
    bodies: tuple[tuple[str, Body], ...]
    mail: frozenset[Mail] = frozenset()
    cancels: int = 0
    closings: tuple[tuple[str, bool], ...] = ()
    gifts: tuple[tuple[str, str], ...] = ()
    site: str = "plain"
    gives: bool = False
    low: frozenset[str] = frozenset()
    lapses: int = 0
    now_ns: int = NOW

    @property
    def key(self) -> tuple[object, ...]:
        """What two states have in common that are the same."""
        known = tuple((process.hash, process.beside) for _, process in self.owners)
        wishes = self.cancels, self.closings, self.gifts, self.lapses, self.now_ns
        return known, self.bodies, self.mail, wishes

    def process(self, name: str) -> Process:
        return dict(self.owners)[name]

    def with_process(self, name: str, process: Process) -> State:
        owners = tuple((one, process if one == name else old) for one, old in self.owners)
        return replace(self, owners=owners)


def start(robots: dict[str, tuple[str, str]], cancels: int = 0, site: str = "plain") -> State:
    """Robots at vertices, each with a job to go to a place asked of the owner where it stands.

    Those that are to go nowhere have to charge.
    """
    bodies = tuple((name, Body((vertex,))) for name, (vertex, _) in robots.items())
    low = frozenset(name for name, (_, place) in robots.items() if not place)
    owners = tuple((name, Process()) for name in OWNERS)
    state = State(owners, bodies, cancels=cancels, site=site, low=low)
    for name in OWNERS:
        sheets = [
            m.Announced(Factsheet(robot, "delivery_indoor"), report)
            for robot, report in reports(state).items()
            if state_of(name, robots[robot][0])
        ]
        state = turn(state, name, sheets)
        for robot, (vertex, place) in robots.items():
            if place and state_of(name, vertex):
                request = JobRequest(JobKind.GO_TO, (place,), robot_id=robot)
                state = turn(state, name, [m.SubmitJob("", request)])
    return state


def state_of(owner: str, vertex: str) -> bool:
    """Whether a vertex is an owner's."""
    return vertex[0] == owner[0]


def reports(state: State) -> dict[str, RobotReport]:
    """What robots report now."""
    return {
        name: RobotReport(
            robot_id=name,
            sequence=1,
            stamp_ns=state.now_ns,
            session="0",
            pose=Pose(10.0 * VERTICES.index(body.path[body.index]), 0.0),
            speed_mps=0.0,
            path_index=body.index,
            granted_index=len(body.path) - 1 if len(body.path) > 1 else -1,
            battery_soc=0.1 if name in state.low else 0.9,
            compartment=Compartment.CLOSED,
        )
        for name, body in state.bodies
    }


def wake(state: State, name: str) -> FleetCore:
    """An owner as its journal has it, and with what it knows beside."""
    ground, process = LineGround(name), state.process(name)
    core = FleetCore.replay(
        process.journal,
        SITES[state.site],
        KINDS,
        traffic=ground,
        dispatcher=FirstCome(),
        ground=ground,
    )
    assert not process.hash or core.state_hash() == process.hash, "replay makes another state"
    assert core.fleet.border
    core.fleet.border.promised |= process.promised
    core.fleet.border.refused |= dict(process.refused)
    core.fleet.border.zones_at |= dict(process.zones_at)
    if not state.gives:  # then it is not told either that nothing was given
        core.fleet.border.cut_at |= dict.fromkeys(OWNERS, ())
    core.fleet.border.cut_at |= dict(process.cut_at)
    core.fleet.border.asked |= {robot: dict(peers) for robot, peers in process.asked}
    core.fleet.border.offered |= dict(process.offered)
    core.fleet.border.borrowed |= dict(process.borrowed)
    return core


def turn(state: State, name: str, inputs: list[m.Input], *, dies: bool = False) -> State:
    """An owner takes a turn; one that dies has written its journal, and sent nothing."""
    process = state.process(name)
    core = wake(state, name)
    outcome = core.step(state.now_ns, inputs)
    journal = (*process.journal, *outcome.events)
    if dies:
        return state.with_process(name, Process(journal, core.state_hash()))
    border = core.fleet.border
    assert border
    now = Process(
        journal,
        core.state_hash(),
        frozenset(border.promised),
        tuple(sorted(border.refused.items())),
        tuple(sorted(border.zones_at.items())),
        tuple(sorted(border.cut_at.items())),
        tuple(sorted((robot, tuple(peers.items())) for robot, peers in border.asked.items())),
        tuple(sorted(border.offered.items(), key=itemgetter(0))),
        tuple(sorted(border.borrowed.items(), key=itemgetter(0))),
    )
    state = state.with_process(name, now)
    for effect in outcome.effects:
        if isinstance(effect, m.Tell):
            body = msgspec.msgpack.encode(effect.message)
            mail = Mail(effect.peer, name, type(effect.message).__name__, body)
            state = replace(state, mail=state.mail | {mail})
        elif isinstance(effect, m.Send) and isinstance(effect.command, Grant):
            state = obey(state, effect.command)
    return state


def obey(state: State, grant: Grant) -> State:
    """A robot appends what is new to it; it drives no ground with a gap before it, and is told again."""
    vertices = [VERTICES[round(point.x_m / 10.0)] for point in grant.waypoints]
    bodies = dict(state.bodies)
    path = bodies[grant.robot_id].path
    if grant.first_index > len(path):
        return state
    known = vertices[: len(path) - grant.first_index]
    assert tuple(known) == path[grant.first_index : grant.first_index + len(known)], "taken back"
    longer = (*path, *vertices[len(path) - grant.first_index :])
    bodies[grant.robot_id] = replace(bodies[grant.robot_id], path=longer)
    return replace(state, bodies=tuple(bodies.items()))


def after(state: State) -> Iterator[State]:
    """Every state that may come next."""
    told: list[m.Input] = [m.Reported(report) for report in reports(state).values()]
    for mail in state.mail:
        for dies in (False, True):
            yield turn(state, mail.to, [mail.said()], dies=dies)
    for name, process in state.owners:
        for dies in (False, True):
            yield turn(state, name, told, dies=dies)
        yield state.with_process(name, Process(process.journal, process.hash))
    for name in dict(state.bodies):
        yield drive(state, name)
    if state.cancels:
        for name, job_id in jobs_at_work(state):
            cancelled = turn(state, name, [m.CancelJob("", job_id, "somebody")])
            yield replace(cancelled, cancels=state.cancels - 1)
    if state.lapses:
        yield replace(_later(state, LAPSE_S), lapses=state.lapses - 1)
    for number, (name, is_open) in enumerate(state.closings):
        rest = state.closings[:number] + state.closings[number + 1 :]
        for dies in (False, True):
            said = turn(state, name, [m.SetZone("", "hall", is_open)], dies=dies)
            yield replace(said, closings=rest)
    for number, (name, to) in enumerate(state.gifts):
        rest = state.gifts[:number] + state.gifts[number + 1 :]
        for dies in (False, True):
            said = turn(state, name, [m.GiveAway("", "hall", to)], dies=dies)
            yield replace(said, gifts=rest)


def _later(state: State, seconds: float) -> State:
    return replace(state, now_ns=state.now_ns + round(seconds * 1e9))


def drive(state: State, name: str) -> State:
    """A robot goes on to the next vertex it knows it may."""
    bodies = dict(state.bodies)
    body = bodies[name]
    if body.index + 1 < len(body.path):
        bodies[name] = replace(body, index=body.index + 1)
    return replace(state, bodies=tuple(bodies.items()))


def jobs_at_work(state: State) -> Iterator[tuple[str, str]]:
    """Jobs, and the owners where they are, or were asked for."""
    for name, _ in state.owners:
        one = wake(state, name).state
        assert isinstance(one, GroupState)
        for job_id in dict.fromkeys((*one.index.open_jobs, *sorted(one.away.keys() - one.origins))):
            yield name, job_id


def all_goes_well(state: State, until: Callable[[State], bool]) -> State:
    """From here on nobody dies, and whatever is said is heard once; what was said before is lost."""
    state = replace(state, mail=frozenset(), cancels=0, closings=(), gifts=(), lapses=0)
    for _ in range(60):
        if until(state):
            return state
        state = _later(state, ROUND_S) if state.low else state
        for name in dict(state.bodies):
            state = drive(state, name)
        for name in OWNERS:
            mine = {mail for mail in state.mail if mail.to == name}
            state = replace(state, mail=state.mail - mine)
            heard: list[m.Input] = [m.Reported(report) for report in reports(state).values()]
            heard += [mail.said() for mail in sorted(mine, key=lambda mail: mail.kind)]
            state = turn(state, name, heard)
    raise AssertionError("it comes to no end")


def check(state: State) -> bool:
    """What must hold in every state; whether all has come to its end."""
    cores = {name: wake(state, name) for name, _ in state.owners}
    states: dict[str, GroupState] = {}
    for name, core in cores.items():
        assert isinstance(core.state, GroupState)
        states[name] = core.state
    for robot, body in state.bodies:
        owners = [name for name, one in states.items() if robot in one.robots]
        assert len(owners) <= 1, f"{robot} has two owners"
        told = [
            one.leaving[robot].stage is Stage.TOLD
            for one in states.values()
            if robot in one.leaving
        ]
        told += [
            one.giving is not None and robot in one.giving.robot_ids for one in states.values()
        ]
        assert owners or any(told), f"nobody remembers {robot}"
        _check_ground(robot, body, cores)
    for one, body in state.bodies:
        for other, its in state.bodies:
            assert one == other or not do_touch(body.ground, its.ground), f"{one}, {other} touch"
    _check_jobs(states)
    _check_cancels(state)
    _check_leases(states["east"])
    agree = _check_zones(cores, states) and _check_cut(states, cores)
    at_work = any(
        one.leaving or one.coming or one.owed or one.sent or one.calling for one in states.values()
    )
    jobs = [job for one in states.values() for job in one.index.open_jobs]
    charges = [r for r in states["east"].robots.values() if r.states.mission is Mission.DOCKING]
    return agree and not at_work and not jobs and len(charges) == min(1, len(state.low))


def _check_ground(robot: str, body: Body, cores: dict[str, FleetCore]) -> None:
    """Whatever a robot may be on is held for it by each owner that could grant it to another."""
    for name, core in cores.items():
        ground = core.fleet.traffic
        assert isinstance(ground, LineGround)
        held = {
            piece
            for holder, path in ground.paths.items()
            if holder.partition("@")[0] == robot
            for piece in ground_of(path)
        }
        state = core.state
        assert isinstance(state, GroupState)
        has_left = state.giving is not None and state.giving.parting is not None
        owned = {v for v in VERTICES if ground.group_of(v) == name}
        owned -= set(filter(ground.is_going, VERTICES)) if has_left else set()
        mine = {piece for piece in body.ground if owned & set(GATE if piece == "gate" else [piece])}
        assert mine <= held, f"{name} may give away {mine - held} under {robot}"


def _check_cut(states: dict[str, GroupState], cores: dict[str, FleetCore]) -> bool:
    """The east is one owner's, or on its way to one who is told of it; whether all know the same."""
    holds = []
    for name, core in cores.items():
        giving, ground = states[name].giving, core.fleet.traffic
        assert isinstance(ground, LineGround)
        if ground.group_of("e1") == name:
            holds.append(giving is not None and giving.parting is not None)
    assert holds, "nobody has the east"
    assert holds.count(False) <= 1, "two have the east"
    one, other = states.values()
    return one.owners == other.owners and not (one.giving or other.giving)


def _check_jobs(states: dict[str, GroupState]) -> None:
    """Each job is in one place: open at one owner, on its way, or over where it was asked for."""
    everything = {job for one in states.values() for job in one.jobs}
    for job_id in everything:
        origin = states[job_id.partition(".")[0]]
        is_open = [name for name, one in states.items() if job_id in one.index.open_jobs]
        assert len(is_open) <= 1, f"{job_id} is open at {is_open}"
        goes = [
            leaving.parting.job.job_id
            for one in states.values()
            for leaving in one.leaving.values()
            if leaving.parting and leaving.parting.job
        ]
        goes += [
            resident.job.job_id
            for one in states.values()
            if one.giving and one.giving.parting
            for resident in one.giving.parting.residents
            if resident.job
        ]
        sent = [name for one in states.values() for name in one.sent]
        owed = [name for one in states.values() for name in one.owed]
        is_over = origin.jobs[job_id].status.is_over
        assert is_open or is_over or job_id in (*goes, *sent, *owed), f"{job_id} is lost"


def _check_leases(east: GroupState) -> None:
    """The charger is kept for one robot, or has been given to one that is here."""
    assert len(east.leases) <= 1, "it is promised twice"
    bound = [robot.robot_id for robot in east.robots.values() if robot.destination == "east-end"]
    assert len(bound) <= 1
    assert not (bound and east.leases and east.robots[bound[0]].job_id == ""), "and given away"


def _check_cancels(state: State) -> None:
    """A job is called off, or not, once for each time that people wish so, and they hear of it once."""
    journal = [event for _, process in state.owners for event in process.journal]
    heard = [(e.job_id, e.number) for e in journal if isinstance(e, JobCancelHeard)]
    asked = [(e.job_id, e.number) for e in journal if isinstance(e, JobCancelAsked)]
    settled = [e.job_id for e in journal if isinstance(e, JobCancelSettled)]
    assert len(heard) == len(set(heard))
    assert set(heard) <= set(asked)
    assert len(settled) <= len(asked)


def _check_zones(cores: dict[str, FleetCore], states: dict[str, GroupState]) -> bool:
    """What each knows of the zone it does; whether they know the same."""
    for name, core in cores.items():
        ground = core.fleet.traffic
        assert isinstance(ground, LineGround)
        assert ground.closed == core.fleet.closed_zones(), name
        shut = {word.zone_id for word in states[name].zones.values() if not word.is_open}
        assert shut == ground.closed, f"{name} does not do as it was told"
    one, other = states.values()
    return one.zones == other.zones
