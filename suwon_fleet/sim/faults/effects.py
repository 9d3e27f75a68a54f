# SPDX-License-Identifier: Apache-2.0
"""What can go wrong, sort by sort.

Each sort of fault is a dataclass; its fields are the parameters in a file, with their bounds. A
parameter left at its default does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, get_args, get_type_hints


class Direction(StrEnum):
    """Which messages a fault of the link concerns."""

    BOTH = "both"
    UP = "up"
    """From robots to the fleet."""
    DOWN = "down"
    """From the fleet to robots."""


class Scan(StrEnum):
    """What is wrong with a scanner."""

    BLIND = "blind"


class PoseSensor(StrEnum):
    """What is wrong with what tells a robot where it is."""

    FROZEN = "frozen"


class Gauge(StrEnum):
    """What is wrong with the gauge of a battery."""

    FROZEN = "frozen"
    LOST = "lost"


class LiftMode(StrEnum):
    """A lift that takes nobody."""

    FIRE = "fire"
    OFFLINE = "offline"


def _number(low: float, high: float, default: float = 0.0) -> Any:
    return field(default=default, metadata={"span": (low, high)})


def _share(default: float = 0.0) -> Any:
    return _number(0.0, 1.0, default)


def _range(high: float) -> Any:
    return field(default=(0.0, 0.0), metadata={"range": (0.0, high)})


@dataclass(frozen=True, slots=True)
class Comms:
    """The link between a robot and the fleet. Shares are of messages.

    What is reordered is late by up to a second more, so that later ones overtake it.
    """

    loss: float = _share()
    latency_s: tuple[float, float] = _range(60.0)
    partition: bool = False
    duplicate: float = _share()
    reorder: float = _share()
    direction: Direction = Direction.BOTH


@dataclass(frozen=True, slots=True)
class Localisation:
    """Where a robot believes to be. Lost, it stops by itself until it is found again."""

    jump_m: float = _number(0.0, 1000.0)
    drift_mps: float = _number(0.0, 10.0)
    noise_m: float = _number(0.0, 100.0)
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Actuator:
    """What moves a robot. A stuck wheel is noticed, and people are called; a brake holds it silently."""

    speed_share: float = _share(1.0)
    wheel_stuck: bool = False
    brake: bool = False
    estop: bool = False


@dataclass(frozen=True, slots=True)
class Battery:
    """A battery that loses charge at once, or whose cells hold only a share of what they should."""

    drop: float = _share()
    health: float = _number(0.05, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Charger:
    """A charger without current, or at which a share of attempts to dock fails."""

    dead: bool = False
    misdock: float = _share()


@dataclass(frozen=True, slots=True)
class Sensor:
    """What a robot sees or measures. With a blind scanner it stands still."""

    scan: Scan | None = None
    pose: PoseSensor | None = None
    gauge: Gauge | None = None


@dataclass(frozen=True, slots=True)
class Humanoid:
    """A humanoid that falls or overheats, or a share of whose grasps or attempts to get up fails."""

    fall: bool = False
    overheat: bool = False
    grasp_failure: float = _share()
    getup_failure: float = _share()


@dataclass(frozen=True, slots=True)
class LiftFault:
    """A lift that takes nobody in; whoever rides stays in the cabin, who is at the door may leave."""

    mode: LiftMode | None = None


@dataclass(frozen=True, slots=True)
class DoorFault:
    """A door that does not open; whoever is in it goes through."""

    stuck: bool = False


@dataclass(frozen=True, slots=True)
class Human:
    """People who stand in a robot's way, do not come to a hand-over, or force its lid."""

    block: bool = False
    refuse: bool = False
    open_lid: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A program that dies and is started anew at the fault's end, or does nothing meanwhile."""

    kill: bool = False
    pause: bool = False


Effect = (
    Comms
    | Localisation
    | Actuator
    | Battery
    | Charger
    | Sensor
    | Humanoid
    | LiftFault
    | DoorFault
    | Human
    | Node
)


class Sort(StrEnum):
    """Sorts of faults, by their key in a file."""

    COMMS = "comms"
    LOCALISATION = "localisation"
    ACTUATOR = "actuator"
    BATTERY = "battery"
    CHARGER = "charger"
    SENSOR = "sensor"
    HUMANOID = "humanoid"
    LIFT = "lift"
    DOOR = "door"
    HUMAN = "human"
    NODE = "node"


EFFECTS: dict[Sort, type[Effect]] = {
    Sort.COMMS: Comms,
    Sort.LOCALISATION: Localisation,
    Sort.ACTUATOR: Actuator,
    Sort.BATTERY: Battery,
    Sort.CHARGER: Charger,
    Sort.SENSOR: Sensor,
    Sort.HUMANOID: Humanoid,
    Sort.LIFT: LiftFault,
    Sort.DOOR: DoorFault,
    Sort.HUMAN: Human,
    Sort.NODE: Node,
}


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a fault: one of `words`, a number of `span`, a range within `ends`, or a flag."""

    name: str
    words: type[StrEnum] | None = None
    span: tuple[float, float] | None = None
    ends: tuple[float, float] | None = None


def params(kind: type[Effect]) -> tuple[Param, ...]:
    """The parameters of a sort of fault."""
    hints = get_type_hints(kind)
    return tuple(
        Param(
            one.name,
            _words(hints[one.name]),
            one.metadata.get("span"),
            one.metadata.get("range"),
        )
        for one in fields(kind)
    )


def _words(hint: Any) -> type[StrEnum] | None:
    """The enumeration that a type names, if it does."""
    types = [one for one in get_args(hint) or (hint,) if isinstance(one, type)]
    return next((one for one in types if issubclass(one, StrEnum)), None)


def does_nothing(effect: Effect) -> bool:
    """Whether nothing is wrong after all."""
    return all(
        getattr(effect, one.name) == one.default
        for one in fields(effect)
        if one.name != "direction"
    )
