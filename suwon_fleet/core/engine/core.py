# SPDX-License-Identifier: Apache-2.0
"""FleetCore: inputs and time in, events and effects out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import msgspec

from suwon_fleet.core.dispatch import Dispatcher
from suwon_fleet.core.engine import (
    alerts,
    answers,
    asks,
    assigning,
    cuts,
    errands,
    events,
    forgetting,
    giving,
    hearing,
    jobs,
    joining,
    motion,
    orders,
    peers,
    stops,
    watching,
    zones,
)
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.border import Border
from suwon_fleet.core.engine.evolve import evolve
from suwon_fleet.core.engine.fleet import SECOND, Fleet, Settings
from suwon_fleet.core.engine.group_state import GroupState, Stage
from suwon_fleet.core.engine.snapshot import keep, restore
from suwon_fleet.core.engine.state import FleetState, RobotRecord
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.federation.events import GroupOpened
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.core.traffic import GroupTraffic, Traffic

DISPATCH_EVERY_S = 5.0
"""Waiting jobs are looked at this often even when nothing has changed: some become due."""
FORGET_EVERY_S = 10.0
"""Jobs that may be forgotten are looked for this often."""
DISPATCH_REST_S = 5e-4
"""For each robot of the fleet they are left alone for so long after that: with 1,000, half a second."""

_HANDLERS: dict[type, Callable[[Fleet, Any], None]] = {
    m.Announced: hearing.announce,
    m.Reported: hearing.heed,
    m.Vanished: watching.lose,
    m.Noticed: alerts.notice,
    m.SubmitJob: orders.submit,
    m.CancelJob: orders.cancel,
    m.PauseJob: orders.pause,
    m.StopRobots: stops.stop,
    m.ReleaseRobots: stops.release,
    m.CommissionRobot: joining.commission,
    m.RemoveRobot: joining.remove,
    m.SetZone: zones.set_zone,
    m.GiveAway: giving.give,
    m.AnswerAlert: answers.answer_alert,
    m.Finding: watching.tell_finding,
    m.PeerSaid: peers.hear,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one step decided: first journal the events, then carry out the effects."""

    events: tuple[events.Event, ...]
    effects: tuple[m.Effect, ...]


class FleetCore:
    """The fleet of one site as a state machine without clock, I/O or threads.

    `step` is the only way forward and `resume` the only way back: the same events always make the
    same state, whose `state_hash` says so. `ground` is `traffic` itself where the fleet is one of
    several, each with a group of the site's zones. Not thread-safe; owned by one loop.
    """

    def __init__(
        self,
        site: SiteMap,
        kinds: Mapping[str, RobotKind],
        *,
        traffic: Traffic,
        dispatcher: Dispatcher,
        settings: Settings | None = None,
        ground: GroupTraffic | None = None,
    ) -> None:
        border = None if ground is None else Border(ground, GroupState())
        state = FleetState() if border is None else border.state
        self.fleet = Fleet(
            site, kinds, traffic, dispatcher, settings or Settings(), state, border=border
        )
        for zone in site.zones:
            if not zone.is_open:
                traffic.set_open(zone.id, False)
        self._watched_ns = self._dispatched_ns = self._forgot_ns = -(10**18)
        self.replayed = 0
        """How many events it has read after the first, which may be a snapshot."""

    @property
    def state(self) -> FleetState:
        """The durable state; read only."""
        return self.fleet.state

    @classmethod
    def replay(
        cls,
        journal: Iterable[events.Event],
        site: SiteMap,
        kinds: Mapping[str, RobotKind],
        *,
        traffic: Traffic,
        dispatcher: Dispatcher,
        settings: Settings | None = None,
        ground: GroupTraffic | None = None,
    ) -> Self:
        """The core as it was after the last event of a journal.

        Raises BadInput when the journal was written on another map, or for another group of it.
        """
        core = cls(
            site, kinds, traffic=traffic, dispatcher=dispatcher, settings=settings, ground=ground
        )
        core.resume(journal)
        return core

    def resume(self, journal: Iterable[events.Event]) -> None:
        """Make a core that has done nothing yet what it was after the last event of a journal.

        Raises BadInput as `replay` does.
        """
        for number, event in enumerate(journal):
            if number == 0:
                self._check_group(event)
                if isinstance(event, events.StateKept):
                    restore(self.fleet.state, event)
            evolve(self.fleet.state, event)
            self.replayed = number
        self._take_ground()

    def snapshot(self) -> events.StateKept:
        """The state as it is, for the journal."""
        return keep(self.fleet.state)

    def _check_group(self, event: events.Event) -> None:
        """A journal begins with the group it is of, if it is of one."""
        border = self.fleet.border
        wanted = (border.ground.own, border.ground.cut) if border else ("", "")
        written = ("", "")
        if isinstance(event, GroupOpened | events.StateKept):
            written = event.group, event.cut
        if written != wanted:
            what = f"the journal was written for group '{written[0] or '(the whole map)'}'"
            mend = f"give '{wanted[0] or 'the whole map'}', divided as now, a journal of its own"
            raise BadInput([Problem("journal-of-another-group", "journal", what, mend)])

    def _take_ground(self) -> None:
        """Give traffic what the replayed state says robots own."""
        fleet = self.fleet
        if fleet.state.site_hash not in ("", site_hash(fleet.site)):
            raise BadInput(
                [
                    Problem(
                        "journal-of-another-map",
                        fleet.state.site_id,
                        "the journal was written on another map than this one",
                        "start with the map it was written on, or with a new journal",
                    )
                ]
            )
        fleet.now_ns = fleet.state.now_ns
        if fleet.border:
            cuts.divide(fleet.border)
        for robot in fleet.state.robots.values():
            fleet.traffic.place(robot.robot_id, robot.kind, robot.path, robot.path_first)
            fleet.take_in(robot.robot_id)
        if fleet.border:
            _take_borders(fleet.border)
        for zone in fleet.state.closed_zones:
            fleet.traffic.set_open(zone, False)
        for zone in fleet.state.open_zones:
            fleet.traffic.set_open(zone, True)
        fleet.dispatch_due = True

    def step(self, now_ns: int, inputs: Iterable[m.Input] = ()) -> Outcome:
        """Take in what arrived, then let everything go on as far as it can at `now_ns`."""
        fleet = self.fleet
        fleet.now_ns = max(now_ns, fleet.now_ns)
        fleet.events, fleet.effects = [], []
        if fleet.woke_ns is None:
            fleet.woke_ns = fleet.now_ns
        if fleet.border and not fleet.border.state.group:
            ground = fleet.border.ground
            fleet.emit(GroupOpened(fleet.now_ns, ground.own, ground.cut))
        if not fleet.state.site_id:
            fleet.emit(events.SiteOpened(fleet.now_ns, fleet.site.id, site_hash(fleet.site)))
        for one in inputs:
            _HANDLERS[type(one)](fleet, one)
            if fleet.asks:
                asks.carry_out(fleet)
        fleet.stirred.update(fleet.to_look_at.next(fleet.now_ns))
        for robot_id in fleet.to_listen_to.next(fleet.now_ns):
            watching.listen(fleet, fleet.state.robots[robot_id])
        for robot_id in fleet.to_watch.next(fleet.now_ns):
            watching.watch(fleet, fleet.state.robots[robot_id])
        if fleet.now_ns - self._watched_ns >= SECOND:
            self._watched_ns = fleet.now_ns
            watching.watch_jobs(fleet)
        asks.carry_out(fleet)
        if fleet.now_ns - self._forgot_ns >= FORGET_EVERY_S * SECOND:
            self._forgot_ns = fleet.now_ns
            forgetting.review(fleet)
        self._go_on()
        return Outcome(tuple(fleet.events), tuple(fleet.effects))

    def _go_on(self) -> None:
        fleet = self.fleet
        rested_s = (fleet.now_ns - self._dispatched_ns) / SECOND
        is_due = fleet.dispatch_due or rested_s >= DISPATCH_EVERY_S
        if is_due and rested_s >= DISPATCH_REST_S * len(fleet.state.robots):
            self._dispatched_ns = fleet.now_ns
            assigning.assign(fleet)
        touched = []
        for robot in fleet.state.robots.values():
            if robot.robot_id in fleet.stirred:  # who goes on may stir others
                self._take_on(robot)
                touched.append(robot)
        motion.coordinate(fleet, touched)
        if fleet.border:
            peers.go_on(fleet, fleet.border)
            asks.carry_out(fleet)

    def _take_on(self, robot: RobotRecord) -> None:
        """Take on a robot to which something has happened."""
        fleet = self.fleet
        fleet.stirred.discard(robot.robot_id)
        fleet.waits.pop(robot.robot_id, None)
        errands.advance(fleet, robot)
        if robot.job_id:
            jobs.advance(fleet, robot)
        asks.carry_out(fleet)

    def state_hash(self) -> str:
        """A hash of the whole durable state: equal states, and only those, have equal hashes."""
        canonical = msgspec.msgpack.encode(self.fleet.state, order="deterministic")
        return hashlib.blake2b(canonical, digest_size=16).hexdigest()


def _take_borders(border: Border) -> None:
    """Give traffic the ground of gates that is kept for robots on their way in or out."""
    for leaving in border.state.leaving.values():
        if leaving.parting:
            robot = leaving.parting.robot
            border.ground.place(robot.robot_id, robot.kind, [robot.vertex], robot.index)
        if leaving.stage is not Stage.ASKED:
            border.ground.set_mobile(leaving.robot_id, False)
    giving = border.state.giving
    for resident in giving.parting.residents if giving and giving.parting else ():
        robot = resident.robot
        border.ground.place(robot.robot_id, robot.kind, [robot.vertex], robot.index)
        border.ground.set_mobile(robot.robot_id, False)
    for coming in border.state.coming.values():
        border.ground.place(coming.handover_id, coming.kind, coming.gate, 0)
        border.ground.set_mobile(coming.handover_id, False)


def site_hash(site: SiteMap) -> str:
    """A hash of the map's graph: what a journal's ground refers to."""
    parts = (site.id, site.nodes, site.lanes, site.places)
    return hashlib.blake2b(
        msgspec.msgpack.encode(msgspec.to_builtins(parts, order="deterministic")), digest_size=16
    ).hexdigest()
