# SPDX-License-Identifier: Apache-2.0
"""English words for the values that facts hold; most are the values themselves, said plainly."""

from __future__ import annotations

from suwon_fleet.core.jobs import ACTION_S
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.guards import Guard
from suwon_fleet.core.robots.states import Mission
from suwon_fleet.core.robots.tables import TABLES
from suwon_fleet.core.robots.trigger import Trigger


def time(seconds: float) -> str:
    """Seconds as people say them, such as "50 s", "12 min" or "2 h 5 min"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def _clause(sentence: str) -> str:
    """A sentence as part of another."""
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _guards() -> dict[str, Guard]:
    rows = [row for table in TABLES.values() for row in table.rows]
    return {g.__name__.replace("_", "-"): g for row in rows for g in row.guards}


_MISSIONS = {
    Mission.IDLE: "free",
    Mission.TO_PICKUP: "on its way to a pick-up",
    Mission.AT_PICKUP: "at its pick-up",
    Mission.TO_DROPOFF: "on its way to a drop-off",
    Mission.AT_DROPOFF: "at its drop-off",
    Mission.RETURNING: "bringing its load back",
    Mission.AT_RETURN: "back with its load",
    Mission.TO_STOP: "on its way to a stop",
    Mission.AT_STOP: "at a stop",
    Mission.TO_PARKING: "on its way to a parking place",
    Mission.TO_DOCK: "on its way to a charger",
    Mission.DOCKING: "getting onto a charger",
    Mission.CHARGING: "charging",
    Mission.UNDOCKING: "leaving its charger",
    Mission.BATTERY_SWAP: "having its battery pack changed",
}
_ACTIONS = {
    ActionKind.LOAD: "being loaded",
    ActionKind.UNLOAD: "being unloaded",
    ActionKind.INSPECT: "looking around",
    ActionKind.DOCK: "getting onto the charger",
    ActionKind.UNDOCK: "leaving the charger",
    ActionKind.SWAP_BATTERY: "changing its battery pack",
    ActionKind.GET_READY: "getting ready",
    ActionKind.APPROACH: "stepping up to the object",
    ActionKind.PERCEIVE: "looking for the object",
    ActionKind.GRASP: "grasping the object",
    ActionKind.VERIFY: "checking its grasp",
    ActionKind.LIFT_OBJECT: "lifting the object",
    ActionKind.PLACE: "putting the object down",
    ActionKind.RELEASE: "letting go of the object",
    ActionKind.RETREAT: "drawing back its arms",
}
WORDS = {
    "state": {mission.value: word for mission, word in _MISSIONS.items()},
    "layer": {"mode": "operating mode", "control": "control mode", "stop": "stop state"},
    "action": {kind.value: word for kind, word in _ACTIONS.items()},
    "phase": {
        "to_pickup": "on the way to the pick-up",
        "to_dropoff": "on the way to the drop-off",
        "to_stop": "on the way to the stop",
        "returning": "on the way back",
        **{kind.value: word for kind, word in _ACTIONS.items() if kind in ACTION_S},
    },
    "trigger": {trigger.value: _clause(trigger.meaning) for trigger in Trigger},
    "guard": {name: _clause(guard.__doc__ or name) for name, guard in _guards().items()},
    "job": {"go_to": "go-to"},
    "status": {},
    "needs": {
        "deliver": "deliver",
        "patrol": "patrol",
        "go_to": "go to a place",
        "manipulate": "handle objects",
    },
    "person": {"-": "somebody who gave no name"},
    "robot": {"-": "another robot"},
    "said": {"-": "nothing"},
    "charge": {"-": "charge unknown"},
    "misfit": {
        "kind": "not for robots of its kind",
        "width": "too narrow for it",
        "height": "too low for it",
        "slope": "too steep for it",
    },
    "finding": {
        "collision": "bodies that overlap",
        "shared-ground": "ground that two robots own",
        "off-its-ground": "a robot beside its ground",
        "off-the-map": "ground that is not for its robot",
    },
}
