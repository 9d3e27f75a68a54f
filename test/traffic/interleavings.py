# SPDX-License-Identifier: Apache-2.0
"""Carries a plan out in every order its waits allow: all that late robots can make of it.

Compiled, because there are a hundred million states to look at; it knows nothing of how plans are made.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import inner_kernel, kernel

Ints = NDArray[np.int32]

SAFE, TOUCH, STUCK = 0, 1, 2
_BITS = 5
MOST_MOVES = 2**_BITS - 1
MOST_ROBOTS = 4


@kernel
def carry_out(
    start: Ints,
    ptr: Ints,
    heads: Ints,
    lanes: Ints,
    wait_ptr: Ints,
    wait_robot: Ints,
    wait_moves: Ints,
    clash: NDArray[np.uint64],
) -> tuple[int, int]:
    """What comes of a plan (TOUCH: two bodies might; STUCK: not all can be finished), and states seen.

    Robot `i` makes moves `ptr[i]` to `ptr[i + 1]`, each to vertex `heads[m]` over ground `lanes[m]`, and
    is granted a move as soon as its waits are over: sooner than any coordinator would. `clash[g]` has a
    bit for each piece of ground no other may be on while somebody is on `g`. A robot owns the ground from
    where it is to the end of what it was granted.
    """
    robots = len(start)
    done = np.zeros(robots, dtype=np.int64)
    granted = np.zeros(robots, dtype=np.int64)
    _grant(done, granted, ptr, wait_ptr, wait_robot, wait_moves)
    queue = [_code(done, granted)]
    seen = {queue[0]}
    while len(queue) > 0:
        code = queue.pop()
        _decode(code, done, granted)
        if not _is_safe(start, ptr, heads, lanes, done, granted, clash):
            return TOUCH, len(seen)
        is_still, is_over = True, True
        for robot in range(robots):
            is_over &= done[robot] == ptr[robot + 1] - ptr[robot]
            if done[robot] < granted[robot]:
                is_still = False
                done[robot] += 1
                _grant(done, granted, ptr, wait_ptr, wait_robot, wait_moves)
                then = _code(done, granted)
                if then not in seen:
                    seen.add(then)
                    queue.append(then)
                _decode(code, done, granted)
        if is_still and not is_over:
            return STUCK, len(seen)
    return SAFE, len(seen)


@inner_kernel
def _code(done: NDArray[np.int64], granted: NDArray[np.int64]) -> int:
    code = 0
    for robot in range(len(done)):
        code = (((code << _BITS) | done[robot]) << _BITS) | granted[robot]
    return code


@inner_kernel
def _decode(code: int, done: NDArray[np.int64], granted: NDArray[np.int64]) -> None:
    for robot in range(len(done) - 1, -1, -1):
        granted[robot] = code & MOST_MOVES
        code >>= _BITS
        done[robot] = code & MOST_MOVES
        code >>= _BITS


@inner_kernel
def _grant(
    done: NDArray[np.int64],
    granted: NDArray[np.int64],
    ptr: Ints,
    wait_ptr: Ints,
    wait_robot: Ints,
    wait_moves: Ints,
) -> None:
    """Grant all moves whose waits are over."""
    for robot in range(len(done)):
        while granted[robot] < ptr[robot + 1] - ptr[robot]:
            move = ptr[robot] + granted[robot]
            is_free = True
            for wait in range(wait_ptr[move], wait_ptr[move + 1]):
                is_free &= done[wait_robot[wait]] >= wait_moves[wait]
            if not is_free:
                break
            granted[robot] += 1


@inner_kernel
def _is_safe(
    start: Ints,
    ptr: Ints,
    heads: Ints,
    lanes: Ints,
    done: NDArray[np.int64],
    granted: NDArray[np.int64],
    clash: NDArray[np.uint64],
) -> bool:
    one = np.uint64(1)
    owned = np.zeros(len(start), dtype=np.uint64)
    near = np.zeros(len(start), dtype=np.uint64)
    for robot in range(len(start)):
        first = ptr[robot] + done[robot]
        here = start[robot] if done[robot] == 0 else heads[first - 1]
        owned[robot] |= one << np.uint64(here)
        near[robot] |= clash[here]
        for move in range(first, ptr[robot] + granted[robot]):
            for ground in (heads[move], lanes[move]):
                owned[robot] |= one << np.uint64(ground)
                near[robot] |= clash[ground]
    for robot in range(len(start)):
        for other in range(robot):
            if near[robot] & owned[other]:
                return False
    return True
