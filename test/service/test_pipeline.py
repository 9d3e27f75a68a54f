# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sim.stage import KINDS, QUIET, SITE

from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.adapters.sqlite_journal import SqliteJournal, SqliteStore
from suwon_fleet.core.engine.core import Outcome
from suwon_fleet.core.engine.events import Event, SiteOpened, StateKept
from suwon_fleet.core.engine.messages import (
    Announced,
    Answer,
    Input,
    PeerSaid,
    Reported,
    Send,
    SubmitJob,
    Tell,
)
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.federation.groups import Groups
from suwon_fleet.core.federation.messages import Promise, Withdraw
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus
from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import Place, PlaceKind
from suwon_fleet.service import pipeline
from suwon_fleet.service.assemble import assemble
from suwon_fleet.service.pipeline import Pipeline
from suwon_fleet.sim.link import WorldLink
from suwon_fleet.sim.world import Spawn, World
from suwon_fleet.wire.journal import decode

SHOP = replace(
    SITE,
    places=tuple(
        Place(name, node, frozenset({PlaceKind.PICKUP, PlaceKind.DROPOFF, PlaceKind.PARKING}))
        for name, node in (("door", "a"), ("desk", "b"), ("attic", "e"))
    ),
)
JOBS = [
    SubmitJob("1", JobRequest(JobKind.DELIVERY, ("desk", "attic"))),
    SubmitJob("2", JobRequest(JobKind.GO_TO, ("attic",))),
]


class Refuses(OSError):
    """What the tests' journals and links raise."""


class Spy:
    """A journal and a link in one, that note what is done in which order, and may fail at it."""

    def __init__(self, world: World, journal: MemoryJournal) -> None:
        self.journal, self.link = journal, WorldLink(world)
        self.did: list[str] = []
        self.sent: list[RobotCommand] = []
        self.fails_at = ""
        self.lags = 0
        """How many of the newest appends are not kept yet."""

    def _do(self, what: str) -> None:
        if what == self.fails_at:
            raise Refuses(what)
        self.did.append(what)

    def append(self, events: Sequence[Event]) -> None:
        self._do("append")
        self.journal.append(events)

    def unkept(self) -> int:
        return self.lags

    def flush(self) -> None:
        self.lags = 0

    def read(self) -> Iterator[Event]:
        return self.journal.read()

    def drain(self) -> list[Announced | Reported]:
        self._do("drain")
        return self.link.drain()

    def send(self, commands: Iterable[RobotCommand]) -> None:
        commands = list(commands)
        self._do("send")
        self.sent += commands
        self.link.send(commands)

    def close(self) -> None:
        """Nothing to close."""


class Shop:
    """A fleet of one cart that is turned, and may be killed and started anew on its journal."""

    def __init__(self) -> None:
        spawn = Spawn("r", "delivery_indoor", Pose(0.0, 0.0), 0.9)
        self.world = World(SHOP, KINDS, [spawn], seed=3, people=QUIET)
        self.journal = MemoryJournal()
        self.start()

    def start(self) -> None:
        self.spy = Spy(self.world, self.journal)
        core = assemble(SHOP, KINDS, journal=self.journal.read())
        self.pipeline = Pipeline(core, self.spy, self.spy)

    def turn(self, requests: Iterable[Input] = ()) -> Outcome:
        outcome = self.pipeline.turn(self.world.now_ns, requests)
        for _ in range(5):
            self.world.step()
        return outcome

    @property
    def statuses(self) -> list[JobStatus]:
        return [job.status for job in self.pipeline.core.state.jobs.values()]

    def open(self, turns: int = 10) -> None:
        """Long enough for both jobs to be asked for."""
        self.turn()
        self.turn(JOBS)
        for _ in range(turns - 2):
            self.turn()

    def until_all_is_done(self) -> None:
        for _ in range(2000):
            self.turn()
            if all(status.is_over for status in self.statuses):
                return
        raise AssertionError(self.statuses)


def test_hears_then_journals_then_acts() -> None:
    shop = Shop()
    shop.turn()
    shop.spy.did.clear()
    outcome = shop.turn(JOBS)
    assert shop.spy.did == ["drain", "append", "send"]
    assert list(shop.journal.read())[-len(outcome.events) :] == list(outcome.events)
    assert shop.spy.sent[-1:] == [e.command for e in outcome.effects if isinstance(e, Send)][-1:]
    answers = [effect for effect in outcome.effects if isinstance(effect, Answer)]
    assert [answer.token for answer in answers] == ["1", "2"]


def test_bothers_neither_journal_nor_robots_when_there_is_nothing_to_say() -> None:
    shop = Shop()
    for _ in range(10):
        shop.turn()
    shop.spy.did.clear()
    outcome = shop.turn()
    assert (outcome.events, outcome.effects) == ((), ())
    assert shop.spy.did == ["drain"]


def test_acts_only_on_what_is_kept_and_in_order() -> None:
    """Also what nothing new was decided for waits: it rests on what was."""
    shop = Shop()
    shop.turn()
    shop.spy.did.clear()
    shop.spy.lags = 99
    first = [shop.turn(JOBS[:1]), shop.turn()]
    last = shop.turn(JOBS[1:])
    assert "send" not in shop.spy.did
    shop.spy.lags = 1  # the newest append only
    assert shop.pipeline.act() == first
    assert "send" in shop.spy.did
    assert shop.pipeline.settle() == [last]
    assert shop.pipeline.settle() == []


def test_sends_nothing_that_is_not_in_the_journal() -> None:
    shop = Shop()
    shop.turn()
    sent, kept = list(shop.spy.sent), list(shop.journal.read())
    shop.spy.fails_at = "append"
    with pytest.raises(Refuses):
        shop.turn(JOBS)
    assert shop.spy.sent == sent
    assert list(shop.journal.read()) == kept


def test_after_a_journal_that_failed_it_is_as_if_the_turn_had_not_been() -> None:
    shop = Shop()
    shop.turn()
    before = shop.pipeline.core.state_hash()
    shop.spy.fails_at = "append"
    with pytest.raises(Refuses):
        shop.turn(JOBS)
    shop.start()
    assert shop.pipeline.core.state_hash() == before
    shop.open()
    shop.until_all_is_done()
    assert shop.statuses == [JobStatus.FINISHED] * 2


def test_replay_gives_the_state_of_every_turn() -> None:
    shop = Shop()
    marks = []
    shop.open()
    while len(marks) < 200 and not all(status.is_over for status in shop.statuses):
        shop.turn()
        marks.append((len(list(shop.journal.read())), shop.pipeline.core.state_hash()))
    events = list(shop.journal.read())
    hashes = dict(marks)
    assert len(hashes) > 15
    for count, state_hash in hashes.items():
        assert assemble(SHOP, KINDS, journal=events[:count]).state_hash() == state_hash
    assert len(set(hashes.values())) == len(hashes)


@pytest.mark.parametrize("turns", [2, 3, 8, 20, 45, 90])
@pytest.mark.parametrize("fails_at", ["append", "send"])
def test_killed_at_any_moment_it_ends_every_job_and_none_twice(turns: int, fails_at: str) -> None:
    """Killed before the journal has the turn's events, or after and before the robots hear of it."""
    shop = Shop()
    shop.open(turns)
    shop.spy.fails_at = fails_at
    with pytest.raises(Refuses):
        shop.until_all_is_done()
    shop.start()
    shop.until_all_is_done()
    assert shop.statuses == [JobStatus.FINISHED] * 2
    done = [kind.value for _, kind in shop.world.robots["r"].done]
    assert done == ["load", "unload"]


def test_snapshots_are_what_a_start_reads_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "SNAPSHOT_EVERY", 12)
    shop = Shop()
    with closing(SqliteJournal(tmp_path / "j.db", sync="normal")) as kept:
        shop.journal = kept  # type: ignore[assignment]
        shop.start()
        shop.open()
        while not all(status.is_over for status in shop.statuses):
            shop.turn()
            if len(list(kept.read())) > 8:
                before = shop.pipeline.core.state_hash()
                shop.start()
                assert shop.pipeline.core.state_hash() == before
        assert len(list(kept.read())) < 12 + 10, "a turn may decide a few things more"
        before = shop.pipeline.core.state_hash()
    assert shop.statuses == [JobStatus.FINISHED] * 2
    with closing(SqliteStore(tmp_path / "j.db")) as store:
        records = [*store.archived(), *store.rows()]
    events = [decode(record.name, record.body, "") for record in records]
    assert sum(isinstance(event, StateKept) for event in events) > 3
    assert isinstance(events[0], SiteOpened), "nothing is forgotten"
    assert assemble(SHOP, KINDS, journal=events).state_hash() == before


def test_a_snapshot_is_of_one_group() -> None:
    world, groups = World(SHOP, KINDS, [], seed=1), Groups({}, rest="all")
    part = assemble(SHOP, KINDS, groups=groups, own="all")
    Pipeline(part, MemoryJournal(), WorldLink(world)).turn(1)
    assert (
        assemble(SHOP, KINDS, journal=[part.snapshot()], groups=groups, own="all").state
        == part.state
    )
    with pytest.raises(BadInput, match="journal-of-another-group"):
        assemble(SHOP, KINDS, journal=[part.snapshot()])
    with pytest.raises(BadInput, match="snapshot-unreadable"):
        assemble(SHOP, KINDS, journal=[StateKept(1, "", "", b"?")])


def test_any_beginning_of_the_journal_is_one_to_start_from() -> None:
    """Also one that ends within a turn, as a torn file's may."""
    shop = Shop()
    shop.open()
    shop.until_all_is_done()
    events = list(shop.journal.read())
    for count in range(0, len(events), 3):
        core = assemble(SHOP, KINDS, journal=events[:count])
        before = core.state_hash()
        core.step(core.state.now_ns)
        assert count == 0 or assemble(SHOP, KINDS, journal=events[:count]).state_hash() == before


class Peers:
    """Another owner, that has said something, and notes what it is told."""

    def __init__(self, *said: PeerSaid) -> None:
        self.said, self.told = list(said), list[Tell]()

    def drain(self) -> list[PeerSaid]:
        said, self.said = self.said, []
        return said

    def tell(self, messages: Iterable[Tell]) -> None:
        self.told += messages

    def close(self) -> None:
        """Nothing to close."""


def test_hears_peers_and_tells_them_what_is_in_the_journal() -> None:
    halls = Groups({"other": ()}, rest="all")
    journal = MemoryJournal()
    world = World(SHOP, KINDS, [], seed=1)
    core = assemble(SHOP, KINDS, groups=halls, own="all")
    peers = Peers(PeerSaid("other", Promise("r@all>other.1")))
    Pipeline(core, journal, WorldLink(world), peers).turn(1)
    assert peers.told == [Tell("other", Withdraw("r@all>other.1"))]  # nobody waits for that
    alone = Peers(PeerSaid("other", Promise("r@all>other.1")))
    Pipeline(assemble(SHOP, KINDS), MemoryJournal(), WorldLink(world), alone).turn(1)
    assert alone.told == []  # one that owns the whole map heeds no peers


def test_a_journal_is_of_one_group() -> None:
    world, groups = World(SHOP, KINDS, [], seed=1), Groups({}, rest="all")
    whole, part = MemoryJournal(), MemoryJournal()
    Pipeline(assemble(SHOP, KINDS), whole, WorldLink(world)).turn(1)
    with pytest.raises(BadInput, match="journal-of-another-group"):
        assemble(SHOP, KINDS, journal=whole.read(), groups=groups, own="all")
    Pipeline(assemble(SHOP, KINDS, groups=groups, own="all"), part, WorldLink(world)).turn(1)
    assemble(SHOP, KINDS, journal=part.read(), groups=groups, own="all")
    with pytest.raises(BadInput, match="journal-of-another-group"):
        assemble(SHOP, KINDS, journal=part.read())
    with pytest.raises(BadInput, match="no-such-group"):
        assemble(SHOP, KINDS, groups=Groups({}), own="nobody")


def test_links_know_which_owner_speaks() -> None:
    spawn = Spawn("r", "delivery_indoor", Pose(0.0, 0.0), 0.9)
    world = World(SHOP, KINDS, [spawn], seed=3, people=QUIET)
    core = assemble(SHOP, KINDS, groups=Groups({}, rest="all"), own="all")
    owners: dict[str, int] = {}
    link = WorldLink(world)
    line = Pipeline(core, MemoryJournal(), link, Peers(), owners.__setitem__)
    line.turn(5 * 10**9)
    line.turn(6 * 10**9, [SubmitJob("1", JobRequest(JobKind.GO_TO, ("attic",)))])
    for second in range(7, 20):
        line.turn(second * 10**9)
    assert owners == {"r": 5}  # the second in which it joined
