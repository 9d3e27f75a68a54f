# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sim.day import SCENARIO

from suwon_fleet.sim.scenario import Scenario, load_scenario

Write = Callable[[str], Path]
Complain = Callable[[str], list[tuple[str, str]]]
HEAD = SCENARIO[: SCENARIO.index("demands:")]


def mail(od: str, count: str = "count: 400") -> str:
    return f"{HEAD}demands:\n  - {{id: mail, kind: delivery, {count}, window_s: [0, 3600], od: {od}}}\n"


def trips(scenario: Scenario) -> Counter[tuple[str, ...]]:
    (demand,) = scenario.demands
    return Counter(job.request.places for job in scenario.draw(demand))


def test_trips_come_as_often_as_the_matrix_says(write: Write) -> None:
    drawn = trips(load_scenario(write(mail("{shop: {desk: 3, hatch: 1}, hatch: {desk: 0}}"))))
    assert set(drawn) == {("shop", "desk"), ("shop", "hatch")}
    assert drawn["shop", "desk"] == pytest.approx(300, abs=40)


def test_a_matrix_in_a_file(write: Write) -> None:
    path = write(mail("mail.csv"))
    (path.parent / "mail.csv").write_text("from, desk, hatch\nshop, 3, 1\nhatch, 0,\n", "utf-8")
    assert trips(load_scenario(path)) == trips(
        load_scenario(write(mail("{shop: {desk: 3, hatch: 1}}")))
    )


def test_how_many_come_in_an_hour_is_drawn(write: Write) -> None:
    counts = [
        sum(
            trips(
                load_scenario(write(mail("{shop: {desk: 1}}", "per_hour: 100")), seed=seed)
            ).values()
        )
        for seed in range(40)
    ]
    mean = sum(counts) / len(counts)
    assert mean == pytest.approx(100, abs=6)
    spread = sum((count - mean) ** 2 for count in counts) / len(counts)
    assert 40 < spread < 220, "of a Poisson process: about the mean itself"


@pytest.mark.parametrize(
    ("od", "code"),
    [
        ("{shop: {dsk: 1}}", "unknown-reference"),
        ("{shp: {desk: 1}}", "unknown-reference"),
        ("{shop: {shop: 1}}", "no-way"),
        ("{shop: {desk: -1}}", "out-of-range"),
        ("{shop: {desk: 0}}", "no-pairs"),
        ("{shop: {island: 1}}", "no-places"),
        ("{shop: 3}", "wrong-type"),
        ("none.csv", "bad-file"),
        ("{shop: {desk: 1}}, from: {kinds: [pickup]}", "not-for-this-kind"),
        ("{shop: {desk: 1}}, per_hour: 4", "how-many"),
    ],
)
def test_a_matrix_that_cannot_be(complain: Complain, od: str, code: str) -> None:
    assert complain(mail(od))[0] == ("11", code)


def test_a_file_with_a_row_too_short(write: Write, complain: Complain) -> None:
    path = write("")
    (path.parent / "mail.csv").write_text("from,desk,hatch\nshop,3\n", "utf-8")
    assert complain(mail("mail.csv"))[0] == ("11", "bad-file")


def test_neither_a_count_nor_a_rate(complain: Complain) -> None:
    assert complain(mail("{shop: {desk: 1}}", "rounds: 1"))[0][1] == "how-many"
