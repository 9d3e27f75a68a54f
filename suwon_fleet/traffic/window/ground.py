# SPDX-License-Identifier: Apache-2.0
"""Timed ground: where robots may stand and go, how many steps it takes, and what of the ground it takes up.

Time is cut into steps of one length. A robot *stands* on a vertex or *drives* an edge for a whole number
of steps; either is an *item*. In each step of it, an item occupies the resources it *writes*, and may
only be done while no other robot occupies one that it *reads*. What a resource is, is up to who makes
the ground:

- On a grid where robots follow each other without a gap, an item writes and reads the cell that the robot
  is in at the end of the step, and a move also the border it crosses.
- Where a move owns all it sweeps from its first step to its last, an item writes what it sweeps as its
  kind of robot, and reads all that conflicts with it for each kind (`traffic/conflicts.py`).

Two rules keep plans that end in the middle of a move continuable: whether two items may be done in one
step must not depend on which robot asks, and a move of more than one step writes and reads all that
standing at its head does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import kernel

Ints = NDArray[np.int32]
Row = NDArray[np.uint16]

FAR = 65535
"""In a distance row: no way to the target from here."""
NO = -1


class TimedGround(NamedTuple):
    """Arrays over vertices (V), edges (E, sorted by tail) and kinds of robots (K).

    `duration` (K, E) is in steps, 0 where a kind may not go. `price` (K, E) is what a move costs, at
    least 1; a step of standing costs `standing_price`. `station` (V,) numbers what robots are sent to: all
    vertices of one station will do. Item `k * (V + E) + v` is standing, item
    `k * (V + E) + V + e` is driving.
    """

    out_ptr: Ints
    tail: Ints
    head: Ints
    in_ptr: Ints
    in_edges: Ints
    duration: Ints
    price: Ints
    standing_price: int
    station: Ints
    write_ptr: Ints
    writes: Ints
    read_ptr: Ints
    reads: Ints
    resource_count: int

    @property
    def vertex_count(self) -> int:
        return len(self.out_ptr) - 1

    @property
    def item_count(self) -> int:
        return len(self.write_ptr) - 1


def timed_ground(
    tail: Ints,
    head: Ints,
    duration: Ints,
    price: Ints,
    standing_price: int,
    writes: tuple[Ints, Ints],
    reads: tuple[Ints, Ints],
    station: Ints,
) -> TimedGround:
    """Ground from edges in order of their tails, and the resources of items as pairs (pointers, ids)."""
    if (np.diff(tail) < 0).any():
        raise ValueError("edges must be sorted by tail")
    if price.min(initial=1) < 1 or standing_price < 1:
        raise ValueError("prices must be at least 1")
    ids = [int(some.max(initial=-1)) for some in (writes[1], reads[1])]
    return TimedGround(
        out_ptr=pointers(tail, len(station)),
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        in_ptr=pointers(head, len(station)),
        in_edges=np.argsort(head, kind="stable").astype(np.int32),
        duration=duration.astype(np.int32, order="C"),
        price=price.astype(np.int32, order="C"),
        standing_price=standing_price,
        station=station.astype(np.int32),
        write_ptr=writes[0],
        writes=writes[1],
        read_ptr=reads[0],
        reads=reads[1],
        resource_count=max(ids) + 1,
    )


def pointers(groups: Ints, count: int) -> Ints:
    """Where each of `count` groups begins among items sorted by group, and where the last ends."""
    return np.concatenate(([0], np.cumsum(np.bincount(groups, minlength=count)))).astype(np.int32)


def distance_row(ground: TimedGround, kind: int, targets: Ints, onward: Ints, row: Row) -> None:
    """Fill `row` (V,) with what it costs a lone robot to go by way of a target, or FAR.

    From `targets[i]` on it costs `onward[i]` more.
    """
    if not _fill(ground, kind, targets, onward, row):
        raise ValueError(f"a way costs {FAR} or more: the prices are too fine for this ground")


@kernel
def _fill(ground: TimedGround, kind: int, targets: Ints, onward: Ints, row: Row) -> bool:
    """Dijkstra's search backwards from the targets, with a ring of buckets (Dial 1969)."""
    row[:] = FAR
    if len(targets) == 0 or onward.min() >= FAR:
        return True
    cost = onward.min()
    size = max(ground.price[kind].max(), onward.max() - cost) + 1 if len(ground.head) else 1
    first = np.full(size, NO, dtype=np.int32)
    room = len(ground.head) + len(targets)
    after = np.empty(room, dtype=np.int32)
    vertex_of = np.empty(room, dtype=np.int32)
    used = 0
    for number in range(len(targets)):
        target, bucket = targets[number], onward[number] % size
        row[target] = onward[number]
        vertex_of[used], after[used], first[bucket] = target, first[bucket], used
        used += 1
    waiting = used
    while waiting > 0:
        entry = first[cost % size]
        if entry == NO:
            cost += 1
            continue
        first[cost % size] = after[entry]
        waiting -= 1
        vertex = vertex_of[entry]
        if row[vertex] != cost:
            continue  # reached more cheaply since
        for slot in range(ground.in_ptr[vertex], ground.in_ptr[vertex + 1]):
            edge = ground.in_edges[slot]
            if ground.duration[kind, edge] == 0:
                continue
            there = cost + ground.price[kind, edge]
            tail = ground.tail[edge]
            if there >= row[tail]:
                if row[tail] == FAR:
                    return False
                continue
            row[tail] = there
            bucket = there % size
            vertex_of[used], after[used], first[bucket] = tail, first[bucket], used
            used += 1
            waiting += 1
    return True
