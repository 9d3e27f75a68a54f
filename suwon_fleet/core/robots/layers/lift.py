# SPDX-License-Identifier: Apache-2.0
"""A ride between floors, as Open-RMF's lift sessions go. The cabin holds one robot."""

from __future__ import annotations

from functools import partial

from suwon_fleet.core.robots import guards as g
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.report import LiftSession as S
from suwon_fleet.core.robots.row import Row
from suwon_fleet.core.robots.states import Layer
from suwon_fleet.core.robots.trigger import Trigger as On

WAIT_S = 180.0

row = partial(Row, Layer.LIFT)

_CABIN_HERE = (g.lift_door_open, g.lift_at_this_level)
_GIVEN_UP = (Ask.FINISH_GROUND_THEN_STOP, Ask.END_LIFT_SESSION, Ask.RAISE_ALERT)

# fmt: off
ROWS = (
    row(On.LIFT_CALLED, (S.NONE,), S.WAITING, asks=(Ask.CALL_LIFT,),
        source="Open-RMF LiftRequest AGV_MODE"),
    row(On.LIFT_READY, (S.WAITING,), S.ENTERING, (*_CABIN_HERE, g.lift_session_is_mine),
        (Ask.HOLD_LIFT_DOOR,), source="Open-RMF LiftState door OPEN, session_id"),
    row(On.ABOARD, (S.ENTERING,), S.RIDING, source="Open-RMF"),
    row(On.LIFT_ARRIVED, (S.RIDING,), S.LEAVING, _CABIN_HERE, (Ask.HOLD_LIFT_DOOR,),
        source="Open-RMF LiftState motion STOPPED"),
    row(On.LIFT_CALLED, (S.ENTERING,), S.WAITING, asks=(Ask.CALL_LIFT,),
        source="it stands before the cabin again, or in it until the ride begins"),
    row(On.ABOARD, (S.LEAVING,), S.RIDING, source="it stays in the cabin for one more floor"),
    row(On.LIFT_CALLED_OFF, (S.WAITING, S.ENTERING), S.NONE, asks=(Ask.END_LIFT_SESSION,),
        source="its way has changed; Open-RMF LiftRequest END_SESSION"),
    row(On.LIFT_LEFT, (S.LEAVING,), S.NONE, asks=(Ask.END_LIFT_SESSION,),
        source="Open-RMF LiftRequest END_SESSION"),
    row(On.LIFT_FAILED, (S.WAITING,), S.NONE, asks=_GIVEN_UP, after_s=WAIT_S,
        source="Open-RMF LiftState FIRE, OFFLINE, EMERGENCY"),
    row(On.LIFT_FAILED, (S.ENTERING, S.LEAVING), S.NONE, asks=_GIVEN_UP,
        source="Open-RMF LiftState FIRE, OFFLINE, EMERGENCY"),
)
# fmt: on
