# SPDX-License-Identifier: Apache-2.0
"""A robot with Nav2 behind a zenoh-bridge-ros2dds, as a process: keys and bytes written here by hand.

    nav2_player.py ENDPOINT NAMESPACE X Y DROPPED SEED

It imports nothing of the fleet. A topic `/ns/name` is the key `ns/name`, its payload the CDR of the message
with the 4-byte header; a service is a queryable, request and response without DDS's request id. Of its
replies it drops a share: some by never answering, most by ending the query. Like rclcpp's action server it
dies when a goal it holds is sent again.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import random
import struct
import sys
import time
from typing import Any

import zenoh

HZ, SPEED_MPS, TURN_RADPS = 50, 4.0, 6.0
ACCEPTED, EXECUTING, CANCELING, SUCCEEDED, CANCELED, ABORTED = 1, 2, 3, 4, 5, 6
LE = b"\x00\x01\x00\x00"


def text(at: int, value: str) -> bytes:
    """A CDR string at an offset after the header: padding to 4, length with null, bytes, null."""
    octets = value.encode() + b"\0"
    return bytes(-at % 4) + struct.pack("<I", len(octets)) + octets


def header(frame: str) -> bytes:
    """std_msgs/Header at offset 0."""
    now_ns = time.time_ns()
    stamp = struct.pack("<iI", now_ns // 10**9, now_ns % 10**9)
    return stamp + text(8, frame)


def pad(body: bytes, to: int) -> bytes:
    return body + bytes(-len(body) % to)


class Robot:
    """Its body, its action server, and a service `unload` (std_srvs/Trigger)."""

    def __init__(
        self, session: Any, name: str, x: float, y: float, dropped: float, seed: int
    ) -> None:
        self.session, self.name = session, name
        self.x, self.y, self.yaw, self.speed = x, y, 0.0, 0.0
        self.dropped, self.random = dropped, random.Random(seed)
        self.goals: dict[bytes, dict[str, Any]] = {}
        self.current: bytes | None = None
        self.kept: list[Any] = []
        self.counts = {"sent": 0, "dropped": 0, "unloaded": 0, "goals": 0}
        action = f"{name}/navigate_to_pose/_action"
        for key, take in {
            f"{action}/send_goal": self.send_goal,
            f"{action}/get_result": self.get_result,
            f"{action}/cancel_goal": self.cancel_goal,
            f"{name}/unload": self.unload,
        }.items():
            channel = zenoh.handlers.FifoChannel(64)
            self.kept.append((session.declare_queryable(key, channel), take))
        self.held: list[Any] = []

    def reply(self, query: Any, body: bytes) -> None:
        self.counts["sent"] += 1
        if self.random.random() < self.dropped:
            self.counts["dropped"] += 1
            if self.random.random() < 0.15:
                self.held.append(query)  # never answered: the asker's own time must run out
            return
        query.reply(str(query.key_expr), LE + body)

    # Services

    def send_goal(self, query: Any) -> None:
        request = query.payload.to_bytes()
        assert request[:4] == LE, request[:4].hex()
        body = request[4:]
        uuid = body[:16]
        if uuid in self.goals:
            print("Failed to accept new goal", flush=True)
            os._exit(7)
        (size,) = struct.unpack_from("<I", body, 24)
        assert body[28 : 28 + size] == b"map\0", body[28 : 28 + size]
        at = 28 + size + (-(28 + size) % 8)
        x, y, _z, qx, qy, qz, qw = struct.unpack_from("<7d", body, at)
        assert (qx, qy) == (0.0, 0.0)
        end = at + 7 * 8
        assert struct.unpack_from("<I", body, end) == (1,), "an empty behaviour tree"
        assert body[end + 4 :] == b"\0"
        if self.current:
            self.finish(self.current, ABORTED)  # preempted
        self.counts["goals"] += 1
        self.goals[uuid] = {"to": (x, y, 2 * math.atan2(qz, qw)), "status": EXECUTING, "asked": []}
        self.current = uuid
        self.status()
        self.reply(query, b"\x01" + bytes(3) + struct.pack("<iI", 1, 2))

    def get_result(self, query: Any) -> None:
        request = query.payload.to_bytes()
        assert len(request) == 20, len(request)
        goal = self.goals.get(request[4:])
        if goal is None:
            self.reply(query, self.result(0))
        elif goal["status"] >= SUCCEEDED:
            self.reply(query, self.result(goal["status"]))
        else:
            goal["asked"].append(query)

    def result(self, status: int) -> bytes:
        """int8 status, uint16 error_code, string error_msg."""
        return struct.pack("<bxH", status, 0) + text(4, "")

    def cancel_goal(self, query: Any) -> None:
        request = query.payload.to_bytes()
        assert len(request) == 4 + 16 + 8, len(request)
        uuid, stamp = request[4:20], request[20:]
        cancelled = [
            known
            for known, goal in self.goals.items()
            if goal["status"] < SUCCEEDED and (known == uuid or not (any(uuid) or any(stamp)))
        ]
        body = struct.pack("<bxxxI", 0, len(cancelled))
        for known in cancelled:
            body += known + bytes(8)
            self.finish(known, CANCELED)
        self.reply(query, body)

    def unload(self, query: Any) -> None:
        assert query.payload.to_bytes() == LE + b"\0"
        self.counts["unloaded"] += 1
        self.reply(query, b"\x01" + text(1, "the parcel is out"))

    def finish(self, uuid: bytes, status: int) -> None:
        goal = self.goals[uuid]
        goal["status"] = status
        if self.current == uuid:
            self.current = None
        self.status()
        for query in goal.pop("asked"):
            self.reply(query, self.result(status))
        goal["asked"] = []

    # Topics

    def put(self, topic: str, body: bytes) -> None:
        self.session.put(f"{self.name}/{topic}", LE + body)

    def status(self) -> None:
        body = struct.pack("<I", len(self.goals))
        for uuid, goal in self.goals.items():
            body += uuid
            body = pad(body, 4) + struct.pack("<iIb", 0, 0, goal["status"])
        self.put("navigate_to_pose/_action/status", body)

    def tell(self, tick: int) -> None:
        body = header("map")
        body += text(len(body), "base_link")
        half = self.yaw / 2
        pose = (self.x, self.y, 0.0, 0.0, 0.0, math.sin(half), math.cos(half))
        body = pad(body, 8) + struct.pack("<7d36d", *pose, *[0.0] * 36)
        body += struct.pack("<6d36d", self.speed, *[0.0] * 5, *[0.0] * 36)
        self.put("odom", body)
        if tick % HZ == 0:
            body = pad(header(""), 4) + struct.pack("<7f3B?", *[math.nan] * 6, 0.8, 2, 0, 0, True)
            body = pad(body, 4) + struct.pack("<II", 0, 0)
            body += text(len(body), "")
            body += text(len(body), "")
            self.put("battery_state", body)
        if self.current and tick % 5 == 0:
            body = pad(self.current + header("map"), 8) + struct.pack("<7d", *pose)
            body += struct.pack("<iIiIhxxf", 1, 0, 1, 0, 0, 1.0)
            self.put("navigate_to_pose/_action/feedback", body)

    # Time

    def live(self, tick: int) -> None:
        for queryable, take in self.kept:
            while (query := queryable.try_recv()) is not None:
                take(query)
        self.speed = 0.0
        if self.current:
            self.drive(self.current)
        self.tell(tick)

    def drive(self, uuid: bytes) -> None:
        x, y, yaw = self.goals[uuid]["to"]
        left = math.hypot(x - self.x, y - self.y)
        step = SPEED_MPS / HZ
        if left > step:
            self.yaw, self.speed = math.atan2(y - self.y, x - self.x), SPEED_MPS
            self.x += step * (x - self.x) / left
            self.y += step * (y - self.y) / left
            return
        self.x, self.y, self.yaw = x, y, yaw
        self.finish(uuid, SUCCEEDED)


def main() -> None:
    endpoint, name, x, y, dropped, seed = sys.argv[1:]
    config = zenoh.Config()
    config.insert_json5("mode", '"client"')
    config.insert_json5("scouting/multicast/enabled", "false")
    config.insert_json5("connect/endpoints", json.dumps([endpoint]))
    with zenoh.open(config) as session:
        robot = Robot(session, name, float(x), float(y), float(dropped), int(seed))
        try:
            for tick in itertools.count():
                robot.live(tick)
                time.sleep(1.0 / HZ)
        except KeyboardInterrupt:
            print(json.dumps(robot.counts), flush=True)


if __name__ == "__main__":
    main()
