# SPDX-License-Identifier: Apache-2.0
"""Collecting the problems of a file."""

from __future__ import annotations

import time

from suwon_fleet.core.errors import Severity
from suwon_fleet.wire.findings import MOST_PROBLEMS, Findings, shown


def test_problems_come_by_line_whatever_the_order_they_were_met_in() -> None:
    findings = Findings("f")
    findings.error((9, 1), "b", "later", "mend")
    findings.error((2, 30), "a", "earlier", "mend")
    findings.warn((2, 4), "c", "earliest", "mend")
    assert [problem.where for problem in findings.problems] == ["f:2:4", "f:2:30", "f:9:1"]


def test_a_mark_is_a_line_and_column_a_path_or_the_file() -> None:
    findings = Findings("f")
    assert findings.where((3, 4)) == "f:3:4"
    assert findings.where("features[2].id") == "f:features[2].id"
    assert findings.where(None) == findings.where("") == "f"


def test_warnings_are_no_errors() -> None:
    findings = Findings("f")
    findings.warn(None, "a", "what", "mend")
    assert not findings.has_errors
    assert findings.problems[0].severity is Severity.WARNING


def test_very_many_problems_are_counted_not_listed() -> None:
    findings = Findings("f")
    for line in range(MOST_PROBLEMS + 23):
        findings.error((line, 1), "a", "what", "mend")
    assert len(findings.problems) == MOST_PROBLEMS + 1
    assert findings.problems[-1].what == "23 more problems"
    assert findings.problems[-1].severity is Severity.ERROR


def test_values_are_shown_short_and_printable() -> None:
    assert shown("abc") == "'abc'"
    assert shown("보관함") == "'보관함'"
    assert shown("a\nb\x00") == r"'a\nb\x00'"
    assert shown("\ud800") == r"'\ud800'"
    assert len(shown("x" * 1_000_000)) < 50


def test_a_likely_spelling_is_found_and_never_looked_for_long() -> None:
    findings = Findings("f")
    assert findings.likely("sidewlk", ["street", "sidewalk"]) == "sidewalk"
    assert findings.likely("xyz", ["street", "sidewalk"]) is None
    many = [f"node-{n}" for n in range(1000)]
    started = time.process_time()
    assert findings.likely("n" * 100_000, ["n" * 1000]) is None
    assert findings.likely("node-1x", [*many, "one too many"]) is None
    for _ in range(MOST_PROBLEMS):
        findings.error(None, "a", "what", "mend")
    for _ in range(10_000):
        assert findings.likely("node-1x", many) is None
    assert time.process_time() - started < 10.0
