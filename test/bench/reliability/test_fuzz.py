# SPDX-License-Identifier: Apache-2.0
"""Every door is total: bad input gives something, or the error the door names, and nothing else."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from suwon_fleet.bench.reliability.doors import Door, doors
from suwon_fleet.bench.reliability.fuzz import bad_input, fuzz

DOORS = {door.name: door for door in doors(Path(tempfile.mkdtemp(prefix="suwon_fuzz_")))}
QUICK, QUICK_TEXTS = 10_000, 100
LONG, LONG_TEXTS = 100_000, 2_000
LONGEST, LONGEST_TEXTS = 1_000_000, 20_000
MOST_MB = 30.0


@pytest.mark.parametrize("name", DOORS)
def test_good_input_is_read(name: str) -> None:
    for sample in DOORS[name].samples:
        DOORS[name].read(sample)


@pytest.mark.parametrize("name", DOORS)
def test_bad_input_gives_the_error_it_should(name: str) -> None:
    door = DOORS[name]
    tried = fuzz(door, QUICK_TEXTS if door.is_text else QUICK, seed=7)
    assert tried.crashes == []


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("cases", "texts", "seed"),
    [
        (LONG, LONG_TEXTS, 8),
        pytest.param(LONGEST, LONGEST_TEXTS, 9, marks=pytest.mark.longest, id="a-million"),
    ],
)
@pytest.mark.parametrize("name", DOORS)
def test_very_often(name: str, cases: int, texts: int, seed: int) -> None:
    door = DOORS[name]
    tried = fuzz(door, texts if door.is_text else cases, seed)
    assert tried.crashes == []
    assert tried.grown_mb < MOST_MB


def test_a_door_that_lets_something_out_is_found() -> None:
    def read(payload: bytes) -> object:
        return [1, 2, 3][payload[0]]

    tried = fuzz(Door("weak", read, (b"\x01",)), 100, seed=1)
    assert tried.crashes
    assert "IndexError" in tried.crashes[0]


def test_bad_input_is_the_same_each_time_and_mostly_bad() -> None:
    door = DOORS["state"]
    assert list(bad_input(door, 50, 3)) == list(bad_input(door, 50, 3))
    assert fuzz(door, 200, 3).refused > 100
