# SPDX-License-Identifier: Apache-2.0
"""The seam to the `transitions` library: one shared Machine for one layer of one family.

Robots are never registered with it, which would hang a hundred closures on each: a step makes a
model that lives as long as the step, lets the machine move it and reads off which row did. Guards
are the machine's only callbacks and are pure, so nothing is half done when a step is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import cast

from transitions import EventData, Machine

from suwon_fleet.core.errors import Broken, Reason
from suwon_fleet.core.robots.facts import Facts
from suwon_fleet.core.robots.guards import Guard
from suwon_fleet.core.robots.row import Row
from suwon_fleet.core.robots.states import Layer, RobotStates
from suwon_fleet.core.robots.trigger import Trigger


class _Model:
    """One robot's layer for the length of one step."""

    __slots__ = ("facts", "state", "states")

    def __init__(self, state: StrEnum, states: RobotStates, facts: Facts) -> None:
        self.state = state
        self.states = states
        self.facts = facts


_Callback = str | Callable[..., bool | None]


def _condition(guard: Guard) -> _Callback:
    def says_yes(event: EventData) -> bool:
        model = cast(_Model, event.model)
        return guard(model.states, model.facts) is True

    return says_yes


class LayerMachine:
    """The rows of one layer, as a machine and as an index."""

    def __init__(self, layer: Layer, rows: Sequence[Row]) -> None:
        self.layer = layer
        self.rows = tuple(rows)
        self.states: tuple[StrEnum, ...] = tuple(type(rows[0].dest))
        self.triggers = frozenset(row.trigger for row in rows)
        self._rows_from: dict[tuple[StrEnum | None, Trigger], list[Row]] = defaultdict(list)
        self._leaving: dict[StrEnum | None, list[Row]] = defaultdict(list)
        self._row_of: dict[tuple[Trigger, StrEnum, StrEnum], Row] = {}
        self._machine = Machine(
            model=None,
            states=list(self.states),
            initial=None,
            auto_transitions=False,
            send_event=True,
        )
        for row in self.rows:
            self._add(row)

    def _add(self, row: Row) -> None:
        conditions = [_condition(guard) for guard in row.guards]
        self._machine.add_transition(row.trigger, list(row.sources), row.dest, conditions)
        for state in row.sources:
            key = (row.trigger, state, row.dest)
            if key in self._row_of:
                raise Broken(f"two rows of {self.layer} for {' '.join(key)}")
            self._row_of[key] = row
            self._rows_from[state, row.trigger].append(row)
            self._leaving[state].append(row)

    def leaving(self, state: StrEnum | None) -> Sequence[Row]:
        """All rows out of a state, in their order."""
        return self._leaving.get(state, ())

    def step(self, states: RobotStates, trigger: Trigger, facts: Facts) -> Row | None:
        """The row that applies, if one does."""
        state = states.at(self.layer)
        if state is None or (state, trigger) not in self._rows_from:
            return None
        model = _Model(state, states, facts)
        if not self._machine.events[trigger].trigger(model):
            return None
        return self._row_of[trigger, state, model.state]

    def refusal(self, states: RobotStates, trigger: Trigger, facts: Facts) -> Reason | None:
        """Which guards keep this layer from a step it would make by itself; None if none do."""
        state = states.at(self.layer)
        rows = [row for row in self._rows_from.get((state, trigger), ()) if not row.along]
        if not rows:
            return None
        guards = {
            guard.__name__: None
            for row in rows
            for guard in row.guards
            if guard(states, facts) is not True
        }
        return Reason.of(
            "robot-guards-refuse",
            trigger=trigger,
            layer=self.layer,
            state=state,
            guards=", ".join(name.replace("_", "-") for name in guards),
        )
