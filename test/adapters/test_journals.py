# SPDX-License-Identifier: Apache-2.0
"""What every journal must do, whatever it keeps events in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import postgres
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire.events import any_event

from suwon_fleet.adapters.group_journal import GroupJournal
from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.adapters.sqlite_journal import SqliteJournal
from suwon_fleet.core.engine.events import Event, JobPaused, StateKept
from suwon_fleet.core.errors import BadInput
from suwon_fleet.ports import Journal


@pytest.fixture(params=["memory", "sqlite", "group", "postgres", "postgres group"])
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Journal]]:
    """Opens new, empty journals."""
    numbers = count()
    folder = tmp_path_factory.mktemp("journals")
    made: list[Journal] = []

    def make() -> Journal:
        kept: Journal
        match request.param.split():
            case ["memory"]:
                kept = MemoryJournal()
            case ["postgres", *_]:
                kept = postgres.journal()
            case _:
                kept = SqliteJournal(folder / f"{next(numbers)}.db", sync="normal")
        made.append(GroupJournal(kept) if request.param.endswith("group") else kept)
        return made[-1]

    yield make
    for journal in made:
        journal.close()


def paused(number: int) -> Event:
    return JobPaused(number, f"j{number}", True, "me")


def test_a_new_journal_is_empty(opened: Callable[[], Journal]) -> None:
    assert list(opened().read()) == []


def test_keeps_the_order_of_events(opened: Callable[[], Journal]) -> None:
    journal = opened()
    kept = [paused(number) for number in range(50)]
    journal.append(kept[:1])
    journal.append([])
    journal.append(kept[1:30])
    journal.append(kept[30:])
    assert list(journal.read()) == kept


def test_can_be_read_again_and_appended_to_after_that(opened: Callable[[], Journal]) -> None:
    journal = opened()
    journal.append([paused(1)])
    assert list(journal.read()) == list(journal.read()) == [paused(1)]
    journal.append([paused(2)])
    assert list(journal.read()) == [paused(1), paused(2)]


def test_a_reading_that_was_left_half_way_holds_nothing_up(opened: Callable[[], Journal]) -> None:
    journal = opened()
    journal.append([paused(1), paused(2)])
    reading = iter(journal.read())
    assert next(reading) == paused(1)
    journal.append([paused(3)])
    del reading
    assert list(journal.read())[-1] == paused(3)


def test_journals_do_not_know_of_each_other(opened: Callable[[], Journal]) -> None:
    one, other = opened(), opened()
    one.append([paused(1)])
    assert list(other.read()) == []


def test_an_event_that_cannot_be_encoded_leaves_nothing_behind(
    opened: Callable[[], Journal],
) -> None:
    journal = opened()
    with pytest.raises(TypeError):
        journal.append([paused(1), JobPaused(2, object(), True, "me")])  # type: ignore[arg-type]
    assert list(journal.read()) == []
    journal.append([paused(3)])
    assert list(journal.read()) == [paused(3)]


def test_all_is_kept_after_a_flush(opened: Callable[[], Journal]) -> None:
    journal = opened()
    events = [paused(number) for number in range(200)]
    for event in events:
        journal.append([event])
    journal.flush()
    assert journal.unkept() == 0
    assert list(journal.read()) == events


def test_gives_back_any_event(opened: Callable[[], Journal]) -> None:
    @settings(max_examples=25, deadline=None)
    @given(st.lists(any_event.filter(lambda event: not isinstance(event, StateKept)), max_size=4))
    def gives_back(events: list[Event]) -> None:
        journal = opened()
        for event in events:
            journal.append([event])
        assert list(journal.read()) == events
        journal.close()

    gives_back()


def test_memory_too_tells_of_a_record_that_cannot_be_read() -> None:
    memory = MemoryJournal()
    memory.append([paused(1), paused(2)])
    memory._records[1] = ("JobPaused", b"?")
    reading = memory.read()
    assert next(reading) == paused(1)
    with pytest.raises(BadInput, match="record 2"):
        next(reading)
