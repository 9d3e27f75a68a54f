# SPDX-License-Identifier: Apache-2.0
"""The shipped configurations of Zenoh routers at work: a star of three sites, a ring with a broken link."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("zenoh", reason="Zenoh is not installed")

import zenoh
from relay import Relay
from waiting import wait_for
from zenoh.ext import (
    CacheConfig,
    HistoryConfig,
    MissDetectionConfig,
    RecoveryConfig,
    declare_advanced_publisher,
    declare_advanced_subscriber,
)
from zenoh_net import Heard, answers, free_endpoint, plain, until_put_arrives

from suwon_fleet.adapters.zenoh.last_values import LastValues
from suwon_fleet.wire.zenoh.secured import LEASE_MS

CONFIG = Path(__file__).parents[2] / "config" / "zenoh"
FILES = sorted(file.name for file in CONFIG.glob("*.json5"))


class Net:
    """Routers and their clients; all are closed in the end."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def router(self, file: str, listen: str, *connect: str) -> zenoh.Session:
        """A router by a shipped file, at addresses of this machine."""
        config = zenoh.Config.from_file(str(CONFIG / file))
        config.insert_json5("listen/endpoints", json.dumps([listen]))
        config.insert_json5("connect/endpoints", json.dumps(connect))
        return self._kept(zenoh.open(config))

    def client(self, router: str) -> zenoh.Session:
        config = plain("client", connect=(router,))
        return self._kept(zenoh.open(zenoh.Config.from_json5(json.dumps(config))))

    def relay(self, target: str) -> Relay:
        return self._stack.enter_context(Relay(target))

    def _kept(self, session: zenoh.Session) -> zenoh.Session:
        self._stack.callback(session.close)
        return session


@pytest.fixture
def net() -> Iterator[Net]:
    with ExitStack() as stack:
        yield Net(stack)


def neighbours(router: zenoh.Session) -> int:
    return len(router.info.routers_zid())


@pytest.mark.parametrize("file", FILES)
def test_files_find_nobody_by_chance_and_notice_the_dead(file: str) -> None:
    config = zenoh.Config.from_file(str(CONFIG / file))
    told: Any = json.loads(config.get_json("transport/link/tx/lease"))
    assert LEASE_MS in (told, *(told.values() if isinstance(told, dict) else ()))
    assert json.loads(config.get_json("scouting/multicast/enabled")) is False
    assert json.loads(config.get_json("mode")) == "router"


def test_in_a_star_all_sites_hear_each_other(net: Net) -> None:
    hub, sites = free_endpoint(), [free_endpoint() for _ in range(3)]
    for site in sites:  # before the hub: a site starts by itself
        net.router("star_site.json5", site, hub)
    middle = net.router("star_hub.json5", hub)
    wait_for(lambda: neighbours(middle) == 3)
    clients = [net.client(site) for site in sites]
    heard = [Heard(client, "suwon/v1/**") for client in clients]
    for one, other in permutations(range(3), 2):
        key = f"suwon/v1/site-{one}/hall/robot/state"
        until_put_arrives(clients[one], key, heard[other], f"{one} to {other}")


def test_a_site_of_a_star_goes_on_without_the_hub(net: Net) -> None:
    hub, site = free_endpoint(), free_endpoint()
    cable = net.relay(hub)
    middle = net.router("star_hub.json5", hub)
    net.router("star_site.json5", site, cable.endpoint)
    wait_for(lambda: neighbours(middle) == 1)
    far = Heard(net.client(hub), "suwon/v1/**")
    robot, near = net.client(site), Heard(net.client(site), "suwon/v1/**")
    until_put_arrives(robot, "suwon/v1/a/b/c/state", far, "before")
    cable.cut()
    wait_for(lambda: neighbours(middle) == 0)
    until_put_arrives(robot, "suwon/v1/a/b/c/state", near, "alone")
    cable.mend()
    until_put_arrives(robot, "suwon/v1/a/b/c/state", far, "after")


def test_in_a_ring_a_broken_link_cuts_nobody_off(net: Net) -> None:
    ring = [free_endpoint() for _ in range(4)]
    cables = [net.relay(ring[(i + 1) % 4]) for i in range(4)]
    routers = [net.router("ring_site.json5", ring[i], cables[i].endpoint) for i in range(4)]
    wait_for(lambda: [neighbours(router) for router in routers] == [2, 2, 2, 2])
    robot, manager = net.client(ring[0]), net.client(ring[1])
    ways_are_laid = Heard(manager, "suwon/v1/*/*/*/state")
    until_put_arrives(robot, "suwon/v1/a/b/c/state", ways_are_laid, "here")
    events: list[int] = []
    subscriber = declare_advanced_subscriber(
        manager,
        "suwon/v1/*/*/*/events",
        lambda sample: events.append(int(sample.payload.to_string())),
        history=HistoryConfig(detect_late_publishers=True),
        recovery=RecoveryConfig(heartbeat=True),
    )
    missed: list[int] = []
    misses = subscriber.sample_miss_listener(lambda miss: missed.append(miss.nb))
    publisher = declare_advanced_publisher(
        robot,
        "suwon/v1/a/b/c/events",
        cache=CacheConfig(10_000),
        sample_miss_detection=MissDetectionConfig(heartbeat=0.1),
        publisher_detection=True,
        congestion_control=zenoh.CongestionControl.DROP,
    )
    said = 0

    def say_until_more_is_heard() -> None:
        """What is said before the ring has found another way comes late; what is said after, at once."""
        nonlocal said
        before = len(events)

        def is_more() -> bool:
            nonlocal said
            publisher.put(str(said))
            said += 1
            return len(events) > before

        wait_for(is_more)

    say_until_more_is_heard()
    for cable, one, other in ((cables[0], 0, 1), (cables[2], 2, 3)):
        cable.cut()
        wait_for(
            lambda one=one, other=other: neighbours(routers[one]) == neighbours(routers[other]) == 1
        )
        say_until_more_is_heard()
        cable.mend()
        wait_for(lambda: [neighbours(router) for router in routers] == [2, 2, 2, 2])
        say_until_more_is_heard()
    # Zenoh asks once for what it lacks; when that falls into the very moment of the next cut, it says so.
    # What was said before the two had met does not count.
    wait_for(lambda: len(events) + sum(missed) >= said - events[0])
    assert events == sorted(set(events))
    assert len(events) + sum(missed) == said - events[0]
    misses.undeclare()
    subscriber.undeclare()
    publisher.undeclare()


def test_who_comes_late_is_told_the_newest_values_across_a_star(net: Net) -> None:
    hub, sites = free_endpoint(), [free_endpoint() for _ in range(2)]
    middle = net.router("star_hub.json5", hub)
    for site in sites:
        net.router("star_site.json5", site, hub)
    wait_for(lambda: neighbours(middle) == 2)
    last = LastValues(net.client(sites[0]), "suseo")
    robot = net.client(sites[0])

    def kept() -> bool:
        for number in range(3):
            robot.put("suwon/v1/suseo/lab/a/state", f"a {number}")
        robot.put("suwon/v1/suseo/lab/b/state", "b")
        robot.put("suwon/v1/suseo/lab/a/factsheet", "sheet")
        robot.put("suwon/v1/suseo/lab/a/alarm", "not kept")
        last.turn()
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
    last.close()
