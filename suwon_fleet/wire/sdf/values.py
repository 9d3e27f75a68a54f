# SPDX-License-Identifier: Apache-2.0
"""Reading an element's values as the types they ought to have, with a problem for each that is not.

A value that is wrong has been reported, so the file is refused; the default returned for it is of no
consequence.
"""

from __future__ import annotations

import math

from suwon_fleet.wire.findings import Findings, Mark, shown
from suwon_fleet.wire.sdf.xml import Element

_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class Values:
    """Reads the children of elements of one file."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    def number(
        self,
        parent: Element,
        tag: str,
        default: float,
        low: float = -math.inf,
        high: float = math.inf,
    ) -> float:
        """The number in a child, from `low` to `high`; `default` without the child."""
        element = parent.child(tag)
        numbers = self.numbers(element, 1) if element is not None else None
        if element is None or numbers is None:
            return default
        if not low <= numbers[0] <= high:
            wrong = f"<{tag}> {shown(element.text)} is out of range"
            mend = f"give a number from {low:.15g} to {high:.15g}"
            self.findings.error(element.mark, "out-of-range", wrong, mend)
        return numbers[0]

    def numbers(self, element: Element, count: int) -> tuple[float, ...] | None:
        """So many numbers, none of them NaN."""
        return self.parse(element.text, f"<{element.tag}>", element.mark, count)

    def parse(self, text: str, what: str, mark: Mark, count: int) -> tuple[float, ...] | None:
        """So many numbers out of a text."""
        try:
            numbers = tuple(float(word) for word in text.split())
        except ValueError:
            numbers = ()
        if len(numbers) == count and not any(map(math.isnan, numbers)):
            return numbers
        mend = "give a number" if count == 1 else f"give {count} numbers with spaces in between"
        self.findings.error(mark, "not-a-number", f"{what} has {shown(text)}", mend)
        return None

    def text(self, parent: Element, tag: str, default: str = "") -> str:
        """The text in a child; `default` without the child."""
        element = parent.child(tag)
        return default if element is None else element.text

    def flag(self, parent: Element, tag: str, default: bool = False) -> bool:
        """The truth value in a child; `default` without the child."""
        element = parent.child(tag)
        if element is None:
            return default
        truth = _TRUTH.get(element.text.lower())
        if truth is None:
            what = f"<{tag}> {shown(element.text)} is neither true nor false"
            self.findings.error(element.mark, "not-a-flag", what, "give true or false")
        return bool(truth)
