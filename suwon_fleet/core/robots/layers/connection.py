# SPDX-License-Identifier: Apache-2.0
"""Is the robot heard? Silence does not stop it at once: it may finish the ground it was granted."""

from __future__ import annotations

from functools import partial

from suwon_fleet.core.robots import guards as g
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.row import Row, besides
from suwon_fleet.core.robots.states import Connection as S
from suwon_fleet.core.robots.states import Layer
from suwon_fleet.core.robots.trigger import Trigger as On

NOT_LOCATED_AFTER_S = 600.0

row = partial(Row, Layer.CONNECTION)


def rows(silent_after_s: float) -> tuple[Row, ...]:
    """`silent_after_s`: how old the newest report may get."""
    # fmt: off
    return (
        row(On.HEARD, besides(S.ONLINE), S.ONLINE,
            asks=(Ask.CLOSE_ALERT,), source="MDS comms_restored"),
        row(On.BOOT, besides(S.ONLINE), S.ONLINE, along=True, source="VDA 5050 connectionState"),
        row(On.COMMS_LOST, (S.ONLINE,), S.OFFLINE, (g.swapping,),
            after_s=silent_after_s, source="Yandex on_battery_change: off-line 2-5 min"),
        row(On.COMMS_LOST, (S.ONLINE,), S.COMMS_LOST, (g.not_swapping,),
            (Ask.FINISH_GROUND_THEN_STOP, Ask.SHOW_NOT_CONTACTABLE, Ask.RAISE_ALERT),
            after_s=silent_after_s, source="VDA 5050 base and horizon; MDS comms_lost"),
        row(On.NOT_LOCATED, (S.COMMS_LOST,), S.NOT_LOCATED,
            asks=(Ask.SHOW_NOT_LOCATED, Ask.REVIEW_JOB, Ask.REQUEST_ASSIST),
            after_s=NOT_LOCATED_AFTER_S, source="MDS not_located"),
        row(On.SIGNED_OFF, besides(S.OFFLINE), S.OFFLINE,
            asks=(Ask.REVIEW_JOB,), source="VDA 5050 connectionState OFFLINE"),
    )
    # fmt: on
