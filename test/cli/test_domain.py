# SPDX-License-Identifier: Apache-2.0
"""A ROS domain that nobody else is in."""

import os
import socket
import tempfile
from pathlib import Path

import pytest

from suwon_fleet.cli import domain
from suwon_fleet.cli.domain import isolated
from suwon_fleet.core.errors import Unreachable


def test_the_environment_is_set_and_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROS_DOMAIN_ID", "7")
    monkeypatch.delenv("ROS_AUTOMATIC_DISCOVERY_RANGE", raising=False)
    with isolated() as chosen:
        assert 1 <= chosen <= domain.HIGHEST
        assert os.environ["ROS_DOMAIN_ID"] == str(chosen)
        assert os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
    assert os.environ["ROS_DOMAIN_ID"] == "7"
    assert "ROS_AUTOMATIC_DISCOVERY_RANGE" not in os.environ


def test_a_domain_in_use_is_not_chosen() -> None:
    with isolated() as first, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("", 7410 + 250 * first))
        with isolated() as second:
            assert second != first


def test_a_domain_that_another_has_chosen_is_not_chosen() -> None:
    """Also while neither has a node there yet; it is free again afterwards."""
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
        (lock,) = tmp_path.glob("*.lock")
    lock.unlink()
    lock.symlink_to(kept)
    with isolated() as second:
        assert second != first
    assert kept.read_text(encoding="utf-8") == "kept"
