# SPDX-License-Identifier: Apache-2.0
"""Ways: lanes as people draw them, through many nodes and often both ways at once.

A file tells a way as one path; the model has a one-way lane for each piece of it each way.
`lanes_of` goes there and `ways_of` comes back, to the same ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from suwon_fleet.core.sitemap import Lane, LaneKind, Lift

BACK = ".r"
"""What the id of a lane against the order of its way's path ends with."""


@dataclass(frozen=True, slots=True)
class Way:
    """A path through two or more nodes; everything else is as in Lane, in the order of the path."""

    id: str
    path: tuple[str, ...]
    kind: LaneKind
    two_way: bool = True
    width_m: float | None = None
    speed_limit_mps: float | None = None
    slope: float = 0.0
    door: str | None = None
    mutex: str | None = None
    height_m: float | None = None

    @property
    def piece_ids(self) -> list[str]:
        """Ids of the lanes along the path: the way's own if it is one, else ``id.1`` and so on."""
        count = len(self.path) - 1
        return [self.id] if count == 1 else [f"{self.id}.{k}" for k in range(1, count + 1)]


def lanes_of(way: Way) -> Iterator[Lane]:
    """The lanes of a way: each piece, followed by its way back if there is one."""
    width, speed, slope = way.width_m, way.speed_limit_mps, way.slope
    rest = way.door, way.mutex, way.height_m
    for lane_id, (start, end) in zip(way.piece_ids, pairwise(way.path), strict=True):
        yield Lane(lane_id, start, end, way.kind, width, speed, slope, *rest)
        if way.two_way:
            back_id, back = lane_id + BACK, -slope if slope else 0.0
            yield Lane(back_id, end, start, way.kind, width, speed, back, *rest)


def ways_of(lanes: Sequence[Lane]) -> list[Way]:
    """The fewest ways in a row that `lanes_of` turns into these very lanes, in their order."""
    ways: list[Way] = []
    at = 0
    while at < len(lanes):
        single = _way_at(lanes, at)
        way = single
        if single.id.endswith(".1"):
            way = _longest(lanes, at, single)
        ways.append(way)
        at += (len(way.path) - 1) * (2 if way.two_way else 1)
    return ways


def _way_at(lanes: Sequence[Lane], at: int) -> Way:
    """The way of the one lane at a position, and of the way back if that follows it."""
    lane = lanes[at]
    way = Way(
        lane.id, (lane.start, lane.end), lane.kind, True, lane.width_m, lane.speed_limit_mps,
        lane.slope, lane.door, lane.mutex, lane.height_m,
    )  # fmt: skip
    if tuple(lanes[at : at + 2]) == tuple(lanes_of(way)):
        return way
    return replace(way, two_way=False)


def _longest(lanes: Sequence[Lane], at: int, first: Way) -> Way:
    """As many lanes after the first as are the next pieces of the same way."""
    base = first.id.removesuffix(".1")
    path = list(first.path)
    step = 2 if first.two_way else 1
    while (ahead := at + (len(path) - 1) * step) < len(lanes):
        piece = replace(first, id=f"{base}.{len(path)}", path=(path[-1], lanes[ahead].end))
        if tuple(lanes[ahead : ahead + step]) != tuple(lanes_of(piece)):
            break
        path.append(lanes[ahead].end)
    return first if len(path) == 2 else replace(first, id=base, path=tuple(path))


def rides(lift: Lift) -> Iterator[Lane]:
    """A lane from each level a lift serves to each other one; a cabin goes there without a stop."""
    for start_level, start in lift.cabins.items():
        for end_level, end in lift.cabins.items():
            if start_level != end_level:
                lane_id = f"{lift.id}:{start_level}:{end_level}"
                yield Lane(lane_id, start, end, LaneKind.LIFT)
