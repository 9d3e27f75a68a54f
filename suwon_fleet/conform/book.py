# SPDX-License-Identifier: Apache-2.0
"""What was found of each clause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from suwon_fleet.conform.clauses import Clause, Contract, clauses_of


class Verdict(StrEnum):
    """How a clause went."""

    PASS = "pass"
    FAIL = "fail"
    NOT_SEEN = "not seen"
    """Nothing happened that it is about."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A clause, its verdict, and what was seen."""

    clause: Clause
    verdict: Verdict
    seen: str


class Book:
    """Takes down what holds and what is broken; the first that is broken stays."""

    def __init__(self, contract: Contract) -> None:
        self._clauses = {clause.id: clause for clause in clauses_of(contract)}
        self._held: Counter[str] = Counter()
        self._seen: dict[str, str] = {}
        self._broken: dict[str, str] = {}
        self._why: dict[str, str] = {}

    def judge(self, name: str, holds: bool, seen: str = "") -> bool:
        """Take down what was seen of a clause; a clause the contract has not is left out."""
        if name not in self._clauses:
            return holds
        if holds:
            self._held[name] += 1
            self._seen[name] = seen or self._seen.get(name, "")
        else:
            self._broken.setdefault(name, seen)
        return holds

    def not_seen(self, why: str, *names: str) -> None:
        """Say why clauses will not be seen, should they not be."""
        for name in names:
            self._why.setdefault(name, why)

    def findings(self) -> list[Finding]:
        """All clauses of the contract, in its order."""
        return [self._finding(clause) for clause in self._clauses.values()]

    def _finding(self, clause: Clause) -> Finding:
        name = clause.id
        if name in self._broken:
            return Finding(clause, Verdict.FAIL, self._broken[name])
        if name in self._held:
            times = self._held[name]
            return Finding(
                clause, Verdict.PASS, self._seen[name] or f"{times} time{'s'[: times > 1]}"
            )
        return Finding(
            clause, Verdict.NOT_SEEN, self._why.get(name, "nothing it is about happened")
        )


def of_verdict(findings: Iterable[Finding], verdict: Verdict) -> list[str]:
    """The ids of clauses that went so."""
    return [finding.clause.id for finding in findings if finding.verdict is verdict]
