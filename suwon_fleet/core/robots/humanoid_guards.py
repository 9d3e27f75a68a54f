# SPDX-License-Identifier: Apache-2.0
"""Conditions of the humanoid's state tables; see :mod:`.guards`."""

from __future__ import annotations

from suwon_fleet.core.robots.facts import Facts
from suwon_fleet.core.robots.guards import Guard, named, tries_spent
from suwon_fleet.core.robots.report import ControlMode, Posture
from suwon_fleet.core.robots.states import HOLDING, ON_ITS_FEET, Manipulation, RobotStates

FALL_TILT_RAD = 1.0
FALL_RATE_RADPS = 6.0
"""Unitree's termination checks (unitree_sdk2 terminations.hpp)."""

_LYING = frozenset({Posture.LYING_PRONE, Posture.LYING_SUPINE})
_UPRIGHT = frozenset({Posture.STANDING, Posture.WALKING, Posture.SQUAT})
_LIMP = frozenset(
    {ControlMode.OFF, ControlMode.ZERO_TORQUE, ControlMode.DAMPED, ControlMode.MAJOR_FAULT}
)
_DISABLED = frozenset(
    {
        ControlMode.FALLEN,
        ControlMode.SETTLING,
        ControlMode.MINOR_FAULT,
        ControlMode.MAJOR_FAULT,
        ControlMode.ASSIST_NEEDED,
        ControlMode.EXTERNAL_CTRL,
    }
)


def supported(states: RobotStates, facts: Facts) -> bool | None:
    """It sits, lies or hangs in a gantry, so that going limp does no harm."""
    if facts.on_gantry or states.posture is Posture.SITTING or states.posture in _LYING:
        return True
    return None if states.posture is Posture.UNKNOWN else False


def sitting_or_squatting(states: RobotStates, _: Facts) -> bool:
    """It sits or squats."""
    return states.posture in (Posture.SITTING, Posture.SQUAT)


def lying(states: RobotStates, _: Facts) -> bool:
    """It lies."""
    return states.posture in _LYING


def upright(states: RobotStates, _: Facts) -> bool | None:
    """It stands, walks or squats."""
    return None if states.posture is Posture.UNKNOWN else states.posture in _UPRIGHT


def not_upright(states: RobotStates, _: Facts) -> bool | None:
    """It lies or sits."""
    return None if states.posture is Posture.UNKNOWN else states.posture not in _UPRIGHT


def cannot_get_up(limit: int) -> Guard:
    def helpless(states: RobotStates, facts: Facts) -> bool | None:
        return states.posture is Posture.UNKNOWN or tries_spent(limit)(states, facts)

    return named(helpless, "cannot_get_up", f"Posture unknown, or tried {limit} times or more.")


def body_stands(states: RobotStates, _: Facts) -> bool:
    """Its body stands."""
    return states.posture is Posture.STANDING


def can_walk(states: RobotStates, _: Facts) -> bool:
    """Balanced and standing, with free hands or an object it may carry."""
    carries = states.manipulation is Manipulation.TRANSPORT
    on_feet = states.control in ON_ITS_FEET or (
        states.control is ControlMode.MANIPULATING and carries
    )
    upright_body = states.posture in (Posture.STANDING, Posture.WALKING)
    return on_feet and upright_body and (carries or states.manipulation is Manipulation.NONE)


def carry_ok(states: RobotStates, _: Facts) -> bool:
    """What it holds is ready to be carried."""
    return states.manipulation is Manipulation.TRANSPORT


def hands_empty(states: RobotStates, _: Facts) -> bool:
    """Its hands hold nothing."""
    return states.manipulation not in HOLDING


def hands_full(states: RobotStates, _: Facts) -> bool:
    """Its hands hold the object."""
    return states.manipulation in (Manipulation.LIFT, Manipulation.TRANSPORT)


def hands_at_rest(states: RobotStates, _: Facts) -> bool:
    """It manipulates nothing."""
    return states.manipulation is Manipulation.NONE


def able_bodied(states: RobotStates, _: Facts) -> bool:
    """Neither fallen, faulty nor in other hands."""
    return states.control not in _DISABLED


def arms_may_act(states: RobotStates, _: Facts) -> bool:
    """Its controller lets the arms act, and its body stands."""
    modes = (ControlMode.BALANCED, ControlMode.MANIPULATING, ControlMode.RETRIABLE)
    return states.control in modes and states.posture is Posture.STANDING


def arms_free(_: RobotStates, facts: Facts) -> bool | None:
    """Nothing else uses its arms."""
    return facts.arms_free


def getting_up(states: RobotStates, _: Facts) -> bool:
    """It has just got up."""
    return states.control in (ControlMode.GETTING_UP, ControlMode.STAND_LOCKED)


def limp(states: RobotStates, _: Facts) -> bool:
    """Nobody knew its posture, or it is limp and can be moved by hand."""
    return states.posture is Posture.UNKNOWN or states.control in _LIMP


def tumbling(_: RobotStates, facts: Facts) -> bool | None:
    """Tilted or turning faster than a standing body can."""
    tilted = None if facts.tilt_rad is None else facts.tilt_rad > FALL_TILT_RAD
    fast = None if facts.body_rate_radps is None else facts.body_rate_radps > FALL_RATE_RADPS
    return True if tilted or fast else (None if None in (tilted, fast) else False)


def fell_face_down(_: RobotStates, facts: Facts) -> bool | None:
    """It fell on its face."""
    return facts.face_down


def fell_face_up(_: RobotStates, facts: Facts) -> bool | None:
    """It fell on its back."""
    return None if facts.face_down is None else not facts.face_down


def posture_seen_as(posture: Posture) -> Guard:
    def seen(_: RobotStates, facts: Facts) -> bool | None:
        return None if facts.posture_seen is None else facts.posture_seen is posture

    return named(seen, f"{posture}_seen", f"Its sensors tell {posture}.")


def floor_clear(_: RobotStates, facts: Facts) -> bool | None:
    """The floor is flat and clear."""
    return facts.floor_clear


def people_away(_: RobotStates, facts: Facts) -> bool | None:
    """Nobody is near."""
    return facts.people_away


def fault_clearable(_: RobotStates, facts: Facts) -> bool | None:
    """The robot says the fault can be cleared."""
    return facts.fault_clearable
