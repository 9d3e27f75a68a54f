# SPDX-License-Identifier: Apache-2.0
"""How a humanoid's body is; its controller does not tell (a vendor's fsm id is not a posture)."""

from __future__ import annotations

from functools import partial

from suwon_fleet.core.robots import guards as g
from suwon_fleet.core.robots import humanoid_guards as h
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.report import Posture as S
from suwon_fleet.core.robots.row import Row, besides
from suwon_fleet.core.robots.states import Layer
from suwon_fleet.core.robots.trigger import Trigger as On

row = partial(Row, Layer.POSTURE)

_WALKS = (g.nothing_stops, h.can_walk)
_OFF_GROUND = (S.STANDING, S.WALKING, S.SQUAT, S.SITTING)
_SEEN = (S.LYING_PRONE, S.LYING_SUPINE, S.SITTING, S.SQUAT, S.STANDING)
_ENDS_WALKING = (
    On.OBSTRUCTED,
    On.HELP_CALLED,
    On.PAUSED,
    On.PROTECTIVE_STOP,
    On.SETTLE_STOP,
    On.EMERGENCY_STOPPED,
    On.LOCALIZATION_LOST,
    On.TAMPERED,
    On.LEASE_EXPIRED,
    On.MINOR_FAULT,
)
_FALLS = (Ask.BLOCK_ZONE, Ask.RAISE_ALERT)
_COLLAPSES = {On.FELL: 11, On.CUT_STOP: 16, On.MAJOR_FAULT: 17, On.CONTROL_GIVEN_AWAY: 23}

# fmt: off
ROWS = (
    *(row(trigger, (S.STANDING,), S.WALKING, _WALKS, number=6)
      for trigger in (On.DEPARTED, On.CLEARED, On.RECOVERED)),
    row(On.HALTED, (S.WALKING,), S.STANDING, number=7),
    *(row(trigger, (S.WALKING,), S.STANDING, along=True) for trigger in _ENDS_WALKING),
    row(On.STOOD_UP, besides(S.STANDING, S.WALKING), S.STANDING, (h.getting_up,), along=True,
        number=3),
    row(On.SAT, besides(S.SITTING), S.SITTING, along=True, number=21),
    row(On.SQUATTED, besides(S.SQUAT), S.SQUAT, along=True, number=21),
    row(On.FELL, (*_OFF_GROUND, S.UNKNOWN), S.LYING_PRONE, (h.fell_face_down,), _FALLS,
        along=True, number=11),
    row(On.FELL, (*_OFF_GROUND, S.UNKNOWN), S.LYING_SUPINE, (h.fell_face_up,), _FALLS,
        along=True, number=11),
    *(row(trigger, _OFF_GROUND, S.UNKNOWN, along=True, number=number)
      for trigger, number in _COLLAPSES.items()),
    *(row(On.POSTURE_SEEN, besides(seen), seen, (h.limp, h.posture_seen_as(seen)),
          source="sensors; a limp body is moved by hand") for seen in _SEEN),
    row(On.POSTURE_LOST, besides(S.UNKNOWN), S.UNKNOWN, number=13, source="sensors"),
)
# fmt: on
