# SPDX-License-Identifier: Apache-2.0
"""Robots in a process of their own, which is told on its standard input what to play.

    python -m suwon_fleet.bench.bridge ENDPOINT crowd|post|teller

It says `ready` once it is connected, and what it has done when it ends, as one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import zenoh
from zenoh import CongestionControl

from suwon_fleet.adapters.zenoh.declared import DeclaredKeys
from suwon_fleet.robot import Action, Body, Connection, Robot, Waypoint, run
from suwon_fleet.robot.contract import ROOT, prefix
from suwon_fleet.robot.link import Link
from suwon_fleet.robot.member import Member

SITE, ZONE = "bench", "city"
PLAIN = "bench/plain"
"""Where the peer of the events is put."""


def crowd(endpoint: str, told: dict[str, Any]) -> None:
    """Many robots with one session. They are at once wherever they may go, and do nothing but report.

    It runs until it is killed, or whoever started it is gone.
    """
    session = zenoh.open(Connection([endpoint]).zenoh_config())
    waiting: deque[tuple[str, str, bytes]] = deque()

    def hear(sample: zenoh.Sample) -> None:
        *_, robot, channel = str(sample.key_expr).split("/")
        waiting.append((robot, channel, sample.payload.to_bytes()))

    members: dict[str, _Playing] = {}
    for name, x_m, y_m, level in told["starts"]:
        member, body = Member(name, told["kind"], "1"), Body(x_m, y_m, 0.0, level, battery=0.9)
        body.compartment = told["compartment"]
        members[name] = member, body, prefix(SITE, ZONE, name)
    all_of = f"{ROOT}/{SITE}/{ZONE}/*"
    heard = [session.declare_subscriber(f"{all_of}/{channel}", hear) for channel in _HEARD]
    # Before any key is declared: what a put by another one takes grows with those, to a minute for all.
    for member, _, key in members.values():
        sheet = member.factsheet(time.time_ns())
        session.put(f"{key}/factsheet", sheet, congestion_control=CongestionControl.BLOCK)
    drop = CongestionControl.DROP
    states = [
        (member, body, session.declare_publisher(f"{key}/state", congestion_control=drop))
        for member, body, key in members.values()
    ]
    print("ready", flush=True)
    _report(session, states, members, waiting, told["hz"])
    for subscriber in heard:
        subscriber.undeclare()
    session.close()


_HEARD = ("grant", "command", "stop")
_Playing = tuple[Member, Body, str]
"""A robot, and where its keys begin."""


def _report(
    session: zenoh.Session,
    order: Sequence[tuple[Member, Body, zenoh.Publisher]],
    members: dict[str, _Playing],
    waiting: deque[tuple[str, str, bytes]],
    hz: float,
) -> None:
    """All report in turn, evenly over each period.

    Who falls behind by a second, as while thousands join, leaves
    out what is older: to catch up would be more than was asked for.
    """
    keys, sent, began_s, parent = DeclaredKeys(session), 0, time.monotonic(), os.getppid()
    while os.getppid() == parent:
        due = int((time.monotonic() - began_s) * hz * len(order))
        sent = max(sent, due - int(hz * len(order)))
        while waiting:
            robot, channel, payload = waiting.popleft()
            member, body, key = members[robot]
            if said := member.hear(channel, payload, time.time_ns()):
                answer = keys.of(f"{key}/answer")
                session.put(answer, said, congestion_control=CongestionControl.DROP)
            while member.ahead:
                to = member.ahead[0]
                body.x_m, body.y_m, body.level = to.x_m, to.y_m, to.level
                member.reached()
        while sent < due:
            member, body, state = order[sent % len(order)]
            state.put(member.state(body, time.time_ns()))
            sent += 1
        time.sleep(0.001)


class _Post(Robot):
    """It stands where it is."""

    def drive(self, to: Waypoint, period_s: float) -> bool:
        return True

    def act(self, action: Action, period_s: float) -> bool | None:
        return False

    def halt(self) -> None:
        self.body.speed_mps = 0.0


def post(endpoint: str, told: dict[str, Any]) -> dict[str, float]:
    """One robot that stands; it runs until it is killed."""
    print("ready", flush=True)
    names = {"site": SITE, "zone": ZONE, "robot_id": told["robot_id"], "kind": "courier"}
    run(_Post(), Connection([endpoint], lease_s=told["lease_s"]), **names)
    return {}


def teller(endpoint: str, told: dict[str, Any]) -> dict[str, float]:
    """One robot that tells events, each beside a plain put of the same number."""
    connection = Connection([endpoint], outage_s=told["outage_s"], events_per_s=told["hz"] * _ROOM)
    member, link = Member("teller", "courier", "1"), Link(connection, SITE, ZONE, "teller")
    link.join(member.factsheet(time.time_ns()))
    plain = link._session.declare_publisher(PLAIN, congestion_control=CongestionControl.BLOCK)
    print("ready", flush=True)
    sent, began_s = 0, time.monotonic()
    while (passed_s := time.monotonic() - began_s) < told["seconds"]:
        while sent < passed_s * told["hz"]:
            sent += 1
            payload = member.event("tick", {}, time.time_ns())
            link.say_event(payload)
            plain.put(payload)
        time.sleep(0.002)
    print("told", flush=True)
    sys.stdin.readline()  # stays until the last has been heard
    link.close()
    return {"sent": sent}


_ROOM = 1.5
"""So much more than is told fits in the cache."""


def main() -> None:
    """Play what is asked."""
    endpoint, what = sys.argv[1:]
    parts: dict[str, Callable[[str, dict[str, Any]], dict[str, float] | None]]
    parts = {"crowd": crowd, "post": post, "teller": teller}
    done = parts[what](endpoint, json.loads(sys.stdin.readline()))
    print(json.dumps(done), flush=True)
