# SPDX-License-Identifier: Apache-2.0
"""The expectations of a scenario file."""

from __future__ import annotations

import math
from collections.abc import Collection
from itertools import chain
from types import NoneType
from typing import get_args, get_type_hints

from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.report import ActionStatus
from suwon_fleet.core.robots.states import RobotStates
from suwon_fleet.core.texts.en import SENTENCES
from suwon_fleet.sim.faults.model import LONGEST_S
from suwon_fleet.sim.scenario.expect import (
    FAULT_WORDS,
    JOB_WORDS,
    ROBOT_WORDS,
    Event,
    Expectation,
    Figure,
    Happening,
    Metric,
    Op,
)
from suwon_fleet.wire.document import Item
from suwon_fleet.wire.fields import Fields, or_else
from suwon_fleet.wire.findings import Findings, shown

FIGURE_KEYS = ("metric", "op", "value")
EVENT_KEYS = ("event", "of", "is", "after_s", "before_s", "op", "value")
MOST = 1e12
LAYERS = {
    layer: [*next(words for words in get_args(hint) or (hint,) if words is not NoneType)]
    for layer, hint in get_type_hints(RobotStates).items()
}
"""The states of each layer of a robot."""


def words_of(sort: Happening) -> Collection[str]:
    """What may stand under `is` of an event."""
    match sort:
        case Happening.JOB:
            return JOB_WORDS
        case Happening.ROBOT:
            states = [(word, f"{layer} {word}") for layer in LAYERS for word in LAYERS[layer]]
            return [*ROBOT_WORDS, *dict.fromkeys(chain.from_iterable(states))]
        case Happening.ACTION:
            ends = (ActionStatus.FINISHED, ActionStatus.FAILED)
            return [f"{kind} {end}" for kind in ActionKind for end in ends]
        case Happening.FAULT:
            return FAULT_WORDS
        case _:
            return SENTENCES


def read_expectation(item: Item, findings: Findings) -> Expectation | None:
    """A figure at the end, or something that is to happen."""
    is_event = isinstance(item.data, dict) and "event" in item.data
    what, keys = ("an event", EVENT_KEYS) if is_event else ("a metric", FIGURE_KEYS)
    entry = Fields(item, findings, what, keys)
    return _event(entry) if is_event else _figure(entry)


def _figure(entry: Fields) -> Figure | None:
    entry.require(*FIGURE_KEYS)
    metric, op = entry.choice("metric", Metric), entry.choice("op", Op)
    value = entry.number("value", -MOST, MOST)
    if metric is None or op is None or value is None:
        return None
    return Figure(metric, op, value)


def _event(entry: Fields) -> Event | None:
    sort = entry.choice("event", Happening)
    after_s, before_s = (entry.number(key, 0.0, LONGEST_S) for key in ("after_s", "before_s"))
    op, value = entry.choice("op", Op), entry.number("value", 0.0, MOST)
    if (op is None) != (value is None) and not entry.findings.has_errors:
        entry.findings.error(
            entry.mark, "half-a-count", "'op' and 'value' go together", "give both"
        )
    if sort is None:
        return None
    first_s, last_s = or_else(after_s, 0.0), or_else(before_s, math.inf)
    if first_s > last_s:
        what = f"after {first_s:g} s and before {last_s:g} s"
        entry.findings.error(entry.mark, "not-a-range", what, "give the smaller one as 'after_s'")
    return Event(
        sort,
        or_else(entry.text("of"), "*"),
        _word(entry, sort),
        first_s,
        last_s,
        or_else(op, Op.GE),
        or_else(value, 1.0),
    )


def _word(entry: Fields, sort: Happening) -> str:
    """What is to happen: a word there is, or one with wildcards."""
    word, known = entry.text("is"), words_of(sort)
    if word is None:
        return "*"
    if word not in known and not set("*?[") & set(word):
        near = entry.findings.likely(word, list(known))
        mend = (
            f"did you mean '{near}'?" if near else "see docs/scenarios.md for the words there are"
        )
        what = f"{shown(word)} never becomes of '{sort}'"
        entry.findings.error(entry.entries["is"].mark, "unknown-value", what, mend)
    return word
