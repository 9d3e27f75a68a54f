# SPDX-License-Identifier: Apache-2.0
"""Certificates and access control in real TLS sessions through a router: who gets through, and who not.

That something did not come is shown by something allowed that was said after it, and came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("zenoh", reason="Zenoh is not installed")

import zenoh
from secure_fleet import NOW, Fleet
from waiting import wait_for
from zenoh.ext import (
    CacheConfig,
    HistoryConfig,
    MissDetectionConfig,
    RecoveryConfig,
    declare_advanced_publisher,
    declare_advanced_subscriber,
)
from zenoh_net import Heard, Open, plain, sessions, until_put_arrives

from suwon_fleet.adapters.keys.folder import AUTHORITY, KeyFolder
from suwon_fleet.adapters.keys.terms import Terms
from suwon_fleet.wire.zenoh.access import Role

ZONE = "suwon/v1/suseo/lab"
A, B = f"{ZONE}/a", f"{ZONE}/b"
REFUSED = {"timeout_ms": 300, "exit_on_failure": True}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyFolder:
    folder = KeyFolder.create(tmp_path_factory.mktemp("keys"), "belt", NOW, 30)
    wanted = [
        *(Terms(Role.ROBOT, f"suseo/lab/{robot}") for robot in ("a", "b", "gone")),
        Terms(Role.ROBOT, "suseo/lab/turtle", namespaces=("turtle",)),
        Terms(Role.MANAGER, "lab", zones=("suseo/lab",)),
        Terms(Role.MANAGER, "plaza", zones=("suseo/plaza",)),
        Terms(Role.OPERATOR, "kim"),
        Terms(Role.BRIDGE, "bridge", zones=("suseo/lab",), namespaces=("turtle",)),
        Terms(Role.ROUTER, "hub", hosts=("127.0.0.1",)),
    ]
    folder.issue(wanted, NOW, 30)
    folder.revoke("suseo/lab/gone", NOW, only_replaced=False)
    return folder


@pytest.fixture(scope="module")
def fleet(keys: KeyFolder) -> Iterator[Fleet]:
    with sessions() as opened:
        yield Fleet(keys, opened)


@pytest.fixture(scope="module", autouse=True)
def router(fleet: Fleet) -> zenoh.Session:
    return fleet.start_router()


@pytest.fixture
def opened() -> Iterator[Open]:
    with sessions() as opened:
        yield opened


@pytest.fixture
def join(fleet: Fleet, opened: Open) -> Callable[[str], zenoh.Session]:
    return lambda name: opened(fleet.config(name, connect=[fleet.endpoint]))


Join = Callable[[str], zenoh.Session]


@pytest.mark.parametrize("channel", ["factsheet", "state", "events", "answer", "alarm"])
def test_a_robot_is_heard_on_its_own_keys(join: Join, channel: str) -> None:
    heard = Heard(join("lab"), f"{ZONE}/*/{channel}")
    publisher = join("suseo/lab/a").declare_publisher(f"{A}/{channel}")
    wait_for(lambda: publisher.matching_status.matching)
    publisher.put("mine")
    heard.until("mine")


@pytest.mark.parametrize(
    "key",
    [
        f"{B}/state",
        f"{B}/events/@adv/pub/1/1/_",
        f"{A}/grant",
        f"{ZONE}/*/state",
        f"{ZONE}/_fleet/jobs",
        "suwon/v1/*/*/*/state",
        "turtle/odom",
        "elsewhere",
    ],
)
def test_a_robot_cannot_speak_for_another(router: zenoh.Session, join: Join, key: str) -> None:
    robot, heard, beats = join("suseo/lab/a"), Heard(router, "**"), Heard(router, "**/@adv/**")
    until_put_arrives(robot, f"{A}/state", heard, "mine")
    robot.put(key, "forged")
    robot.declare_publisher(key).put("forged")
    robot.put(f"{A}/state", "after")
    heard.until("after")
    assert "forged" not in heard.texts() + beats.texts()


def test_a_robot_cannot_live_or_answer_for_another(join: Join) -> None:
    manager, robot = join("lab"), join("suseo/lab/a")
    seen: list[str] = []
    manager.liveliness().declare_subscriber(
        f"{ZONE}/*/alive", lambda sample: seen.append(str(sample.key_expr)), history=True
    )
    forged = robot.liveliness().declare_token(f"{B}/alive")
    for key in (A, B):  # a question to all comes to whoever answers for one, so to both here
        robot.declare_queryable(
            f"{key}/factsheet", lambda query, key=key: query.reply(f"{key}/factsheet", key)
        )
    mine = robot.liveliness().declare_token(f"{A}/alive")
    wait_for(lambda: f"{A}/alive" in seen)
    answers: list[str] = []

    def answered() -> bool:
        answers[:] = [reply.ok.payload.to_string() for reply in manager.get(f"{ZONE}/*/factsheet")]
        return bool(answers)

    wait_for(answered)
    assert [*manager.get(f"{B}/factsheet")] == []
    assert (seen, answers) == ([f"{A}/alive"], [A])
    forged.undeclare()
    mine.undeclare()


def test_a_robot_hears_its_own_commands_only(join: Join) -> None:
    robot, manager = join("suseo/lab/a"), join("lab")
    everything, mine = Heard(robot, "**"), Heard(robot, f"{A}/grant")
    other = Heard(robot, f"{B}/grant")
    other_robot = Heard(join("suseo/lab/b"), f"{B}/grant")
    until_put_arrives(manager, f"{B}/grant", other_robot, "for b")
    until_put_arrives(manager, f"{A}/grant", mine, "for a")
    assert other.texts() == []
    assert {key for key, _ in everything.samples} <= {f"{A}/grant"}


def test_a_manager_tells_robots_of_its_zones_only(join: Join) -> None:
    robot = Heard(join("suseo/lab/a"), f"{A}/command")
    stranger, manager = join("plaza"), join("lab")
    until_put_arrives(manager, f"{A}/command", robot, "go")
    states = Heard(stranger, f"{ZONE}/*/state")
    stranger.put(f"{A}/command", "go away")
    manager.put(f"{A}/state", "forged")
    manager.put(f"{A}/command", "after")
    robot.until("after")
    assert "go away" not in robot.texts()
    assert states.texts() == []


def test_managers_hear_of_each_other(join: Join) -> None:
    plaza, lab = join("plaza"), join("lab")
    heard = Heard(plaza, "suwon/v1/*/*/_fleet/**")
    until_put_arrives(lab, f"{ZONE}/_fleet/jobs", heard, "job-1")
    lab.put("suwon/v1/suseo/plaza/_fleet/jobs", "forged")
    lab.put(f"{ZONE}/_fleet/jobs", "after")
    heard.until("after")
    assert "forged" not in heard.texts()


def test_managers_ask_each_other_and_nobody_else_asks_them(join: Join) -> None:
    lab, plaza, robot = join("lab"), join("plaza"), join("suseo/lab/a")
    key = f"{ZONE}/_fleet/handover"
    asked: list[str] = []

    def answer(query: zenoh.Query) -> None:
        asked.append(query.payload.to_string())
        query.reply(key, "yes")

    lab.declare_queryable(key, answer)
    wait_for(lambda: [reply.ok for reply in plaza.get(key, payload="r-1", timeout=5)])
    assert [*robot.get(key, payload="forged", timeout=5)] == []
    assert set(asked) == {"r-1"}


def test_an_operator_hears_all_and_tells_nothing(join: Join) -> None:
    operator, robot, manager = join("kim"), join("suseo/lab/a"), join("lab")
    everything, commands = Heard(operator, "suwon/v1/**"), Heard(robot, f"{A}/stop")
    until_put_arrives(robot, f"{A}/state", everything, "here I am")
    until_put_arrives(manager, f"{A}/stop", commands, "stop")
    operator.put(f"{A}/stop", "go on")
    manager.put(f"{A}/stop", "after")
    commands.until("after")
    assert "go on" not in commands.texts()


def test_events_of_an_advanced_publisher_come_whole_to_who_is_late(join: Join) -> None:
    robot, manager = join("suseo/lab/a"), join("lab")
    publisher = declare_advanced_publisher(
        robot,
        f"{A}/events",
        cache=CacheConfig(100),
        sample_miss_detection=MissDetectionConfig(heartbeat=0.1),
        publisher_detection=True,
    )
    for number in range(10):
        publisher.put(str(number))
    texts: list[str] = []
    subscriber = declare_advanced_subscriber(
        manager,
        f"{ZONE}/*/events",
        lambda sample: texts.append(sample.payload.to_string()),
        history=HistoryConfig(detect_late_publishers=True),
        recovery=RecoveryConfig(heartbeat=True),
    )
    wait_for(lambda: len(texts) >= 10)
    publisher.put("10")
    wait_for(lambda: len(texts) >= 11)
    assert texts == [str(number) for number in range(11)]
    subscriber.undeclare()
    publisher.undeclare()


def test_a_robot_of_ros_speaks_in_its_namespace(join: Join) -> None:
    robot, heard = join("suseo/lab/turtle"), Heard(join("bridge"), "turtle/**")
    until_put_arrives(robot, "turtle/odom", heard, "odometry")
    robot.put("turtle2/odom", "forged")
    join("suseo/lab/a").put("turtle/odom", "forged")
    robot.put("turtle/odom", "after")
    heard.until("after")
    assert "forged" not in heard.texts()


def test_bridges_find_each_others_topics(join: Join) -> None:
    bridge, turtle, robot = join("bridge"), join("suseo/lab/turtle"), join("suseo/lab/a")
    seen: list[str] = []
    bridge.liveliness().declare_subscriber(
        "@/*/@ros2_lv/**", lambda sample: seen.append(str(sample.key_expr)), history=True
    )
    forged = robot.liveliness().declare_token("@/1/@ros2_lv/MP/turtle§odom/x/:")
    token = turtle.liveliness().declare_token("@/2/@ros2_lv/MP/turtle§odom/x/:")
    wait_for(lambda: seen)
    assert seen == ["@/2/@ros2_lv/MP/turtle§odom/x/:"]
    forged.undeclare()
    token.undeclare()


def test_a_revoked_certificate_gets_nothing(fleet: Fleet, join: Join) -> None:
    gone, robot, manager = join("suseo/lab/gone"), join("suseo/lab/a"), join("lab")
    heard, overheard = Heard(manager, f"{ZONE}/**"), Heard(gone, f"{ZONE}/**")
    own = Heard(gone, f"{ZONE}/gone/command")
    robot_hears = Heard(robot, f"{A}/command")
    until_put_arrives(robot, f"{A}/state", heard, "mine")
    until_put_arrives(manager, f"{A}/command", robot_hears, "go")
    gone.put(f"{ZONE}/gone/state", "forged")
    gone.put(f"{A}/state", "forged")
    manager.put(f"{ZONE}/gone/command", "secret")
    assert [*gone.get(f"{ZONE}/*/state", timeout=0.2)] == []
    robot.put(f"{A}/state", "after")
    heard.until("after")
    manager.put(f"{A}/command", "after")
    robot_hears.until("after")
    assert "forged" not in heard.texts()
    assert (overheard.texts(), own.texts()) == ([], [])


def test_a_certificate_of_another_authority_is_not_let_in(
    fleet: Fleet, opened: Open, tmp_path: Path
) -> None:
    other = KeyFolder.create(tmp_path, "belt", NOW, 30)
    other.issue([Terms(Role.ROBOT, "suseo/lab/a")], NOW, 30)
    config = Fleet(other, opened).config("suseo/lab/a", connect=[fleet.endpoint])
    for authority in (other.path / AUTHORITY, fleet.folder.path / AUTHORITY):
        config["transport"]["link"]["tls"]["root_ca_certificate"] = str(authority)
        config["connect"] |= REFUSED
        with pytest.raises(zenoh.ZError, match="Unable to connect"):
            opened(config)


def test_without_a_certificate_nobody_is_let_in(fleet: Fleet, opened: Open) -> None:
    config = fleet.config("suseo/lab/a", connect=[fleet.endpoint])
    tls = config["transport"]["link"]["tls"]
    del tls["connect_certificate"], tls["connect_private_key"]
    tls["enable_mtls"] = False
    config["connect"] |= REFUSED
    with pytest.raises(zenoh.ZError, match="Unable to connect"):
        opened(config)


def test_plain_tcp_is_not_let_in(fleet: Fleet, opened: Open) -> None:
    config = plain("client", connect=(fleet.endpoint.replace("tls/", "tcp/"),))
    config["connect"] |= REFUSED
    with pytest.raises(zenoh.ZError, match="Unable to connect"):
        opened(config)


@pytest.mark.longest
def test_a_certificate_that_expires_is_cut_off_by_itself(opened: Open, tmp_path: Path) -> None:
    keys = KeyFolder.create(tmp_path, "belt", NOW, 30)
    keys.issue([Terms(Role.ROUTER, "hub", hosts=("127.0.0.1",))], NOW, 30)
    soon = datetime.now(UTC) + timedelta(seconds=10)  # time to join, also on a busy machine
    keys.issue([Terms(Role.OPERATOR, "kim")], soon - timedelta(days=1), 1)
    fleet = Fleet(keys, opened)
    router = fleet.start_router()
    fleet.join("kim")
    assert len(router.info.transports()) == 1
    wait_for(lambda: not router.info.transports())
    assert datetime.now(UTC) > soon - timedelta(seconds=1)  # certificates count whole seconds


def test_a_rotated_certificate_is_good_beside_the_last_until_that_is_revoked(
    keys: KeyFolder, opened: Open
) -> None:
    name = "suseo/lab/b"
    fleet = Fleet(keys, opened)
    last = fleet.config(name, connect=[fleet.endpoint])
    keys.rotate(name, NOW, 30, at_once=False)
    now = fleet.config(name, connect=[fleet.endpoint])
    router = fleet.start_router()
    heard = Heard(fleet.join("lab"), f"{ZONE}/*/state")
    for config, text in ((last, "old"), (now, "new")):
        with sessions() as own:
            until_put_arrives(own(config), f"{B}/state", heard, text)
    router.close()

    keys.revoke(name, NOW, only_replaced=True)
    fleet.start_router()
    heard = Heard(fleet.join("lab"), f"{ZONE}/*/state")
    fleet.opened(last).put(f"{B}/state", "old")
    until_put_arrives(fleet.opened(now), f"{B}/state", heard, "new")
    assert "old" not in heard.texts()
