# SPDX-License-Identifier: Apache-2.0
"""How each sort of fault works on the robots it has hit."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from suwon_fleet.core.errors import Problem
from suwon_fleet.core.robots.report import Compartment, ControlMode, Posture, Power, StopState
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.sim.faults.ailments import Ailments, somewhere
from suwon_fleet.sim.faults.effects import (
    Actuator,
    Battery,
    Charger,
    Comms,
    DoorFault,
    Effect,
    Gauge,
    Human,
    Humanoid,
    LiftFault,
    Localisation,
    Node,
    PoseSensor,
    Sensor,
)
from suwon_fleet.sim.faults.model import Fault
from suwon_fleet.sim.faults.radio import Radio

if TYPE_CHECKING:
    from suwon_fleet.sim.robot import SimRobot

AT_CHARGER_M = 0.5
_WORKS = (ControlMode.BALANCED, ControlMode.LOCOMOTION, ControlMode.MANIPULATING)
_MAY_GET_LOST = (StopState.NONE, StopState.PAUSED, StopState.PROTECTIVE)

Effects = Sequence[tuple[Effect, np.random.Generator]]
"""What works on one robot, each with its chance."""


def misfit(fault: Fault, robots: Iterable[SimRobot]) -> Problem | None:
    """Why a fault cannot happen to any of the robots it means; nothing if it can."""
    match fault.effect:
        case Humanoid() if not any(robot.control for robot in robots):
            what, mend = "none of them is a humanoid", "name one, such as by its fleet's id"
        case Human(open_lid=True) if not any(robot.compartment for robot in robots):
            what, mend = "none of them has a lid", "name a delivery robot"
        case _:
            return None
    return Problem("not-for-these", fault.id, what, mend)


def is_momentary(effect: Effect) -> bool:
    """Whether it is over as soon as it has happened, though what it did may stay."""
    match effect:
        case Actuator():
            return effect == Actuator(estop=True)
        case Battery():
            return effect == Battery(drop=effect.drop)
        case Humanoid():
            return effect == Humanoid(fall=True)
        case Human():
            return effect == Human(open_lid=True)
        case _:
            return False


def strike(effect: Effect, robot: SimRobot, random: np.random.Generator) -> None:
    """What happens to a robot when a fault begins."""
    match effect:
        case Localisation():
            robot.ails.offset_m += somewhere(effect.jump_m, random)
            robot.ails.drift_mps += somewhere(effect.drift_mps, random)
        case Actuator(estop=True):
            robot.emergency_stop()
        case Battery():
            robot.soc = max(0.0, robot.soc - effect.drop)
        case Humanoid():
            if effect.fall:
                robot.fall()
            if effect.overheat and robot.control in _WORKS:
                robot.fail("overheated")
                robot.control, robot.posture = ControlMode.MINOR_FAULT, Posture.STANDING
        case Human(open_lid=True) if robot.compartment is Compartment.CLOSED:
            robot.compartment, robot.stop = Compartment.FORCED, StopState.ALARM
        case Node():
            robot.is_dead = robot.is_silent = True


def relieve(effect: Effect, robot: SimRobot) -> None:
    """What happens to a robot when a fault ends."""
    match effect:
        case Localisation(lost=True) if robot.stop is StopState.FATAL:
            robot.acknowledge()
        case Humanoid(overheat=True) if robot.control is ControlMode.MINOR_FAULT:
            robot.control = ControlMode.BALANCED
        case Human(block=True):
            robot.blocked_s = 0.0
        case Node():
            robot.is_dead = robot.is_silent = False
            if effect.kill:
                robot.restart()


def ail(robot: SimRobot, effects: Effects) -> None:
    """Sum up what is wrong with a robot."""
    was, now = robot.ails, Ailments()
    speed_share = 1.0
    for effect, random in effects:
        now.random = random
        match effect:
            case Localisation():
                now.offset_m, now.drift_mps = was.offset_m, was.drift_mps
                now.noise_m = max(now.noise_m, effect.noise_m)
            case Actuator():
                now.is_stuck |= effect.wheel_stuck
                now.is_braked |= effect.brake
                speed_share = min(speed_share, effect.speed_share)
            case Battery():
                now.health = min(now.health, effect.health)
            case Sensor():
                now.is_blind |= effect.scan is not None
                now.is_pose_frozen |= effect.pose is PoseSensor.FROZEN
                now.is_gauge_frozen |= effect.gauge is Gauge.FROZEN
                now.is_gauge_lost |= effect.gauge is Gauge.LOST
            case Humanoid():
                now.grasp_failure = max(now.grasp_failure, effect.grasp_failure)
                now.getup_failure = max(now.getup_failure, effect.getup_failure)
            case Human():
                now.nobody_comes |= effect.refuse
    now.stuck_s, now.is_barred, now.misdock = was.stuck_s, was.is_barred, was.misdock
    now.kept = was.kept if now.is_pose_frozen or now.is_gauge_frozen else None
    robot.ails = now
    robot.bodies.top_speed[robot.row] = robot.kind.max_speed_mps * speed_share


def tune(radio: Radio, name: str, effects: Effects) -> None:
    """Sum up what is wrong with a robot's link."""
    bad = [(effect, random) for effect, random in effects if isinstance(effect, Comms)]
    if bad:
        radio.bad[name] = bad
    else:
        radio.bad.pop(name, None)


def keep_up(effect: Effect, robot: SimRobot, dt_s: float) -> None:
    """What a fault does to a robot as long as it lasts, after a step of the world."""
    match effect:
        case Localisation(lost=True) if robot.stop in _MAY_GET_LOST:
            robot.stop = StopState.FATAL
        case Human(block=True):
            robot.blocked_s = max(robot.blocked_s, 2 * dt_s)


def barred_lanes(fault: Fault, names: Collection[str | None], site: SiteMap) -> frozenset[str]:
    """The lanes that nobody may begin while a lift takes nobody, or a door does not open."""
    match fault.effect:
        case LiftFault():
            cabins = {
                cabin for lift in site.lifts if lift.id in names for cabin in lift.cabins.values()
            }
            return frozenset(lane.id for lane in site.lanes if lane.end in cabins)
        case DoorFault():
            return frozenset(lane.id for lane in site.lanes if lane.door in names)
        case _:
            return frozenset()


def bar(robots: Mapping[str, SimRobot], lanes: frozenset[str]) -> None:
    """Hold the robots that are about to begin one of these lanes, and no others."""
    for robot in robots.values():
        robot.ails.is_barred = robot.way.bar(lanes)
        robot.heed()


def trouble_at_chargers(
    chargers: Mapping[str, Charger], robots: Mapping[str, SimRobot], site: SiteMap
) -> None:
    """What these chargers do to those who stand at them."""
    for robot in robots.values():
        robot.ails.misdock = 0.0
    for name, charger in chargers.items():
        node = site.node_by_id[site.place_by_id[name].node]
        for robot in robots.values():
            x_m, y_m = robot.bodies.x[robot.row], robot.bodies.y[robot.row]
            is_near = math.dist((x_m, y_m), (node.x_m, node.y_m)) < AT_CHARGER_M
            if is_near and robot.way.level == node.level:
                robot.ails.misdock = max(robot.ails.misdock, charger.misdock)
                if charger.dead and robot.power is Power.CHARGING:
                    robot.power = Power.DISCHARGING
