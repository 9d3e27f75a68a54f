# SPDX-License-Identifier: Apache-2.0
"""Conditions of the state tables: pure questions about states and facts, answered yes, no or None.

None is unknown. What the fleet decides needs a yes. What a robot reports it has done is only
doubted on a no: the fleet need not know what the robot itself has checked.
"""

from __future__ import annotations

from collections.abc import Callable

from suwon_fleet.core.robots.facts import Facts
from suwon_fleet.core.robots.kind import Battery
from suwon_fleet.core.robots.report import (
    Compartment,
    LiftSession,
    Navigation,
    OperatingMode,
    Power,
    StopState,
)
from suwon_fleet.core.robots.states import (
    HANDOVERS,
    BatteryLevel,
    Connection,
    Mission,
    Release,
    RobotStates,
)

Guard = Callable[[RobotStates, Facts], bool | None]
"""Its name is what a refusal quotes; its docstring is what docs/states.md prints."""

FLEETS_MODES = frozenset({OperatingMode.AUTOMATIC, OperatingMode.SEMIAUTOMATIC})
PERSONS_MODES = frozenset(
    {
        OperatingMode.INTERVENED,
        OperatingMode.MANUAL,
        OperatingMode.SERVICE,
        OperatingMode.TEACH_IN,
    }
)
"""Operating modes in which a person, not the fleet, is in charge of the robot."""


# Connection, mode, stop and release


def heard(states: RobotStates, _: Facts) -> bool:
    """The robot is online."""
    return states.connection is Connection.ONLINE


def out_of_touch(states: RobotStates, _: Facts) -> bool:
    """The robot was not heard of late."""
    return states.connection is not Connection.ONLINE


def swapping(states: RobotStates, _: Facts) -> bool:
    """Its battery pack is being changed."""
    return states.mission is Mission.BATTERY_SWAP


def not_swapping(states: RobotStates, _: Facts) -> bool:
    """Its battery pack is not being changed."""
    return states.mission is not Mission.BATTERY_SWAP


def in_automatic(states: RobotStates, _: Facts) -> bool:
    """The fleet is in charge: mode AUTOMATIC or SEMIAUTOMATIC."""
    return states.mode in FLEETS_MODES


def in_persons_hands(states: RobotStates, _: Facts) -> bool:
    """A person is in charge of the robot."""
    return states.mode in PERSONS_MODES


def localized(_: RobotStates, facts: Facts) -> bool | None:
    """The robot knows where it is."""
    return facts.localized


def healthy(_: RobotStates, facts: Facts) -> bool | None:
    """Its self-test has passed."""
    return facts.healthy


def nothing_stops(states: RobotStates, _: Facts) -> bool:
    """No stop, pause or alarm holds the robot."""
    return states.stop is StopState.NONE


def no_stop_held(_: RobotStates, facts: Facts) -> bool | None:
    """Every stop the fleet requested of it has been released."""
    return None if facts.stop_held is None else not facts.stop_held


def acknowledged_at_robot(_: RobotStates, facts: Facts) -> bool | None:
    """A person at the robot has acknowledged its emergency stop."""
    return facts.acknowledged_at_robot


def emergency_over(states: RobotStates, _: Facts) -> bool:
    """Its own emergency stop has been acknowledged at the robot."""
    return states.stop is not StopState.EMERGENCY


def person_named(_: RobotStates, facts: Facts) -> bool:
    """A person answers for it."""
    return bool(facts.person)


def released(states: RobotStates, _: Facts) -> bool:
    """A person has let it go on after its last safety stop."""
    return states.release is Release.GIVEN


# Motion, lid and lift


def standing(states: RobotStates, _: Facts) -> bool:
    """The robot stands."""
    return states.navigation is Navigation.STANDING


def lid_closed(states: RobotStates, _: Facts) -> bool:
    """The compartment is closed, or there is none."""
    return states.compartment in (None, Compartment.CLOSED)


def unlock_authorised(states: RobotStates, facts: Facts) -> bool | None:
    """The fleet asked for a hand-over here, or a person is in charge."""
    if states.mode in PERSONS_MODES:
        return True
    return facts.unlock_asked if states.mission in HANDOVERS else False


def nobody_unlocked(states: RobotStates, facts: Facts) -> bool | None:
    """Neither the fleet nor a person in charge asked the lid to open."""
    if states.mode in PERSONS_MODES:
        return False
    return None if facts.unlock_asked is None else not facts.unlock_asked


def empty(_: RobotStates, facts: Facts) -> bool | None:
    """Nothing is in the compartment."""
    return None if facts.loaded is None else not facts.loaded


def lift_door_open(_: RobotStates, facts: Facts) -> bool | None:
    """The cabin's door is open."""
    return facts.lift_door_open


def lift_at_this_level(_: RobotStates, facts: Facts) -> bool | None:
    """The cabin is at the robot's level."""
    return facts.lift_at_this_level


def lift_session_is_mine(_: RobotStates, facts: Facts) -> bool | None:
    """The lift serves this robot."""
    return facts.lift_session_is_mine


def riding(states: RobotStates, _: Facts) -> bool:
    """The robot is in the cabin."""
    return states.lift is LiftSession.RIDING


# Battery


def _soc(facts: Facts, question: Callable[[float, Battery], bool]) -> bool | None:
    if facts.soc is None or facts.battery is None:
        return None
    return question(facts.soc, facts.battery)


def soc_untold(_: RobotStates, facts: Facts) -> bool:
    """The robot does not tell its state of charge."""
    return facts.soc is None


def soc_above_reserve(_: RobotStates, facts: Facts) -> bool | None:
    """State of charge above the reserve of its kind."""
    return _soc(facts, lambda soc, battery: soc > battery.reserve_soc)


def soc_above_low(_: RobotStates, facts: Facts) -> bool | None:
    """State of charge not below the low threshold of its kind."""
    return _soc(facts, lambda soc, battery: soc >= battery.low_soc)


def soc_low(_: RobotStates, facts: Facts) -> bool | None:
    """State of charge below the low threshold of its kind."""
    return _soc(facts, lambda soc, battery: soc < battery.low_soc)


def soc_critical(_: RobotStates, facts: Facts) -> bool | None:
    """State of charge below the critical threshold of its kind."""
    return _soc(facts, lambda soc, battery: soc < battery.critical_soc)


def soc_above_critical(_: RobotStates, facts: Facts) -> bool | None:
    """State of charge not below the critical threshold of its kind."""
    return _soc(facts, lambda soc, battery: soc >= battery.critical_soc)


def soc_at_target(_: RobotStates, facts: Facts) -> bool | None:
    """Charged as far as its kind is charged."""
    return _soc(facts, lambda soc, battery: soc >= battery.target_soc)


def soc_below_target(_: RobotStates, facts: Facts) -> bool | None:
    """Not charged as far as its kind is charged."""
    return _soc(facts, lambda soc, battery: soc < battery.target_soc)


def battery_not_critical(states: RobotStates, _: Facts) -> bool:
    """The battery is not critical."""
    return states.battery is not BatteryLevel.CRITICAL


def unplugged(states: RobotStates, _: Facts) -> bool:
    """No charger feeds the robot."""
    return states.power is not Power.CHARGING


def on_own_power(states: RobotStates, _: Facts) -> bool:
    """The robot runs on its own battery."""
    return states.power is Power.DISCHARGING


def swaps_packs(_: RobotStates, facts: Facts) -> bool | None:
    """Its kind swaps battery packs."""
    return None if facts.battery is None else facts.battery.swap_s is not None


def charges_at_dock(_: RobotStates, facts: Facts) -> bool | None:
    """Its kind charges at a dock."""
    return None if facts.battery is None else facts.battery.swap_s is None


def pack_ok(_: RobotStates, facts: Facts) -> bool | None:
    """The new pack is in and has booted."""
    return facts.pack_ok


# Tries


def tries_below(limit: int) -> Guard:
    def tries_left(_: RobotStates, facts: Facts) -> bool | None:
        return None if facts.tries is None else facts.tries < limit

    return named(tries_left, f"tries_below_{limit}", f"Tried fewer than {limit} times.")


def tries_spent(limit: int) -> Guard:
    def no_tries_left(_: RobotStates, facts: Facts) -> bool | None:
        return None if facts.tries is None else facts.tries >= limit

    return named(no_tries_left, f"tried_{limit}_times", f"Tried {limit} times or more.")


def named(guard: Guard, name: str, meaning: str) -> Guard:
    """Give a guard that was made, not written, its name and meaning."""
    guard.__name__, guard.__doc__ = name, meaning
    return guard
