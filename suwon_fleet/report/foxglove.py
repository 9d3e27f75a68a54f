# SPDX-License-Identifier: Apache-2.0
"""A run as an MCAP file that Foxglove opens: a 3D scene, robots, jobs and alerts, as JSON messages.

Scene and log carry the names of Foxglove's own schemas, so that its 3D and Log panels show them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mcap.writer import Writer

from suwon_fleet.core.texts import say
from suwon_fleet.report.plots import COLOURS
from suwon_fleet.report.recording import Note, Recording, Sample
from suwon_fleet.sim.scenario.expect import Happened

FRAME = "map"
SCENE, LOG, ROBOTS, EVENTS = "/scene", "/alerts", "/robots", "/events"
LOG_LEVELS = (2, 3, 4)
"""foxglove.Log's INFO, WARNING and ERROR."""

Message = dict[str, Any]
_TIME = {"type": "object", "properties": {"sec": {"type": "integer"}, "nsec": {"type": "integer"}}}
_LIST = {"type": "array", "items": {"type": "object"}}
_SCHEMAS: dict[str, tuple[str, dict[str, Any]]] = {
    SCENE: ("foxglove.SceneUpdate", {"deletions": _LIST, "entities": _LIST}),
    LOG: (
        "foxglove.Log",
        {
            "timestamp": _TIME,
            "level": {"type": "integer"},
            "message": {"type": "string"},
            "name": {"type": "string"},
            "file": {"type": "string"},
            "line": {"type": "integer"},
        },
    ),
    ROBOTS: ("suwon_fleet.Robots", {"robots": _LIST}),
    EVENTS: (
        "suwon_fleet.Event",
        {key: {"type": "string"} for key in ("sort", "of", "is")},
    ),
}


def write_mcap(recording: Recording, path: Path) -> None:
    """Write the file. Times are the simulation's, from zero."""
    with path.open("wb") as file:
        writer = Writer(file)
        writer.start(profile="", library="suwon_fleet")
        channels = {topic: _channel(writer, topic) for topic in _SCHEMAS}
        for at_s, topic, message in sorted(_messages(recording), key=lambda one: one[0]):
            at_ns = round(at_s * 1e9)
            data = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
            writer.add_message(channels[topic], at_ns, data, at_ns)
        writer.finish()


def _channel(writer: Writer, topic: str) -> int:
    name, properties = _SCHEMAS[topic]
    schema = {"type": "object", "properties": properties}
    schema_id = writer.register_schema(name, "jsonschema", json.dumps(schema).encode())
    channel: int = writer.register_channel(topic, "json", schema_id)
    return channel


def _messages(recording: Recording) -> Iterator[tuple[float, str, Message]]:
    first_s = recording.samples[0].at_s
    yield first_s, SCENE, {"deletions": [], "entities": [_lanes(recording, first_s)]}
    for sample in recording.samples:
        yield sample.at_s, SCENE, {"deletions": [], "entities": list(_bodies(recording, sample))}
        yield sample.at_s, ROBOTS, {"robots": list(_robots(recording, sample))}
    for note in recording.alerts.values():
        yield note.at_s, LOG, _log(note)
    for one in recording.happened:
        yield one.at_s, EVENTS, _event(one)


def _time(at_s: float) -> Message:
    sec, nsec = divmod(round(at_s * 1e9), 1_000_000_000)
    return {"sec": sec, "nsec": nsec}


def _entity(name: str, at_s: float, **shapes: list[Message]) -> Message:
    """An entity that stays until another of its name takes its place."""
    every = ("arrows", "cubes", "spheres", "cylinders", "lines", "triangles", "texts", "models")
    return {
        "timestamp": _time(at_s),
        "frame_id": FRAME,
        "id": name,
        "lifetime": {"sec": 0, "nsec": 0},
        "frame_locked": True,
        "metadata": [],
        **{shape: shapes.get(shape, []) for shape in every},
    }


def _lanes(recording: Recording, at_s: float) -> Message:
    """The lane graph as one list of line segments, each storey at its height."""
    heights = {level.id: level.elevation_m for level in recording.site.levels}
    nodes = recording.site.node_by_id
    points = [
        {"x": node.x_m, "y": node.y_m, "z": heights[node.level]}
        for lane in recording.site.lanes
        for node in (nodes[lane.start], nodes[lane.end])
    ]
    line = {
        "type": 2,  # LINE_LIST
        "pose": _pose(0.0, 0.0, 0.0),
        "thickness": 2.0,
        "scale_invariant": True,
        "points": points,
        "color": _colour("#8a929c"),
        "colors": [],
        "indices": [],
    }
    return _entity("lanes", at_s, lines=[line])


def _bodies(recording: Recording, sample: Sample) -> Iterator[Message]:
    heights = {level.id: level.elevation_m for level in recording.site.levels}
    for index, (name, kind) in enumerate(recording.kinds.items()):
        x_m, y_m = (float(value) for value in sample.values[:2, index])
        z_m = heights[sample.levels[index]]
        body = {
            "pose": _pose(x_m, y_m, z_m + kind.height_m / 2),
            "size": {"x": 2 * kind.radius_m, "y": 2 * kind.radius_m, "z": kind.height_m},
            "bottom_scale": 1.0,
            "top_scale": 1.0,
            "color": _colour(COLOURS[sample.states[index]]),
        }
        text = {
            "pose": _pose(x_m, y_m, z_m + kind.height_m + 0.4),
            "billboard": True,
            "font_size": 12.0,
            "scale_invariant": True,
            "color": _colour("#20262d"),
            "text": name,
        }
        yield _entity(name, sample.at_s, cylinders=[body], texts=[text])


def _pose(x_m: float, y_m: float, z_m: float) -> Message:
    return {
        "position": {"x": x_m, "y": y_m, "z": z_m},
        "orientation": {"x": 0.0, "y": 0.0, "z": 0.0, "w": 1.0},
    }


def _colour(code: str) -> Message:
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return {"r": red, "g": green, "b": blue, "a": 1.0}


def _robots(recording: Recording, sample: Sample) -> Iterator[Message]:
    for index, name in enumerate(recording.robots):
        x_m, y_m, yaw_rad, charge, speed = (float(value) for value in sample.values[:, index])
        yield {
            "id": name,
            "x_m": x_m,
            "y_m": y_m,
            "yaw_rad": yaw_rad,
            "level": sample.levels[index],
            "battery": charge,
            "speed_mps": speed,
            "state": sample.states[index],
        }


def _log(note: Note) -> Message:
    return {
        "timestamp": _time(note.at_s),
        "level": LOG_LEVELS[note.level],
        "message": f"{say(note.reason, 'en')} {say(note.reason, 'ko')}",
        "name": note.subject,
        "file": note.reason.code,
        "line": 0,
    }


def _event(one: Happened) -> Message:
    return {"sort": str(one.sort), "of": " ".join(one.names), "is": one.words[0]}
