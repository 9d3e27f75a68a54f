# SPDX-License-Identifier: Apache-2.0
"""A robot over Zenoh under examination: we are in its fleet_manager's place, or join by a router."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import Any

import zenoh
from zenoh import CongestionControl, Priority, SampleKind

from suwon_fleet.adapters.zenoh import happenings
from suwon_fleet.adapters.zenoh.queues import Replies
from suwon_fleet.adapters.zenoh.session import SessionSettings, open_session
from suwon_fleet.conform.book import Book
from suwon_fleet.conform.events import Events
from suwon_fleet.conform.hearing import Hearing
from suwon_fleet.core.errors import BadInput, Problem, Unreachable
from suwon_fleet.core.robots.command import Grant, RobotCommand
from suwon_fleet.core.robots.report import Factsheet, RobotReport
from suwon_fleet.wire.zenoh.commands import Ticket, channel_of, encode_command
from suwon_fleet.wire.zenoh.doctor import QUESTION, QuestionBody, of_owner
from suwon_fleet.wire.zenoh.happenings import CommandAnswer, RobotEvent
from suwon_fleet.wire.zenoh.keys import ALIVE, Address, Channel

SECOND = 1_000_000_000
LIVES_S = 5.0
"""Of a command, as of the fleet's."""
AGAIN_S = 0.5
FIRST_NUMBER = 100
"""So that there are smaller ones to be refused."""
_ASK_S = 1.0


@dataclass(slots=True)
class Sent:
    """A command on its way, told again until it is answered."""

    command: RobotCommand
    ticket: Ticket
    payload: bytes
    ends_s: float
    told_s: float
    answers: list[CommandAnswer] = field(default_factory=list)

    @property
    def refusal(self) -> str:
        """Of the newest answer."""
        return self.answers[-1].refusal.value if self.answers else "nothing"


class ZenohSubject:
    """See the module. Belongs to one thread; Zenoh's only fill a queue."""

    def __init__(self, settings: SessionSettings, hearing: Hearing, robot_id: str, book: Book):
        """Join by the endpoint that `settings` connect to, or listen there when nobody does.

        Raises BadInput and Unreachable when neither can be.
        """
        self.book, self.hearing, self.events = book, hearing, Events(book)
        self.session = ""
        """The robot's, once it is known."""
        self.epoch = time.time_ns() // SECOND
        """Greater than any owner's before; owners of a fleet count from 0."""
        self.number = FIRST_NUMBER
        self.tokens: set[str] = set()
        self.strays: list[CommandAnswer] = []
        """Answers to nothing that has an id."""
        self.sheet: Factsheet | None = None
        self._robot_id = robot_id
        self._open_ones: dict[str, Sent] = {}
        self._grant: Sent | None = None
        self._told_who: Replies
        self._session, self._settings = _joined(settings)
        self._listen()

    @property
    def is_its_fleet(self) -> bool:
        """Whether it is connected to us, so that we can break its connection."""
        return bool(self._settings.listen)

    def _listen(self) -> None:
        # A new one: what is left of another link is not news.
        self._came: SimpleQueue[zenoh.Sample] = SimpleQueue()
        session, put = self._session, self._came.put
        remote = zenoh.Locality.REMOTE
        own = f"**/{self._robot_id}/*"
        self._told_who = Replies(session, _ASK_S)
        self._heard: list[Any] = [
            session.declare_subscriber(own, put, allowed_origin=remote),
            session.liveliness().declare_subscriber(
                f"**/{self._robot_id}/{ALIVE}", put, history=True
            ),
            happenings.subscribe(session, f"**/{self._robot_id}/{Channel.EVENTS}"),
        ]

    def break_link(self) -> None:
        """Be gone at once, and there again."""
        self._session.close()
        self.tokens.clear()
        self.events.reconnected()
        self._session, _ = _joined(self._settings)
        self._listen()

    def close(self) -> None:
        """Leave."""
        self._session.close()

    # Hearing

    def pump(self, timeout_s: float) -> list[RobotReport]:
        """As :class:`.Subject` has it."""
        reports = [report for sample in self._samples(timeout_s) for report in self._take(sample)]
        for sample in self._heard[2].drain():
            said = self.hearing.read(str(sample.key_expr), sample.payload.to_bytes())
            if isinstance(said, RobotEvent):
                self.events.hear(said)
        for key, payload in self._told_who.drain():
            said = self.hearing.read(key, payload, was_asked=True)
            if isinstance(said, Factsheet):
                self.sheet = said
        self._tell_again()
        return reports

    def _samples(self, timeout_s: float) -> Iterator[zenoh.Sample]:
        try:
            yield self._came.get(timeout=min(timeout_s, AGAIN_S / 2))
            while True:
                yield self._came.get_nowait()
        except Empty:
            return

    def _take(self, sample: zenoh.Sample) -> Iterator[RobotReport]:
        key = str(sample.key_expr)
        if key.endswith(f"/{ALIVE}"):
            place = self.hearing.at(key)
            if place and sample.kind == SampleKind.PUT:
                self.tokens.add(key)
            self.tokens -= {key} if sample.kind == SampleKind.DELETE else set()
            return
        if key.endswith(f"/{Channel.EVENTS}"):  # heard as those are to be heard
            self.hearing.at(key)
            return
        said = self.hearing.read(key, sample.payload.to_bytes())
        match said:
            case RobotReport():
                self.session = self.session or said.session
                yield said
            case CommandAnswer():
                self._answered(said)
            case Factsheet():
                self.sheet = said

    def _answered(self, answer: CommandAnswer) -> None:
        sent = self._open_ones.get(answer.command_id)
        if sent is None:
            self.strays.append(answer)
            return
        is_right = answer.of_sequence == sent.ticket.sequence
        seen = f"of_seq {answer.of_sequence}, where {sent.ticket.sequence} was asked"
        self.book.judge("answered", is_right, "" if is_right else seen)
        sent.answers.append(answer)

    def check_alone(self) -> None:
        """Raise BadInput when its fleet_manager is at work: a robot has one owner."""
        key = of_owner(self.home.site, self.home.zone)
        question = QUESTION.encode(0, time.time_ns(), QuestionBody(secrets.token_bytes(16)))
        if any(reply.ok for reply in self._session.get(key, payload=question, timeout=_ASK_S)):
            what = f"a fleet_manager is at work for {self.home.site}/{self.home.zone}"
            mend = "end it, or let the robot connect to an endpoint of its own"
            raise BadInput([Problem("not-alone", "--zenoh", what, mend)])

    def ask_who(self) -> None:
        """Ask it for its factsheet."""
        assert self.hearing.home
        self._told_who.ask(self.hearing.home.key(Channel.FACTSHEET))

    # Telling

    @property
    def home(self) -> Address:
        """Whose keys are used; known after the first state."""
        assert self.hearing.home
        return self.hearing.home

    def tell(self, command: RobotCommand) -> None:
        """As :class:`.Subject` has it."""
        self.send(command)

    def send(self, command: RobotCommand, **changes: Any) -> Sent:
        """Tell it with a ticket as it should be, or with `changes` to that."""
        self.number += 1
        now_ns = time.time_ns()
        name = f"conform-{self.epoch}-{self.number}"
        ends_ns = now_ns + round(LIVES_S * SECOND)
        ticket = Ticket(self.session, self.epoch, self.number, now_ns, name, ends_ns)
        ticket = replace(ticket, **changes)
        now_s = time.monotonic()
        sent = Sent(command, ticket, encode_command(command, ticket), now_s + LIVES_S, now_s)
        if isinstance(command, Grant):
            self._grant = sent
        else:
            self._open_ones[ticket.command_id] = sent
        self.put(channel_of(command), sent.payload)
        return sent

    def put(self, channel: Channel, payload: bytes) -> None:
        """Say bytes on one of its channels."""
        self._session.put(
            self.home.key(channel),
            payload,
            congestion_control=CongestionControl.DROP,
            priority=Priority.REAL_TIME if channel is Channel.STOP else Priority.INTERACTIVE_HIGH,
            express=channel is Channel.STOP,
        )

    @property
    def waiting(self) -> bool:
        """Whether something is neither answered nor expired."""
        now_s = time.monotonic()
        return any(not sent.answers and now_s < sent.ends_s for sent in self._open_ones.values())

    def _tell_again(self) -> None:
        """What is not answered, and the newest grant while it lives: one known is taken for nothing."""
        now_s = time.monotonic()
        due = [sent for sent in self._open_ones.values() if not sent.answers]
        for sent in [*due, *([self._grant] if self._grant else [])]:
            if now_s < sent.ends_s and now_s - sent.told_s >= AGAIN_S:
                sent.told_s = now_s
                self.put(channel_of(sent.command), sent.payload)

    def end(self) -> None:
        """Judge what only shows in the end."""
        for sent in self._open_ones.values():
            if not sent.answers:
                kind = type(sent.command).__name__
                self.book.judge("answered", False, f"{kind}, seq {sent.ticket.sequence}, never")
        self.events.end()


def _joined(settings: SessionSettings) -> tuple[zenoh.Session, SessionSettings]:
    """A session, and the settings by which it was opened: to connect, or if nobody is there to listen."""
    if settings.listen:
        return open_session(settings), settings
    try:
        return open_session(replace(settings, mode="client")), settings
    except Unreachable as nobody:
        listening = replace(settings, connect=(), listen=settings.connect, mode="peer")
        try:
            return open_session(listening), listening
        except BadInput:  # not an address of this machine
            raise nobody from None
