# SPDX-License-Identifier: Apache-2.0
"""The shipped configurations of Zenoh routers at work: a star of five sites, a ring with broken links."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count, permutations
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("zenoh", reason="Zenoh is not installed")

import zenoh
from waiting import wait_for
from zenoh.ext import (
    CacheConfig,
    MissDetectionConfig,
    declare_advanced_publisher,
)
from zenoh_net import Heard, answers, free_endpoint, plain, until_put_arrives

from suwon_fleet.adapters.clocks import WallClock
from suwon_fleet.adapters.zenoh.counts import Counts
from suwon_fleet.adapters.zenoh.happenings import ASK_AGAIN_S, Order, cache_of, subscribe
from suwon_fleet.adapters.zenoh.last_values import LastValues
from suwon_fleet.adapters.zenoh.link import ZenohLink
from suwon_fleet.adapters.zenoh.queues import Replies
from suwon_fleet.bench.bridge.proxy import FaultyProxy
from suwon_fleet.wire.zenoh.happenings import RobotEvent
from suwon_fleet.wire.zenoh.secured import LEASE_MS

CONFIG = Path(__file__).parents[2] / "config" / "zenoh"
EVENTS = "suwon/v1/s/z/r-1/events"
REGIONS = ("suseo", "setec", "yangjae", "hanriver", "yongsan")
FILES = sorted(file.name for file in CONFIG.glob("*.json5"))


class Net:
    """Routers and their clients; all are closed in the end."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def router(self, file: str, listen: str, *connect: str, region: str = "") -> zenoh.Session:
        """A router by a shipped file, at addresses of this machine."""
        config = zenoh.Config.from_file(str(CONFIG / file))
        if region:
            config.insert_json5("region_name", json.dumps(region))
        config.insert_json5("listen/endpoints", json.dumps([listen]))
        config.insert_json5("connect/endpoints", json.dumps(connect))
        return self._kept(zenoh.open(config))

    def client(self, router: str) -> zenoh.Session:
        config = plain("client", connect=(router,))
        return self._kept(zenoh.open(zenoh.Config.from_json5(json.dumps(config))))

    def relay(self, target: str) -> FaultyProxy:
        return self._stack.enter_context(FaultyProxy(target))

    def _kept(self, session: zenoh.Session) -> zenoh.Session:
        self._stack.callback(session.close)
        return session


@pytest.fixture
def net() -> Iterator[Net]:
    with ExitStack() as stack:
        yield Net(stack)


def neighbours(router: zenoh.Session) -> int:
    """Other routers, and sites in regions of its own."""
    return len(router.info.routers_zid()) + len(router.info.peers_zid())


@pytest.mark.parametrize("file", FILES)
def test_files_find_nobody_by_chance_and_notice_the_dead(file: str) -> None:
    config = zenoh.Config.from_file(str(CONFIG / file))
    told: Any = json.loads(config.get_json("transport/link/tx/lease"))
    assert LEASE_MS in (told, *(told.values() if isinstance(told, dict) else ()))
    assert json.loads(config.get_json("scouting/multicast/enabled")) is False
    mode = "peer" if json.loads(config.get_json("region_name")) else "router"
    assert json.loads(config.get_json("mode")) == mode


def test_in_a_star_all_sites_hear_each_other(net: Net) -> None:
    hub, sites = free_endpoint(), {region: free_endpoint() for region in REGIONS}
    for region, site in sites.items():  # before the hub: a site starts by itself
        net.router("star_site.json5", site, hub, region=region)
    middle = net.router("star_hub.json5", hub)
    wait_for(lambda: neighbours(middle) == len(sites))
    everybody_hears_everybody([net.client(site) for site in sites.values()], "")


def test_a_site_of_a_star_goes_on_without_the_hub(net: Net) -> None:
    hub, site = free_endpoint(), free_endpoint()
    cable = net.relay(hub)
    middle = net.router("star_hub.json5", hub)
    net.router("star_site.json5", site, cable.endpoint)
    wait_for(lambda: neighbours(middle) == 1)
    far = Heard(net.client(hub), "suwon/v1/**")
    robot, near = net.client(site), Heard(net.client(site), "suwon/v1/**")
    until_put_arrives(robot, "suwon/v1/a/b/c/state", far, "before")
    cable.reset()
    wait_for(lambda: neighbours(middle) == 0)
    until_put_arrives(robot, "suwon/v1/a/b/c/state", near, "alone")
    cable.mend()
    until_put_arrives(robot, "suwon/v1/a/b/c/state", far, "after")


def test_in_a_star_nobody_stays_deaf_when_all_lines_break_for_a_moment(net: Net) -> None:
    hub, sites = free_endpoint(), {region: free_endpoint() for region in REGIONS}
    cables = {region: net.relay(hub) for region in sites}
    middle = net.router("star_hub.json5", hub)
    for region, site in sites.items():
        net.router("star_site.json5", site, cables[region].endpoint, region=region)
    wait_for(lambda: neighbours(middle) == len(sites))
    clients = [net.client(site) for site in sites.values()]
    heard = everybody_hears_everybody(clients, "before")
    for time_of_it in ("first", "second", "third"):
        for cable in cables.values():
            cable.reset()
        for cable in cables.values():
            cable.mend()
        everybody_hears_everybody(clients, time_of_it, heard)


def everybody_hears_everybody(
    clients: list[zenoh.Session], when: str, heard: list[Heard] | None = None
) -> list[Heard]:
    heard = heard or [Heard(client, "suwon/v1/**") for client in clients]
    for one, other in permutations(range(len(clients)), 2):
        key = f"suwon/v1/site-{one}/hall/robot/state"
        until_put_arrives(clients[one], key, heard[other], f"{one} to {other} {when}")
    return heard


def test_in_a_ring_a_broken_link_cuts_nobody_off(net: Net) -> None:
    ring = [free_endpoint() for _ in range(4)]
    cables = [net.relay(ring[(i + 1) % 4]) for i in range(4)]
    routers = [net.router("ring_site.json5", ring[i], cables[i].endpoint) for i in range(4)]

    def are_joined(*counts: int) -> bool:
        return [neighbours(router) for router in routers] == list(counts)

    wait_for(lambda: are_joined(2, 2, 2, 2))
    counts = Counts()
    order, manager = Order(counts), net.client(ring[1])
    inbox, caches = subscribe(manager, EVENTS), Replies(manager, ASK_AGAIN_S)
    robot = net.client(ring[0])
    publisher = declare_advanced_publisher(
        robot,
        EVENTS,
        cache=CacheConfig(10_000),
        sample_miss_detection=MissDetectionConfig(heartbeat=0.1),
        publisher_detection=True,
        congestion_control=zenoh.CongestionControl.DROP,
    )
    told: list[int] = []
    numbers = count(1)

    def hear() -> int:
        """As the fleet's link does."""
        now_ns = time.monotonic_ns()
        for sample in inbox.drain():
            told.extend(one.sequence for one in order.take(event(sample.payload.to_bytes())))
        for _, payload in caches.drain():
            told.extend(one.sequence for one in order.take(event(payload), is_again=True))
        told.extend(one.sequence for one in order.overdue(now_ns))
        for _ in order.gaps(now_ns):
            caches.ask(cache_of(EVENTS))
        return len(told)

    def say_until_more_is_heard() -> None:
        """What is said before the ring has found another way comes late; what is said after, at once."""
        before = hear()
        wait_for(lambda: publisher.put(f"{next(numbers)}") or hear() > before)

    say_until_more_is_heard()
    for cut, joined in ((0, (1, 1, 2, 2)), (2, (2, 2, 1, 1))):
        cables[cut].reset()
        wait_for(lambda joined=joined: are_joined(*joined))
        say_until_more_is_heard()
        cables[cut].mend()
        wait_for(lambda: are_joined(2, 2, 2, 2))
        say_until_more_is_heard()
    last = next(numbers) - 1
    wait_for(lambda: hear() and told[-1] == last)
    # What was said before the two had met does not count.
    assert told == list(range(told[0], last + 1))
    assert (counts.events_missed, counts.events_doubled) == (0, 0)
    inbox.close()
    publisher.undeclare()


def event(payload: bytes) -> RobotEvent:
    return RobotEvent("r-1", "one", int(payload), 0, "")


def test_who_comes_late_is_told_the_newest_values_across_a_star(net: Net) -> None:
    hub, sites = free_endpoint(), [free_endpoint() for _ in range(2)]
    middle = net.router("star_hub.json5", hub)
    for region, site in zip(REGIONS, sites, strict=False):
        net.router("star_site.json5", site, hub, region=region)
    wait_for(lambda: neighbours(middle) == 2)
    fleet, robot = net.client(sites[0]), net.client(sites[0])
    last = LastValues(fleet, "suseo")
    link = ZenohLink(fleet, WallClock(), "suseo", keep=last.keep)

    def kept() -> bool:
        for number in range(3):
            robot.put("suwon/v1/suseo/lab/a/state", f"a {number}")
        robot.put("suwon/v1/suseo/lab/b/state", "b")
        robot.put("suwon/v1/suseo/lab/a/factsheet", "sheet")
        robot.put("suwon/v1/suseo/lab/a/alarm", "not kept")
        link.drain()
        return len(last) == 3

    wait_for(kept)
    robot.close()
    late = net.client(sites[1])

    def ask(key: str) -> dict[str, str]:
        return answers(late, key, last.turn)

    wait_for(lambda: ask("suwon/v1/suseo/lab/b/state"))
    assert ask("suwon/v1/suseo/*/*/state") == {
        "suwon/v1/suseo/lab/a/state": "a 2",
        "suwon/v1/suseo/lab/b/state": "b",
    }
    assert ask("suwon/v1/*/*/*/factsheet") == {"suwon/v1/suseo/lab/a/factsheet": "sheet"}
    assert ask("suwon/v1/suseo/lab/c/state") == {}
    link.close()
    last.close()
