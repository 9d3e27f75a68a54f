# SPDX-License-Identifier: Apache-2.0
"""Tries a link to a fleet step by step, and says what is wrong with it and how to mend that."""

from __future__ import annotations

import secrets
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum

import zenoh
from zenoh import CongestionControl

from suwon_fleet.adapters.zenoh import tls
from suwon_fleet.adapters.zenoh.session import SessionSettings, open_session
from suwon_fleet.core.errors import BadInput, Problem, Unreachable
from suwon_fleet.wire.zenoh.doctor import (
    ANSWER,
    QUESTION,
    AnswerBody,
    QuestionBody,
    encode_try,
    of_owner,
    of_robot,
)
from suwon_fleet.wire.zenoh.envelope import Message
from suwon_fleet.wire.zenoh.keys import Address
from suwon_fleet.wire.zenoh.secured import Files

PINGS = 50
TRIES, TRY_BYTES = 2000, 512
CLOCK_OFF_S = 0.2
CLOCK_WRONG_S = 1.0
"""Humanoids that are silent for so long are out of reach; a stamp as old looks the same."""
_CONNECT_S = 3.0
_ANSWER_S = 1.0
_QUESTIONS = 4
_STALLED_S = 2.0


class Verdict(StrEnum):
    """How a check went."""

    GOOD = "good"
    NOTE = "note"
    """It works, and there is something to know."""
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and where it is bad how to mend it."""

    check: str
    verdict: Verdict
    what: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """What is to be tried."""

    endpoint: str
    owner: Address | None = None
    """Of the zone whose manager should answer."""
    robot: Address | None = None
    """As which it speaks."""
    files: Files | None = None
    lease_s: float = 1.0


def examine(link: Link) -> Iterator[Finding]:
    """Check after check; the first that is bad is the last where the rest would only follow from it.

    Raises BadInput for an endpoint or files that cannot be.
    """
    protocol, host, port = _parts(link.endpoint)
    found = _reach(host, port)
    yield found
    if found.verdict is Verdict.BAD:
        return
    if protocol == "tls":
        verdict, what, mend = tls.shake_hands(host, port, link.files)
        yield Finding("encryption", Verdict(verdict), what, mend)
        if verdict == Verdict.BAD:
            return
    else:
        what = "not encrypted: whoever is on the way can read and change what is said"
        yield Finding("encryption", Verdict.NOTE, what, "use tls, see docs/security.md")
    try:
        session = open_session(_settings(link))
    except (Unreachable, BadInput) as error:
        mend = (
            "is it Zenoh that listens there? of the same major version, and by tls or not, as here?"
        )
        yield Finding("session", Verdict.BAD, str(error), mend)
        return
    with closing(session):
        yield _met(session)
        if link.owner is not None:
            yield from _Examination(session, link, link.owner).findings()


def _parts(endpoint: str) -> tuple[str, str, int]:
    protocol, _, address = endpoint.partition("/")
    host, _, port = address.partition("?")[0].partition("#")[0].rpartition(":")
    if protocol not in ("tcp", "tls") or not host or not port.isdecimal() or int(port) > 65535:
        mend = "give it as tcp/HOST:PORT or tls/HOST:PORT"
        raise BadInput([Problem("bad-endpoint", endpoint, "is no endpoint to be tried", mend)])
    host = host.strip("[]")
    try:
        host.encode("idna")
    except UnicodeError as error:
        what, mend = f"{host} is no name of a host: {error}", "give a DNS name or an IP address"
        raise BadInput([Problem("bad-endpoint", endpoint, what, mend)]) from error
    return protocol, host, int(port)


def _reach(host: str, port: int) -> Finding:
    began_s = time.perf_counter()
    try:
        socket.create_connection((host, port), _CONNECT_S).close()
    except socket.gaierror as error:
        mend = "check the name, and this machine's DNS"
        return Finding("network", Verdict.BAD, f"no address of {host}: {error.strerror}", mend)
    except ConnectionRefusedError:
        mend = "start it, or check the port"
        return Finding("network", Verdict.BAD, f"nobody listens at port {port} of {host}", mend)
    except OSError as error:
        mend = "check cables, routes and firewalls on the way"
        return Finding("network", Verdict.BAD, f"{host} is out of reach: {error}", mend)
    took_ms = (time.perf_counter() - began_s) * 1e3
    return Finding("network", Verdict.GOOD, f"reachable, {took_ms:.1f} ms")


def _settings(link: Link) -> SessionSettings:
    files = link.files or Files()
    return SessionSettings(
        mode="client",
        connect=[link.endpoint],
        lease_s=link.lease_s,
        tls_ca=files.authority,
        tls_certificate=files.certificate,
        tls_private_key=files.key,
    )


def _met(session: zenoh.Session) -> Finding:
    met = [f"{transport.whatami} {transport.zid}" for transport in session.info.transports()]
    names = {link.auth_identifier for link in session.info.links()} - {None}
    certificates = "".join(f", certificate {name}" for name in names)
    return Finding("session", Verdict.GOOD, f"met {', '.join(met)}{certificates}")


class _Examination:
    """What the owner of a zone can tell of an open session."""

    def __init__(self, session: zenoh.Session, link: Link, owner: Address) -> None:
        self._session, self._link, self._owner = session, link, owner
        self._key = of_owner(owner.site, owner.zone)
        self._mark = secrets.token_bytes(16)

    def findings(self) -> Iterator[Finding]:
        """All checks, while the one before was not bad."""
        answer = next(filter(None, (self._ask() for _ in range(_QUESTIONS))), None)
        if answer is None:
            mend = "start it; or this certificate is revoked, or on no list of those who are let in"
            what = f"no fleet_manager answers for {self._owner.site}/{self._owner.zone}"
            yield Finding("manager", Verdict.BAD, what, mend)
            return
        yield Finding("manager", Verdict.GOOD, "a fleet_manager answers")
        yield self._lease(answer.body)
        yield from self._pings()
        if self._link.robot is not None:
            yield from self._tries(self._link.robot)

    def _ask(self) -> Message[AnswerBody] | None:
        question = QUESTION.encode(0, time.time_ns(), QuestionBody(self._mark))
        for reply in self._session.get(self._key, payload=question, timeout=_ANSWER_S):
            if reply.ok:
                try:
                    return ANSWER.decode(reply.ok.payload.to_bytes(), self._key)
                except BadInput:
                    continue  # of another version
        return None

    def _lease(self, answer: AnswerBody) -> Finding:
        own_ms = round(self._link.lease_s * 1000)
        what = f"{own_ms} ms here, {answer.lease_ms} ms at the manager; a router's is in its configuration"
        if own_ms == answer.lease_ms:
            return Finding("leases", Verdict.GOOD, what)
        mend = "set the same everywhere: the longer one decides when the dead are missed"
        return Finding("leases", Verdict.NOTE, what, mend)

    def _pings(self) -> Iterator[Finding]:
        """How long questions take, and by the quickest how far the clocks are apart."""
        took: list[tuple[float, float]] = []
        for _ in range(PINGS):
            asked_ns = time.time_ns()
            began_s = time.perf_counter()
            if (answer := self._ask()) is not None:
                took_s = time.perf_counter() - began_s
                took.append((took_s, (answer.stamp_ns - asked_ns) / 1e9 - took_s / 2))
        if not took:
            mend = "the link comes and goes: look at the network"
            yield Finding("latency", Verdict.BAD, f"none of {PINGS} questions was answered", mend)
            return
        times_ms = sorted(took_s * 1e3 for took_s, _ in took)
        middle, worst, lost = statistics.median(times_ms), times_ms[-1], PINGS - len(took)
        what = f"there and back {middle:.1f} ms, at worst {worst:.1f} ms; {lost} of {PINGS} lost"
        mend = "look at the network" if lost else ""
        yield Finding("latency", Verdict.BAD if lost else Verdict.GOOD, what, mend)
        _, offset_s = min(took)
        what = f"this clock is {abs(offset_s) * 1e3:.1f} ms {'behind' if offset_s > 0 else 'ahead'}"
        apart_s = abs(offset_s)
        mend = "set both clocks by NTP" if apart_s > CLOCK_OFF_S else ""
        verdict = Verdict.GOOD if not mend else Verdict.NOTE
        yield Finding("clocks", Verdict.BAD if apart_s > CLOCK_WRONG_S else verdict, what, mend)

    def _tries(self, robot: Address) -> Iterator[Finding]:
        """Whether what it says under its own key arrives, and how much of it in a second."""
        publisher = self._session.declare_publisher(
            of_robot(robot), congestion_control=CongestionControl.BLOCK
        )
        payload = encode_try(self._mark, TRY_BYTES)
        publisher.put(payload)
        if not self._arrived(1)[0]:
            what = f"what is said as {robot} does not arrive"
            mend = "is that its name and zone? its certificate's, if it has one, and not revoked?"
            yield Finding("own keys", Verdict.BAD, what, mend)
            return
        yield Finding("own keys", Verdict.GOOD, f"what is said as {robot} arrives")
        began_s = time.perf_counter()
        for _ in range(TRIES):
            publisher.put(payload)
        count, at_s = self._arrived(TRIES + 1)
        arrived = max(0, count - 1)
        rate = arrived / (at_s - began_s)
        what = f"{rate:,.0f} messages of {TRY_BYTES} bytes in a second; {TRIES - arrived} lost"
        verdict = Verdict.GOOD if arrived == TRIES else Verdict.NOTE
        yield Finding(
            "throughput", verdict, what, "" if arrived == TRIES else "look at the network"
        )

    def _arrived(self, wanted: int) -> tuple[int, float]:
        """How many tries have arrived, once these have or no more come; and when the last was seen."""
        count, since_s = 0, time.perf_counter()
        while count < wanted and time.perf_counter() - since_s < _STALLED_S:
            answer = self._ask()
            if answer is not None and answer.body.arrived > count:
                count, since_s = answer.body.arrived, time.perf_counter()
        return count, since_s
