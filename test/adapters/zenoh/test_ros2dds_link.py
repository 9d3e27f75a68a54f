# SPDX-License-Identifier: Apache-2.0
"""A robot in a process of its own, behind a bridge's keys, does a delivery for a real fleet."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("zenoh", reason="Zenoh is not installed")

import zenoh
from pages import blocks
from waiting import wait_for
from zenoh_net import free_endpoint, session_at

from suwon_fleet.adapters.clocks import WallClock
from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.adapters.zenoh.ros2dds_link import Ros2ddsLink
from suwon_fleet.cli.processes import Processes
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus
from suwon_fleet.core.robots.command import ActionKind, Pause
from suwon_fleet.service.assemble import assemble
from suwon_fleet.service.fleet_service import FleetService
from suwon_fleet.wire.bridge.nav2_robot import ByService, ByTime, Nav2Robot, PoseSource
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.maps import load_site

PLAYER = Path(__file__).with_name("nav2_player.py")
NAMESPACE = "belt/r1"
SITE = """\
format: suwon_fleet/site@1
id: corner
frame: {kind: local}
defaults: {lane: {kind: indoor, width_m: 2.0, speed_limit_mps: 3.0}}
nodes:
  corner: [4, 0]
places:
  - {id: bay, at: [-3, 0], kinds: [parking]}
  - {id: shop, at: [0, 0], kinds: [pickup]}
  - {id: desk, at: [4, 3], kinds: [dropoff]}
lanes:
  - {path: [bay, shop, corner, desk]}
"""
ROBOT = Nav2Robot(
    "r-1",
    "courier",
    NAMESPACE,
    pose=PoseSource.ODOM,
    actions={ActionKind.LOAD: ByTime(0.2), ActionKind.UNLOAD: ByService("unload", 2.0)},
)


@pytest.fixture
def endpoint() -> str:
    return free_endpoint()


@pytest.fixture
def session(endpoint: str) -> Iterator[Any]:
    with session_at(listen=[endpoint]) as session:
        yield session


def fleet_on(folder: Path, link: Ros2ddsLink, clock: WallClock) -> FleetService:
    (folder / "corner.yaml").write_text(SITE)
    (kind,) = blocks("adapters.md", "yaml")
    (folder / "courier.yaml").write_text(kind)
    core = assemble(load_site(folder / "corner.yaml"), load_kinds(folder / "courier.yaml"))
    return FleetService(core, MemoryJournal(), link, clock)


@pytest.mark.parametrize("dropped", [0.0, 0.2])
def test_it_does_a_delivery_also_when_replies_are_lost(
    session: Any, endpoint: str, tmp_path: Path, dropped: float
) -> None:
    clock = WallClock()
    link = Ros2ddsLink(session, [ROBOT], clock.now_ns)
    service = fleet_on(tmp_path, link, clock)
    said: list[str] = []
    with Processes(lambda _, line: said.append(line)) as processes:
        command = [sys.executable, str(PLAYER), endpoint, NAMESPACE, "-3.0", "0.3"]
        processes.start("robot", [*command, str(dropped), "1"])

        def until(what: Any) -> None:
            def turned() -> bool:
                service.turn()
                processes.watch(0.02)
                return bool(what())

            wait_for(turned, 60.0)

        until(lambda: service.fleet.state.robots)
        request = JobRequest(JobKind.DELIVERY, ("shop", "desk"), "r")
        answer = service.ask(m.SubmitJob("", request))
        until(answer.done)
        job = service.fleet.state.jobs[answer.result().id]
        until(lambda: service.fleet.state.jobs[job.job_id].status is JobStatus.FINISHED)
        until(lambda: not service.fleet.state.alerts)
    assert not link.counts.unusable
    counts = json.loads(said[-1])
    assert counts["goals"] >= 4, "to where it stands, to the shop, the corner and the desk"
    assert counts["unloaded"] >= 1
    assert bool(counts["dropped"]) == bool(dropped)
    link.close()


def test_what_cannot_be_read_is_counted_by_its_key(session: Any, endpoint: str) -> None:
    link = Ros2ddsLink(session, [ROBOT], WallClock().now_ns)
    with session_at(connect=[endpoint]) as robot:
        channel = zenoh.handlers.FifoChannel(8)
        service = robot.declare_queryable(f"{NAMESPACE}/**", channel)

        def rubbish() -> bool:
            robot.put(f"{NAMESPACE}/odom", b"no CDR at all")
            if (query := service.try_recv()) is not None:
                query.reply(str(query.key_expr), b"nor this")
            assert link.drain() == []
            return len(link.counts.unusable) == 2

        wait_for(rubbish)
    assert link.counts.unusable.keys() == {
        f"{NAMESPACE}/odom",
        f"{NAMESPACE}/navigate_to_pose/_action/cancel_goal",
    }
    link.close()


def test_commands_for_nobody_are_counted(session: Any) -> None:
    link = Ros2ddsLink(session, [ROBOT], WallClock().now_ns)
    link.send([Pause("r-9"), Pause(ROBOT.robot_id)])
    assert link.counts.nowhere == 1
    link.close()
