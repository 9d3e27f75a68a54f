# SPDX-License-Identifier: Apache-2.0
"""Finds the node at a point: lanes drawn as lines join where their vertices meet."""

from __future__ import annotations

import math

JOIN_M = 0.05
"""Points of one level this near to each other are one node."""


class Joints:
    """Named points, found again from near by."""

    def __init__(self) -> None:
        self._cells: dict[tuple[str, int, int], list[tuple[str, float, float]]] = {}

    def add(self, name: str, x_m: float, y_m: float, level: str) -> None:
        """Remember a point."""
        cell = level, math.floor(x_m / JOIN_M), math.floor(y_m / JOIN_M)
        self._cells.setdefault(cell, []).append((name, x_m, y_m))

    def nearest(self, x_m: float, y_m: float, level: str) -> str | None:
        """The name of the nearest point within `JOIN_M`, the first added of equally near ones."""
        column, row = math.floor(x_m / JOIN_M), math.floor(y_m / JOIN_M)
        around = [(level, column + dx, row + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        found = [
            (math.hypot(x - x_m, y - y_m), name)
            for cell in around
            for name, x, y in self._cells.get(cell, ())
        ]
        distance, name = min(found, default=(math.inf, ""), key=lambda entry: entry[0])
        return name if distance <= JOIN_M else None
