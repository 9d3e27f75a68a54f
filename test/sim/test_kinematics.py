# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from suwon_fleet.sim.kinematics import ARRIVED_M, STRAIGHT_RAD, Bodies, step

DT = 0.1
TINY = 1e-6
NEARLY_MPS = ARRIVED_M / DT
"""Who is as near as that has arrived, and may stop from a speed that would have taken it there."""


@dataclass(frozen=True)
class Limits:
    speed: float
    acceleration: float
    deceleration: float
    turn_rate: float


@dataclass(frozen=True)
class Leg:
    """A piece of path: how far, how much the path has turned before it, its limit and its hold."""

    metres: float
    turn: float
    limit: float = 9.0
    hold: float = 0.0


Point = tuple[float, float, float, float]

CART = Limits(1.6, 0.6, 1.2, 1.2)


def points_of(legs: Sequence[Leg]) -> list[Point]:
    x = y = heading = 0.0
    points = [(x, y, 9.0, 0.0)]
    for leg in legs:
        heading += leg.turn
        x, y = x + leg.metres * math.cos(heading), y + leg.metres * math.sin(heading)
        points.append((x, y, leg.limit, leg.hold))
    return points


def body_of(limits: Limits) -> Bodies:
    body = Bodies.empty(1)
    body.top_speed[0], body.turn_rate[0] = limits.speed, limits.turn_rate
    body.acceleration[0], body.deceleration[0] = limits.acceleration, limits.deceleration
    return body


def grant(body: Bodies, points: Sequence[Point]) -> None:
    if body.known[0] == 0:
        body.reached[0] = 0
    for point in points:
        body.way[0, body.known[0]] = point
        body.known[0] += 1


class Ride:
    """Drives one body along its path, and checks at every step that it keeps to all its limits."""

    def __init__(self, limits: Limits, legs: Sequence[Leg]) -> None:
        self.limits, self.points = limits, points_of(legs)
        self.body = body_of(limits)
        self.granted = 0
        self.seconds = 0.0

    def grant(self, count: int) -> None:
        """Grant the body its next `count` points."""
        grant(self.body, self.points[self.granted : self.granted + count])
        self.granted = min(self.granted + count, len(self.points))

    @property
    def speed(self) -> float:
        return float(self.body.speed[0])

    @property
    def at(self) -> tuple[float, float]:
        return float(self.body.x[0]), float(self.body.y[0])

    @property
    def is_there(self) -> bool:
        return self.speed == 0.0 and int(self.body.reached[0]) == self.granted - 1

    @property
    def limit(self) -> float:
        """Of the piece of path the body is on."""
        ahead = self.points[int(self.body.reached[0]) + 1 :][:1]
        return ahead[0][2] if ahead else math.inf

    def step(self) -> float:
        """One step; returns how far the body went."""
        before_at, before, yaw, limit = self.at, self.speed, float(self.body.yaw[0]), self.limit
        step(self.body, DT)
        self.seconds += DT
        went = math.dist(before_at, self.at)
        assert before - self.limits.deceleration * DT - TINY - NEARLY_MPS <= self.speed
        assert self.speed <= before + self.limits.acceleration * DT + TINY
        is_on_next = self.body.along[0] > 0.0  # not just at the end of the one before
        assert self.speed <= min(self.limits.speed, limit) + TINY
        assert self.speed <= self.limit + TINY or not is_on_next
        turned = abs(math.remainder(float(self.body.yaw[0]) - yaw, math.tau))
        assert turned <= self.limits.turn_rate * DT + TINY
        assert went <= max(before, self.speed) * DT + TINY
        self._is_on_path()
        return went

    def _is_on_path(self) -> None:
        reached = int(self.body.reached[0])
        assert reached <= self.granted - 1
        tail, head = self.points[reached], self.points[min(reached + 1, self.granted - 1)]
        on = math.dist(tail[:2], self.at) + math.dist(self.at, head[:2])
        assert on == pytest.approx(math.dist(tail[:2], head[:2]), abs=1e-5)

    def to_the_end(self, within_s: float) -> None:
        while not self.is_there:
            assert self.seconds < within_s, "it does not get there"
            self.step()
        assert self.at == pytest.approx(self.points[self.granted - 1][:2], abs=1e-5)


def bound_s(limits: Limits, legs: Sequence[Leg]) -> float:
    """More time than any body should need: each piece from rest to rest at the slowest, and turns."""
    seconds = 10.0
    for leg in legs:
        top = min(limits.speed, leg.limit)
        weakest = min(limits.acceleration, limits.deceleration)
        seconds += leg.metres / top + 2 * top / weakest + abs(leg.turn) / limits.turn_rate
        seconds += 2 * leg.hold + 1.0
    return 1.5 * seconds


all_limits = st.builds(
    Limits,
    speed=st.floats(0.3, 3.0),
    acceleration=st.floats(0.2, 2.0),
    deceleration=st.floats(0.2, 3.0),
    turn_rate=st.floats(0.3, 3.0),
)
all_legs = st.lists(
    st.builds(
        Leg,
        metres=st.one_of(st.floats(0.05, 1.0), st.floats(1.0, 20.0)),
        turn=st.one_of(st.just(0.0), st.floats(-0.4, 0.4), st.floats(-math.pi, math.pi)),
        limit=st.floats(0.2, 3.0),
        hold=st.one_of(st.just(0.0), st.floats(0.1, 3.0)),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(all_limits, all_legs)
@example(CART, [Leg(10, 0.0, 1.6), Leg(3, 0.3, 0.4), Leg(0.1, 0.0, 1.6)])
@example(Limits(1.0, 1.0, 2.75, 1.0), [Leg(1.0, 0.0, 1.0), Leg(1.0, 1.0, 0.2)])
def test_keeps_every_limit_and_arrives(limits: Limits, legs: list[Leg]) -> None:
    ride = Ride(limits, legs)
    ride.grant(len(ride.points))
    ride.to_the_end(bound_s(limits, legs))


@settings(max_examples=100, deadline=None)
@given(all_limits, all_legs, st.lists(st.tuples(st.integers(1, 40), st.booleans()), max_size=12))
@example(Limits(1.0, 0.99999, 1 / 3, 1.0), [Leg(0.5, 0.0, 1.0)], [])  # stops from a hair too fast
def test_keeps_every_limit_however_it_is_granted_and_held(
    limits: Limits, legs: list[Leg], fits: list[tuple[int, bool]]
) -> None:
    ride = Ride(limits, legs)
    ride.grant(1)
    for steps, may_go in fits:
        ride.grant(1)
        ride.body.may_go[0] = may_go
        for _ in range(steps):
            ride.step()
    ride.body.may_go[0] = True
    ride.grant(len(ride.points))
    ride.to_the_end(ride.seconds + bound_s(limits, legs))


@settings(max_examples=100, deadline=None)
@given(all_limits, all_legs, st.integers(0, 200))
def test_stops_within_its_stopping_distance(limits: Limits, legs: list[Leg], after: int) -> None:
    ride = Ride(limits, legs)
    ride.grant(len(ride.points))
    for _ in range(after):
        ride.step()
    speed = ride.speed
    ride.body.may_go[0] = False
    went = 0.0
    while ride.speed > 0.0:
        went += ride.step()
    assert went <= speed**2 / (2 * limits.deceleration) + TINY
    assert ride.step() == 0.0


def test_uses_its_whole_speed_and_brakes_no_earlier_than_it_must() -> None:
    """20 m at 1.6 m/s with 0.6 and 1.2 m/s²: what the textbook says, and a step or two."""
    ride = Ride(CART, [Leg(20.0, 0.0)])
    ride.grant(2)
    top = 0.0
    while not ride.is_there:
        ride.step()
        top = max(top, ride.speed)
    textbook = 20.0 / 1.6 + 1.6 / (2 * 0.6) + 1.6 / (2 * 1.2)
    assert top == pytest.approx(1.6)
    assert textbook <= ride.seconds <= textbook + 0.4


def test_does_not_stop_where_the_next_grant_came_in_time() -> None:
    ride = Ride(CART, [Leg(3.0, 0.0)] * 5)
    ride.grant(3)
    slowest = math.inf
    while not ride.is_there:
        ride.step()
        if int(ride.body.reached[0]) >= 1 and ride.granted < 6:
            ride.grant(1)
        if 1 <= int(ride.body.reached[0]) < 4:
            slowest = min(slowest, ride.speed)
    assert ride.granted == 6
    assert slowest > 1.0


@pytest.mark.parametrize("turn", [math.pi / 2, -math.pi / 2, math.pi])
def test_turns_on_the_spot_at_a_sharp_bend(turn: float) -> None:
    ride = Ride(CART, [Leg(3.0, 0.0), Leg(3.0, turn)])
    ride.grant(3)
    turning = 0
    while not ride.is_there:
        yaw = float(ride.body.yaw[0])
        went = ride.step()
        if yaw != float(ride.body.yaw[0]) and went == 0.0:
            turning += 1
            assert ride.at == pytest.approx((3.0, 0.0), abs=1e-5)
    least = (abs(turn) - STRAIGHT_RAD) / (CART.turn_rate * DT)
    assert turning == pytest.approx(least, abs=2)


def test_takes_a_gentle_bend_in_motion() -> None:
    ride = Ride(CART, [Leg(4.0, 0.0), Leg(4.0, 0.3)])
    ride.grant(3)
    speed_at_bend = 0.0
    while not ride.is_there:
        reached = int(ride.body.reached[0])
        ride.step()
        if reached == 0 and int(ride.body.reached[0]) == 1:
            speed_at_bend = ride.speed
    assert speed_at_bend > 1.0


@pytest.mark.parametrize("hold", [0.1, 0.55, 4.0])
def test_holds_as_long_as_the_way_asks(hold: float) -> None:
    with_hold = Ride(CART, [Leg(2.0, 0.0), Leg(2.0, 0.0, hold=hold)])
    without = Ride(CART, [Leg(2.0, 0.0), Leg(2.0, 0.0)])
    stood = 0
    for ride in (with_hold, without):
        ride.grant(3)
        while not ride.is_there:
            moved = ride.step() > 0.0
            stood += ride is with_hold and not moved and int(ride.body.reached[0]) == 1
    assert stood == math.ceil(hold / DT - 1e-9)
    assert with_hold.seconds > without.seconds + hold


def test_a_ride_in_a_lift_ends_where_it_began() -> None:
    """Two vertices at the same place, on two levels, with the time of the ride between."""
    ride = Ride(CART, [Leg(2.0, 0.0), Leg(0.0, 0.0, hold=5.0), Leg(2.0, math.pi)])
    ride.grant(4)
    at_cabin = 0
    while not ride.is_there:
        ride.step()
        at_cabin += ride.at == pytest.approx((2.0, 0.0), abs=1e-5)
    assert at_cabin * DT >= 5.0
    assert ride.at == pytest.approx((0.0, 0.0), abs=1e-5)


def test_stands_without_a_path_and_at_its_end() -> None:
    body = body_of(CART)
    body.x[0], body.y[0] = 3.0, 4.0
    step(body, DT)
    assert (body.x[0], body.y[0], body.speed[0]) == (3.0, 4.0, 0.0)
    grant(body, [(3.0, 4.0, 1.0, 0.0)])
    step(body, DT)
    assert (body.x[0], body.y[0], body.speed[0]) == (3.0, 4.0, 0.0)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(all_limits, all_legs), min_size=2, max_size=4))
def test_bodies_do_not_know_of_each_other(rides: list[tuple[Limits, list[Leg]]]) -> None:
    alone = []
    for limits, legs in rides:
        one = body_of(limits)
        grant(one, points_of(legs))
        alone.append(one)
    together = Bodies.empty(len(rides))
    for row, one in enumerate(alone):
        for mine, theirs in zip(together, one, strict=True):
            mine[row] = theirs[0]
    for _ in range(50):
        step(together, DT)
        for row, one in enumerate(alone):
            step(one, DT)
            places = itertools.chain(one.x, one.y, one.yaw, one.speed)
            assert list(places) == [
                together.x[row], together.y[row], together.yaw[row], together.speed[row]
            ]  # fmt: skip
