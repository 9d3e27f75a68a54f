# SPDX-License-Identifier: Apache-2.0
"""What no step may ever do, by name; tests walk the tables at random and hold each step to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.facts import Facts
from suwon_fleet.core.robots.guards import PERSONS_MODES
from suwon_fleet.core.robots.questions import may_act, may_drive
from suwon_fleet.core.robots.report import (
    Compartment,
    ControlMode,
    Navigation,
    Posture,
    StopState,
)
from suwon_fleet.core.robots.states import (
    ENDED_BY_PERSON,
    ON_ITS_FEET,
    Layer,
    Manipulation,
    Release,
    RobotStates,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One move of the table, or one report followed."""

    before: RobotStates
    facts: Facts
    after: RobotStates

    def enters(self, layer: Layer, state: object) -> bool:
        """It was not in this state, and is now."""
        return self.before.at(layer) is not state and self.after.at(layer) is state


def drives_only_with_lid_closed(step: Step) -> bool:
    """Never drive unless the compartment is closed."""
    departs = step.enters(Layer.NAVIGATION, Navigation.MOVING)
    return not departs or step.before.compartment in (None, Compartment.CLOSED)


def drives_only_when_nothing_stops(step: Step) -> bool:
    """Never drive while a stop, a pause or an alarm holds."""
    moves = step.after.navigation is Navigation.MOVING
    return not moves or step.after.stop is StopState.NONE


def emergency_ends_at_the_robot(step: Step) -> bool:
    """An emergency stop ends only in SAFE_HOLD, acknowledged at the robot."""
    ends = step.before.stop is StopState.EMERGENCY and step.after.stop is not StopState.EMERGENCY
    acknowledged = step.facts.acknowledged_at_robot is True
    return not ends or (step.after.stop is StopState.SAFE_HOLD and acknowledged)


def only_a_person_releases(step: Step) -> bool:
    """After a safety stop the fleet lets a robot go on only when a named person says so."""
    given = step.enters(Layer.RELEASE, Release.GIVEN)
    return not given or (bool(step.facts.person) and step.before.stop is not StopState.EMERGENCY)


def a_safety_stop_needs_a_person(step: Step) -> bool:
    """Whatever leads to a state only a person may end, the fleet waits for a person."""
    entered = [
        state
        for layer in (Layer.STOP, Layer.CONTROL)
        if (state := step.after.at(layer)) is not step.before.at(layer)
    ]
    return step.after.release is Release.NEEDED or not ENDED_BY_PERSON & set(entered)


def unreleased_never_drives(step: Step) -> bool:
    """While a person's release is needed, no ground is granted and no action asked for."""
    return step.after.release is Release.GIVEN or _fleet_commands_nothing(step.after)


def hands_off_what_others_control(step: Step) -> bool:
    """The fleet commands nothing while a person or another program is in charge."""
    others = step.after.mode in PERSONS_MODES or step.after.control is ControlMode.EXTERNAL_CTRL
    return not others or _fleet_commands_nothing(step.after)


def gets_up_only_from_damped(step: Step) -> bool:
    """A humanoid begins to get up only from DAMPED."""
    rises = step.enters(Layer.CONTROL, ControlMode.GETTING_UP)
    return not rises or step.before.control is ControlMode.DAMPED


def walks_only_from_balanced(step: Step) -> bool:
    """A humanoid begins to walk only when balanced, with free hands or a load it may carry."""
    walks = step.enters(Layer.POSTURE, Posture.WALKING) or step.enters(
        Layer.CONTROL, ControlMode.LOCOMOTION
    )
    carries = step.before.manipulation is Manipulation.TRANSPORT
    from_carrying = carries and step.before.control is ControlMode.MANIPULATING
    free = carries or step.before.manipulation is Manipulation.NONE
    return not walks or (free and (step.before.control in ON_ITS_FEET or from_carrying))


def arms_act_only_from_balanced(step: Step) -> bool:
    """A humanoid's arms begin to act only when it is balanced, or to try again."""
    acts = step.enters(Layer.CONTROL, ControlMode.MANIPULATING)
    return not acts or step.before.control in (ControlMode.BALANCED, ControlMode.RETRIABLE)


def walking_body_has_a_walking_controller(step: Step) -> bool:
    """Posture WALKING goes with a control mode that walks."""
    return step.after.posture is not Posture.WALKING or step.after.control in ON_ITS_FEET


Invariant = Callable[[Step], bool]

INVARIANTS: tuple[Invariant, ...] = (
    drives_only_with_lid_closed,
    drives_only_when_nothing_stops,
    emergency_ends_at_the_robot,
    only_a_person_releases,
    a_safety_stop_needs_a_person,
    unreleased_never_drives,
    hands_off_what_others_control,
    gets_up_only_from_damped,
    walks_only_from_balanced,
    arms_act_only_from_balanced,
    walking_body_has_a_walking_controller,
)

WHATEVER_IS_REPORTED: tuple[Invariant, ...] = (
    only_a_person_releases,
    a_safety_stop_needs_a_person,
    unreleased_never_drives,
    hands_off_what_others_control,
)
"""Those the fleet keeps even when it follows a robot that lies."""


def _fleet_commands_nothing(states: RobotStates) -> bool:
    return may_drive(states) is not None and all(
        may_act(states, kind) is not None for kind in ActionKind
    )
