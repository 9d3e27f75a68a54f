# SPDX-License-Identifier: Apache-2.0
"""A world kept as bytes, taken up again later, and told from any other by a hash.

Bytes are for the same program on the same map: they are Python's own, so take up only what you have kept.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable
from dataclasses import fields
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.sim.faults.ailments import Ailments
from suwon_fleet.sim.robot import SimRobot

if TYPE_CHECKING:
    from suwon_fleet.sim.world import World

_MADE_WITH = {
    *("is_made", "robot_id", "kind", "drive", "is_foreign", "row"),
    *("bodies", "lives", "odometry", "way", "people"),
}
_STATES = [field.name for field in fields(SimRobot) if field.name not in _MADE_WITH]
"""What changes of a robot; the rest it was made with."""
_NOT_TOLD = {"script", "random", "ails", "sequence", "done"}
_TOLD = [name for name in _STATES if name not in _NOT_TOLD]
"""What of it a hash looks at as it is; numbers of reports and of what is done decide nothing."""
_TELLING = ("changes", "_told")
"""Of faults: what has happened, and what of it was told."""
_AILMENTS = [field.name for field in fields(Ailments) if field.name not in ("random", "kept")]
DIGITS = 6
"""Hashes are of values rounded so: metres, radians, seconds, shares."""


def kept(world: World) -> bytes:
    """All that the future of a world depends on."""
    robots = {
        name: ([getattr(robot, state) for state in _STATES], robot.way.memory())
        for name, robot in world.robots.items()
    }
    arrays = _structs(world)
    walkers = world.walkers and world.walkers.memory()
    faults = world.faults.memory()  # in the same bytes: faults and robots share streams of chance
    return pickle.dumps((_who(world), world.now_ns, arrays, robots, world.inbox, walkers, faults))


def take_up(world: World, bytes_: bytes) -> None:
    """Make a world what the one was whose bytes these are. Raises BadInput when that had other robots."""
    who, now_ns, arrays, robots, inbox, walkers, faults = pickle.loads(bytes_)
    if who != _who(world):
        what = "it was kept of a world of other robots, or with other steps"
        raise BadInput([Problem("other-world", "snapshot", what, "make the world it was kept of")])
    world.now_ns = now_ns
    world.faults.recall(faults)
    for name, (states, way) in robots.items():
        robot = world.robots[name]
        robot.way.recall(way)
        for state, value in zip(_STATES, states, strict=True):
            setattr(robot, state, value)
    for saved, struct in zip(arrays, _structs(world), strict=True):
        _copy(saved, struct)  # last, for robots have told their rows what they think of them
    world.inbox[:] = inbox
    if world.walkers and walkers:
        world.walkers.recall(walkers)


def _structs(world: World) -> list[list[NDArray[Any]]]:
    crowd = [world.walkers.crowd] if world.walkers else []
    structs = (world.bodies, world.lives, world.odometry, world.discs, *crowd)
    return [list(one) for one in structs]


def _who(world: World) -> list[Any]:
    kinds = [(name, robot.kind.id) for name, robot in world.robots.items()]
    return [world.step_ns, world.people.walking, *kinds]


def _copy(saved: Iterable[NDArray[Any]], into: Iterable[NDArray[Any]]) -> None:
    for values, array in zip(saved, into, strict=True):
        array[:] = values


def state_hash(world: World) -> str:
    """A hash of all that the future depends on, numbers of arrays rounded to `DIGITS`."""
    digest = hashlib.sha256()
    for array in chain.from_iterable(_structs(world)):
        rounded = np.round(array, DIGITS) + 0.0 if array.dtype == np.float64 else array
        digest.update(rounded.tobytes())
    if world.walkers:
        digest.update(repr(world.walkers.memory()).encode())
    for robot in world.robots.values():
        told = [getattr(robot, name) for name in _TOLD]
        script = robot.script and (robot.script.at, robot.script.status, robot.script.result)
        ails = [getattr(robot.ails, name) for name in _AILMENTS]
        digest.update(
            _encode([robot.robot_id, told, script, robot.random, ails, robot.way.memory()])
        )
    memory = world.faults.memory()
    faults = {name: value for name, value in memory.items() if name not in _TELLING}
    digest.update(_encode([world.now_ns, world.inbox, faults]))
    return digest.hexdigest()


def _plain(value: object) -> object:
    """What msgpack has no words for, in others that are the same for the same state."""
    if isinstance(value, np.random.Generator):
        return str(value.bit_generator.state["state"])
    return repr(value) if isinstance(value, complex) else vars(value)


_encode = msgspec.msgpack.Encoder(enc_hook=_plain, order="deterministic").encode
