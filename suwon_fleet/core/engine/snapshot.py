# SPDX-License-Identifier: Apache-2.0
"""The whole durable state in one event, so that a start need not go back further."""

from __future__ import annotations

from dataclasses import fields

import msgspec

from suwon_fleet.core.engine.events import StateKept
from suwon_fleet.core.engine.group_state import GroupState
from suwon_fleet.core.engine.state import FleetState
from suwon_fleet.core.errors import BadInput, Problem

_encode = msgspec.msgpack.Encoder().encode


def keep(state: FleetState) -> StateKept:
    """The event that says all that is in a state, and changes nothing."""
    group, cut = (state.group, state.cut) if isinstance(state, GroupState) else ("", "")
    return StateKept(state.now_ns, group, cut, _encode(state))


def restore(state: FleetState, event: StateKept) -> None:
    """Make a state what it was when it was kept. Raises BadInput when another version kept it."""
    try:
        kept = msgspec.msgpack.decode(event.state, type=type(state))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        mend = "run the version that wrote it"
        raise BadInput([Problem("snapshot-unreadable", "journal", str(error), mend)]) from error
    for field in fields(kept):
        setattr(state, field.name, getattr(kept, field.name))
