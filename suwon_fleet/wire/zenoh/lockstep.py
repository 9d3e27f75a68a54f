# SPDX-License-Identifier: Apache-2.0
"""Lockstep over Zenoh: a simulator tells ticks on ``…/<participant>/tick``, answered on ``…/ticked``."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from suwon_fleet.wire.zenoh.envelope import Codec, Count, Id
from suwon_fleet.wire.zenoh.reports import Coordinate, Speed

TICK, TICKED = "tick", "ticked"
"""Last chunks of the keys; and the kinds of the messages."""


class TickBody(msgspec.Struct, array_like=True, frozen=True):
    """A step that is about to be made: from simulated `now_ns` on, for `step_ns`."""

    run: Id
    tick: Count
    now_ns: Count
    step_ns: Annotated[int, Meta(gt=0, le=10**10)]


class PlaceBody(msgspec.Struct, array_like=True, frozen=True):
    """Where a controller's robot is, that stands in for a simulated one."""

    x_m: Coordinate
    y_m: Coordinate
    yaw_rad: Coordinate
    level: Id
    speed_mps: Speed


class TickedBody(msgspec.Struct, array_like=True, frozen=True):
    """A tick was lived through; with an empty `run` the participant is there, and waits for ticks."""

    participant: Id
    run: Id = ""
    tick: Count = 0
    place: PlaceBody | None = None


TICKS = Codec(TICK, TickBody)
ANSWERS = Codec(TICKED, TickedBody)
