# SPDX-License-Identifier: Apache-2.0
"""Who is in charge of the robot: VDA 5050's operating modes."""

from __future__ import annotations

from functools import partial

from suwon_fleet.core.robots import guards as g
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.report import OperatingMode as S
from suwon_fleet.core.robots.row import Row, besides
from suwon_fleet.core.robots.states import Layer
from suwon_fleet.core.robots.trigger import Trigger as On

row = partial(Row, Layer.MODE)

# fmt: off
ROWS = (
    row(On.BOOT, besides(S.STARTUP), S.STARTUP, asks=(Ask.TELL_AGAIN,),
        source="VDA 5050 STARTUP clears the robot's order; the fleet's job goes on"),
    row(On.READY, (S.STARTUP, S.MANUAL, S.SERVICE, S.TEACH_IN), S.AUTOMATIC,
        (g.localized, g.healthy), (Ask.SHOW_AVAILABLE,), source="VDA 5050; MDS maintenance_end"),
    row(On.TAKEN_OVER, (S.AUTOMATIC, S.SEMIAUTOMATIC), S.INTERVENED,
        source="VDA 5050 INTERVENED: the order is kept, only a cancel is taken"),
    row(On.HANDED_BACK, (S.INTERVENED, S.SEMIAUTOMATIC), S.AUTOMATIC,
        asks=(Ask.CLOSE_ALERT,), source="VDA 5050"),
    row(On.SEMIAUTOMATIC_CHOSEN, (S.AUTOMATIC, S.INTERVENED), S.SEMIAUTOMATIC, source="VDA 5050"),
    row(On.MANUAL_CHOSEN, besides(S.MANUAL), S.MANUAL, source="VDA 5050"),
    row(On.SERVICE_STARTED, besides(S.SERVICE), S.SERVICE,
        source="VDA 5050 SERVICE; MDS maintenance"),
    row(On.TEACH_IN_STARTED, besides(S.TEACH_IN), S.TEACH_IN, source="VDA 5050"),
)
# fmt: on
