# SPDX-License-Identifier: Apache-2.0
"""A family's state table: fire what the fleet decides, follow what a robot reports.

Robot's layers and fleet's layers move by the same rows, in two ways. :meth:`Table.fire` moves all
layers a trigger touches; every guard must say yes. :meth:`Table.follow` takes a report as the truth
about the robot's layers, finds the rows that explain what changed, and lets the fleet's layers
follow the same triggers. What no row explains is believed as well, and told as a surprise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import attrgetter

from suwon_fleet.core.errors import Reason, Rejected
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.explain import explain_all
from suwon_fleet.core.robots.facts import NOTHING_KNOWN, Facts
from suwon_fleet.core.robots.kind import Battery, Family
from suwon_fleet.core.robots.layers.energy import level_of
from suwon_fleet.core.robots.machine import LayerMachine
from suwon_fleet.core.robots.report import RobotReport
from suwon_fleet.core.robots.row import Row
from suwon_fleet.core.robots.states import ENDED_BY_PERSON, Connection, Layer, RobotStates
from suwon_fleet.core.robots.trigger import Trigger


@dataclass(frozen=True, slots=True)
class Fired:
    """What a trigger did: the new states, what to do about it, and the rows that say so."""

    states: RobotStates
    asks: tuple[Ask, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Surprise:
    """A change of a robot's layer that no row explains."""

    layer: Layer
    before: StrEnum | None
    told: StrEnum


@dataclass(frozen=True, slots=True)
class Followed:
    """What a report changed."""

    states: RobotStates
    asks: tuple[Ask, ...] = ()
    rows: tuple[Row, ...] = ()
    surprises: tuple[Surprise, ...] = ()


_TOLD = (
    Layer.MODE,
    Layer.STOP,
    Layer.NAVIGATION,
    Layer.COMPARTMENT,
    Layer.LIFT,
    Layer.CONTROL,
    Layer.POSTURE,
    Layer.POWER,
)
"""Layers that a report names; how full the battery is follows from its charge."""

_values_told = attrgetter(*_TOLD)


class Table:
    """The rows of one family and the machines made of them. Holds no robot's state."""

    def __init__(self, family: Family, rows: Iterable[Row]) -> None:
        self.family = family
        self.rows = tuple(rows)
        self.machines = {
            layer: LayerMachine(layer, own)
            for layer in Layer
            if (own := [row for row in self.rows if row.layer is layer])
        }
        self.machines_of = {
            trigger: tuple(m for m in self.machines.values() if trigger in m.triggers)
            for trigger in Trigger
        }
        silences = [row.after_s for row in self.rows if row.trigger is Trigger.COMMS_LOST]
        self.silent_after_s = min((s for s in silences if s is not None), default=math.inf)
        """How old a robot's newest report may get."""
        self._timed: dict[Layer, dict[StrEnum | None, tuple[Row, ...]]] = {}
        for row in (row for row in self.rows if row.after_s is not None):
            timed = self._timed.setdefault(row.layer, {})
            timed.update({source: (*timed.get(source, ()), row) for source in row.sources})
        self._states_timed = attrgetter(*self._timed, Layer.CONNECTION)  # more than one, so a tuple

    @property
    def triggers(self) -> tuple[Trigger, ...]:
        """All that can happen to this family."""
        return tuple(trigger for trigger, machines in self.machines_of.items() if machines)

    def fire(self, states: RobotStates, trigger: Trigger, facts: Facts = NOTHING_KNOWN) -> Fired:
        """Move every layer that has a row for `trigger` from where it is.

        Raises Rejected, and moves nothing, if a guard does not say yes or no layer has a row that
        moves by itself.
        """
        rows = []
        for machine in self.machines_of[trigger]:
            if row := machine.step(states, trigger, facts):
                rows.append(row)
            elif refusal := machine.refusal(states, trigger, facts):
                raise Rejected(refusal)
        if all(row.along for row in rows):
            raise Rejected(self._not_from_here(states, trigger))
        return Fired(_after(states, rows), _asks(rows), tuple(rows))

    def can(
        self, states: RobotStates, trigger: Trigger, facts: Facts = NOTHING_KNOWN
    ) -> Reason | None:
        """Why :meth:`fire` would refuse, or None."""
        try:
            self.fire(states, trigger, facts)
        except Rejected as refused:
            return refused.reason
        return None

    def timers(self, states: RobotStates) -> tuple[Row, ...]:
        """Rows with an `after_s` that may apply from here.

        When one is due, the fleet fires its trigger if the layer is the fleet's. In a robot's layer
        it is the robot that should have moved on by then, and people may want to know.
        """
        rows: tuple[Row, ...] = ()
        for timed, state in zip(self._timed.values(), self._states_timed(states), strict=False):
            rows += timed.get(state, ())
        return rows

    def follow(
        self, states: RobotStates, report: RobotReport, facts: Facts = NOTHING_KNOWN
    ) -> Followed:
        """Believe a report: the robot's layers become what it tells, and the fleet's follow.

        `facts` holds what the fleet knows beside it, always the kind's `battery`; `soc` is taken
        from the report. A layer the robot tells nothing of stays. What it did while unheard is no
        surprise, but what only a person may end needs one however it came about.
        """
        told = self._news(states, report, facts.battery)
        heard = states.connection is Connection.ONLINE
        if heard and not told:
            return Followed(states)
        facts = replace(facts, soc=report.battery_soc)
        after, rows, left = explain_all(self.machines, states, told, facts)
        after = after.moved({layer: told[layer] for layer in left})
        triggers = [row.trigger for row in rows]
        if any(told[layer] in ENDED_BY_PERSON for layer in left):
            triggers.append(Trigger.PERSON_WANTED)
        for trigger in (*dict.fromkeys(triggers), Trigger.HEARD):
            fleets = self._follow_along(after, trigger, facts)
            after = _after(after, fleets)
            rows += fleets
        surprises = [Surprise(layer, states.at(layer), told[layer]) for layer in left if heard]
        return Followed(after, _asks(rows), tuple(rows), tuple(surprises))

    def has_news(self, states: RobotStates, report: RobotReport, battery: Battery | None) -> bool:
        """Whether :meth:`follow` could change anything: most reports tell what the last one did."""
        online = states.connection is Connection.ONLINE
        return not online or bool(self._news(states, report, battery))

    def _news(
        self, states: RobotStates, report: RobotReport, battery: Battery | None
    ) -> dict[Layer, StrEnum]:
        """The robot's layers that are not as the report tells them."""
        news: dict[Layer, StrEnum] = {}
        before, now = _values_told(states), _values_told(report)
        if before != now:
            news = {
                layer: told
                for layer, was, told in zip(_TOLD, before, now, strict=True)
                if told is not was and told is not None and was is not None
            }
        if battery:
            level = level_of(report.battery_soc, battery, states.battery)
            if level is not states.battery:
                news[Layer.BATTERY] = level
        return news

    def _follow_along(self, states: RobotStates, trigger: Trigger, facts: Facts) -> list[Row]:
        """What the trigger moves in the fleet's layers; here a guard only keeps its own layer."""
        return [
            row
            for machine in self.machines_of[trigger]
            if machine.layer.is_fleets and (row := machine.step(states, trigger, facts))
        ]

    def _not_from_here(self, states: RobotStates, trigger: Trigger) -> Reason:
        machines = self.machines_of[trigger]
        if not machines:
            return Reason.of("robot-trigger-unknown", trigger=trigger, family=self.family)
        where = ", ".join(f"{m.layer} {states.at(m.layer)}" for m in machines)
        return Reason.of("robot-not-from-here", trigger=trigger, states=where)


def _after(states: RobotStates, rows: Iterable[Row]) -> RobotStates:
    return states.moved({row.layer: row.dest for row in rows})


def _asks(rows: Iterable[Row]) -> tuple[Ask, ...]:
    """All asks, each once, in the order of the rows."""
    return tuple(dict.fromkeys(ask for row in rows for ask in row.asks))
