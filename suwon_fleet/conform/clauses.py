# SPDX-License-Identifier: Apache-2.0
"""What the fleet and a robot promise each other, as docs/zenoh.md and docs/adapters.md tell it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Contract(StrEnum):
    """By what a robot speaks with the fleet."""

    ZENOH = "zenoh"
    ROS = "ros"


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing a robot promises."""

    id: str
    en: str
    ko: str
    is_of_ros: bool = True
    """Whether the contract over ROS has it, too."""

    def sentence(self, language: str) -> str:
        """What is promised, in a language."""
        return self.ko if language == "ko" else self.en


def _zenoh(name: str, en: str, ko: str) -> Clause:
    return Clause(name, en, ko, is_of_ros=False)


CLAUSES = (
    # Who it is
    Clause("state", "It reports how it stands.", "로봇이 자기 상태를 보고한다."),
    _zenoh(
        "key-form",
        "It speaks on suwon/v1/SITE/ZONE/ROBOT only, and there on its own channels only.",
        "suwon/v1/SITE/ZONE/ROBOT 아래, 그중에서도 자기 채널에만 쓴다.",
    ),
    _zenoh(
        "token",
        "Its liveliness token is there while it runs.",
        "실행되는 동안 생존(liveliness) 토큰이 있다.",
    ),
    Clause(
        "factsheet",
        "It says of which kind it is, in the session of its states.",
        "자기 종류를 알리며, 그 세션은 상태 보고의 세션과 같다.",
    ),
    _zenoh(
        "factsheet-first",
        "Its factsheet is put before its first state.",
        "팩트시트를 첫 상태보다 먼저 보낸다.",
    ),
    _zenoh(
        "envelope",
        "Every message is [1, kind, seq, stamp_ns, body], of a kind that belongs on its channel.",
        "모든 메시지는 [1, kind, seq, stamp_ns, body] 꼴이며 채널에 맞는 종류다.",
    ),
    Clause(
        "body",
        "Every field has the type, the range and the words that the contract tells.",
        "모든 필드가 계약에 정한 형식, 범위, 낱말을 지킨다.",
    ),
    _zenoh(
        "robot-id",
        "Every message names the robot of its key.",
        "모든 메시지의 로봇 이름이 키의 로봇과 같다.",
    ),
    Clause(
        "session",
        "All it says in one run of its program is of one session.",
        "프로그램이 한 번 실행되는 동안 세션은 하나다.",
    ),
    Clause(
        "seq",
        "What it says is numbered upwards in its session.",
        "보내는 것마다 번호가 세션 안에서 커진다.",
    ),
    Clause(
        "stamp",
        "Stamps are within a second of the clock, and do not go back.",
        "시각은 시계와 1초 안으로 맞고 거꾸로 가지 않는다.",
    ),
    Clause("rate", "It reports 2 to 10 times a second.", "1초에 2~10번 보고한다."),
    # Commands
    _zenoh(
        "answered",
        "Every command and stop is answered with its command_id and seq.",
        "모든 명령과 정지 요청에 그 command_id와 seq로 답한다.",
    ),
    Clause("pause", "Asked to pause, it reports to be paused.", "일시 정지하라면 멈춰서 보고한다."),
    Clause("resume", "Asked to resume, it goes on.", "재개하라면 다시 움직인다."),
    _zenoh(
        "duplicate",
        "A command heard again gets the same answer, and is not done again.",
        "다시 들은 명령에는 같은 답을 하고, 두 번 하지 않는다.",
    ),
    _zenoh(
        "expired",
        "A command that has expired is refused as `expired`, and not done.",
        "기한이 지난 명령은 `expired`로 거절하고 하지 않는다.",
    ),
    _zenoh(
        "older",
        "A command with a number not above the last is refused as `older`, and not done.",
        "번호가 마지막보다 크지 않은 명령은 `older`로 거절하고 하지 않는다.",
    ),
    _zenoh(
        "other-session",
        "A command for another session is refused as `other-session`, and not done.",
        "다른 세션에 보낸 명령은 `other-session`으로 거절하고 하지 않는다.",
    ),
    _zenoh(
        "new-owner",
        "A greater epoch is a new owner: its numbers begin anew.",
        "더 큰 epoch는 새 소유자이며, 번호가 새로 시작된다.",
    ),
    _zenoh(
        "old-owner",
        "An owner of a smaller epoch is refused as `other-session`.",
        "더 작은 epoch의 소유자는 `other-session`으로 거절한다.",
    ),
    Clause(
        "rubbish",
        "What cannot be read does not keep it from working.",
        "읽을 수 없는 것을 받아도 계속 일한다.",
    ),
    _zenoh(
        "unreadable",
        "What it cannot read on `command` and `stop` it answers as `unreadable`.",
        "`command`와 `stop`에서 읽을 수 없는 것에는 `unreadable`로 답한다.",
    ),
    _zenoh(
        "newer-schema",
        "A message of a newer schema it answers as `newer-schema`.",
        "더 새로운 스키마의 메시지에는 `newer-schema`로 답한다.",
    ),
    Clause(
        "not-its-own",
        "What is said to another robot it does not do.",
        "다른 로봇에게 한 말은 따르지 않는다.",
    ),
    # Stops
    Clause(
        "stop",
        "Asked to stop it stands, and reports `protective` and the stop_id.",
        "정지를 요청받으면 서서 `protective`와 stop_id를 보고한다.",
    ),
    Clause(
        "no-self-resume",
        "It stays stopped until it is released; `resume` does not release it.",
        "해제될 때까지 서 있으며 `resume`으로는 풀리지 않는다.",
    ),
    Clause(
        "stop-replaced",
        "A newer stop request replaces the older id.",
        "새 정지 요청이 이전 것의 id를 대신한다.",
    ),
    Clause(
        "release-other",
        "Releasing another stop than the one it holds changes nothing.",
        "자기가 지키는 것이 아닌 정지를 해제해도 아무 일이 없다.",
    ),
    Clause("release", "Released, it is no longer stopped.", "해제되면 정지가 풀린다."),
    _zenoh(
        "stop-any-session",
        "A stop request for another session is heeded, too.",
        "다른 세션에 보낸 정지 요청도 따른다.",
    ),
    # Actions
    Clause(
        "action",
        "An action is reported from `running` to `finished` or `failed`.",
        "동작은 `running`부터 `finished`나 `failed`까지 보고한다.",
    ),
    Clause(
        "action-once",
        "An action whose id it knows is not done again.",
        "이미 아는 id의 동작은 다시 하지 않는다.",
    ),
    _zenoh(
        "busy",
        "An action while another runs is refused as `busy`.",
        "동작 중에 다른 동작을 요청하면 `busy`로 거절한다.",
    ),
    Clause(
        "cancel",
        "A cancelled action ends as `failed`, with the lid closed.",
        "취소한 동작은 덮개를 닫고 `failed`로 끝난다.",
    ),
    # Ground
    Clause(
        "grant",
        "It takes the ground it is granted, and drives to its end.",
        "허락된 경로를 받아 그 끝까지 간다.",
    ),
    Clause(
        "grant-again",
        "Of a grant heard again it takes only what is new.",
        "다시 들은 경로에서는 새로운 부분만 받는다.",
    ),
    Clause(
        "grant-gap",
        "A grant beyond a gap it leaves whole.",
        "사이가 빠진 경로는 통째로 받지 않는다.",
    ),
    _zenoh(
        "grant-session",
        "A grant of another session it leaves.",
        "다른 세션의 경로는 받지 않는다.",
    ),
    Clause(
        "reached",
        "path_index counts a vertex only once the turning centre is there.",
        "path_index는 회전 중심이 그 점에 닿은 뒤에야 커진다.",
    ),
    Clause(
        "overrun",
        "It never goes beyond the last vertex granted, nor beside its path.",
        "허락된 마지막 점을 넘거나 경로 옆으로 벗어나지 않는다.",
    ),
    Clause(
        "speed-limit",
        "It never drives faster than the limit of its way.",
        "길의 제한 속도보다 빨리 달리지 않는다.",
    ),
    # Outages and events
    _zenoh(
        "reconnect",
        "When its connection breaks it is back by itself, in the same session and with what it knew.",
        "연결이 끊기면 같은 세션으로, 알던 것을 지닌 채 스스로 돌아온다.",
    ),
    _zenoh(
        "events-gap-free",
        "Events are numbered 1, 2, 3 … in a session, without a gap.",
        "사건의 번호는 세션 안에서 1, 2, 3…으로 빠짐이 없다.",
    ),
    _zenoh(
        "events-replayed",
        "Who comes back hears again the events told before.",
        "다시 연결한 쪽은 전에 알린 사건을 다시 듣는다.",
    ),
)  # fmt: skip


def clauses_of(contract: Contract) -> tuple[Clause, ...]:
    """The clauses that a contract has; over Zenoh a robot's commands have a key of their own."""
    if contract is Contract.ZENOH:
        return tuple(clause for clause in CLAUSES if clause.id != "not-its-own")
    return tuple(clause for clause in CLAUSES if clause.is_of_ros)
