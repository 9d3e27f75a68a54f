# SPDX-License-Identifier: Apache-2.0
"""Every way in for what others have written: how it is read, what is good input, and how it refuses.

A door is total: whatever comes, it gives something or raises the one error it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from suwon_fleet.adapters.clocks import SECOND
from suwon_fleet.core.engine import events as e
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.federation.messages import Promise, Withdraw
from suwon_fleet.core.robots import command as c
from suwon_fleet.core.robots import report as r
from suwon_fleet.resources import resource_path
from suwon_fleet.robot.contract import Unreadable, unpack
from suwon_fleet.robot.member import Member
from suwon_fleet.sim.scenario import load_scenario
from suwon_fleet.wire import journal
from suwon_fleet.wire.bridge.read import read_bridge
from suwon_fleet.wire.cdr import actions, topics
from suwon_fleet.wire.groups import load_groups
from suwon_fleet.wire.kinds import read_kind
from suwon_fleet.wire.maps import load_site, to_geojson
from suwon_fleet.wire.sdf.load import read_sdf
from suwon_fleet.wire.zenoh import commands, happenings, peers, reports
from suwon_fleet.wire.zenoh.keys import parse

_AT_NS = 1_767_225_600 * SECOND
_TICKET = commands.Ticket("run", 2, 77, _AT_NS, "id-77", _AT_NS + 5 * SECOND)
_PEER_KEY = "suwon/v1/belt/suseo/_fleet/to-yongsan"


@dataclass(frozen=True, slots=True)
class Door:
    """`read` takes bytes; besides giving something it may raise `error` and nothing else."""

    name: str
    read: Callable[[bytes], object]
    samples: tuple[bytes, ...]
    error: type[Exception] = BadInput
    is_text: bool = False
    """A file for people, read in milliseconds rather than microseconds."""


def doors(folder: Path) -> list[Door]:
    """All of them; `folder` is for files."""
    return [*_messages(), *_robots(), *_cdr(), *_journal(), *_files(folder)]


def _messages() -> Iterator[Door]:
    """Over Zenoh, at the fleet."""
    state = r.RobotReport(
        "lab-1", 412, _AT_NS, "run", r.Pose(12.5, 3.25, 1.5, "B1"), 0.75, 6, 9, 0.5,
        action=r.ActionReport("lab-1.3", r.ActionStatus.FINISHED, "taken"), stop_id="stop-1",
        faults=("left lamp",),
    )  # fmt: skip
    sheet = r.Factsheet("lab-1", "delivery_indoor", "run", "Suwon Robotics", "SR-0001")
    event = happenings.RobotEvent("lab-1", "run", 9, _AT_NS, "lid-forced", (("by", "hand"),))
    alarm = happenings.Alarm("lab-1", "run", 3, _AT_NS, "tilted", happenings.Grade.ERROR, "by 40")
    answer = happenings.CommandAnswer(
        "lab-1", "run", 5, _AT_NS, "id-77", 77, happenings.Refusal.OLDER, "heard 78 before"
    )
    yield _keyed("state", reports.decode_state, reports.encode_state(state))
    yield _keyed("factsheet", reports.decode_factsheet, reports.encode_factsheet(sheet, 1, _AT_NS))
    yield _keyed("event", happenings.decode_event, happenings.encode_event(event))
    yield _keyed("alarm", happenings.decode_alarm, happenings.encode_alarm(alarm))
    yield _keyed("answer", happenings.decode_answer, happenings.encode_answer(answer))
    said: tuple[Promise | Withdraw, ...] = (Promise("h-1"), Withdraw("h-1"))
    yield Door(
        "peers",
        lambda payload: peers.decode(payload, _PEER_KEY),
        tuple(peers.encode(one, number, _AT_NS) for number, one in enumerate(said)),
    )
    keys = (_PEER_KEY.encode(), b"suwon/v1/belt/suseo/lab-1/state")
    yield Door("keys", lambda payload: parse(payload.decode(errors="replace")), keys)


def _keyed(name: str, decode: Callable[[bytes, str], object], *samples: bytes) -> Door:
    return Door(name, lambda payload: decode(payload, "key"), samples)


def _robots() -> Iterator[Door]:
    """Over Zenoh, at a robot."""
    told = (
        c.Act("lab-1", "lab-1.3", c.ActionKind.LOAD, (("place", "shop"),)),
        c.CancelAction("lab-1", "lab-1.3"),
        c.Pause("lab-1"),
        c.RequestStop("lab-1", "stop-1", c.StopKind.PROTECTIVE),
        c.ReleaseStop("lab-1", "stop-1"),
    )
    grant = c.Grant("lab-1", 0, (c.Waypoint(12.5, 3.25, "B1", 1.5, "hall"),))
    said = tuple(commands.encode_command(one, _TICKET) for one in (*told, grant))
    yield Door("envelope", unpack, said, Unreadable)
    yield Door("command", partial(commands.decode_command, "lab-1", where="key"), said)
    member = Member("lab-1", "cart", session="run")

    def hear(payload: bytes) -> None:
        for channel in ("command", "grant", "stop"):
            member.hear(channel, payload, _AT_NS)
        member.ahead.clear()

    yield Door("member", hear, said, Unreadable)


def _cdr() -> Iterator[Door]:
    """Of ROS robots behind zenoh-bridge-ros2dds."""
    odometry = topics.Odometry(_AT_NS, "odom", "base", 1.0, 2.0, 0.5, 0.3)
    head = b"\x00\x01\x00\x00"
    known: dict[Callable[[bytes], object], bytes] = {
        topics.read_odometry: topics.write_odometry(odometry),
        topics.read_battery: topics.write_battery(topics.Battery(0.5, 2), _AT_NS),
        topics.read_transforms: head + bytes(4),
        actions.read_send_goal_response: head + bytes(12),
        actions.read_get_result_response: head + b"\x04" + bytes(15),
        actions.read_cancel_goal_response: head + bytes(8),
        actions.read_feedback: head + bytes(16 + 8 + 8 + 56 + 40),
        actions.read_status: head + bytes(4),
        actions.read_trigger_response: head + bytes(12),
    }
    for read, sample in known.items():
        yield Door(f"cdr {read.__name__.removeprefix('read_')}", read, (sample,))


def _journal() -> Iterator[Door]:
    """Records of a journal that somebody has written into."""
    events: tuple[e.Event, ...] = (
        e.StopRequested(
            _AT_NS, "stop-1", "all", "", c.StopKind.PROTECTIVE, ("a", "b"), "kim", "a dog"
        ),
        e.GroundGranted(_AT_NS, "lab-1", ("v1", "v2")),
    )
    for name, body in map(journal.encode, events):
        yield Door(f"journal {name}", partial(_record, name), (body,))


def _record(name: str, body: bytes) -> e.Event:
    return journal.decode(name, body, "record 1")


def _files(folder: Path) -> Iterator[Door]:
    """Files of people and of other programs."""
    site = load_site(_example(folder, "site.yaml", SITE))
    _example(folder, "yard.yaml", SITE)

    def in_file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
        def through(payload: bytes) -> object:
            path = folder / name
            path.write_bytes(payload)
            return read(path)

        return through

    def robots(path: Path) -> object:
        return read_kind(path)

    kind = resource_path("config/robots/delivery_indoor.yaml").read_bytes()
    sdf = resource_path("sim/models/delivery_robot/model.sdf").read_bytes()
    geojson = msgspec.json.encode(to_geojson(site))
    for door, name, read, sample in (
        ("site", "fuzzed.yaml", load_site, SITE.encode()),
        ("geojson", "fuzzed.geojson", load_site, geojson),
        ("movingai", "fuzzed.map", load_site, MOVINGAI),
        ("rmf", "fuzzed.building.yaml", load_site, RMF),
        ("robot kind", "kind.yaml", robots, kind),
        ("scenario", "scenario.yaml", load_scenario, SCENARIO),
        ("groups", "groups.yaml", partial(load_groups, site=site), GROUPS),
        ("bridge", "bridge.yaml", read_bridge, BRIDGE),
        ("sdf", "fuzzed.sdf", read_sdf, sdf),
    ):
        yield Door(door, in_file(name, read), (sample,), is_text=True)


def _example(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


SITE = """\
format: suwon_fleet/site@1
id: yard
frame: {kind: local}
defaults: {lane: {kind: indoor, width_m: 2.0}}
zones:
  - {id: north, kind: hall, polygon: [[-5, 4], [30, 4], [30, 14], [-5, 14]]}
nodes: {a: [0, 0], b: [8, 0], g: [8, 8]}
places:
  - {id: shop, at: [8, -3], kinds: [pickup, dropoff]}
  - {id: desk, at: [8, 11], kinds: [pickup, dropoff]}
  - {id: charger-1, at: [-3, 0], kinds: [charger]}
lanes:
  - {path: [a, b, g, a], two_way: false}
  - {path: [b, shop]}
  - {path: [g, desk]}
  - {path: [a, charger-1]}
"""
SCENARIO = b"""\
format: suwon_fleet/scenario@1
id: yard
site: yard.yaml
seed: 3
duration_s: 60
people: {handover_min_s: 1, handover_max_s: 3}
fleets: [{id: cart, kind: delivery_indoor, count: 1, start: {kinds: [charger]}, charge: [0.8, 1.0]}]
faults: [{id: f, target: cart-1, at_s: 3, for_s: 5, comms: {partition: true}}]
demands:
  - {id: lunch, kind: delivery, count: 2, window_s: [2, 30],
     from: {kinds: [pickup]}, to: {kinds: [dropoff]}}
"""
GROUPS = b"format: suwon_fleet/groups@1\nsite: yard\nrest: south\ngroups: {up: [north]}\n"
BRIDGE = b"""\
format: suwon_fleet/bridge@1
zenoh: {connect: [tcp/127.0.0.1:7447]}
robots: {site: belt}
to_zenoh: {allow: [/tf], deny: [/tf_static]}
"""
MOVINGAI = b"type octile\nheight 3\nwidth 4\nmap\n....\n.@@.\n....\n"
RMF = b"""\
name: house
levels:
  L1:
    elevation: 0
    vertices: [[0, 0, 0, a], [100, 0, 0, b, {is_charger: [4, true]}]]
    lanes: [[0, 1, {bidirectional: [4, true], graph_idx: [2, 0]}]]
    measurements: [[0, 1, {distance: [3, 10.0]}]]
lifts: {}
"""
