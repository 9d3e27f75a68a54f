# SPDX-License-Identifier: Apache-2.0
"""Reading a mapping's values as the types they ought to have, with a problem for each that is not.

Every method returns None (or an empty collection) both for a value that is absent and for one that
is wrong; the latter has been reported, so the map is refused and no default stands in for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import TypeVar

from suwon_fleet.wire.document import Item
from suwon_fleet.wire.findings import Findings, Mark, shown

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
LONGEST_TITLE = 200
_NOT_FINITE = frozenset({"nan", "inf", "infinity"})
_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


def or_else(value: T | None, default: T) -> T:
    """`default` where the file does not say."""
    return default if value is None else value


def given(**values: float | None) -> dict[str, float]:
    """Only those that the file says, so that the model's own defaults hold for the others."""
    return {name: value for name, value in values.items() if value is not None}


def number_of(item: Item, findings: Findings, low: float, high: float) -> float | None:
    """A finite number from `low` to `high`, both included."""
    if not (item.plain and isinstance(item.data, str) and NUMBER.fullmatch(item.data)):
        is_number = isinstance(item.data, str) and item.data.lower().lstrip("+-.") in _NOT_FINITE
        what = "a finite number" if is_number and item.plain else "a number"
        findings.error(item.mark, "not-a-number", f"{item.kind} is not {what}", "give a number")
        return None
    value = float(item.data)
    if low <= value <= high:
        return value
    mend = f"give a number from {low:.15g} to {high:.15g}"
    findings.error(item.mark, "out-of-range", f"{shown(item.data)} is out of range", mend)
    return None


def text_of(item: Item, findings: Findings) -> str | None:
    """A scalar's text; a number or a truth value is text too."""
    if isinstance(item.data, str) and not item.is_null:
        return item.data
    findings.error(item.mark, "wrong-type", f"{item.kind} where a name is needed", "give a name")
    return None


def id_of(item: Item, findings: Findings) -> str | None:
    """A name that can be an id."""
    text = text_of(item, findings)
    if text is None or ID.fullmatch(text):
        return text
    mend = "begin with a letter or digit, then letters, digits and _ . : - up to 64 in all"
    findings.error(item.mark, "bad-id", f"{shown(text)} cannot be an id", mend)
    return None


class Fields:
    """The entries of one mapping. With `known`, any other key is a problem."""

    def __init__(
        self, item: Item | None, findings: Findings, what: str, known: Collection[str] | None = None
    ) -> None:
        self.findings = findings
        self.what = what
        self.mark: Mark | None = item.mark if item else None
        self.entries: dict[str, Item] = {}
        if item is None or item.is_null:
            return
        if not isinstance(item.data, dict):
            mend = f"write {what} as `key: value` pairs"
            findings.error(item.mark, "wrong-type", f"{item.kind} where {what} is needed", mend)
            return
        self.entries = item.data
        if known is not None:
            self._refuse_unknown(known)

    def _refuse_unknown(self, known: Collection[str]) -> None:
        for key, value in self.entries.items():
            if key not in known:
                near = self.findings.likely(key, known)
                mend = f"did you mean '{near}'?" if near else f"known here: {', '.join(known)}"
                what = f"unknown key {shown(key)} in {self.what}"
                self.findings.error(value.key, "unknown-key", what, mend)

    def get(self, key: str) -> Item | None:
        """The value, unless absent or null."""
        item = self.entries.get(key)
        return None if item is None or item.is_null else item

    def require(self, *keys: str) -> bool:
        """Report those of the keys that are absent; True if all are there."""
        missing = [key for key in keys if self.get(key) is None]
        for key in missing:
            what = f"{self.what} has no '{key}'"
            self.findings.error(self.mark, "missing-key", what, f"add '{key}: …'")
        return not missing

    def text(self, key: str) -> str | None:
        item = self.get(key)
        return None if item is None else text_of(item, self.findings)

    def id(self, key: str) -> str | None:
        item = self.get(key)
        return None if item is None else id_of(item, self.findings)

    def number(self, key: str, low: float, high: float) -> float | None:
        item = self.get(key)
        return None if item is None else number_of(item, self.findings, low, high)

    def whole(self, key: str, high: int) -> int | None:
        """A whole number from 0 to `high`."""
        value = self.number(key, 0, high)
        if value is None or value.is_integer():
            return None if value is None else int(value)
        what = f"'{key}: {value:g}' is not a whole number"
        self.findings.error(self.entries[key].mark, "not-whole", what, "give a whole number")
        return None

    def flag(self, key: str) -> bool | None:
        item = self.get(key)
        if item is None:
            return None
        truth = _TRUTH.get(item.data.lower()) if isinstance(item.data, str) and item.plain else None
        if truth is None:
            what = f"{item.kind} is neither true nor false"
            self.findings.error(item.mark, "not-a-flag", what, "give true or false")
        return truth

    def choice(self, key: str, choices: type[E]) -> E | None:
        item = self.get(key)
        return None if item is None else choice_of(item, self.findings, choices)

    def items(self, key: str) -> list[Item]:
        """The elements of a list."""
        item = self.get(key)
        return [] if item is None else list_of(item, self.findings, key)

    def span(self, key: str, low: float, high: float) -> tuple[float, float] | None:
        """Two numbers, the smaller one first; one number stands for both."""
        item = self.get(key)
        if item is None:
            return None
        is_pair = isinstance(item.data, list)
        pair = pair_of(item, self.findings, f"'{key}'") if is_pair else (item, item)
        if pair is None:
            return None
        first, last = (number_of(one, self.findings, low, high) for one in pair)
        if first is None or last is None:
            return None
        if first > last:
            what = f"'{key}' runs from {first:g} down to {last:g}"
            self.findings.error(item.mark, "not-a-range", what, "give the smaller one first")
        return first, last

    def pairs(self, key: str) -> Iterator[tuple[str, Item]]:
        """The entries of a mapping within this one."""
        item = self.get(key)
        return iter(Fields(item, self.findings, f"'{key}'").entries.items())

    def title(self, key: str = "title") -> dict[str, str]:
        """Names by language code."""
        titles: dict[str, str] = {}
        for language, item in self.pairs(key):
            text = text_of(item, self.findings)
            if not LANGUAGE.fullmatch(language):
                mend = "use a code such as en or ko"
                what = f"{shown(language)} is not a language code"
                self.findings.error(item.key, "bad-language", what, mend)
            elif text is not None and (len(text) > LONGEST_TITLE or not text.isprintable()):
                mend = f"keep it on one line of up to {LONGEST_TITLE} printable characters"
                self.findings.error(item.mark, "bad-title", f"{shown(text)} as a title", mend)
            elif text is not None:
                titles[language] = text
        return titles


def list_of(item: Item, findings: Findings, what: str) -> list[Item]:
    """The elements of a list."""
    if isinstance(item.data, list):
        return item.data
    mend = f"write {shown(what)} as a list"
    findings.error(item.mark, "wrong-type", f"{item.kind} where a list is needed", mend)
    return []


def choice_of(item: Item, findings: Findings, choices: type[E]) -> E | None:
    """One of an enumeration's values."""
    text = text_of(item, findings)
    if text is None:
        return None
    if text in [*choices]:
        return choices(text)
    near = findings.likely(text, [*choices])
    mend = f"did you mean '{near}'?" if near else f"one of: {', '.join(choices)}"
    findings.error(item.mark, "unknown-value", f"{shown(text)} is not a known value", mend)
    return None


def pair_of(item: Item, findings: Findings, what: str) -> tuple[Item, Item] | None:
    """A list of exactly two."""
    elements = list_of(item, findings, what)
    if len(elements) == 2:
        return elements[0], elements[1]
    if isinstance(item.data, list):
        wrong = f"{what} has {len(elements)} numbers"
        findings.error(item.mark, "wrong-length", wrong, "give two numbers")
    return None
