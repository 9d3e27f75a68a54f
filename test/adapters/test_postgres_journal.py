# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from contextlib import closing
from threading import Thread

import postgres
import pytest
from waiting import wait_for

pytest.importorskip("psycopg", reason="psycopg is not installed")

from psycopg import OperationalError

from suwon_fleet.adapters.group_journal import GroupJournal
from suwon_fleet.adapters.journals import is_in_use
from suwon_fleet.adapters.postgres_journal import PostgresJournal, PostgresStore
from suwon_fleet.adapters.postgres_lease import LostError
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main
from suwon_fleet.core.engine.events import Event, JobPaused
from suwon_fleet.core.errors import BadInput, Problem


def paused(number: int) -> Event:
    return JobPaused(number, "j", True, "x" * 50)


@pytest.fixture
def url() -> str:
    return postgres.url()


def written(url: str, count: int = 30) -> list[Event]:
    """A closed journal of so many events."""
    events = [paused(number) for number in range(count)]
    with closing(PostgresJournal(url)) as journal:
        journal.append(events)
    return events


def read(url: str) -> tuple[list[Event], list[Problem]]:
    with closing(PostgresJournal(url)) as journal:
        return list(journal.read()), journal.surprises


def problem_of(url: str) -> Problem:
    with pytest.raises(BadInput) as caught:
        PostgresJournal(url)
    (problem,) = caught.value.problems
    return problem


def expire(url: str) -> None:
    """As if the holder had not been heard of for long."""
    postgres.run("UPDATE lease SET until = '-infinity'", url)


def test_is_there_after_it_was_closed(url: str) -> None:
    events = written(url, 12_000)
    assert read(url) == (events, [])


def test_a_second_writer_is_refused_and_told_who_has_it(url: str) -> None:
    with closing(PostgresJournal(url, lease_s=1000.0)) as journal:
        problem = problem_of(url)
        assert problem.code == "journal-in-use"
        assert "process" in problem.what
        journal.append([paused(1)])
        with closing(PostgresStore(url, writes=False)) as reader:
            assert [record.number for record in reader.rows()] == [1]


def test_who_has_lost_the_lease_writes_nothing_more(url: str) -> None:
    """Whatever it thinks: the token is checked in the transaction of each append."""
    with closing(PostgresJournal(url, lease_s=1000.0)) as old:
        old.append([paused(1)])
        expire(url)
        with closing(PostgresJournal(url)) as new:
            new.append([paused(2)])
            with pytest.raises(LostError):
                old.append([paused(3)])
            with pytest.raises(LostError):
                old.unkept()
            assert list(new.read()) == [paused(1), paused(2)]
            new.append([paused(4)])
    assert read(url) == ([paused(1), paused(2), paused(4)], [])


def test_who_may_have_lost_it_asks_before_it_acts(url: str) -> None:
    """As after a pause: what was kept before it may be acted on by nobody else than who follows."""
    with closing(PostgresJournal(url, lease_s=1000.0)) as old:
        lease = old._store._lease
        old.append([paused(1)])
        expire(url)
        with closing(PostgresJournal(url)):
            assert old.unkept() == 0, "it is sure still: its own time has not run out"
            lease._sure_until_s = 0.0
            with pytest.raises(LostError):
                old.unkept()


def test_a_lease_that_ran_out_and_that_nobody_took_goes_on(url: str) -> None:
    with closing(PostgresJournal(url, lease_s=1000.0)) as journal:
        expire(url)
        journal._store._lease._sure_until_s = 0.0
        assert journal.unkept() == 0
        assert problem_of(url).code == "journal-in-use"
        expire(url)
        journal.append([paused(1)])
        assert problem_of(url).code == "journal-in-use"


def test_a_holder_keeps_its_lease_by_itself(url: str) -> None:
    with closing(PostgresJournal(url, lease_s=0.3)) as journal:
        lease = journal._store._lease
        first = lease._sure_until_s
        while lease._sure_until_s <= first + 0.6:
            lease._thread.join(0.01)
            assert lease._thread.is_alive()
        journal.append([paused(1)])


def test_one_of_many_gets_a_lease_that_ran_out(url: str) -> None:
    written(url)
    won: list[PostgresJournal] = []
    refused: list[BadInput] = []

    def try_it() -> None:
        try:
            won.append(PostgresJournal(url, lease_s=1000.0))
        except BadInput as error:
            refused.append(error)

    threads = [Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (journal,) = won
    assert len(refused) == 7
    journal.close()


def test_one_that_hangs_amid_a_write_is_followed(url: str) -> None:
    """It has the lease's row locked, and here nothing else ever ends that."""
    server, _, name = url.partition("#")
    patient = f"{server}&options=-c%20idle_in_transaction_session_timeout%3D0#{name}"
    followed: list[PostgresStore] = []

    def follows() -> bool:
        try:
            followed.append(PostgresStore(patient, lease_s=0.2))
        except BadInput as error:
            if not is_in_use(error):
                raise
        return bool(followed)

    hangs = PostgresStore(patient, lease_s=0.2)
    with pytest.raises(OperationalError), hangs._ours():
        wait_for(follows)
    with pytest.raises(OSError, match="cannot write"):
        hangs.write([])
    for store in (hangs, *followed):
        store.close()


def test_a_group_that_is_fenced_off_is_told_to_whoever_waits(url: str) -> None:
    with closing(GroupJournal(PostgresJournal(url, lease_s=1000.0))) as old:
        expire(url)
        with closing(PostgresJournal(url)) as new:
            old.append([paused(1)])
            with pytest.raises(OSError, match="another fleet manager"):
                old.flush()
            assert list(new.read()) == []


def test_a_damaged_end_is_cut_off_and_kept_in_a_table(url: str) -> None:
    events = written(url)
    postgres.run("UPDATE records SET body = '' WHERE number >= 28", url)
    found, (surprise,) = read(url)
    assert found == events[:27]
    assert surprise.code == "journal-tail-bad"
    assert ".cut" in surprise.what
    postgres.run("DO $$ BEGIN ASSERT (SELECT count(*) FROM cut) = 3; END $$", url)


def test_damage_in_the_middle_is_refused(url: str) -> None:
    written(url)
    postgres.run("DELETE FROM records WHERE number = 4", url)
    assert problem_of(url).code == "journal-damaged"
    assert problem_of(url).code == "journal-damaged", "the lease was given back"


def test_a_journal_of_another_version_is_left_alone(url: str) -> None:
    written(url)
    postgres.run("UPDATE about SET schema = 99", url)
    assert problem_of(url).code == "journal-of-another-version"


def test_a_server_that_cannot_be_reached_and_a_name_that_cannot_be(url: str) -> None:
    nowhere = problem_of("postgresql://me:secret@127.0.0.1:9/fleet")
    assert nowhere.code == "journal-not-accessible"
    assert "secret" not in str(nowhere)
    assert problem_of(f"{url}-; DROP").code == "bad-journal-name"


def test_the_command_line_reads_a_journal_at_work(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["journal", "verify", url]) == Exit.BAD_INPUT
    assert "no journal here" in capsys.readouterr().err
    written(url)
    with closing(PostgresJournal(url, lease_s=1000.0)):
        assert main(["journal", "verify", url]) == Exit.GOOD
        assert main(["journal", "cut", url, "--after", "3"]) == Exit.BAD_INPUT
    assert main(["journal", "cut", url, "--after", "3"]) == Exit.GOOD
    capsys.readouterr()
    assert main(["journal", "export", url]) == Exit.GOOD
    assert len(capsys.readouterr().out.splitlines()) == 3
