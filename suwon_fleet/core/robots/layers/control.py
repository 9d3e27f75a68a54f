# SPDX-License-Identifier: Apache-2.0
"""A humanoid's controller. It gets up only from DAMPED; it walks and acts only from BALANCED."""

from __future__ import annotations

from functools import partial

from suwon_fleet.core.robots import guards as g
from suwon_fleet.core.robots import humanoid_guards as h
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.report import ControlMode as S
from suwon_fleet.core.robots.row import Row, besides
from suwon_fleet.core.robots.states import UP, Layer
from suwon_fleet.core.robots.trigger import Trigger as On

GET_UP_TRIES = 2
GET_UP_S = 15.0

row = partial(Row, Layer.CONTROL)

_UP = tuple(mode for mode in S if mode in UP)
_HELP = (Ask.REQUEST_ASSIST, Ask.REVIEW_JOB)
_NOT_SETTLING = tuple(mode for mode in _UP if mode is not S.SETTLING)
_STOPS_WALKING = (On.OBSTRUCTED, On.HELP_CALLED, On.PAUSED, On.LOCALIZATION_LOST, On.TAMPERED)
_STARTS_WALKING = (On.DEPARTED, On.CLEARED, On.RECOVERED)

# fmt: off
RISING = (
    row(On.POWERED_ON, (S.OFF,), S.ZERO_TORQUE, (h.supported,), number=1,
        source="Unitree SetFsmId 0; AgiBot PASSIVE_DEFAULT; boots in 30-60 s"),
    row(On.DAMPED, (S.ZERO_TORQUE,), S.DAMPED, number=2,
        source="Unitree SetFsmId 1; phanthymotus-driver PR 215"),
    row(On.STAND_UP, (S.DAMPED,), S.GETTING_UP, (h.sitting_or_squatting,), number=3,
        source="Unitree SetFsmId 4, 706; takes 3-6 s"),
    row(On.LIE_TO_STAND, (S.DAMPED,), S.GETTING_UP,
        (h.lying, h.floor_clear, g.tries_below(GET_UP_TRIES)), number=4,
        source="Unitree SetFsmId 702; takes 8-15 s"),
    row(On.STOOD_UP, (S.GETTING_UP,), S.STAND_LOCKED, number=3, source="Unitree StandUp 4"),
    row(On.GET_UP_FAILED, (S.GETTING_UP,), S.DAMPED, number=3, after_s=GET_UP_S,
        source="phanthymotus-driver PR 215"),
    row(On.GET_UP_GIVEN_UP, (S.DAMPED,), S.ASSIST_NEEDED, (g.tries_spent(GET_UP_TRIES),), _HELP,
        number=4, source="AgiBot: starts from a gantry"),
    row(On.BALANCE_STARTED, (S.STAND_LOCKED,), S.BALANCED, number=5,
        source="Unitree SetFsmId 500 (H1 204, H2 601, R1 811)"),
    row(On.SAT, (S.BALANCED,), S.DAMPED, (h.hands_empty,), number=21,
        source="AgiBot; Unitree Sit 3"),
    row(On.SQUATTED, (S.BALANCED,), S.DAMPED, (h.hands_empty,), number=21,
        source="Unitree Squat 2"),
    row(On.POWERED_OFF, (S.DAMPED,), S.OFF, (h.not_upright, h.hands_empty), number=22,
        source="AgiBot"),
)

WORKING = (
    *(row(trigger, (S.BALANCED,), S.LOCOMOTION, (g.nothing_stops, h.can_walk), number=6,
          source="Unitree SetVelocity; the command expires in 1 s") for trigger in _STARTS_WALKING),
    *(row(trigger, (S.MANIPULATING,), S.LOCOMOTION, (g.nothing_stops, h.can_walk, h.carry_ok),
          (Ask.WALK_SLOWLY,), number=10, source="Spot CARRIABLE") for trigger in _STARTS_WALKING),
    row(On.HALTED, (S.LOCOMOTION,), S.BALANCED, number=7,
        source="Unitree velocity duration 1 s; Spot STEPPING to STANDING"),
    row(On.TASK_STARTED, (S.BALANCED,), S.MANIPULATING,
        (h.body_stands, h.arms_free, g.soc_above_low), number=8,
        source="Unitree arm errors 7400, 7401, 7404; Spot"),
    row(On.TASK_STARTED, (S.RETRIABLE,), S.MANIPULATING, (h.body_stands,), number=9,
        source="VDA 5050 retry"),
    row(On.GRASP_FAILED, (S.MANIPULATING,), S.RETRIABLE, number=9, source="VDA 5050 RETRIABLE"),
    row(On.TASK_ENDED, (S.MANIPULATING, S.RETRIABLE), S.BALANCED, number=9,
        source="VDA 5050 FINISHED, FAILED, skipRetry"),
    row(On.SWAP_DUE, (S.BALANCED, S.LOCOMOTION), S.TO_SWAP, (h.hands_empty,), number=19,
        source="UBTech Walker S2: the second pack keeps power; Spot dock GRIPPER_HOLDING_ITEM"),
    row(On.SWAP_CALLED_OFF, (S.TO_SWAP,), S.BALANCED, number=19),
    row(On.SWAP_POSED, (S.BALANCED, S.TO_SWAP), S.SWAP_POSE,
        (h.hands_empty, h.body_stands), number=19, source="Spot BatteryChangePose"),
    row(On.PACK_IN, (S.SWAP_POSE,), S.BALANCED, (g.pack_ok,), number=20,
        source="UBTech Walker S2: about 180 s; Spot battery BOOTING"),
    row(On.SWAP_FAILED, (S.SWAP_POSE,), S.ASSIST_NEEDED, asks=_HELP, number=20,
        source="Spot battery MISSING"),
)

STOPPING = (
    row(On.PROTECTIVE_STOP, (S.LOCOMOTION, S.MANIPULATING, S.RETRIABLE, S.TO_SWAP), S.BALANCED,
        along=True, number=14, source="machinedesign.com 55375922"),
    *(row(trigger, (S.LOCOMOTION,), S.BALANCED, along=True) for trigger in _STOPS_WALKING),
    row(On.EMERGENCY_STOPPED, _NOT_SETTLING, S.SETTLING, along=True, number=15,
        source="Spot SETTLE_THEN_CUT: cutting power would make it fall"),
    row(On.LEASE_EXPIRED, _UP, S.SETTLING, (g.out_of_touch,), (Ask.RAISE_ALERT, Ask.REVIEW_JOB),
        number=18, source="Unitree: no state for 1000 ms; Spot LEASE_TIMEOUT"),
    row(On.SETTLE_STOP, _NOT_SETTLING, S.SETTLING, asks=(Ask.REVIEW_JOB,), number=15,
        source="Spot SETTLE_THEN_CUT; takes 2-4 s"),
    row(On.SAT, (S.SETTLING,), S.DAMPED, number=15, source="Spot Sit"),
    row(On.SQUATTED, (S.SETTLING,), S.DAMPED, number=15, source="Unitree Squat 2"),
    row(On.CUT_STOP, besides(S.FALLEN, S.OFF), S.FALLEN, (h.upright,), (Ask.BLOCK_ZONE, *_HELP),
        number=16, source="Spot CUT; machinedesign.com 55375922"),
    row(On.CUT_STOP, besides(S.FALLEN, S.OFF), S.ZERO_TORQUE, (h.not_upright,), _HELP, number=16,
        source="Spot CUT"),
)

FAILING = (
    row(On.FELL, _UP, S.FALLEN, (h.tumbling,), (Ask.BLOCK_ZONE, Ask.RAISE_ALERT, *_HELP), number=11,
        source="Unitree terminations.hpp: tilt > 1 rad, rate > 6 rad/s; Spot CAUSE_FALL"),
    row(On.FAULT_CLEARED, (S.FALLEN,), S.DAMPED, (h.fault_clearable, h.people_away),
        (Ask.UNBLOCK_ZONE,), number=12, source="Spot CLEARABLE"),
    row(On.ASSIST_CALLED, (S.FALLEN,), S.ASSIST_NEEDED, (h.cannot_get_up(GET_UP_TRIES),), _HELP,
        number=13,
        source="AgiBot: people and a gantry"),
    row(On.ASSISTED, (S.ASSIST_NEEDED,), S.DAMPED, asks=(Ask.UNBLOCK_ZONE, Ask.CLOSE_ALERT),
        number=13, source="AgiBot"),
    row(On.MINOR_FAULT, besides(S.OFF, S.MINOR_FAULT, S.MAJOR_FAULT, S.FALLEN), S.MINOR_FAULT,
        asks=(Ask.RAISE_ALERT,), number=17, source="RB-Y1 MINOR_FAULT"),
    row(On.FAULT_PASSED, (S.MINOR_FAULT,), S.BALANCED, (h.body_stands,), (Ask.CLOSE_ALERT,),
        number=17, source="assumption: damping would make it sink"),
    row(On.MAJOR_FAULT, besides(S.OFF, S.MAJOR_FAULT), S.MAJOR_FAULT, asks=_HELP, number=17,
        source="RB-Y1 MAJOR_FAULT; Unitree winding > 120 C, casing > 85 C"),
    row(On.FAULT_RESET, (S.MINOR_FAULT, S.MAJOR_FAULT), S.DAMPED, asks=(Ask.CLOSE_ALERT,),
        number=17, source="RB-Y1 RESET_FAULT"),
    row(On.CONTROL_GIVEN_AWAY, besides(S.EXTERNAL_CTRL), S.EXTERNAL_CTRL, asks=(Ask.RAISE_ALERT,),
        number=23, source="Unitree ReleaseMode; AgiBot developer mode"),
    row(On.CONTROL_GIVEN_BACK, (S.EXTERNAL_CTRL,), S.ZERO_TORQUE, asks=(Ask.CLOSE_ALERT,),
        number=23, source="unitree_interface control_modes.md: goes limp"),
)
# fmt: on

ROWS = (*RISING, *WORKING, *STOPPING, *FAILING)
