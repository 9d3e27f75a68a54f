# SPDX-License-Identifier: Apache-2.0
"""The book of clauses, and the watch over a robot's reports, without a robot."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from suwon_fleet.conform.book import Book, Verdict, of_verdict
from suwon_fleet.conform.clauses import CLAUSES, Contract, clauses_of
from suwon_fleet.conform.events import Events
from suwon_fleet.conform.report import as_data, as_markdown, summary
from suwon_fleet.conform.watch import Watch
from suwon_fleet.core.robots.command import Grant, Waypoint
from suwon_fleet.core.robots.report import Pose, RobotReport, StopState
from suwon_fleet.wire.zenoh.happenings import RobotEvent

SECOND = 1_000_000_000
PERIOD_NS = SECOND // 10
START_NS = 1_767_225_600 * SECOND
PATH = tuple(Waypoint(float(x), 0.0, "ground", 1.0) for x in (0, 2, 4))


def test_clauses_have_names_of_their_own_and_sentences_in_both_languages() -> None:
    assert len({clause.id for clause in CLAUSES}) == len(CLAUSES)
    for clause in CLAUSES:
        assert clause.sentence("en").endswith(".")
        assert clause.sentence("ko").endswith("다.")
    both = {c.id for c in clauses_of(Contract.ROS)} | {c.id for c in clauses_of(Contract.ZENOH)}
    assert both == {clause.id for clause in CLAUSES}


def test_what_is_broken_stays_broken_and_the_first_time_is_told() -> None:
    book = Book(Contract.ROS)
    book.judge("stop", True, "good")
    book.judge("stop", False, "first")
    book.judge("stop", False, "second")
    book.judge("stop", True, "good again")
    book.judge("token", False, "of Zenoh only")
    book.not_seen("no room", "grant", "stop")
    findings = {finding.clause.id: finding for finding in book.findings()}
    assert (findings["stop"].verdict, findings["stop"].seen) == (Verdict.FAIL, "first")
    assert (findings["grant"].verdict, findings["grant"].seen) == (Verdict.NOT_SEEN, "no room")
    assert "token" not in findings
    assert summary(book.findings()) == "0 pass, 1 fail, 24 not seen"
    assert as_data("r-1", "ROS", book.findings())["conforms"] is False


def test_what_a_robot_says_makes_no_cells_of_the_page() -> None:
    book = Book(Contract.ROS)
    book.judge("stop", False, "a | b\n<script>")
    page = as_markdown("r-1", "ROS", "now", book.findings())
    (row,) = (line for line in page.splitlines() if line.startswith("| `stop` |"))
    assert row.endswith("| a \\| b &lt;script> |")


class Watched:
    """A robot that drives along its path a decimetre in each report."""

    def __init__(self) -> None:
        self.book = Book(Contract.ROS)
        self.watch = Watch(self.book)
        self.watch.granted(Grant("r-1", 0, PATH))
        self.now_ns = START_NS
        self.number = 0

    def report(self, x: float = 0.0, **changed: Any) -> None:
        self.number += 1
        self.now_ns += PERIOD_NS
        index = int(x // 2.0)
        told = RobotReport("r-1", self.number, self.now_ns, "one", Pose(x, 0.0), 1.0, index, 2)
        self.watch.hear(structs.replace(told, **changed), self.now_ns)

    def drive(self) -> None:
        for step in range(41):
            self.report(step / 10)

    def failed(self) -> list[str]:
        self.watch.end()
        return of_verdict(self.book.findings(), Verdict.FAIL)


@pytest.fixture
def robot() -> Watched:
    return Watched()


def test_a_robot_that_drives_as_it_should_breaks_nothing(robot: Watched) -> None:
    robot.drive()
    assert robot.failed() == []
    seen = of_verdict(robot.book.findings(), Verdict.PASS)
    assert seen == ["session", "seq", "stamp", "rate", "reached", "overrun", "speed-limit"]


@pytest.mark.parametrize(
    ("clause", "changed"),
    [
        ("session", {"session": "two"}),
        ("seq", {"sequence": 41}),
        ("stamp", {"stamp_ns": START_NS}),
        ("reached", {"path_index": 1}),
        ("overrun", {"pose": Pose(4.3, 0.0)}),
        ("overrun", {"pose": Pose(3.9, 0.6)}),
        ("overrun", {"path_index": 2, "granted_index": 1}),
        ("speed-limit", {"speed_mps": -1.2}),
    ],
)
def test_one_report_is_enough(robot: Watched, clause: str, changed: dict[str, Any]) -> None:
    robot.drive()
    robot.report(4.0, **changed)
    assert robot.failed() == [clause]


def test_a_vertex_is_not_reached_before_it_is(robot: Watched) -> None:
    for step in range(16):
        robot.report(step / 10)
    robot.report(1.6, path_index=1)
    assert robot.failed() == ["reached"]


@pytest.mark.parametrize("changed", [{"stop": StopState.NONE}, {"speed_mps": 0.1}])
def test_while_it_holds_a_stop_it_stands(robot: Watched, changed: dict[str, Any]) -> None:
    robot.watch.holds("stop-1")
    held = {"stop": StopState.PROTECTIVE, "speed_mps": 0.0}
    robot.report(**held)
    assert robot.failed() == []
    robot.report(**(held | changed))
    assert robot.failed() == ["no-self-resume"]
    robot.watch.holds("")
    robot.report()


@pytest.mark.parametrize(("every", "is_good"), [(1, True), (4, True), (10, False)])
def test_a_robot_reports_often_enough(robot: Watched, every: int, is_good: bool) -> None:
    for _ in range(12):
        robot.now_ns += (every - 1) * PERIOD_NS
        robot.report()
    assert robot.failed() == ([] if is_good else ["rate"])


@given(st.sets(st.integers(1, 12), min_size=1), st.sets(st.integers(1, 12)))
def test_events_are_without_a_gap_and_heard_again(before: set[int], after: set[int]) -> None:
    book = Book(Contract.ZENOH)
    events = Events(book)
    for number in before:
        events.hear(RobotEvent("r-1", "one", number, 0, "x"))
    events.reconnected()
    for number in after:
        events.hear(RobotEvent("r-1", "one", number, 0, "x"))
    events.judge_again()
    events.end()
    known = before | after
    failed = of_verdict(book.findings(), Verdict.FAIL)
    assert ("events-replayed" in failed) == (not before <= after)
    assert ("events-gap-free" in failed) == (known != {*range(min(known), max(known) + 1)})
