# SPDX-License-Identifier: Apache-2.0
"""What may cross a bridge in one direction, by name, and how."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from suwon_fleet.wire.document import Item
from suwon_fleet.wire.fields import Fields, or_else, text_of
from suwon_fleet.wire.findings import Findings, shown

MOST_KEPT = 1_000_000
MOST_HZ = 100_000.0
ANSWER_WITHIN_S, LONGEST_S = 5.0, 86_400.0
_KNOWN = ("allow", "deny", "rules")
_KNOWN_OF_SERVICE = ("match", "to", "timeout_s")
_KNOWN_OF_RULE = ("match", "to", "max_hz", "keep")
_ONLY_TO_ZENOH = ("priority", "express")


class Priority(StrEnum):
    """Zenoh's, highest first."""

    REAL_TIME = "real_time"
    INTERACTIVE_HIGH = "interactive_high"
    INTERACTIVE_LOW = "interactive_low"
    DATA_HIGH = "data_high"
    DATA = "data"
    DATA_LOW = "data_low"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class Rule:
    """How what matches crosses.

    `to` is its name on the other side, in which ``\\1`` stands for the first group of `match`; without it
    the name stays the same. Of what comes oftener than `max_hz` the newest crosses. The last `keep`
    messages are kept for those whom an outage has cut off.
    """

    match: re.Pattern[str] = re.compile(".*")
    to: str | None = None
    max_hz: float | None = None
    priority: Priority = Priority.DATA
    express: bool = False
    keep: int = 0
    timeout_s: float = ANSWER_WITHIN_S
    """Of a service: how long its server may take."""

    def name_for(self, name: str) -> str | None:
        """The name on the other side, where `to` gives one."""
        found = self.match.fullmatch(name)
        return None if self.to is None or found is None else found.expand(self.to)


@dataclass(frozen=True, slots=True)
class Filter:
    """One direction. Nothing crosses that is not allowed; what is denied does not, though it is allowed."""

    allow: tuple[re.Pattern[str], ...] = ()
    deny: tuple[re.Pattern[str], ...] = ()
    rules: tuple[Rule, ...] = field(default=())

    def rule_for(self, name: str) -> Rule | None:
        """How something crosses, by the first rule that matches; None if it may not."""
        if not any(pattern.fullmatch(name) for pattern in self.allow):
            return None
        if any(pattern.fullmatch(name) for pattern in self.deny):
            return None
        return next((rule for rule in self.rules if rule.match.fullmatch(name)), _AS_IT_IS)


_AS_IT_IS = Rule()
NOTHING = Filter()


def read_filter(
    item: Item | None, findings: Findings, what: str, *, is_to_zenoh: bool = False
) -> Filter:
    """The filter of a section for topics, which may be absent: then nothing crosses."""
    known = (*_KNOWN_OF_RULE, *_ONLY_TO_ZENOH) if is_to_zenoh else _KNOWN_OF_RULE
    return _filter(item, findings, what, known)


def read_services(item: Item | None, findings: Findings, what: str) -> Filter:
    """The filter of a section for services."""
    return _filter(item, findings, what, _KNOWN_OF_SERVICE)


def _filter(item: Item | None, findings: Findings, what: str, known: Sequence[str]) -> Filter:
    entry = Fields(item, findings, what, _KNOWN)
    return Filter(
        _patterns(entry, "allow"),
        _patterns(entry, "deny"),
        tuple(rule for item in entry.items("rules") if (rule := _rule(item, findings, known))),
    )


def read_allowed(item: Item | None, findings: Findings, what: str) -> Filter:
    """A filter that says only what is allowed and what is not."""
    entry = Fields(item, findings, what, ("allow", "deny"))
    return Filter(_patterns(entry, "allow"), _patterns(entry, "deny"))


def _patterns(entry: Fields, key: str) -> tuple[re.Pattern[str], ...]:
    found = (_pattern(item, entry.findings) for item in entry.items(key))
    return tuple(pattern for pattern in found if pattern)


def _pattern(item: Item, findings: Findings) -> re.Pattern[str] | None:
    text = text_of(item, findings)
    if text is None:
        return None
    try:
        return re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        what = f"{shown(text)} is no regular expression: {error}"
        findings.error(item.mark, "bad-pattern", what, "write it as Python's `re` takes it")
        return None


def _rule(item: Item, findings: Findings, known: Sequence[str]) -> Rule | None:
    entry = Fields(item, findings, "a rule", known)
    wanted = entry.get("match")
    if not entry.require("match") or wanted is None:
        return None
    pattern = _pattern(wanted, findings)
    if pattern is None:
        return None
    rule = Rule(
        pattern,
        _template(entry, pattern),
        entry.number("max_hz", 0.001, MOST_HZ),
        or_else(entry.choice("priority", Priority), Priority.DATA),
        bool(entry.flag("express")),
        or_else(entry.whole("keep", MOST_KEPT), 0),
        or_else(entry.number("timeout_s", 0.01, LONGEST_S), ANSWER_WITHIN_S),
    )
    return rule


def _template(entry: Fields, pattern: re.Pattern[str]) -> str | None:
    """The name on the other side, if every group it asks for is there."""
    told = entry.text("to")
    if told is None:
        return None
    try:
        re.sub(pattern, told, "")  # parses the template, matching or not
    except (re.error, IndexError) as error:
        what = f"{shown(told)} cannot be filled from {shown(pattern.pattern)}: {error}"
        mend = "use \\1 for the first group in brackets of 'match', and so on"
        entry.findings.error(entry.entries["to"].mark, "bad-name", what, mend)
        return None
    return told
