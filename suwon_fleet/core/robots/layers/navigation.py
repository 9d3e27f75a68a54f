# SPDX-License-Identifier: Apache-2.0
"""How the robot gets on along the ground it was granted."""

from __future__ import annotations

from functools import partial

from suwon_fleet.core.robots import guards as g
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.guards import Guard
from suwon_fleet.core.robots.report import Navigation as S
from suwon_fleet.core.robots.row import Row
from suwon_fleet.core.robots.states import Layer
from suwon_fleet.core.robots.trigger import Trigger as On

RECOVERY_TRIES = 3
PATIENCE_S = 30.0

row = partial(Row, Layer.NAVIGATION)


def rows(may_move: tuple[Guard, ...], stopped_by: tuple[On, ...]) -> tuple[Row, ...]:
    """`may_move`: what the family needs for it; `stopped_by`: what ends motion in other layers."""
    spent = g.tries_spent(RECOVERY_TRIES)
    on_the_way = (S.MOVING, S.BLOCKED, S.RECOVERY)
    # fmt: off
    return (
        row(On.DEPARTED, (S.STANDING, S.ASSIST_NEEDED), S.MOVING, may_move, source="Nav2"),
        row(On.HALTED, (*on_the_way, S.ASSIST_NEEDED), S.STANDING, source="Nav2; MDS stopped"),
        row(On.OBSTRUCTED, (S.STANDING, S.MOVING), S.BLOCKED,
            source="Nav2 CollisionMonitorState STOP; VDA 5050 fieldViolation"),
        row(On.CLEARED, (S.BLOCKED,), S.MOVING, may_move, source="Nav2: goes on by itself"),
        row(On.PATIENCE_SPENT, (S.BLOCKED,), S.RECOVERY, after_s=PATIENCE_S,
            source="Nav2 FollowPath PATIENCE_EXCEEDED 104, NO_PROGRESS 105"),
        row(On.RECOVERED, (S.RECOVERY,), S.MOVING, may_move, source="Nav2 recoveries"),
        row(On.TRIES_SPENT, (S.RECOVERY,), S.ASSIST_NEEDED, (spent,), (Ask.REQUEST_ASSIST,),
            source="Nav2 number_of_recoveries"),
        row(On.STUCK_IN_LIFT, (S.STANDING,), S.ASSIST_NEEDED, (g.riding,), (Ask.REQUEST_ASSIST,),
            source="Open-RMF LiftState FIRE, OFFLINE, EMERGENCY"),
        row(On.HELP_CALLED, (S.STANDING, S.MOVING, S.BLOCKED), S.ASSIST_NEEDED,
            asks=(Ask.REQUEST_ASSIST,), source="Nav2 goal aborted"),
        *(row(trigger, on_the_way, S.STANDING, along=True) for trigger in stopped_by),
    )
    # fmt: on
