# SPDX-License-Identifier: Apache-2.0
"""Messages of every kind: as they are kept in golden/v1.json, and any that can be said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from suwon_fleet.core.robots.command import (
    Act,
    ActionKind,
    CancelAction,
    Grant,
    Pause,
    ReleaseStop,
    RequestStop,
    Resume,
    StopKind,
    Waypoint,
)
from suwon_fleet.core.robots.report import (
    ActionReport,
    ActionStatus,
    Compartment,
    Factsheet,
    Navigation,
    OperatingMode,
    Pose,
    Power,
    RobotReport,
)
from suwon_fleet.wire.zenoh import commands, happenings, reports
from suwon_fleet.wire.zenoh.commands import Ticket, Unread
from suwon_fleet.wire.zenoh.happenings import Alarm, CommandAnswer, Grade, Refusal, RobotEvent

GOLDEN = Path(__file__).with_name("golden") / "v1.json"
AT_NS = 1_767_225_600_000_000_000
SHEET = Factsheet("lab-1", "delivery_indoor", "18a2", "Suwon Robotics", "SR-0001")
SHORT_STATE = RobotReport("lab-1", 1, AT_NS, "18a2", Pose(1.5, -2.25), 0.0, -1, -1)
STATE = RobotReport(
    "lab-1",
    412,
    AT_NS,
    "18a2",
    Pose(12.5, 3.25, 1.5, "B1"),
    0.75,
    6,
    9,
    0.5,
    OperatingMode.AUTOMATIC,
    Navigation.MOVING,
    Compartment.CLOSED,
    power=Power.DISCHARGING,
    action=ActionReport("lab-1.3", ActionStatus.FINISHED, "taken"),
    stop_id="stop-1",
    faults=("left lamp",),
)
TICKET = Ticket("18a2", 2, 77, AT_NS, "seoul-77", AT_NS + 5_000_000_000)
COMMANDS = {
    "act": Act("lab-1", "lab-1.3", ActionKind.LOAD, (("place", "shop"),)),
    "cancel_action": CancelAction("lab-1", "lab-1.3"),
    "pause": Pause("lab-1"),
    "resume": Resume("lab-1"),
    "request_stop": RequestStop("lab-1", "stop-1", StopKind.PROTECTIVE),
    "release_stop": ReleaseStop("lab-1", "stop-1"),
}
GRANT = Grant(
    "lab-1",
    7,
    (Waypoint(12.5, 3.25, "B1", 1.5, "hall"), Waypoint(20.0, 3.25, "B1", 0.5, "door", 4.0)),
)
GRANT_TICKET = Ticket("18a2", 2, 78, AT_NS)
UNREAD = Unread("state", 413)
EVENT = RobotEvent("lab-1", "18a2", 9, AT_NS, "lid-forced", (("by", "hand"),))
ALARM = Alarm("lab-1", "18a2", 3, AT_NS, "tilted", Grade.ERROR, "tilted by 40 degrees")
ANSWER = CommandAnswer("lab-1", "18a2", 5, AT_NS, "seoul-77", 77, Refusal.OLDER, "heard 78 before")


def encoded() -> dict[str, bytes]:
    """Each sample by its name in the golden file, in bytes."""
    said = {name: commands.encode_command(one, TICKET) for name, one in COMMANDS.items()}
    return said | {
        "grant": commands.encode_command(GRANT, GRANT_TICKET),
        "unread": commands.encode_unread(UNREAD, 79, AT_NS),
        "factsheet": reports.encode_factsheet(SHEET, 1, AT_NS),
        "state": reports.encode_state(STATE),
        "short_state": reports.encode_state(SHORT_STATE),
        "event": happenings.encode_event(EVENT),
        "alarm": happenings.encode_alarm(ALARM),
        "answer": happenings.encode_answer(ANSWER),
    }


def command_of(payload: bytes) -> Any:
    return commands.decode_command("lab-1", payload, "key")


DECODERS: dict[str, Callable[[bytes], Any]] = {
    "command": command_of,
    "factsheet": lambda payload: reports.decode_factsheet(payload, "key"),
    "state": lambda payload: reports.decode_state(payload, "key"),
    "event": lambda payload: happenings.decode_event(payload, "key"),
    "alarm": lambda payload: happenings.decode_alarm(payload, "key"),
    "answer": lambda payload: happenings.decode_answer(payload, "key"),
}


def golden() -> dict[str, dict[str, Any]]:
    """What the golden file holds: of each message its `value` and its bytes in `hex`."""
    kept: dict[str, dict[str, Any]] = json.loads(GOLDEN.read_text())
    return kept
