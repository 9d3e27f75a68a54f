# SPDX-License-Identifier: Apache-2.0
"""What robots tell comes through the failures of a real connection."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator

import pytest

pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from suwon_fleet.bench.bridge import gone
from suwon_fleet.bench.bridge.child import Child, free_endpoint
from suwon_fleet.bench.bridge.outages import QUICK, Outage, across
from suwon_fleet.bench.bridge.proxy import FaultyProxy
from suwon_fleet.core.errors import Unreachable


@pytest.fixture
def ends() -> Iterator[tuple[FaultyProxy, socket.socket, socket.socket]]:
    """A proxy, and both ends of a connection through it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        with FaultyProxy(f"tcp/{host}:{port}") as proxy:
            way = proxy.endpoint.partition("/")[2].split(":")
            with socket.create_connection((way[0], int(way[1]))) as near:
                far, _ = server.accept()
                with far:
                    yield proxy, near, far


def test_the_proxy_passes_on_both_ways(
    ends: tuple[FaultyProxy, socket.socket, socket.socket],
) -> None:
    _, near, far = ends
    near.sendall(b"there")
    assert far.recv(10) == b"there"
    far.sendall(b"back")
    assert near.recv(10) == b"back"


def test_what_falls_in_a_hole_comes_when_it_is_mended(
    ends: tuple[FaultyProxy, socket.socket, socket.socket],
) -> None:
    proxy, near, far = ends
    proxy.hole()
    near.sendall(b"late")
    far.settimeout(0.2)
    with pytest.raises(TimeoutError):
        far.recv(10)
    proxy.mend()
    far.settimeout(10.0)
    assert far.recv(10) == b"late"


def test_a_reset_ends_connections_and_refuses_new_ones(
    ends: tuple[FaultyProxy, socket.socket, socket.socket],
) -> None:
    proxy, near, far = ends
    proxy.reset()
    assert near.recv(10) == far.recv(10) == b""
    way = proxy.endpoint.partition("/")[2].split(":")
    with socket.create_connection((way[0], int(way[1]))) as again:
        assert again.recv(10) == b""


@pytest.mark.longest
@pytest.mark.parametrize("outage", QUICK, ids=lambda outage: outage.name)
def test_no_event_is_lost_doubled_or_out_of_order(outage: Outage) -> None:
    ours, plain = across(outage)
    assert (ours.lost, ours.doubled, ours.disordered) == (0, 0, 0)
    assert plain.lost > 0  # there was an outage


@pytest.mark.longest
def test_a_robot_that_is_gone_is_seen_whatever_became_of_it() -> None:
    assert gone.seen_by_link(gone.signal.SIGKILL) > 0.0
    assert gone.seen_by_link(gone.signal.SIGSTOP) > 0.0


def test_robots_that_end_of_themselves_are_told_of() -> None:
    with (
        Child.of_robots(free_endpoint(), "nothing", {}) as child,
        pytest.raises(Unreachable, match=r"exit code 1(.|\n)*KeyError: 'nothing'"),
    ):
        child.hear()


def test_who_says_nothing_is_not_waited_for_without_an_end() -> None:
    with (
        Child([sys.executable, "-c", "import time; time.sleep(60)"]) as child,
        pytest.raises(Unreachable, match="exit code -9"),
    ):
        child.hear(within_s=0.1)
