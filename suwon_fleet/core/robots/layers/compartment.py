# SPDX-License-Identifier: Apache-2.0
"""A delivery robot's lid: opened for a hand-over or by a person in charge, or else an alarm."""

from __future__ import annotations

from functools import partial

from suwon_fleet.core.robots import guards as g
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.report import Compartment as S
from suwon_fleet.core.robots.row import Row
from suwon_fleet.core.robots.states import Layer
from suwon_fleet.core.robots.trigger import Trigger as On

row = partial(Row, Layer.COMPARTMENT)

_HAND_OVER = (g.standing, g.unlock_authorised)
_TAMPER = (Ask.REQUEST_STOP, Ask.RAISE_ALERT, Ask.KEEP_VIDEO)

# fmt: off
ROWS = (
    row(On.UNLOCKED, (S.CLOSED, S.FORCED), S.OPENING, _HAND_OVER, number=5,
        source="Yandex open_hatch: opening, open"),
    row(On.LID_OPENED, (S.CLOSED,), S.OPEN, _HAND_OVER, number=5,
        source="a lid that does not tell it is opening"),
    row(On.LID_OPENED, (S.OPENING, S.FORCED), S.OPEN, number=5, source="Yandex hatch open"),
    row(On.CLOSE_ASKED, (S.OPENING, S.OPEN), S.CLOSING, number=6,
        source="Yandex: closes when confirmed; called off or nobody came: assumption"),
    row(On.LID_REOPENED, (S.CLOSING,), S.OPENING, number=6, source="assumption: pinch guard"),
    row(On.LID_CLOSED, (S.OPENING, S.OPEN, S.CLOSING, S.FORCED), S.CLOSED, number=6,
        source="Yandex hatch closed; closed sensor"),
    row(On.LID_FORCED, (S.CLOSED, S.OPENING, S.OPEN, S.CLOSING), S.FORCED, (), _TAMPER, number=22),
    row(On.LID_OPEN_UNASKED, (S.CLOSED,), S.OPEN, (g.nobody_unlocked,), _TAMPER, number=22),
)
# fmt: on
