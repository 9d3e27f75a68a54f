# SPDX-License-Identifier: Apache-2.0
"""What the doctor finds: a link that is well, and each way it may be broken, by real connections."""

from __future__ import annotations

import itertools
import json
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("zenoh", reason="Zenoh is not installed")


from secure_fleet import NOW, Fleet
from zenoh_net import free_endpoint, plain, sessions

from suwon_fleet.adapters.keys.folder import KeyFolder
from suwon_fleet.adapters.keys.terms import Terms
from suwon_fleet.adapters.zenoh import doctor, tls
from suwon_fleet.adapters.zenoh import examine as asking
from suwon_fleet.adapters.zenoh.doctor import Doctor
from suwon_fleet.adapters.zenoh.examine import Link, Verdict, examine
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main
from suwon_fleet.core.errors import BadInput
from suwon_fleet.wire.zenoh.access import Role
from suwon_fleet.wire.zenoh.keys import Address, owner_of
from suwon_fleet.wire.zenoh.secured import Files

ROBOT, GONE = Address("suseo", "lab", "a"), Address("suseo", "lab", "gone")
ALL = ["network", "encryption", "session", "manager", "leases", "latency", "clocks", "own keys"]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A router that holds all to their rights, and a manager that answers."""
    keys = KeyFolder.create(tmp_path_factory.mktemp("keys"), "belt", NOW, 365)
    robots = [Terms(Role.ROBOT, name) for name in ("suseo/lab/a", "suseo/lab/gone")]
    hub = Terms(Role.ROUTER, "hub", hosts=("127.0.0.1",))
    keys.issue([hub, Terms(Role.MANAGER, "m", zones=("suseo/*",)), *robots], NOW, 365)
    keys.revoke("suseo/lab/gone", NOW, only_replaced=False)
    with sessions() as opened:
        fleet = Fleet(keys, opened)
        fleet.start_router()
        with closing(Doctor(fleet.join("m"), "suseo", "*", 1.0)):
            yield fleet


@pytest.fixture(scope="module")
def link(fleet: Fleet) -> Link:
    """How the robot reaches it, with all it needs."""
    return Link(fleet.endpoint, owner_of("suseo", "lab"), ROBOT, fleet.files("suseo/lab/a"))


def verdicts(link: Link) -> dict[str, Verdict]:
    return {finding.check: finding.verdict for finding in examine(link)}


def last(link: Link) -> tuple[str, str]:
    """The check that was bad, and what was found."""
    *good, bad = examine(link)
    assert all(finding.verdict is not Verdict.BAD for finding in good)
    assert (bad.verdict, bool(bad.mend)) == (Verdict.BAD, True)
    return bad.check, bad.what


def test_a_link_that_is_well_passes_all(link: Link) -> None:
    found = verdicts(link)
    assert [*found] == [*ALL, "throughput"]
    assert set(found.values()) == {Verdict.GOOD}


def test_who_speaks_under_anothers_key_is_told(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_STALLED_S", 0.5)
    check, what = last(replace(link, robot=Address("suseo", "lab", "b")))
    assert (check, "suseo/lab/b does not arrive" in what) == ("own keys", True)


def test_who_was_revoked_is_answered_by_nobody(fleet: Fleet, link: Link) -> None:
    gone = replace(link, robot=GONE, files=fleet.files("suseo/lab/gone"))
    assert last(gone) == ("manager", "no fleet_manager answers for suseo/lab")


def test_each_side_says_which_certificate_it_refuses(
    fleet: Fleet, link: Link, tmp_path: Path
) -> None:
    other = Fleet(KeyFolder.create(tmp_path, "belt", NOW, 30), fleet.opened)
    other.folder.issue([Terms(Role.ROBOT, "suseo/lab/a")], NOW, 30)
    theirs, ours = other.files("suseo/lab/a"), fleet.files("suseo/lab/a")
    for files, said in (
        (theirs, "we do not take its certificate: unable to get local issuer"),
        (replace(theirs, authority=ours.authority), "it does not take our certificate"),
        (Files(ours.authority), "it wants a certificate, and none is shown"),
    ):
        check, what = last(replace(link, files=files))
        assert check == "encryption"
        assert what.startswith(said)


def test_a_name_the_certificate_has_not_is_told(link: Link) -> None:
    check, what = last(replace(link, endpoint=link.endpoint.replace("127.0.0.1", "localhost")))
    assert (check, "Hostname mismatch" in what) == ("encryption", True)


def test_plain_tcp_to_a_router_of_tls_is_no_session(link: Link) -> None:
    check, _ = last(Link(link.endpoint.replace("tls/", "tcp/")))
    assert check == "session"


def test_where_nobody_listens_is_told() -> None:
    assert last(Link(free_endpoint()))[0] == "network"
    assert last(Link("tcp/no-such-host.invalid:7447"))[0] == "network"


def test_what_does_not_speak_tls_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "_CONNECT_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        endpoint = f"tls/127.0.0.1:{listener.getsockname()[1]}"
        assert last(Link(endpoint)) == ("encryption", "it does not answer a handshake")


def test_without_tls_all_works_and_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = free_endpoint()
    late = SimpleNamespace(time_ns=lambda: time.time_ns() + 500_000_000)
    with (
        sessions() as opened,
        closing(Doctor(opened(plain("peer", listen=(endpoint,))), "suseo", "lab", 2.0)),
    ):
        monkeypatch.setattr(doctor, "time", late)
        found = {f.check: f for f in examine(Link(endpoint, owner_of("suseo", "lab"), ROBOT))}
        late.time_ns = lambda: time.time_ns() - 5_000_000_000
        wrong = {f.check: f for f in examine(Link(endpoint, owner_of("suseo", "lab")))}
    noted = {check for check, finding in found.items() if finding.verdict is Verdict.NOTE}
    assert noted == {"encryption", "leases", "clocks"}
    assert "behind" in found["clocks"].what
    assert (wrong["clocks"].verdict, "ahead" in wrong["clocks"].what) == (Verdict.BAD, True)
    assert "own keys" not in wrong


def test_the_wait_for_what_is_lost_does_not_count_as_slowness(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, told = itertools.count(1), iter([3, 5, None])
    monkeypatch.setattr(asking, "time", SimpleNamespace(perf_counter=lambda: next(clock) * 0.1))

    class Lossy(asking._Examination):
        def __init__(self) -> None:
            self.asked_s: list[float] = []

        def _ask(self) -> Any:
            arrived = next(told, 5)
            if arrived is None:
                return None
            self.asked_s.append(asking.time.perf_counter())
            return SimpleNamespace(body=SimpleNamespace(arrived=arrived))

    lossy = Lossy()
    count, at_s = lossy._arrived(6)
    assert (count, at_s) == (5, pytest.approx(lossy.asked_s[1] + 0.1))
    assert len(lossy.asked_s) > 3  # it went on asking until no more came


def test_questions_that_cannot_be_read_are_answered_so(fleet: Fleet) -> None:
    session = fleet.join("suseo/lab/a")
    key = "suwon/v1/suseo/lab/_fleet/doctor"
    for payload in (b"", b"\xc1", b"\x95\x02\xa1x\x00\x00\x90", bytes(70_000)):
        replies = [*session.get(key, payload=payload, timeout=5)]
        assert [reply.ok for reply in replies] == [None]


@pytest.mark.parametrize(
    "link",
    [
        Link("udp/127.0.0.1:1"),
        Link("127.0.0.1"),
        Link("tcp/x:99999"),
        Link("tcp/a..b:7447"),
        Link(f"tls/{'x' * 64}.b:7447"),
    ],
)
def test_an_endpoint_that_is_none_is_named(link: Link) -> None:
    with pytest.raises(BadInput, match=r"bad-endpoint.*(tcp/HOST:PORT|an IP address)"):
        [*examine(link)]


def test_files_that_cannot_be_used_are_named(link: Link, tmp_path: Path) -> None:
    assert link.files is not None
    empty = tmp_path / "empty.pem"
    empty.touch()
    for files, code in (
        (replace(link.files, key="/no/such.key"), "no-file"),
        (replace(link.files, key=""), "missing"),
        (replace(link.files, key=link.files.certificate), "unusable"),
        (replace(link.files, authority=str(empty)), "unusable"),
    ):
        with pytest.raises(BadInput, match=code):
            [*examine(replace(link, files=files))]


def test_the_verb_tells_it_to_programs_and_people(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    files = fleet.files("suseo/lab/a")
    own = ["--ca", files.authority, "--certificate", files.certificate, "--key", files.key]
    ask = ["zenoh", "doctor", *own, fleet.endpoint]
    assert main([*ask, "--robot", "suseo/lab/a", "--json"]) == Exit.GOOD
    told = json.loads(capsys.readouterr().out)
    assert [row["check"] for row in told][: len(ALL)] == ALL
    assert main([*ask, free_endpoint(), "--zone", "suseo/lab"]) == Exit.FAILED
    assert "nobody listens" in capsys.readouterr().out
    assert main([*ask, "--robot", "lab-1"]) == Exit.BAD_INPUT
    assert main([*ask, "--zone", "suseo"]) == Exit.BAD_INPUT
    assert main([*ask, "--zone", "suseo/LAB"]) == Exit.BAD_INPUT
    assert capsys.readouterr().err.count("; give ") == 2


def test_without_zenoh_the_verb_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "suwon_fleet.adapters.zenoh.examine", None)
    monkeypatch.delattr("suwon_fleet.adapters.zenoh.examine")
    assert main(["zenoh", "doctor", "tcp/127.0.0.1:1"]) == Exit.UNREACHABLE
    assert "suwon-fleet[zenoh]" in capsys.readouterr().err
