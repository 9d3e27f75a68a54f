# SPDX-License-Identifier: Apache-2.0
"""State tables as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.guards import Guard
from suwon_fleet.core.robots.states import Layer
from suwon_fleet.core.robots.trigger import Trigger

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a state table: in `layer`, `trigger` leads from any of `sources` to `dest`.

    Of several rows for one trigger and source, the first whose guards all say yes applies.
    """

    layer: Layer
    trigger: Trigger
    sources: tuple[StrEnum, ...]
    dest: StrEnum
    guards: tuple[Guard, ...] = ()
    asks: tuple[Ask, ...] = ()
    along: bool = False
    """It follows another layer's row: it never moves alone, and its guards refuse nothing else."""
    after_s: float | None = None
    """The trigger is due when the layer has been in its source so long; for COMMS_LOST, when the
    newest report is so old."""
    number: int | None = None
    """Of the family's requirement it serves (docs/states.md); None for what else a fleet needs."""
    source: str = ""
    """Where it comes from; figures without one are assumptions."""


def besides(*excluded: S) -> tuple[S, ...]:
    """All states of an enumeration but these."""
    return tuple(state for state in type(excluded[0]) if state not in excluded)


def numbered(
    rows: Iterable[Row], numbers: Mapping[Trigger, int], rest: int | None = None
) -> tuple[Row, ...]:
    """Rows that families share, with the numbers they have in one family; `rest` is all others'."""
    return tuple(replace(row, number=numbers.get(row.trigger, rest)) for row in rows)
