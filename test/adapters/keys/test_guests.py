# SPDX-License-Identifier: Apache-2.0
"""Robots that speak by another's key, over real TLS: refused without a word, yet people are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("zenoh", reason="Zenoh is not installed")

from secure_fleet import NOW, Fleet
from waiting import wait_for
from zenoh_net import sessions

from suwon_fleet.adapters.clocks import WallClock
from suwon_fleet.adapters.keys.folder import KeyFolder
from suwon_fleet.adapters.keys.terms import Terms
from suwon_fleet.adapters.zenoh import guests
from suwon_fleet.adapters.zenoh.link import ZenohLink
from suwon_fleet.core.engine.messages import Noticed
from suwon_fleet.core.texts import say
from suwon_fleet.wire.zenoh.access import Role, robot_of

HOME = "suwon/v1/suseo/lab"


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    monkeypatch.setattr(guests, "LOOK_EVERY_S", 0.5)
    keys = KeyFolder.create(tmp_path, "belt", NOW, 30)
    wanted = [
        Terms(Role.MANAGER, "lab", zones=("suseo/lab",), hosts=("127.0.0.1",)),
        *(Terms(Role.ROBOT, f"suseo/lab/{robot}") for robot in ("a", "b")),
        Terms(Role.ROBOT, "suseo/plaza/c"),
        Terms(Role.OPERATOR, "kim"),
    ]
    keys.issue(wanted, NOW, 30)
    with sessions() as opened:
        yield Fleet(keys, opened)


@contextmanager
def manager(fleet: Fleet) -> Iterator[ZenohLink]:
    """The link of a fleet that robots are connected to."""
    session = fleet.opened(fleet.config("lab", listen=[fleet.endpoint]))
    with closing(ZenohLink(session, WallClock(), "suseo", "lab")) as link:
        yield link


class People:
    """Are told what the link notices."""

    def __init__(self, link: ZenohLink) -> None:
        self.link, self.told = link, []

    def hear(self) -> list[Any]:
        self.told += [one for one in self.link.drain() if isinstance(one, Noticed)]
        return self.told

    def until_alive(self, robot: str) -> None:
        """Wait until it is known to be there; before, it may be told of for being unheard."""
        wait_for(lambda: self.hear() or self.link._members.is_alive(robot))
        assert self.told == []

    def until(self, *codes: str) -> None:
        wait_for(lambda: {one.reason.code for one in self.hear()} == {*codes})

    def until_over(self) -> None:
        wait_for(lambda: any(one.is_over for one in self.hear()))


def test_a_robot_that_speaks_by_anothers_key_is_refused_and_told_of(fleet: Fleet) -> None:
    with manager(fleet) as link:
        people, rightful = People(link), fleet.join("suseo/lab/b")
        kept = [rightful.liveliness().declare_token(f"{HOME}/b/alive")]
        people.until_alive("suseo/lab/b")
        robot = fleet.join("suseo/lab/a")
        kept.append(robot.liveliness().declare_token(f"{HOME}/b/alive"))
        robot.put(f"{HOME}/b/state", "forged")
        people.until("robot-connected-unheard")
        (noticed,) = people.told
        assert noticed.subject == "a"
        assert "suseo/lab/a is connected from tls/127.0.0.1:" in say(noticed.reason, "en")
        (sender,) = link.counts.unusable
        assert sender.startswith("suseo/lab/a at tls/127.0.0.1:")
        assert link.counts.states == 0
        kept.append(robot.liveliness().declare_token(f"{HOME}/a/alive"))  # it has its own name now
        people.until_over()
        assert [one.is_over for one in people.told] == [False, True]
        for token in kept:
            token.undeclare()


def test_a_certificate_that_is_used_twice_at_once_is_told_of(fleet: Fleet) -> None:
    with manager(fleet) as link:
        people, robot = People(link), fleet.join("suseo/lab/a")
        token = robot.liveliness().declare_token(f"{HOME}/a/alive")
        people.until_alive("suseo/lab/a")
        again = fleet.join("suseo/lab/a")
        people.until("robot-connected-twice")
        again.close()
        people.until_over()
        token.undeclare()


def test_robots_of_other_zones_and_others_than_robots_are_no_guests(fleet: Fleet) -> None:
    with manager(fleet) as link:
        people = People(link)
        for name in ("suseo/plaza/c", "kim", "suseo/lab/a"):
            fleet.join(name)
        people.until("robot-connected-unheard")
        assert [one.subject for one in people.told] == ["a"]


@pytest.mark.parametrize(
    ("common_name", "robot"),
    [
        ("suseo.lab.a.0123456789abcdef", "suseo/lab/a"),
        ("lab.0123456789abcdef", None),
        ("suseo.lab.a", None),
        ("suseo.lab._fleet.0123456789abcdef", None),
        (f"suseo.lab.{'a' * 37}.0123456789abcdef", None),
        ("suseo.lab.a.b.0123456789abcdef", None),
        ("", None),
    ],
)
def test_robots_by_their_certificates(common_name: str, robot: str | None) -> None:
    assert robot_of(common_name) == robot
