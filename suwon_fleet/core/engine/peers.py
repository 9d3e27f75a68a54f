# SPDX-License-Identifier: Apache-2.0
"""What the owner of one group does with what other owners tell it, and what it tells them in each turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from suwon_fleet.core.engine import (
    alerts,
    borrowing,
    calling_off,
    coming,
    cuts,
    forwarding,
    giving,
    leaving,
    lending,
    soundness,
    taking,
    whereabouts,
    zones,
)
from suwon_fleet.core.engine.border import Border
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.messages import PeerSaid
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation import messages as p

_HANDLERS: Mapping[type, Callable[[Fleet, Border, str, Any], None]] = {
    p.AskToEnter: coming.hear_ask,
    p.Promise: leaving.hear_promise,
    p.NotNow: leaving.hear_not_now,
    p.Withdraw: coming.hear_withdraw,
    p.HandOver: coming.hear_hand_over,
    p.Taken: leaving.hear_taken,
    p.SendJob: forwarding.hear_job,
    p.JobHeard: forwarding.hear_heard,
    p.JobOver: forwarding.hear_over,
    p.JobOverHeard: forwarding.hear_over_heard,
    p.JobIsHere: whereabouts.hear_here,
    p.JobIsHereHeard: whereabouts.hear_heard,
    p.CancelThere: calling_off.hear_there,
    p.CancelHeard: calling_off.hear_heard,
    p.AskPlace: lending.hear_ask,
    p.PlaceLent: borrowing.hear_lent,
    p.NoPlace: borrowing.hear_none,
    p.PlaceReturned: lending.hear_returned,
    p.ZonesTold: zones.hear_told,
    p.ZonesHeard: zones.hear_heard,
    p.GiveZone: taking.hear_give,
    p.ZoneIsTaken: giving.hear_taken,
    p.CutTold: cuts.hear_told,
    p.CutHeard: cuts.hear_heard,
}


def hear(fleet: Fleet, said: PeerSaid) -> None:
    """Take in what another owner says; one that owns the whole map has no peers, and heeds none."""
    border = fleet.border
    if border is None:
        return
    if fault := soundness.fault_of(fleet, border, said.peer, said.message):
        what = type(said.message).__name__
        reason = Reason.of("peer-unsound", peer=said.peer, message=what, field=fault)
        alerts.raise_once(fleet, alerts.ERROR, reason, f"group {said.peer}")
    else:
        _HANDLERS[type(said.message)](fleet, border, said.peer, said.message)


def go_on(fleet: Fleet, border: Border) -> None:
    """Take on what goes between groups."""
    lending.go_on(fleet, border)
    borrowing.go_on(fleet, border)
    coming.go_on(fleet, border)
    leaving.go_on(fleet, border)
    forwarding.go_on(fleet, border)
    whereabouts.go_on(fleet, border)
    calling_off.go_on(fleet, border)
    zones.go_on(fleet, border)
    cuts.go_on(fleet, border)
    giving.go_on(fleet, border)
