# SPDX-License-Identifier: Apache-2.0
"""What holds the robot, and the fleet's own rule that after a safety stop a person decides.

`stop` is told by the robot; `release` is the fleet's: once NEEDED, no report of any kind lets the
robot drive again, only a person does.
"""

from __future__ import annotations

from functools import partial

from suwon_fleet.core.robots import guards as g
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.report import StopState as S
from suwon_fleet.core.robots.row import Row, besides
from suwon_fleet.core.robots.states import Layer, Release
from suwon_fleet.core.robots.trigger import Trigger as On

row = partial(Row, Layer.STOP)
release = partial(Row, Layer.RELEASE)

_LIGHT = (S.NONE, S.PAUSED)

# fmt: off
ROWS = (
    row(On.PAUSED, (S.NONE,), S.PAUSED, source="VDA 5050 startPause"),
    row(On.RESUMED, (S.PAUSED,), S.NONE,
        source="VDA 5050 stopPause; the other layers stayed as they were"),
    row(On.PROTECTIVE_STOP, _LIGHT, S.PROTECTIVE,
        source="stop request; machinedesign.com 55375922"),
    row(On.SETTLE_STOP, _LIGHT, S.PROTECTIVE, source="stop request; Spot SETTLE_THEN_CUT"),
    row(On.STOP_RELEASED, (S.PROTECTIVE,), S.NONE, (g.no_stop_held,), source="stop released"),
    row(On.EMERGENCY_STOPPED, besides(S.EMERGENCY), S.EMERGENCY,
        asks=(Ask.RAISE_ALERT, Ask.REQUEST_ASSIST), source="VDA 5050 activeEmergencyStop"),
    row(On.CUT_STOP, besides(S.EMERGENCY), S.EMERGENCY,
        asks=(Ask.RAISE_ALERT, Ask.REQUEST_ASSIST), source="Spot EStop CUT; needs a reset there"),
    row(On.ACKNOWLEDGED, (S.EMERGENCY,), S.SAFE_HOLD, (g.acknowledged_at_robot,),
        (Ask.CLOSE_ALERT,), source="VDA 5050 activeEmergencyStop MANUAL"),
    row(On.STOP_OVER, (S.SAFE_HOLD,), S.NONE, (g.released,), source="assumption"),
    # An emergency stop outranks these two: it stays told until it is acknowledged.
    row(On.LOCALIZATION_LOST, besides(S.FATAL, S.EMERGENCY), S.FATAL,
        asks=(Ask.RAISE_ALERT, Ask.REQUEST_ASSIST), source="VDA 5050 FATAL"),
    row(On.POSITION_SET, (S.FATAL,), S.NONE, (g.localized,), (Ask.CLOSE_ALERT,),
        source="VDA 5050 initializePosition"),
    row(On.TAMPERED, besides(S.ALARM, S.EMERGENCY), S.ALARM,
        asks=(Ask.RAISE_ALERT, Ask.KEEP_VIDEO)),
    row(On.ALARM_CLEARED, (S.ALARM,), S.NONE, (g.released,), (Ask.CLOSE_ALERT,)),
)
# fmt: on


def release_rows(withdrawn_by: tuple[On, ...]) -> tuple[Row, ...]:
    """`withdrawn_by`: what, in other layers, makes the fleet wait for a person."""
    given, needed = Release.GIVEN, Release.NEEDED
    # fmt: off
    return (
        *(release(trigger, (given,), needed, along=True) for trigger in withdrawn_by),
        release(On.PERSON_WANTED, (given,), needed, asks=(Ask.REQUEST_ASSIST,)),
        release(On.RELEASED_BY_PERSON, (needed,), given, (g.emergency_over, g.person_named),
                (Ask.RESUME,)),
    )
    # fmt: on


WITHDRAWN_BY = (On.EMERGENCY_STOPPED, On.CUT_STOP, On.LOCALIZATION_LOST, On.TAMPERED)
"""What needs a person before the robot may go on, whatever the family."""

STOPPED_BY = (On.PAUSED, On.PROTECTIVE_STOP, On.SETTLE_STOP, *WITHDRAWN_BY)
"""What ends motion, whatever the family."""
