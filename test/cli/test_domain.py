# SPDX-License-Identifier: Apache-2.0
"""A ROS domain that nobody else is in."""

import os
import socket
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

import pytest

from suwon_fleet.cli import domain
from suwon_fleet.cli.domain import isolated
from suwon_fleet.core.errors import Unreachable

RANGE, SETTINGS = "ROS_AUTOMATIC_DISCOVERY_RANGE", "FASTRTPS_DEFAULT_PROFILES_FILE"


def test_the_environment_is_set_and_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROS_DOMAIN_ID", "7")
    for name in (RANGE, SETTINGS, "RMW_IMPLEMENTATION"):
        monkeypatch.delenv(name, raising=False)
    with isolated() as chosen:
        assert 1 <= chosen <= domain.HIGHEST
        assert os.environ["ROS_DOMAIN_ID"] == str(chosen)
        assert "127.0.0.1" in Path(os.environ[SETTINGS]).read_text(encoding="utf-8")
    assert os.environ["ROS_DOMAIN_ID"] == "7"
    assert not {RANGE, SETTINGS} & os.environ.keys()


def test_another_middleware_stays_on_this_machine_by_its_own_means(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RMW_IMPLEMENTATION", "rmw_cyclonedds_cpp")
    with isolated():
        assert os.environ[RANGE] == "LOCALHOST"
        assert SETTINGS not in os.environ


_LOOK = """
import os
from pathlib import Path
from rclpy.node import Node
from suwon_fleet.nodes.spinning import run

def look(node):
    print(Path("/proc/self/maps").read_text().count("/dev/shm/fastrtps"))
    own = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
    sockets = {os.readlink(link) for link in own if os.path.islink(link)}
    for line in Path("/proc/self/net/udp").read_text().splitlines()[1:]:
        _, at, *_, number = line.split()[:10]
        if f"socket:[{number}]" in sockets:
            print(at.partition(":")[0])
    return 0

run(lambda: Node("looked_at"), look, [])
"""
_LOOPBACK = "0100007F"
"""127.0.0.1 as Linux tells it."""


@pytest.mark.ros
@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="no /proc here")
@pytest.mark.parametrize("is_isolated", [True, False])
def test_nodes_have_no_memory_in_common_which_one_that_is_killed_leaves_locked(
    is_isolated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And in a domain of their own nobody on other machines hears them."""
    pytest.importorskip("rclpy", reason="ROS 2 is not installed")
    for name in (RANGE, SETTINGS, "FASTDDS_BUILTIN_TRANSPORTS", "RMW_IMPLEMENTATION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ROS_DOMAIN_ID", "101")
    with isolated() if is_isolated else nullcontext():
        command = [sys.executable, "-c", _LOOK]
        found = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True
        ).stdout.split()
    mapped, *sockets = found
    assert mapped == "0"
    assert sockets
    assert not is_isolated or set(sockets) == {_LOOPBACK}


def test_a_domain_in_use_is_not_chosen() -> None:
    with isolated() as first, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("", 7410 + 250 * first))
        with isolated() as second:
            assert second != first


def test_a_domain_that_another_has_chosen_is_not_chosen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also while neither has a node there yet; it is free again afterwards."""
    monkeypatch.setattr(
        tempfile, "tempdir", str(tmp_path)
    )  # of those who are tested beside us, too
    monkeypatch.setattr(domain, "_is_free", lambda _: True)
    with isolated() as first, isolated() as second:
        assert second != first
    with isolated() as again:
        assert again == first


def test_none_left_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain, "_is_free", lambda _: False)
    with pytest.raises(Unreachable, match="all ROS domains"), isolated():
        pass


def test_a_lock_that_is_a_link_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    kept = tmp_path / "kept"
    kept.write_text("kept", encoding="utf-8")
    with isolated() as first:
        lock = tmp_path / f"suwon_fleet_domain_{first}.lock"
    lock.unlink()
    lock.symlink_to(kept)
    with isolated() as second:
        assert second != first
    assert kept.read_text(encoding="utf-8") == "kept"
