# SPDX-License-Identifier: Apache-2.0
"""What is wrong in one file: problems collected while the whole of it is read."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from typing import TypeAlias

from suwon_fleet.core.errors import Problem, Severity

Mark: TypeAlias = tuple[int, int] | str
"""A place in a file: (line, column), both from 1, or a path such as ``features[3].geometry``."""

MOST_PROBLEMS = 100
"""Beyond these a file gets one line that says how many more there are."""
MOST_CHOICES = 1000
"""Among more names than these no likely spelling is looked for: it would take seconds."""
LONGEST_SHOWN = 40


def shown(text: str) -> str:
    """A value as a message quotes it: short, and on one line."""
    line = text if text.isprintable() else ascii(text)[1:-1]
    return f"'{line}'" if len(line) <= LONGEST_SHOWN else f"'{line[: LONGEST_SHOWN - 1]}…'"


class Findings:
    """The problems of one file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.has_errors = False
        self._problems: list[tuple[Mark | None, Problem]] = []
        self._unlisted = 0

    def where(self, mark: Mark | None) -> str:
        """The mark with the file's name, as people and editors write it."""
        place = ":".join(map(str, mark)) if isinstance(mark, tuple) else mark
        return f"{self.name}:{place}" if place else self.name

    def error(self, mark: Mark | None, code: str, what: str, mend: str) -> None:
        """Add a problem that makes the file unusable."""
        self.has_errors = True
        self._add(mark, Problem(code, self.where(mark), what, mend))

    def warn(self, mark: Mark | None, code: str, what: str, mend: str) -> None:
        """Add a problem the file can be used with."""
        self._add(mark, Problem(code, self.where(mark), what, mend, Severity.WARNING))

    def _add(self, mark: Mark | None, problem: Problem) -> None:
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append((mark, problem))
        else:
            self._unlisted += 1

    def likely(self, word: str, choices: Collection[str]) -> str | None:
        """The choice the author most likely meant, if any is near and there is room to say so."""
        is_listed = len(self._problems) < MOST_PROBLEMS
        if not is_listed or len(word) > LONGEST_SHOWN or len(choices) > MOST_CHOICES:
            return None
        return next(iter(get_close_matches(word, list(choices), 1)), None)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems by line; the last one counts those left out, if any were."""
        by_line = sorted(self._problems, key=lambda entry: _line_and_column(entry[0]))
        problems = tuple(problem for _, problem in by_line)
        if not self._unlisted:
            return problems
        severity = Severity.ERROR if self.has_errors else Severity.WARNING
        rest = f"{self._unlisted} more problems"
        return (*problems, Problem("too-many", self.name, rest, "mend these first", severity))


def _line_and_column(mark: Mark | None) -> tuple[int, int]:
    return mark if isinstance(mark, tuple) else (0, 0)
