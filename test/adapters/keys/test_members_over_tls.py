# SPDX-License-Identifier: Apache-2.0
"""The fleet's own link and a robot's own library through a router that holds both to their rights."""

from __future__ import annotations

import json
import threading
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
from suwon_fleet.adapters.zenoh.link import ZenohLink
from suwon_fleet.adapters.zenoh.session import SessionSettings, open_session
from suwon_fleet.core.engine.messages import Announced, Noticed, Vanished
from suwon_fleet.core.robots.command import Grant, RequestStop, StopKind, Waypoint
from suwon_fleet.robot import Action, Connection, Robot, run
from suwon_fleet.robot import Waypoint as Goal
from suwon_fleet.wire.zenoh.access import Role

NAME = ("suseo", "lab", "r-1")


class Cart(Robot):
    """Is at once where it is sent to."""

    def drive(self, to: Goal, period_s: float) -> bool:
        self.body.x_m, self.body.y_m = to.x_m, to.y_m
        return True

    def act(self, action: Action, period_s: float) -> bool | None:
        return True

    def halt(self) -> None:
        self.body.speed_mps = 0.0


@contextmanager
def at_work(cart: Cart, connection: Connection) -> Any:
    """The robot's own loop runs."""
    leave = threading.Event()
    site, zone, robot = NAME
    told = {"site": site, "zone": zone, "robot_id": robot, "kind": "courier"}
    thread = threading.Thread(
        target=run, args=(cart, connection), kwargs={**told, "rate_hz": 50.0, "until": leave.is_set}
    )
    thread.start()
    try:
        yield
    finally:
        leave.set()
        thread.join()


@pytest.mark.parametrize(("priority_links", "mode"), [(False, "peer"), (True, "client")])
def test_a_robot_and_its_fleet_find_all_they_need_allowed(
    tmp_path: Path, priority_links: bool, mode: str
) -> None:
    robot = "/".join(NAME)
    keys = KeyFolder.create(tmp_path, "belt", NOW, 30)
    keys.issue(
        [
            Terms(Role.ROUTER, "hub", hosts=("127.0.0.1",)),
            Terms(Role.MANAGER, "suseo", zones=("suseo/*",)),
            Terms(Role.ROBOT, robot),
        ],
        NOW,
        30,
    )
    config = tmp_path / "suseo.json5"
    cart = Cart()
    with sessions() as opened:
        fleet = Fleet(keys, opened)
        fleet.start_router()
        own = fleet.config("suseo", connect=[fleet.endpoint])
        config.write_text(json.dumps(own), encoding="utf-8")
        files = fleet.files(robot)
        connection = Connection(
            [fleet.endpoint],
            files.authority,
            files.certificate,
            files.key,
            priority_links=priority_links,
        )
        session = open_session(SessionSettings(mode=mode, file=str(config)))
        with closing(session), closing(ZenohLink(session, WallClock(), "suseo")) as link:
            heard: list[Any] = []
            with at_work(cart, connection):

                def until(what: Any) -> None:
                    wait_for(lambda: heard.extend(link.drain()) or what())

                until(lambda: any(isinstance(one, Announced) for one in heard))
                grant = Grant("r-1", 0, (Waypoint(3.0, 0.0, "ground", 1.0),))
                until(lambda: link.send([grant]) or cart.body.x_m == 3.0)
                link.send([RequestStop("r-1", "stop-1", StopKind.PROTECTIVE)])
                until(lambda: link.unanswered == 0)
                cart.tell("bumped", into="a bollard")
                until(lambda: [event.what for event in link.events()] == ["bumped"])
                cart.alarm("lid", "it does not close")
                until(lambda: any(isinstance(one, Noticed) for one in heard))
            until(lambda: any(isinstance(one, Vanished) for one in heard))
            assert link.counts.unusable.total() == 0
