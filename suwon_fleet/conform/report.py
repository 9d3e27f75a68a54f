# SPDX-License-Identifier: Apache-2.0
"""An examination's findings as data and as a page for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from suwon_fleet.conform.book import Finding, Verdict

_MARKS = {Verdict.PASS: "✔ pass", Verdict.FAIL: "✘ **FAIL**", Verdict.NOT_SEEN: "– not seen"}


def summary(findings: Sequence[Finding]) -> str:
    """How many of each verdict, in a line."""
    counts = Counter(finding.verdict for finding in findings)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)


def as_data(robot: str, way: str, findings: Sequence[Finding]) -> dict[str, Any]:
    """One JSON document."""
    return {
        "robot": robot,
        "by": way,
        "conforms": not any(finding.verdict is Verdict.FAIL for finding in findings),
        "clauses": [
            {
                "id": finding.clause.id,
                "verdict": finding.verdict.value,
                "seen": finding.seen,
                "en": finding.clause.en,
                "ko": finding.clause.ko,
            }
            for finding in findings
        ],
    }


def as_markdown(robot: str, way: str, when: str, findings: Sequence[Finding]) -> str:
    """A page in both languages."""
    lines = [
        f"# {robot}: conformance",
        "",
        f"By {way}, {when}: {summary(findings)}.",
        "",
        "| clause | | what is promised | 약속 | what was seen |",
        "|---|---|---|---|---|",
    ]
    for finding in findings:
        clause = finding.clause
        cells = (f"`{clause.id}`", _MARKS[finding.verdict], clause.en, clause.ko, finding.seen)
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    """What a robot says must not make columns or lines."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())
