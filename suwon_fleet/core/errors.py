# SPDX-License-Identifier: Apache-2.0
"""The errors a caller may meet, by who can mend them.

::

    FleetError
    ├── Rejected        the caller: the request cannot be met as it was asked (carries a Reason)
    ├── BadInput        the author of a file, message or argument (carries Problems with their place)
    ├── Unreachable     nobody yet: a robot, link or node does not answer; try again later
    └── Broken          us: an invariant does not hold; stop rather than guess
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class FleetError(Exception):
    """Base of every error this package raises on purpose."""


class Severity(StrEnum):
    """How much a Problem matters."""

    ERROR = "error"
    """The input cannot be used."""
    WARNING = "warning"
    """The input can be used; something in it will surprise its author."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in an input: where, what, and how to mend it."""

    code: str
    """Short kebab-case name of the kind of problem, stable across versions."""
    where: str
    """Place in the input, as ``file:line:column`` or a path such as ``lanes[3].path``."""
    what: str
    mend: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.where}: {self.severity}: {self.what} [{self.code}]; {self.mend}"


class BadInput(FleetError):
    """A file, message, parameter or argument cannot be used; `problems` says where and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a request was refused or a thing waits: a stable code and the facts that fill its text.

    The sentence itself, in English or Korean, is made by :mod:`suwon_fleet.core.texts`.
    """

    code: str
    facts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, code: str, /, **facts: object) -> Reason:
        """Make a reason from keyword facts (kept in the order given, as text)."""
        return cls(code, tuple((name, str(value)) for name, value in facts.items()))

    def because(self, why: Reason) -> Reason:
        """This reason, quoting another: its code as the fact `why`, and after it its facts."""
        return Reason(self.code, (*self.facts, ("why", why.code), *why.facts))


class Rejected(FleetError):
    """A request cannot be met as asked; asking again unchanged will not help."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(f"{reason.code} {dict(reason.facts)}")


class Unreachable(FleetError):
    """A robot, link or node does not answer now; the same call may work later."""


class Broken(FleetError):
    """An invariant of ours does not hold. Never caught to carry on."""
