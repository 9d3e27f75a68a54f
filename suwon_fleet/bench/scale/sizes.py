# SPDX-License-Identifier: Apache-2.0
"""How large the cities are, and how many robots are put on them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """A city of `blocks` x `blocks` crossings: about `vertices` of them once lanes are cut."""

    vertices: str
    blocks: int
    stations: int
    robots: tuple[int, ...]
    """Fleets to put on it: at most one robot to five vertices."""


QUICK = (Size("0.5k", 4, 12, (20,)),)
ALL = (
    Size("0.5k", 4, 12, (100,)),
    Size("5k", 12, 115, (100, 1_000)),
    Size("50k", 42, 1_000, (100, 1_000, 10_000)),
)
