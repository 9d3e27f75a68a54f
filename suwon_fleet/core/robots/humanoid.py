# SPDX-License-Identifier: Apache-2.0
"""The humanoid: control mode and posture are two variables, and it may fall."""

from __future__ import annotations

from suwon_fleet.core.robots import guards as g
from suwon_fleet.core.robots import humanoid_guards as h
from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.layers import (
    connection,
    control,
    energy,
    hands,
    lift,
    mission,
    mode,
    navigation,
    posture,
    stop,
)
from suwon_fleet.core.robots.row import numbered
from suwon_fleet.core.robots.table import Table
from suwon_fleet.core.robots.trigger import Trigger as On

SILENT_AFTER_S = 1.0
"""Unitree's own limit for its state stream is 1000 ms (terminations.hpp)."""
SWAP_LATE_S = 360.0
"""Twice what UBTech's Walker S2 takes."""

REQUIREMENTS = (
    "Off, sitting, lying or in a gantry: power on makes it limp.",
    "Damped next: the only mode from which it gets up.",
    "From sitting or squatting it stands up, joints locked; a failure leaves it damped.",
    "From lying it gets up on a flat, clear floor; two tries, then assistance.",
    "The balance controller starts; only from here it walks and acts.",
    "It walks while it is told a velocity; a command expires in a second.",
    "Without one it stands, balanced.",
    "With free arms and charge above low it begins a manipulation; it does not walk meanwhile.",
    "A grasp that does not hold may be tried again or skipped.",
    "It walks with an object it may carry, slower; it does not dock while holding.",
    "Tilted or turning too fast, it has fallen: fault, dropped load, zone blocked.",
    "A clearable fault is cleared when people are away; it lies damped.",
    "Fallen with an uncertain posture, or after two failures, it needs people and a gantry.",
    "A protective stop: it stands and holds.",
    "A settle stop: it sits or squats, then it is damped.",
    "A cut: limp, and fallen if it was upright; a reset at the robot.",
    "A joint, link or heat fault holds it, a major one damps it; reset makes it damped.",
    "Its state stream lost, the fleet shows it silent; its lease over, it settles.",
    "Charge low or a swap due, it goes to swap its packs.",
    "A pack out, another in and booted: balanced again; otherwise assistance.",
    "It sits or squats down before power off.",
    "Power off from damped, nothing held.",
    "Someone else's program controls it: the fleet commands nothing.",
)
"""What the table must do, by number; rows name the number they serve."""

_FALLS_OR_FAILS = (On.FELL, On.LEASE_EXPIRED, On.MINOR_FAULT, On.MAJOR_FAULT, On.CONTROL_GIVEN_AWAY)
_PERSON_TAKES_IT = (
    On.SERVICE_STARTED,
    On.MANUAL_CHOSEN,
    On.TEACH_IN_STARTED,
    On.CONTROL_GIVEN_AWAY,
)
_NEEDS_PERSON = (
    *stop.WITHDRAWN_BY,
    On.FELL,
    On.MAJOR_FAULT,
    On.ASSIST_CALLED,
    On.GET_UP_GIVEN_UP,
    On.SWAP_FAILED,
    On.SWAP_LATE,
    On.CONTROL_GIVEN_AWAY,
)

TABLE = Table(
    Family.HUMANOID,
    (
        *numbered(connection.rows(SILENT_AFTER_S), {On.COMMS_LOST: 18, On.NOT_LOCATED: 18}),
        *numbered(mode.ROWS, {}),
        *numbered(mission.journeys((h.able_bodied,)), {}),
        *numbered(mission.handovers((h.hands_full,), (h.hands_at_rest,)), {On.LOADED: 10}),
        *numbered(mission.cancels(h.hands_empty), {}),
        *numbered(mission.charge_due((h.hands_empty,)), {}, rest=19),
        *numbered(mission.swaps(SWAP_LATE_S), {On.GOAL_REACHED: 19}, rest=20),
        *numbered(mission.clearances(_PERSON_TAKES_IT), {On.CONTROL_GIVEN_AWAY: 23}),
        *numbered(
            navigation.rows((h.can_walk, g.nothing_stops), (*stop.STOPPED_BY, *_FALLS_OR_FAILS)),
            {On.DEPARTED: 6, On.HALTED: 7},
        ),
        *numbered(lift.ROWS, {}),
        *control.ROWS,
        *posture.ROWS,
        *hands.ROWS,
        *numbered(
            stop.ROWS,
            {On.PROTECTIVE_STOP: 14, On.STOP_RELEASED: 14, On.SETTLE_STOP: 15, On.CUT_STOP: 16},
        ),
        *numbered(
            stop.release_rows(_NEEDS_PERSON),
            {
                On.FELL: 11,
                On.ASSIST_CALLED: 13,
                On.GET_UP_GIVEN_UP: 4,
                On.CUT_STOP: 16,
                On.MAJOR_FAULT: 17,
                On.SWAP_FAILED: 20,
                On.SWAP_LATE: 20,
                On.CONTROL_GIVEN_AWAY: 23,
            },
        ),
        *numbered(energy.ROWS, {On.SOC_LOW: 19, On.PACK_OUT: 20, On.PACK_IN: 20}),
    ),
)
