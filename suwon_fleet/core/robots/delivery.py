# SPDX-License-Identifier: Apache-2.0
"""The delivery robot: on wheels, with a compartment that opens for a hand-over."""

from __future__ import annotations

from suwon_fleet.core.robots import guards as g
from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.layers import (
    compartment,
    connection,
    energy,
    lift,
    mission,
    mode,
    navigation,
    stop,
)
from suwon_fleet.core.robots.row import numbered
from suwon_fleet.core.robots.table import Table
from suwon_fleet.core.robots.trigger import Trigger as On

SILENT_AFTER_S = 2.7
NO_SHOW_S = 300.0
SWAP_LATE_S = 300.0
"""Yandex's robots are off-line 2 to 5 minutes for a change of battery."""

REQUIREMENTS = (
    "Off-line, it boots and tests itself.",
    "Localised and healthy, it is idle in automatic mode.",
    "An order is accepted when the charge is above the reserve; it goes to the pick-up.",
    "At the goal it stands.",
    "At a stop, an authorised request unlocks the compartment: opening, then open.",
    "Confirmed or sensed closed, the compartment locks; it never drives unless it is closed.",
    "Nobody comes in time: it returns, loaded.",
    "A leg that changes floors waits for a lift in AGV mode.",
    "It enters when the door is open, the cabin here and the session its own; it rides, leaves, "
    "ends the session. FIRE, EMERGENCY or OFFLINE make it hold.",
    "Its collision monitor or field blocks it; it goes on by itself when clear.",
    "Blocked longer than it waits, it tries recoveries, then needs assistance.",
    "An operator takes over: INTERVENED, the order is kept.",
    "Paused anywhere; resuming returns to what was before.",
    "Emergency stop: acknowledged at the robot, held safe, then resumed or cancelled by a person.",
    "Communication lost: it finishes released ground and stops; not located after ten minutes.",
    "Localisation lost: FATAL; an operator sets its position.",
    "Low charge: charge after the leg. Critical: stop where it is safe, assistance.",
    "At the charger's staging it docks, three tries, else assistance.",
    "When current flows it is charging.",
    "Charged, or called by a job, it undocks and is idle.",
    "Maintenance: the order is cleared, no commands.",
    "Tampering: alarm, report, video.",
    "A change of battery: off-line for minutes, then it starts up.",
)
"""What the table must do, by number; rows name the number they serve."""

_PERSON_TAKES_IT = (On.SERVICE_STARTED, On.MANUAL_CHOSEN, On.TEACH_IN_STARTED)

TABLE = Table(
    Family.DELIVERY,
    (
        *numbered(
            connection.rows(SILENT_AFTER_S), {On.BOOT: 1, On.COMMS_LOST: 15, On.NOT_LOCATED: 15}
        ),
        *numbered(
            mode.ROWS,
            {
                On.BOOT: 1,
                On.READY: 2,
                On.TAKEN_OVER: 12,
                On.HANDED_BACK: 12,
                On.SERVICE_STARTED: 21,
            },
        ),
        *numbered(
            mission.journeys((g.lid_closed,)),
            {On.FETCH_STARTED: 3, On.ROUND_STARTED: 3, On.GOAL_REACHED: 4},
        ),
        *numbered(
            mission.handovers((g.lid_closed,), (g.lid_closed,)), {On.LOADED: 6, On.UNLOADED: 6}
        ),
        *numbered(mission.no_shows(NO_SHOW_S), {On.NO_SHOW: 7}),
        *mission.cancels(g.empty),
        *numbered(mission.charge_due((g.lid_closed,)), {}, rest=17),
        *mission.AT_DOCK,
        *numbered(mission.swaps(SWAP_LATE_S), {}, rest=23),
        *numbered(mission.clearances(_PERSON_TAKES_IT), {On.SERVICE_STARTED: 21}),
        *numbered(
            navigation.rows((g.lid_closed, g.nothing_stops), stop.STOPPED_BY),
            {
                On.DEPARTED: 6,
                On.HALTED: 4,
                On.OBSTRUCTED: 10,
                On.CLEARED: 10,
                On.PATIENCE_SPENT: 11,
                On.RECOVERED: 11,
                On.TRIES_SPENT: 11,
                On.STUCK_IN_LIFT: 9,
            },
        ),
        *compartment.ROWS,
        *numbered(lift.ROWS, {On.LIFT_CALLED: 8}, rest=9),
        *numbered(
            stop.ROWS,
            {
                On.PAUSED: 13,
                On.RESUMED: 13,
                On.EMERGENCY_STOPPED: 14,
                On.ACKNOWLEDGED: 14,
                On.STOP_OVER: 14,
                On.LOCALIZATION_LOST: 16,
                On.POSITION_SET: 16,
                On.TAMPERED: 22,
                On.ALARM_CLEARED: 22,
            },
        ),
        *numbered(
            stop.release_rows(
                (
                    *stop.WITHDRAWN_BY,
                    On.LID_FORCED,
                    On.LID_OPEN_UNASKED,
                    On.DOCK_GIVEN_UP,
                    On.SWAP_FAILED,
                    On.SWAP_LATE,
                )
            ),
            {
                On.EMERGENCY_STOPPED: 14,
                On.RELEASED_BY_PERSON: 14,
                On.LOCALIZATION_LOST: 16,
                On.DOCK_GIVEN_UP: 18,
                On.TAMPERED: 22,
                On.LID_FORCED: 22,
                On.LID_OPEN_UNASKED: 22,
                On.SWAP_FAILED: 23,
                On.SWAP_LATE: 23,
            },
        ),
        *numbered(
            energy.ROWS,
            {
                On.CHARGING_STARTED: 19,
                On.CHARGING_ENDED: 20,
                On.PACK_OUT: 23,
                On.PACK_IN: 23,
                On.SOC_LOW: 17,
                On.SOC_CRITICAL: 17,
            },
        ),
    ),
)
