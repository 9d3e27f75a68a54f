# SPDX-License-Identifier: Apache-2.0
"""How far a humanoid's hands are with an object: phases the fleet asks for one by one."""

from __future__ import annotations

from functools import partial

from suwon_fleet.core.robots import guards as g
from suwon_fleet.core.robots import humanoid_guards as h
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.row import Row, besides
from suwon_fleet.core.robots.states import HOLDING, Layer
from suwon_fleet.core.robots.states import Manipulation as S
from suwon_fleet.core.robots.trigger import Trigger as On

GRASP_TRIES = 3

row = partial(Row, Layer.MANIPULATION)

TRIGGER_OF = {
    ActionKind.APPROACH: On.BEGIN_APPROACH,
    ActionKind.PERCEIVE: On.BEGIN_PERCEIVE,
    ActionKind.GRASP: On.BEGIN_GRASP,
    ActionKind.VERIFY: On.BEGIN_VERIFY,
    ActionKind.LIFT_OBJECT: On.BEGIN_LIFT,
    ActionKind.PLACE: On.BEGIN_PLACE,
    ActionKind.RELEASE: On.BEGIN_RELEASE,
    ActionKind.RETREAT: On.BEGIN_RETREAT,
}
"""The phase an action of the hands begins."""

_ACTS = (h.arms_may_act,)
_SET_OUT = (h.arms_may_act, g.soc_above_low)
_HELD = tuple(phase for phase in S if phase in HOLDING)
_SOURCE = "PyBulletFleet PickPhase; VDA 5050 pick, drop"
_LOST_BY = (
    On.FELL,
    On.CUT_STOP,
    On.SETTLE_STOP,
    On.LEASE_EXPIRED,
    On.MAJOR_FAULT,
    On.CONTROL_GIVEN_AWAY,
)

# fmt: off
ROWS = (
    row(On.BEGIN_APPROACH, (S.NONE,), S.APPROACH, _SET_OUT, number=8, source=_SOURCE),
    row(On.BEGIN_PERCEIVE, (S.NONE, S.APPROACH), S.PERCEIVE, _SET_OUT, number=8, source=_SOURCE),
    row(On.BEGIN_PERCEIVE, (S.GRASP, S.VERIFY), S.PERCEIVE,
        (*_ACTS, g.tries_below(GRASP_TRIES)), number=9, source="VDA 5050 retry"),
    row(On.BEGIN_PREGRASP, (S.PERCEIVE,), S.PREGRASP, _ACTS, number=8, source=_SOURCE),
    row(On.BEGIN_GRASP, (S.PERCEIVE, S.PREGRASP), S.GRASP, _ACTS, number=8, source=_SOURCE),
    row(On.BEGIN_GRASP, (S.VERIFY,), S.GRASP, (*_ACTS, g.tries_below(GRASP_TRIES)), number=9,
        source="VDA 5050 retry"),
    row(On.BEGIN_VERIFY, (S.GRASP,), S.VERIFY, _ACTS, number=9, source=_SOURCE),
    row(On.BEGIN_LIFT, (S.VERIFY,), S.LIFT, _ACTS, number=9, source=_SOURCE),
    row(On.BEGIN_TRANSPORT, (S.VERIFY, S.LIFT), S.TRANSPORT, number=10, source="Spot CARRIABLE"),
    row(On.BEGIN_PLACE, (S.VERIFY, S.LIFT, S.TRANSPORT), S.PLACE, _ACTS, number=10, source=_SOURCE),
    row(On.BEGIN_RELEASE, (S.PLACE,), S.RELEASE, _ACTS, number=10, source=_SOURCE),
    row(On.BEGIN_RETREAT, (S.APPROACH, S.PERCEIVE, S.PREGRASP, S.GRASP, S.VERIFY, S.RELEASE),
        S.RETREAT, _ACTS, number=9, source="VDA 5050 skipRetry; PyBulletFleet RETREATING"),
    row(On.HANDS_DONE, (S.RETREAT, S.RELEASE), S.NONE, number=8, source=_SOURCE),
    row(On.HANDS_CLEARED, besides(S.NONE), S.NONE, (g.person_named,), number=8,
        source="after a job that was taken from it half done"),
    *(row(trigger, _HELD, S.NONE, asks=(Ask.REPORT_LOAD_DROPPED,), along=True, number=11,
          source="Spot CAUSE_FALL") for trigger in _LOST_BY),
    *(row(trigger, besides(S.NONE, *_HELD), S.NONE, along=True, number=11)
      for trigger in _LOST_BY),
)
# fmt: on


def may_begin(kind: ActionKind, phase: S) -> bool:
    """An action of the hands begins its phase from one before it, or is tried again in it."""
    own = [row for row in ROWS if row.trigger is TRIGGER_OF[kind]]
    return any(phase is row.dest or phase in row.sources for row in own)
