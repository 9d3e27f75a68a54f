# SPDX-License-Identifier: Apache-2.0
"""The fleet at work in one step: its state, what is known of this moment, and what comes of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import shapely

from suwon_fleet.core.dispatch import Dispatcher, Forecast, Parts
from suwon_fleet.core.engine.border import Border
from suwon_fleet.core.engine.events import (
    Event,
    GroundGranted,
    GroundReleased,
    JobUnassigned,
    RobotCommissioned,
    RobotJoined,
    RobotRemoved,
    ZoneSet,
)
from suwon_fleet.core.engine.evolve import evolve
from suwon_fleet.core.engine.messages import Answer, Effect, Send
from suwon_fleet.core.engine.rounds import Round
from suwon_fleet.core.engine.state import FleetState, JobRecord, RobotRecord, StopRecord
from suwon_fleet.core.engine.touched import is_under_way_still, touched
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation.events import (
    RobotHandedOver,
    RobotTaken,
    ZoneGiven,
    ZoneHeard,
    ZoneTaken,
)
from suwon_fleet.core.jobs import JobKind
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.robots.report import Factsheet, Navigation, RobotReport
from suwon_fleet.core.robots.table import Table
from suwon_fleet.core.robots.tables import TABLES
from suwon_fleet.core.robots.trigger import Trigger
from suwon_fleet.core.sitemap import Place, PlaceKind, SiteMap
from suwon_fleet.core.traffic import Traffic

SECOND = 1_000_000_000
_COME = (RobotJoined, RobotTaken)
_GONE = (RobotRemoved, RobotHandedOver)
_CHANGES_WHO_CAN = (
    *_COME,
    *_GONE,
    ZoneGiven,
    ZoneTaken,
    RobotCommissioned,
    ZoneSet,
    ZoneHeard,
    JobUnassigned,
)
"""Events after which a waiting job may have nobody left, or somebody again, who can do it."""
_GETS_ON = (GroundGranted, GroundReleased)
"""Events that leave all the less to notice about a robot."""
LISTEN_EVERY_S = 0.2
"""Whether a robot is still heard is looked at this often."""
WATCH_EVERY_S = 1.0
"""Whether something takes too long is looked at this often."""
LOOK_EVERY_S = 5.0
"""What a robot can do next is looked at this often even when nothing has happened to it."""
WHOLE_FLEET = ("site", "all")
"""Scopes of a stop request that hold every robot, also one that joins later."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may tune; every one is a parameter of the fleet_manager node."""

    join_within_m: float = 1.5
    """How far from the lane graph a robot may stand when it joins."""
    resend_s: float = 1.0
    """A command that the robot's reports do not show as heard is sent again after so long."""
    park_after_s: float = 20.0
    """An idle robot leaves the way after so long."""
    charge_idle_below: float = 0.8
    """An idle robot with less charge than this (0..1) parks at a charger rather than elsewhere."""
    reassign_after_s: float = 10.0
    """A job whose robot is held up for so long, and has not fetched anything, goes to another."""
    reassign_silent_after_s: float = 4.0
    """The same of a robot that has not been heard for so long."""
    remember_ended_s: float = 3600.0
    """A job that has ended, and the request ids it answers, are known for so long at least."""
    remember_jobs: int = 1000
    """So many that ended last are known however long ago that was."""


@dataclass(slots=True)
class Fleet:
    """One step's workplace. Only `emit` changes `state`; the rest is forgotten with the process.

    `reports` holds the newest report of each robot, `sent_ns` when it was last told (by robot and
    what), `waits` why a robot does not go on. `strangers` are robots that report and have not joined,
    and why; `factsheets` what those said of themselves. `asks` are what transitions ask for and is
    not done yet. `woke_ns` is when this process took its first step.
    """

    site: SiteMap
    kinds: Mapping[str, RobotKind]
    traffic: Traffic
    dispatcher: Dispatcher
    settings: Settings
    state: FleetState = field(default_factory=FleetState)
    border: Border | None = None
    """What belongs to groups; None where one fleet owns the whole map."""
    now_ns: int = 0
    reports: dict[str, RobotReport] = field(default_factory=dict)
    sent_ns: dict[tuple[str, str], int] = field(default_factory=dict)
    waits: dict[str, Reason] = field(default_factory=dict)
    strangers: dict[str, Reason] = field(default_factory=dict)
    factsheets: dict[str, Factsheet] = field(default_factory=dict)
    asks: list[tuple[str, Trigger, tuple[Ask, ...]]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    dispatch_due: bool = False
    planned: dict[str, Forecast] = field(default_factory=dict)
    """Who is to have the jobs that wait, by job, as planned at `planned_ns`."""
    planned_ns: int = 0
    planned_parts: Parts | None = None
    """What that plan comes to."""
    standing: set[str] = field(default_factory=set)
    """Parts of joint jobs whose robots stand where they meet the others, or did when last looked at."""
    made_way: dict[str, int] = field(default_factory=dict)
    """How often each had to leave that place."""
    charge_ahead: set[str] = field(default_factory=set)
    """Robots that have to charge before they are low, as reckoned at `ahead_ns`."""
    ahead_ns: int = -(10**18)
    unmatched: set[str] = field(default_factory=set)
    """Jobs that waited and robots that were free when jobs were last given."""
    able: dict[JobKind, str] = field(default_factory=dict)
    """A robot that could do the last job of a kind that any could: it is asked first."""
    crew_changed: bool = True
    """Whether who can do which job has changed since that was last looked at."""
    woke_ns: int | None = None
    strange_stops: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Stops that robots hold for and nobody knows of, and since when."""
    settled: dict[str, tuple[object, ...]] = field(default_factory=dict)
    """What robots tell, of whom nothing was left to do: until something happens to one of them, its
    reports that tell the same need no look."""
    calm_until_ns: dict[str, int] = field(default_factory=dict)
    """Until when there is nothing to notice about a robot, unless something happens to it."""
    stirred: set[str] = field(default_factory=set)
    """Robots to which something has happened, and that have not been looked at since."""
    to_listen_to: Round = field(default_factory=lambda: Round(round(LISTEN_EVERY_S * SECOND)))
    to_watch: Round = field(default_factory=lambda: Round(round(WATCH_EVERY_S * SECOND)))
    to_look_at: Round = field(default_factory=lambda: Round(round(LOOK_EVERY_S * SECOND)))

    def emit(self, event: Event) -> None:
        """Decide: the event is in the state now, and in the journal before any effect leaves."""
        concerned = list(touched(self.state, event))
        if not (self.border is None and is_under_way_still(self.state, event)):
            self.stirred.update(concerned)
        for robot_id in concerned:
            self.settled.pop(robot_id, None)
            if not isinstance(event, _GETS_ON):
                self.calm_until_ns.pop(robot_id, None)
        evolve(self.state, event)
        self.events.append(event)
        if isinstance(event, _CHANGES_WHO_CAN):
            self.crew_changed = True
            self._call_the_roll(event)

    def _call_the_roll(self, event: Event) -> None:
        if isinstance(event, _COME):
            self.take_in(event.robot_id)
        elif isinstance(event, _GONE):
            self._let_out(event.robot_id)
        elif isinstance(event, ZoneTaken):
            for resident in event.residents:
                self.take_in(resident.robot.robot_id)
        elif isinstance(event, ZoneGiven):
            for robot_id in event.robot_ids:
                self._let_out(robot_id)

    def _let_out(self, robot_id: str) -> None:
        """Look at a robot no more."""
        self.to_listen_to.drop(robot_id)
        self.to_watch.drop(robot_id)
        self.to_look_at.drop(robot_id)
        self.stirred.discard(robot_id)
        self.settled.pop(robot_id, None)
        self.calm_until_ns.pop(robot_id, None)

    def take_in(self, robot_id: str) -> None:
        """Look at a robot from now on."""
        self.stirred.add(robot_id)
        self.to_listen_to.add(robot_id)
        self.to_watch.add(robot_id)
        self.to_look_at.add(robot_id)

    def send(self, command: RobotCommand) -> None:
        """Tell a robot, once the step's events are in the journal."""
        epochs = self.border.state.epochs if self.border else {}
        self.effects.append(Send(command, epochs.get(command.robot_id, 0)))

    def answer(
        self,
        token: str,
        reason: Reason | None = None,
        *,
        id: str = "",
        robot_ids: tuple[str, ...] = (),
    ) -> None:
        """Answer a request, once the step's events are in the journal."""
        self.effects.append(Answer(token, reason, id, robot_ids))

    def kind_of(self, robot: RobotRecord) -> RobotKind:
        return self.kinds[robot.kind]

    def table_of(self, robot: RobotRecord) -> Table:
        return TABLES[self.kinds[robot.kind].family]

    def job_of(self, robot: RobotRecord) -> JobRecord | None:
        return self.state.jobs[robot.job_id] if robot.job_id else None

    def stops_of(self, robot_id: str) -> list[StopRecord]:
        """The stop requests that hold a robot, oldest first."""
        return [
            stop
            for stop in self.state.stops.values()
            if stop.scope in WHOLE_FLEET or robot_id in stop.robot_ids
        ]

    def can_reach(self, robot: RobotRecord, place: str) -> bool:
        """Whether the open map has a way from where a robot's ground ends to a place."""
        here, there = robot.path[-1], self.vertex_of(place)
        return not math.isinf(self.traffic.travel_s(robot.kind, here, there))

    def ahead_s(self, robot: RobotRecord) -> float:
        """Seconds a robot needs for what it was granted, and has not reported to have passed."""
        return self.traffic.ahead_s(robot.robot_id) if len(robot.path) > 1 else 0.0

    def has_arrived(self, robot: RobotRecord) -> bool:
        """Whether a robot stands at its destination, at the end of its granted path."""
        return (
            robot.destination != ""
            and len(robot.path) == 1
            and robot.path[0] == self.vertex_of(robot.destination)
            and robot.states.navigation is Navigation.STANDING
        )

    def vertex_of(self, place: str) -> str:
        """The vertex a place stands on; a node gives its vertex its own name."""
        return self.site.place_by_id[place].node

    def places_of(self, kind: PlaceKind) -> tuple[Place, ...]:
        """Places of a kind on our ground."""
        places, border = self.site.places_of(kind), self.border
        if border is None:
            return places
        return tuple(place for place in places if border.is_own(place.node))

    def distance_m(self, one: str, other: str) -> float:
        """Metres between two places as the crow flies; infinite between levels."""
        a, b = (self.site.node_by_id[self.vertex_of(place)] for place in (one, other))
        return math.dist((a.x_m, a.y_m), (b.x_m, b.y_m)) if a.level == b.level else math.inf

    def next_id(self, what: str) -> str:
        """A fresh id such as `job-12`."""
        return f"{what}-{self.state.counters.get(what, 0) + 1}"

    def seconds_since(self, then_ns: int) -> float:
        return (self.now_ns - then_ns) / SECOND

    def seconds_awake_since(self, then_ns: int) -> float:
        """As `seconds_since`, but the time before this process woke does not count."""
        return self.seconds_since(max(then_ns, self.woke_ns or then_ns))

    def may_resend(self, robot_id: str, what: str) -> bool:
        """Whether `what` was not told to the robot lately; if so it counts as told now."""
        then = self.sent_ns.get((robot_id, what))
        if then is not None and self.seconds_since(then) < self.settings.resend_s:
            return False
        self.sent_ns[robot_id, what] = self.now_ns
        return True

    def forget_sent(self, robot_id: str) -> None:
        """Everything a robot should know is to be told again."""
        for key in [key for key in self.sent_ns if key[0] == robot_id]:
            del self.sent_ns[key]

    def closed_zones(self) -> set[str]:
        """Zones robots may not enter now: as the map says, unless an operator said otherwise."""
        by_map = {zone.id for zone in self.site.zones if not zone.is_open}
        return (by_map | set(self.state.closed_zones)) - set(self.state.open_zones)

    def is_in_zone(self, place: str, zone_id: str) -> bool:
        """Whether a place lies in a zone."""
        node = self.site.node_by_id[self.site.place_by_id[place].node]
        zone = self.site.zone_by_id[zone_id]
        if zone.level not in (None, node.level):
            return False
        return shapely.Polygon(zone.polygon).intersects(shapely.Point(node.x_m, node.y_m))

    def touches_zone(self, robot: RobotRecord, zone_id: str) -> bool:
        """Whether a robot is in a zone, or was granted ground in it."""
        return any(zone_id in self.traffic.zones_at(vertex) for vertex in robot.path)
