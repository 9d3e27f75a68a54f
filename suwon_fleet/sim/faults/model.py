# SPDX-License-Identifier: Apache-2.0
"""Faults as values: what goes wrong, with whom, from when to when, and how likely."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from suwon_fleet.sim.faults.effects import Charger, DoorFault, Effect, LiftFault, Node

LONGEST_S = 7 * 24 * 3600.0
"""No scenario lasts longer, nor does anything in one."""
PROCESSES = ("fleet_manager",)
"""Programs that a fault of sort `node` can name beside robots; only runs of the real nodes have them."""


class Targets(StrEnum):
    """What the targets of a sort of fault are."""

    ROBOT = "robot"
    CHARGER = "charger"
    LIFT = "lift"
    DOOR = "door"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong with each of the `targets` (names, with wildcards) that chance picks.

    Times are nanoseconds from the world's beginning; `for_ns` None: it lasts. `probability` is drawn for
    each target by itself.
    """

    id: str
    at_ns: int
    for_ns: int | None
    targets: tuple[str, ...]
    effect: Effect
    probability: float = 1.0

    @property
    def of(self) -> Targets:
        """What its targets are."""
        match self.effect:
            case Charger():
                return Targets.CHARGER
            case LiftFault():
                return Targets.LIFT
            case DoorFault():
                return Targets.DOOR
            case _:
                return Targets.ROBOT

    @property
    def is_of_process(self) -> bool:
        """Whether it concerns a program beside the simulated world."""
        return isinstance(self.effect, Node) and any(name in PROCESSES for name in self.targets)
