# SPDX-License-Identifier: Apache-2.0
"""Faults out of scenario files, and out of the text that is put into a running world."""

from __future__ import annotations

from typing import Any

from suwon_fleet.core.errors import BadInput
from suwon_fleet.sim.faults.effects import EFFECTS, Effect, Param, Sort, does_nothing, params
from suwon_fleet.sim.faults.model import LONGEST_S, PROCESSES, Fault
from suwon_fleet.wire.document import Item, parse_yaml
from suwon_fleet.wire.fields import Fields, or_else, text_of
from suwon_fleet.wire.findings import Findings, shown

SECOND = 1_000_000_000
FRAME_KEYS = ("id", "at_s", "for_s", "target", "probability")
KEYS = (*FRAME_KEYS, *Sort)


def read_fault(item: Item, findings: Findings, number: int) -> Fault | None:
    """One entry of a timeline, the file's so manieth."""
    entry = Fields(item, findings, "a fault", KEYS)
    fault = _read(entry, f"fault-{number}", ("at_s", "target"))
    if fault and fault.is_of_process:
        _check_process(entry, fault)
    return fault


def read_fault_text(text: str, fallback_id: str, now_ns: int) -> Fault:
    """A fault as a scenario has it, in YAML or JSON; its `at_s` counts from now on. Raises BadInput."""
    findings = Findings("fault")
    item = parse_yaml(text, findings)
    if item is not None:
        entry = Fields(item, findings, "a fault", KEYS)
        fault = _read(entry, fallback_id, ("target",), now_ns)
        if fault is not None and not findings.has_errors:
            return fault
    raise BadInput(findings.problems)


def _read(entry: Fields, fallback_id: str, needs: tuple[str, ...], now_ns: int = 0) -> Fault | None:
    entry.require(*needs)
    name = entry.id("id")
    at_s, for_s = entry.number("at_s", 0.0, LONGEST_S), entry.number("for_s", 0.1, LONGEST_S)
    probability = entry.number("probability", 0.0, 1.0)
    effect, targets = _effect(entry), _targets(entry)
    if effect is None or not targets:
        return None
    return Fault(
        name or fallback_id,
        now_ns + round(or_else(at_s, 0.0) * SECOND),
        None if for_s is None else round(for_s * SECOND),
        targets,
        effect,
        or_else(probability, 1.0),
    )


def _check_process(entry: Fields, fault: Fault) -> None:
    """A program goes on some time, and is named as it is."""
    entry.require("for_s")
    if strangers := [name for name in fault.targets if name not in PROCESSES]:
        what = f"{shown(strangers[0])} beside a program"
        mend = f"give {', '.join(PROCESSES)} an entry of its own"
        entry.findings.error(entry.entries["target"].mark, "mixed-targets", what, mend)


def _targets(entry: Fields) -> tuple[str, ...]:
    """One name or several, with wildcards."""
    item = entry.get("target")
    if item is None:
        return ()
    items = item.data if isinstance(item.data, list) else [item]
    return tuple(filter(None, (text_of(one, entry.findings) for one in items)))


def _effect(entry: Fields) -> Effect | None:
    """What goes wrong: exactly one sort."""
    given = [sort for sort in Sort if entry.get(sort) is not None]
    if len(given) != 1:
        what = f"{len(given)} sorts of fault in one entry"
        mend = f"give exactly one of: {', '.join(Sort)}"
        entry.findings.error(entry.mark, "one-sort", what, mend)
        return None
    (sort,) = given
    kind = EFFECTS[sort]
    known = [one.name for one in params(kind)]
    own = Fields(entry.get(sort), entry.findings, f"'{sort}'", known)
    values = {one.name: _value(own, one) for one in params(kind)}
    effect = kind(**{name: value for name, value in values.items() if value is not None})
    if does_nothing(effect) and not entry.findings.has_errors:
        mend = f"give one of: {', '.join(known)}"
        entry.findings.error(own.mark, "no-fault", f"'{sort}' says nothing that is wrong", mend)
    return effect


def _value(own: Fields, one: Param) -> Any:
    """The value of one parameter; None where the file does not say."""
    if one.words:
        return own.choice(one.name, one.words)
    if one.span:
        return own.number(one.name, *one.span)
    return own.span(one.name, *one.ends) if one.ends else own.flag(one.name)
