# SPDX-License-Identifier: Apache-2.0
"""ROS actions: nav2_msgs/action/NavigateToPose in requests, responses and topics; and std_srvs/Trigger.

As services over zenoh-bridge-ros2dds they have the CDR header and no request id. Fields that later
versions of Nav2 have added at the end of results and feedback are optional.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.wire.cdr.stream import Reader, Writer

UUID_BYTES = 16
_GOAL_STATUS_BYTES = UUID_BYTES + 8 + 1
CANCEL_REJECTED = 1
"""Of CancelGoal's return codes: goals go on. With the others none does that has not been told to end."""
MOST_WORDS = 1000
"""Characters; of what a robot says in its own words no more is passed on."""


class GoalStatus(IntEnum):
    """action_msgs/msg/GoalStatus."""

    UNKNOWN = 0
    """The server knows no such goal."""
    ACCEPTED = 1
    EXECUTING = 2
    CANCELING = 3
    SUCCEEDED = 4
    CANCELED = 5
    ABORTED = 6

    @property
    def is_over(self) -> bool:
        """Nothing more comes of it."""
        return self >= GoalStatus.SUCCEEDED


@dataclass(frozen=True, slots=True)
class Result:
    """How a goal ended; `error_code` is Nav2's (0: none, or not told)."""

    status: GoalStatus
    error_code: int = 0
    error_text: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """Of a NavigateToPose goal under way."""

    goal_id: bytes
    recoveries: int
    distance_m: float


def write_send_goal(goal_id: bytes, frame: str, x_m: float, y_m: float, yaw_rad: float) -> bytes:
    """NavigateToPose_SendGoal_Request, with the robot's own behaviour tree."""
    write = Writer()
    write.raw(goal_id)
    write.put("iI", 4, 0, 0)  # the stamp 0 is "the newest" to tf
    write.text(frame)
    half = yaw_rad / 2
    write.put("7d", 8, x_m, y_m, 0.0, 0.0, 0.0, math.sin(half), math.cos(half))
    write.text("")
    return write.payload()


def read_send_goal_response(payload: bytes) -> bool:
    """NavigateToPose_SendGoal_Response: whether the goal was accepted. Raises BadInput."""
    accepted, _, _ = Reader(payload, "SendGoal_Response").take("?3xiI", 1)
    return bool(accepted)


def write_get_result(goal_id: bytes) -> bytes:
    """NavigateToPose_GetResult_Request."""
    write = Writer()
    write.raw(goal_id)
    return write.payload()


def read_get_result_response(payload: bytes) -> Result:
    """NavigateToPose_GetResult_Response. Raises BadInput."""
    read = Reader(payload, "GetResult_Response")
    status = _status(read, "GetResult_Response")
    if not read.has(2, 2):
        return Result(status)
    (code,) = read.take("H", 2)
    return Result(status, code, read.text()[:MOST_WORDS] if read.has(4, 4) else "")


def write_cancel_goal(goal_id: bytes) -> bytes:
    """action_msgs/srv/CancelGoal_Request for one goal, whenever it was accepted."""
    write = Writer()
    write.raw(goal_id)
    write.put("iI", 4, 0, 0)
    return write.payload()


def read_cancel_goal_response(payload: bytes) -> int:
    """action_msgs/srv/CancelGoal_Response: its return code, 0 where the goal is being cancelled.

    Raises BadInput.
    """
    (code,) = Reader(payload, "CancelGoal_Response").take("b", 1)
    return int(code)


def read_feedback(payload: bytes) -> Feedback:
    """NavigateToPose_FeedbackMessage. Raises BadInput."""
    read = Reader(payload, "FeedbackMessage")
    (goal_id,) = read.take(f"{UUID_BYTES}s", 1)
    read.take("iI", 4)
    read.text()
    read.take("7d", 8)
    *_, recoveries, distance = read.take("iIiIh2xf", 4)
    return Feedback(goal_id, recoveries, distance)


def read_status(payload: bytes) -> dict[bytes, GoalStatus]:
    """action_msgs/msg/GoalStatusArray, by goal. Raises BadInput."""
    read = Reader(payload, "GoalStatusArray")
    told = {}
    for _ in range(read.count(_GOAL_STATUS_BYTES)):
        (goal_id,) = read.take(f"{UUID_BYTES}s", 1)
        read.take("iI", 4)
        told[goal_id] = _status(read, "GoalStatusArray")
    return told


def write_trigger() -> bytes:
    """std_srvs/srv/Trigger_Request, which is empty and has a byte all the same."""
    write = Writer()
    write.put("B", 1, 0)
    return write.payload()


def read_trigger_response(payload: bytes) -> tuple[bool, str]:
    """std_srvs/srv/Trigger_Response: whether it worked, and what the robot says. Raises BadInput."""
    read = Reader(payload, "Trigger_Response")
    (success,) = read.take("?", 1)
    return bool(success), read.text()[:MOST_WORDS]


def _status(read: Reader, what: str) -> GoalStatus:
    (value,) = read.take("b", 1)
    try:
        return GoalStatus(value)
    except ValueError:
        mend = "use 0 to 6 of action_msgs/GoalStatus"
        raise BadInput([Problem("bad-status", what, f"is {value}", mend)]) from None
