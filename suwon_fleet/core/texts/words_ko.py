# SPDX-License-Identifier: Apache-2.0
"""Korean words for the values that facts hold: states, actions, layers, and how times are said."""

from __future__ import annotations

from suwon_fleet.core.jobs import ACTION_S
from suwon_fleet.core.texts.words_ko_events import GUARDS, TRIGGERS


def time(seconds: float) -> str:
    """Seconds as people say them, such as "50초", "12분" or "2시간 5분"."""
    if seconds < 100:
        return f"{seconds:.0f}초"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes}분"
    return f"{minutes // 60}시간 {minutes % 60}분"


_ACTIONS = {
    "load": "물건 싣기",
    "unload": "물건 내리기",
    "inspect": "주변 살피기",
    "dock": "충전기 접속",
    "undock": "충전기 이탈",
    "swap_battery": "배터리 교체",
    "get_ready": "일어서기",
    "approach": "물체에 다가가기",
    "perceive": "물체 찾기",
    "grasp": "물체 잡기",
    "verify": "잡았는지 확인",
    "lift_object": "물체 들기",
    "place": "물체 내려놓기",
    "release": "물체 놓기",
    "retreat": "팔 거두기",
}
_STATES = {
    # connection
    "offline": "꺼짐",
    "online": "연결됨",
    "comms_lost": "통신 끊김",
    "not_located": "위치 알 수 없음",
    # mode
    "startup": "시동 중",
    "automatic": "자동 운전",
    "semiautomatic": "반자동 운전",
    "intervened": "사람이 개입",
    "manual": "수동 운전",
    "service": "정비",
    "teach_in": "학습",
    # mission
    "idle": "쉬는 중",
    "to_pickup": "물건을 실으러 가는 중",
    "at_pickup": "싣는 곳에 도착",
    "to_dropoff": "물건을 전하러 가는 중",
    "at_dropoff": "전하는 곳에 도착",
    "returning": "물건을 되돌리러 가는 중",
    "at_return": "되돌릴 곳에 도착",
    "to_stop": "방문 지점으로 가는 중",
    "at_stop": "방문 지점에 도착",
    "to_parking": "대기 장소로 가는 중",
    "to_dock": "충전하러 가는 중",
    "docking": "충전기에 접속 중",
    "charging": "충전 중",
    "undocking": "충전기에서 나오는 중",
    "battery_swap": "배터리 교체 중",
    # navigation and posture
    "standing": "서 있음",
    "moving": "움직이는 중",
    "blocked": "길이 막힘",
    "recovery": "길을 다시 찾는 중",
    "assist_needed": "도움 필요",
    "lying_prone": "엎드려 있음",
    "lying_supine": "누워 있음",
    "sitting": "앉아 있음",
    "squat": "쪼그려 앉아 있음",
    "walking": "걷는 중",
    # compartment
    "closed": "닫힘",
    "opening": "열리는 중",
    "open": "열림",
    "closing": "닫히는 중",
    "forced": "강제로 열림",
    # lift
    "none": "없음",
    "waiting": "승강기 대기",
    "entering": "승강기에 타는 중",
    "riding": "승강기 탑승 중",
    "leaving": "승강기에서 내리는 중",
    # stop and release
    "paused": "일시 정지",
    "protective": "보호 정지",
    "emergency": "비상 정지",
    "safe_hold": "안전 대기",
    "fatal": "주행 불가 고장",
    "alarm": "도난·훼손 경보",
    "given": "해제됨",
    "needed": "해제 필요",
    # power and battery
    "discharging": "배터리 사용 중",
    "swapping": "배터리 교체 중",
    "unknown": "알 수 없음",
    "enough": "충분",
    "low": "부족",
    "critical": "매우 부족",
    # control
    "off": "꺼짐",
    "zero_torque": "힘 풀림",
    "damped": "감쇠",
    "getting_up": "일어나는 중",
    "stand_locked": "관절 고정",
    "balanced": "균형 유지",
    "locomotion": "보행",
    "manipulating": "손 작업 중",
    "retriable": "다시 시도 가능",
    "fallen": "넘어짐",
    "settling": "앉는 중",
    "minor_fault": "가벼운 고장",
    "major_fault": "심각한 고장",
    "to_swap": "배터리 교체하러 가는 중",
    "swap_pose": "배터리 교체 자세",
    "external_ctrl": "외부 제어",
    # manipulation
    "approach": "다가가기",
    "perceive": "찾기",
    "pregrasp": "잡을 자세",
    "grasp": "잡기",
    "verify": "확인",
    "lift": "들기",
    "transport": "들고 이동",
    "place": "내려놓기",
    "release": "놓기",
    "retreat": "팔 거두기",
}
WORDS = {
    "state": _STATES,
    "layer": {
        "connection": "통신",
        "mode": "운전 방식",
        "mission": "임무",
        "navigation": "주행",
        "compartment": "덮개",
        "lift": "승강기",
        "control": "제어",
        "posture": "자세",
        "manipulation": "손",
        "stop": "정지",
        "release": "해제",
        "power": "전원",
        "battery": "배터리",
    },
    "action": _ACTIONS,
    "phase": {
        "to_pickup": "물건을 실으러 가는",
        "to_dropoff": "물건을 전하러 가는",
        "to_stop": "방문 지점으로 가는",
        "returning": "물건을 되돌리러 가는",
        **{kind.value: _ACTIONS[kind.value] for kind in ACTION_S},
    },
    "trigger": TRIGGERS,
    "guard": GUARDS,
    "job": {
        "delivery": "배달",
        "patrol": "순찰",
        "go_to": "이동",
        "manipulation": "물체 조작",
        "joint": "공동",
    },
    "status": {
        "queued": "대기",
        "assigned": "배정",
        "running": "진행",
        "paused": "일시 정지",
        "returning": "되돌리기",
        "finished": "완료",
        "failed": "실패",
        "cancelled": "취소",
    },
    "needs": {
        "deliver": "배달",
        "patrol": "순찰",
        "go_to": "지점 이동",
        "manipulate": "물체 조작",
    },
    "person": {"-": "이름을 밝히지 않은 사람"},
    "robot": {"-": "다른 로봇"},
    "said": {"-": "없음"},
    "charge": {"-": "잔량 모름"},
    "misfit": {
        "kind": "이 종류의 로봇이 다닐 수 없습니다",
        "width": "너무 좁습니다",
        "height": "너무 낮습니다",
        "slope": "너무 가파릅니다",
    },
    "finding": {
        "collision": "로봇 몸체 겹침",
        "shared-ground": "같은 길의 이중 할당",
        "off-its-ground": "할당된 길에서 벗어남",
        "off-the-map": "로봇에 맞지 않는 길의 할당",
    },
}
