# SPDX-License-Identifier: Apache-2.0
"""What robot a model is: one of our kinds, as we write them, or one of its own."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.robots.kind import Battery, Family, RobotKind
from suwon_fleet.wire.findings import shown
from suwon_fleet.wire.sdf.drives import DiffDrive, VelocityControl
from suwon_fleet.wire.sdf.load import SdfFile, read_sdf_text
from suwon_fleet.wire.sdf.model import LinearBattery, Model
from suwon_fleet.wire.sdf.shapes import model_bounds
from suwon_fleet.wire.sdf.write.markup import document
from suwon_fleet.wire.sdf.write.robots import robot

FASTEST_MPS, HARDEST_MPS2, FASTEST_RADPS = 10.0, 10.0, math.tau
"""Taken for a model that sets no limits."""
_ENDLESS_WH, _LEAST_W = 1e9, 1.0


class Made(NamedTuple):
    """A robot by its model: what it is, how it drives and how charged it is at first (0..1)."""

    kind: RobotKind
    drive: DiffDrive | VelocityControl
    soc: float = 1.0


def made_of(read: SdfFile) -> Made:
    """The robot that a file or text holds. Raises BadInput when it holds none."""
    model = read.content
    where = str(read.path)
    if not isinstance(model, Model):
        what = f"a {type(model).__name__.lower()}, where a model is needed"
        raise BadInput([Problem("not-a-model", where, what, "give one <model>")])
    if model.is_static or model.drive is None:
        what = f"model {shown(model.name)} does not drive, and only robots are created"
        mend = "give it the plug-in DiffDrive or VelocityControl, and no <static>"
        raise BadInput([Problem("no-drive", where, what, mend)])
    bounds = model_bounds(model)
    if bounds is None:
        what = f"nothing of model {shown(model.name)} can be touched"
        raise BadInput([Problem("no-collision", where, what, "give a link a <collision>")])
    (x0, y0, z0), (x1, y1, z1) = bounds
    speed, acceleration, deceleration, turn = _limits(model.drive)
    kind = RobotKind(
        id=model.name,
        family=Family.DELIVERY,
        length_m=x1 - x0,
        width_m=y1 - y0,
        height_m=z1 - z0,
        radius_m=math.hypot(max(abs(x0), abs(x1)), max(abs(y0), abs(y1))),
        mass_kg=sum(link.mass_kg for _, link in model.parts),
        payload_kg=0.0,
        max_speed_mps=speed,
        indoor_speed_mps=speed,
        acceleration_mps2=acceleration,
        deceleration_mps2=deceleration,
        turn_rate_radps=turn,
        stopping_distance_m=speed * speed / (2.0 * deceleration),
        max_slope=0.0,
        lane_kinds=frozenset(),
        capabilities=frozenset(),
        battery=_battery(model.batteries),
    )
    first = next(iter(model.batteries), None)
    soc = first.initial_ah / first.capacity_ah if first and first.capacity_ah > 0.0 else 1.0
    return Made(kind, model.drive, min(1.0, max(0.0, soc)))


def known_as(made: Made, kinds: Iterable[RobotKind]) -> RobotKind | None:
    """The kind of which it is our own model, under whatever name; None when it is of none."""
    for kind in kinds:
        read, _ = read_sdf_text(document(robot(kind, "model"), ""))
        if read and _is_same(made_of(read), made):
            return kind
    return None


def _is_same(one: Made, other: Made) -> bool:
    return one._replace(kind=replace(one.kind, id=other.kind.id)) == other


def _limits(drive: DiffDrive | VelocityControl) -> tuple[float, float, float, float]:
    """Speed, acceleration, braking and turning, as far as they are limited."""
    if isinstance(drive, VelocityControl):
        return FASTEST_MPS, HARDEST_MPS2, HARDEST_MPS2, FASTEST_RADPS
    linear, angular = drive.linear, drive.angular
    return (
        _least(linear.most_speed, FASTEST_MPS),
        _least(linear.most_acceleration, HARDEST_MPS2),
        _least(-linear.least_acceleration, HARDEST_MPS2),
        _least(angular.most_speed, FASTEST_RADPS),
    )


def _least(limit: float, most: float) -> float:
    """A limit of 0, which lets nothing move, is none of these."""
    return min(limit, most) if limit > 0.0 else most


def _battery(batteries: tuple[LinearBattery, ...]) -> Battery:
    """Gazebo drains one evenly; without one nothing is drained."""
    if not batteries or batteries[0].capacity_ah <= 0.0:
        return Battery(_ENDLESS_WH, 0.0, 0.0, _LEAST_W)
    told = batteries[0]
    capacity_wh = told.capacity_ah * told.voltage_v
    charge_w = capacity_wh / told.charging_h if told.charging_h > 0.0 else _LEAST_W
    return Battery(capacity_wh, told.load_w, 0.0, charge_w)
