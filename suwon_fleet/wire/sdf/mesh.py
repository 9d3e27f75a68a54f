# SPDX-License-Identifier: Apache-2.0
"""The box around a mesh file: STL, text or binary, and Wavefront OBJ."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from suwon_fleet.wire.sdf.model import Bounds
from suwon_fleet.wire.sdf.pose import Vector

MOST_BYTES = 256 * 1024 * 1024
_HEADER, _TRIANGLE = 84, 50


def mesh_bounds(path: Path, scale: Vector) -> Bounds | None:
    """The box around the vertices, scaled; None when the file cannot be measured."""
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return None
        content = path.read_bytes()
    except (OSError, ValueError):
        return None
    match path.suffix.lower():
        case ".stl":
            points = _stl(content)
        case ".obj":
            points = _points(content, b"v")
        case _:
            return None
    if len(points) == 0 or not np.isfinite(points).all():
        return None
    ends = np.array([points.min(axis=0), points.max(axis=0)]) * scale
    least, most = ends.min(axis=0).tolist(), ends.max(axis=0).tolist()
    return tuple(least), tuple(most)


def _stl(content: bytes) -> np.ndarray:
    count = int.from_bytes(content[80:_HEADER], "little")
    if len(content) == _HEADER + count * _TRIANGLE and count:
        rows = np.frombuffer(content, np.uint8, offset=_HEADER).reshape(count, _TRIANGLE)
        return rows[:, 12:48].copy().view("<f4").reshape(-1, 3).astype(np.float64)
    return _points(content, b"vertex")


def _points(content: bytes, word: bytes) -> np.ndarray:
    """The three numbers behind a word, of each line that begins with it."""
    points: list[Iterable[float]] = []
    for line in content.splitlines():
        words = line.split()
        if words[:1] == [word]:
            try:
                points.append([float(text) for text in words[1:4]])
            except ValueError:
                points.append([math.nan] * 3)
            if len(words) < 4:
                return np.zeros((0, 3))
    return np.array(points, dtype=np.float64).reshape(-1, 3)
