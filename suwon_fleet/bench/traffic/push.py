# SPDX-License-Identifier: Apache-2.0
"""A peer that pushes: asynchronous PIBT, clean-room (after Okumura et al., Causal-PIBT, AAAI 2021).

At every tick the robots that rest decide anew, who has had its goal longest first. A robot takes the free
neighbour nearest to its goal; one that rests there is pushed on first, with its pusher's priority, and may
push in turn; one that is leaving is waited for. Nobody waits for a robot that waits for it, and nothing
is remembered but who holds which ground. Only one robot at a time may be in a dead-end branch.
"""

from __future__ import annotations

import numpy as np

from suwon_fleet.bench.traffic.ground import Ground, blockers, is_free, rests, take
from suwon_fleet.bench.traffic.pushing import (
    ASKS,
    GOES,
    MOST_BLOCKERS,
    STAYS,
    UNDECIDED,
    WAITS,
    Pushing,
    count_inside,
    enter,
    is_claimed,
    is_near,
    is_shut,
    rank,
)
from suwon_fleet.bench.traffic.world import NO
from suwon_fleet.kernel import inner_kernel, kernel


@kernel
def push(ground: Ground, pushing: Pushing, tick: int) -> int:
    """Decide for all robots that rest; returns how many edges were granted."""
    pushing.status[:] = UNDECIDED
    pushing.waits_for[:] = NO
    pushing.claim[:] = NO
    pushing.grants[0] = 0
    count_inside(ground, pushing)
    for robot in np.argsort(ground.since, kind="mergesort"):
        if pushing.status[robot] == UNDECIDED and ground.lives[robot] and rests(ground, robot):
            _decide(ground, pushing, robot, tick)
    return int(pushing.grants[0])


@inner_kernel
def _decide(ground: Ground, pushing: Pushing, first: int, tick: int) -> None:
    """Let a robot choose, pushing others on, which choose while it waits on the stack."""
    depth = _begin(ground, pushing, first, 0, tick)
    leaves = False  # whether the robot asked last will leave the ground it rests on
    while depth > 0:
        robot = pushing.stack[depth - 1]
        if pushing.asked[robot] >= 0:  # it has asked those in the way of an edge
            if not leaves:
                _give_up(ground, pushing, robot)
                continue
            pushing.asked[robot] += 1
        else:
            pusher = NO if depth == 1 else pushing.stack[depth - 2]
            answer = _next_option(ground, pushing, robot, pusher)
            if answer != ASKS:
                leaves = answer == GOES
                depth -= 1
                continue
        other = pushing.waits_for[robot, pushing.asked[robot]]
        if other == NO:
            pushing.status[robot] = WAITS
            leaves = True
            depth -= 1
        elif _can_be_pushed(ground, pushing, other):
            depth = _begin(ground, pushing, other, depth, tick)
        else:
            leaves = _will_leave(ground, pushing, robot, other)


@inner_kernel
def _begin(ground: Ground, pushing: Pushing, robot: int, depth: int, tick: int) -> int:
    """Put a robot on the stack of those choosing; as long as it is there nobody may count on it."""
    pushing.status[robot] = STAYS
    pushing.choice[robot] = -1
    pushing.asked[robot] = -1
    pushing.counts[robot] = rank(ground, robot, pushing.options[robot], tick)
    pushing.stack[depth] = robot
    return depth + 1


@inner_kernel
def _next_option(ground: Ground, pushing: Pushing, robot: int, pusher: int) -> int:
    """Look at a robot's next options: it STAYS, GOES, or ASKS others to clear an edge."""
    here = ground.front[robot]
    while True:
        pushing.choice[robot] += 1
        if pushing.choice[robot] == pushing.counts[robot]:
            return STAYS if pusher == NO else _pass_ahead(ground, pushing, robot, pusher)
        edge = pushing.options[robot, pushing.choice[robot]]
        if edge == NO:  # to stay
            if pusher == NO:
                return STAYS
            continue
        head = ground.edge_to[edge]
        if is_claimed(pushing, head, robot) or is_shut(ground, pushing, here, head):
            continue
        ways = pushing.waits_for[robot]
        number = blockers(ground, robot, ground.element[edge], ways[:MOST_BLOCKERS])
        ways[number:] = NO
        if number == 0:
            return _go(ground, pushing, robot, edge)
        pushing.claim[head] = robot
        pushing.asked[robot] = 0
        return ASKS


@inner_kernel
def _go(ground: Ground, pushing: Pushing, robot: int, edge: int) -> int:
    pushing.status[robot] = GOES
    enter(ground, pushing, edge)
    pushing.grants[0] = take(ground, robot, edge, pushing.grants[0])
    return GOES


@inner_kernel
def _pass_ahead(ground: Ground, pushing: Pushing, robot: int, pusher: int) -> int:
    """A robot beside the ground its pusher wants, whose only way leads over that, goes first.

    Of robots that fill one vertex each none is ever there: it is what bodies with a size need.
    """
    found = np.empty(1, dtype=np.int32)
    wanted = ground.edge_to[pushing.options[pusher, pushing.choice[pusher]]]
    for edge in pushing.options[robot, : pushing.counts[robot]]:
        if edge != NO and ground.edge_to[edge] == wanted and is_free(ground, robot, edge, found):
            return _go(ground, pushing, robot, edge)
    return STAYS


@inner_kernel
def _give_up(ground: Ground, pushing: Pushing, robot: int) -> None:
    """An edge cannot be cleared for a robot."""
    edge = pushing.options[robot, pushing.choice[robot]]
    pushing.claim[ground.edge_to[edge]] = NO
    pushing.waits_for[robot] = NO
    pushing.asked[robot] = -1


@inner_kernel
def _can_be_pushed(ground: Ground, pushing: Pushing, other: int) -> bool:
    is_undecided = pushing.status[other] == UNDECIDED
    return bool(is_undecided and ground.lives[other] and rests(ground, other))


@inner_kernel
def _will_leave(ground: Ground, pushing: Pushing, robot: int, other: int) -> bool:
    """Whether a robot in the way of what `robot` looks at, that cannot be pushed, is leaving."""
    if not ground.lives[other]:
        return False
    if not rests(ground, other):
        return not is_near(ground, pushing, robot, other, ground.front[other])
    return bool(pushing.status[other] == WAITS and not _waits_for(pushing, other, robot))


@inner_kernel
def _waits_for(pushing: Pushing, one: int, other: int) -> bool:
    """Whether `one` waits, through any number of others, for `other`."""
    seen = np.zeros(len(pushing.status), dtype=np.bool_)
    todo = np.empty(len(pushing.status), dtype=np.int32)
    todo[0], count = one, 1
    seen[one] = True
    while count > 0:
        count -= 1
        here = todo[count]
        if here == other:
            return True
        for after in pushing.waits_for[here]:
            if after == NO:
                break
            if not seen[after]:
                seen[after] = True
                todo[count] = after
                count += 1
    return False
