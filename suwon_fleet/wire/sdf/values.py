# SPDX-License-Identifier: Apache-2.0
"""Reading an element's values as the types they ought to have, with a problem for each that is not.

A value that is wrong has been reported, so the file is refused; the default returned for it is of no
consequence.
"""

from __future__ import annotations

import math
import re

from suwon_fleet.wire.findings import Findings, shown
from suwon_fleet.wire.sdf.xml import Element

_WRITTEN = re.compile(r"[-+.0-9A-Za-z\s]*", re.ASCII)
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def _is_number(value: float) -> bool:
    return not math.isnan(value)


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
        """So many numbers, none of them NaN; several are finite, a single one may be a limit."""
        text, is_fit = element.text, math.isfinite if count > 1 else _is_number
        try:
            numbers = tuple(map(float, text.split())) if _WRITTEN.fullmatch(text) else ()
        except ValueError:
            numbers = ()
        if len(numbers) == count and all(map(is_fit, numbers)):
            return numbers
        mend = "give a number" if count == 1 else f"give {count} numbers with spaces in between"
        what = f"<{element.tag}> has {shown(text)}"
        self.findings.error(element.mark, "not-a-number", what, mend)
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
