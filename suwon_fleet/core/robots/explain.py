# SPDX-License-Identifier: Apache-2.0
"""Which rows explain what a robot reports: its report tells states, never events."""

from __future__ import annotations

from collections.abc import Container, Mapping
from enum import StrEnum

from suwon_fleet.core.robots.facts import Facts
from suwon_fleet.core.robots.machine import LayerMachine
from suwon_fleet.core.robots.row import Row
from suwon_fleet.core.robots.states import Layer, RobotStates
from suwon_fleet.core.robots.trigger import Trigger


def explain_all(
    machines: Mapping[Layer, LayerMachine],
    states: RobotStates,
    told: Mapping[Layer, StrEnum],
    facts: Facts,
) -> tuple[RobotStates, list[Row], list[Layer]]:
    """The states after all explained changes, the rows that explain them, the layers left over.

    Between two reports several layers change in an order nobody told: a robot halts, then opens its
    lid. So each change is tried again after every other one that found its explanation.
    """
    rows: list[Row] = []
    left = list(told)
    progress = True
    while left and progress:
        progress = False
        for layer in tuple(left):
            seen = {row.trigger for row in rows}
            if path := _explain(machines[layer], states, told[layer], facts, seen):
                states = states.moved({layer: told[layer]})
                rows += path
                left.remove(layer)
                progress = True
    return states, rows, left


def _explain(
    machine: LayerMachine,
    states: RobotStates,
    told: StrEnum,
    facts: Facts,
    seen: Container[Trigger],
) -> tuple[Row, ...]:
    """One row that leads to what is told or, where no row could, two with a state between them.

    What was seen in another layer is the likeliest; what only goes along with another the least.
    """
    leaving = sorted(
        machine.leaving(states.at(machine.layer)),
        key=lambda row: (row.trigger not in seen, row.along),
    )
    direct = [row for row in leaving if row.dest is told]
    if direct:
        return next(((row,) for row in direct if _believable(row, states, facts)), ())
    for first in leaving:
        if _believable(first, states, facts):
            between = states.moved({machine.layer: first.dest})
            for second in machine.leaving(first.dest):
                if second.dest is told and _believable(second, between, facts):
                    return first, second
    return ()


def _believable(row: Row, states: RobotStates, facts: Facts) -> bool:
    """No guard is known to say no; what is unknown the robot has seen for itself."""
    return all(guard(states, facts) is not False for guard in row.guards)
