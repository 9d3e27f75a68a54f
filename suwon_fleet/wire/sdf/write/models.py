# SPDX-License-Identifier: Apache-2.0
"""The models that are shipped: one for each kind of robot, and the parts of a building."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.wire.sdf.write import parts
from suwon_fleet.wire.sdf.write.markup import VERSION, document
from suwon_fleet.wire.sdf.write.robots import robot
from suwon_fleet.wire.sdf.xml import Element

NAMES = {"delivery_outdoor": "delivery_robot", "delivery_indoor": "delivery_robot_indoor"}
"""Of the models that are not called as their kinds are."""
_COMMENT = "Written by `suwon-fleet map models`: change {of}, not this."


def all_models(kinds: Mapping[str, RobotKind]) -> dict[str, tuple[str, str]]:
    """The texts of model.sdf and model.config by the model's name."""
    made: dict[str, tuple[str, str]] = {}
    for kind in kinds.values():
        name = NAMES.get(kind.id, kind.id)
        made[name] = _of_kind(kind, name)
    things: dict[str, tuple[Element, str]] = {
        "door": (parts.door("door", 2.0, 3.0), "A sliding door: 0 is open, 2 m is shut."),
        "lift": (parts.lift("lift", 6.0, 8.0), "A lift that goes up 6 m in 8 s."),
        "charger": (parts.charger("charger"), "A charging post."),
        "locker": (parts.locker("locker"), "A parcel locker."),
        "pedestrian": (
            parts.pedestrian("pedestrian", ((0.0, 0.0), (10.0, 0.0))),
            "Somebody who walks to and fro, 10 m.",
        ),
    }
    comment = _COMMENT.format(of="suwon_fleet/wire/sdf/write/parts.py")
    for name, (thing, said) in things.items():
        made[name] = document(thing, comment), _config(name, said)
    return made


def _of_kind(kind: RobotKind, name: str) -> tuple[str, str]:
    said = f"{kind.title.get('en', kind.id)}, {kind.max_speed_mps:g} m/s, {kind.mass_kg:g} kg."
    comment = _COMMENT.format(of=f"the robot kind {kind.id}")
    return document(robot(kind, name), comment), _config(name, said)


def _config(name: str, said: str) -> str:
    return (
        '<?xml version="1.0"?>\n<model>\n'
        f"  <name>{escape(name)}</name>\n  <version>1.0</version>\n"
        f'  <sdf version="{VERSION}">model.sdf</sdf>\n'
        "  <author><name>The suwon_fleet authors</name></author>\n"
        f"  <description>{escape(said)}</description>\n</model>\n"
    )
