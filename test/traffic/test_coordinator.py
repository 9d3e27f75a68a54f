# SPDX-License-Identifier: Apache-2.0
"""The whole of traffic: robots as late as they like neither touch nor get stuck, on maps of all sorts."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic.drive import SECOND, World, kind, site_of
from traffic.maps import grids, line, ring, tee

from suwon_fleet.core.errors import Broken
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import GROUND, Lane, LaneKind, SiteMap, Zone, ZoneKind
from suwon_fleet.core.traffic import Wait, WaitReason
from suwon_fleet.resources import resource_path
from suwon_fleet.traffic import Coordinator
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.maps import load_site

SMALL, LARGE = kind("small"), kind("large", radius_m=0.9, speed_mps=0.5)
RMF = Path(__file__).parents[3] / "shared/data/rmf_demos"
LONG_S = 4000


@given(grids(most=9, least=4), st.data())
@settings(max_examples=40, deadline=None)
def test_on_a_two_way_map_with_room_to_spare_everybody_arrives(
    site: SiteMap, data: st.DataObject
) -> None:
    """Robots that have no more goals make way for the others as far as they must."""
    names = [node.id for node in site.nodes]
    world = World(
        site,
        [(SMALL, name) for name in data.draw(st.permutations(names))[: max(1, len(names) // 3)]],
        seed=data.draw(st.integers(0, 1000)),
    )
    for name in world.bodies:
        world.give(name, *data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=4)))
    reachable = _can_all_be_served(world)
    took_s = world.run(LONG_S if reachable else 300)
    if reachable:
        assert took_s < LONG_S, {name: body.goals for name, body in world.bodies.items()}


def _can_all_be_served(world: World) -> bool:
    """Whether each robot can get to all its goals, whatever the others do for it, one move at a time.

    Lanes go both ways, so from wherever robots can get they can get back: what is reached once is always.
    """
    first = tuple(body.path[-1] for body in world.bodies.values())
    reached, ahead = {first}, [first]
    while ahead:
        here = ahead.pop()
        for robot, lane in product(range(len(here)), world.site.lanes):
            if here[robot] == lane.start and lane.end not in here:
                then = (*here[:robot], lane.end, *here[robot + 1 :])
                if then not in reached:
                    reached.add(then)
                    ahead.append(then)
    places = map(set, zip(*reached, strict=True))
    return all(
        set(body.goals) <= own for body, own in zip(world.bodies.values(), places, strict=True)
    )


def test_robots_change_places_through_a_bay() -> None:
    world = World(tee(), [(SMALL, "a"), (SMALL, "c")], seed=1)
    world.give("r0", *["c", "a"] * 5)
    world.give("r1", *["a", "c"] * 5)
    assert world.run(LONG_S) < LONG_S


def test_large_and_small_robots_share_a_ring() -> None:
    starts = [(SMALL, "n0"), (LARGE, "n3"), (SMALL, "n6"), (LARGE, "n9")]
    world = World(ring(12), starts, seed=2)
    for number, name in enumerate(world.bodies):
        world.give(name, *[f"n{(3 * number + 5 * lap) % 12}" for lap in range(1, 8)])
    assert world.run(LONG_S) < LONG_S


@given(grids(most=9, least=4), st.data())
@settings(max_examples=15, deadline=None)
def test_whoever_is_not_looked_at_could_be_granted_nothing(
    site: SiteMap, data: st.DataObject
) -> None:
    names = [node.id for node in site.nodes]
    starts = data.draw(st.permutations(names))[: max(1, len(names) // 2)]
    seed = data.draw(st.integers(0, 1000))
    world = World(site, [(SMALL, start) for start in starts], seed, delay=0.3)
    for name in world.bodies:
        world.give(name, *data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=4)))
    for _ in range(60):
        world.step()
        while granted := world.traffic.step(world.now_ns):
            for extension in granted:
                world.bodies[extension.robot_id].path.extend(extension.vertices)
        world.traffic._squad.stirred[:] = True
        assert not world.traffic.step(world.now_ns)


def test_a_robot_that_stands_for_good_is_driven_around() -> None:
    world = World(ring(8), [(SMALL, "n0"), (SMALL, "n2")], seed=3)
    world.traffic.set_mobile("r1", False)
    world.give("r0", "n4")
    assert world.run(LONG_S) < LONG_S


def test_who_waits_for_a_robot_that_stands_in_the_only_way_knows_it() -> None:
    world = World(line(4), [(SMALL, "n0"), (SMALL, "n2")], seed=4)
    world.traffic.set_mobile("r1", False)
    world.give("r0", "n3")
    world.run(60)
    assert world.traffic.wait_of("r0") == Wait(WaitReason.NO_WAY, "r1")
    assert world.traffic.cuts_off("r1")
    assert not world.traffic.cuts_off("r0")
    world.traffic.set_mobile("r1", True)
    assert not world.traffic.cuts_off("r1"), "now it can be asked to make way"
    world.give("r1", "n3")
    world.give("r0", "n2")
    assert world.run(LONG_S) < LONG_S


def test_a_removed_robots_ground_is_free() -> None:
    world = World(line(4), [(SMALL, "n0"), (SMALL, "n2")], seed=5)
    world.traffic.set_mobile("r1", False)
    world.give("r0", "n3")
    world.run(30)
    world.traffic.remove("r1")
    del world.bodies["r1"]
    assert world.run(LONG_S) < LONG_S


def hall(**more: object) -> SiteMap:
    area = ((2.0, -1.0), (8.0, -1.0), (8.0, 1.0), (2.0, 1.0))
    points = {f"n{i}": (2.4 * i, 0.0) for i in range(5)} | {"m1": (2.4, 2.4), "m3": (7.2, 2.4)}
    ways = [(f"n{i}", f"n{i + 1}") for i in range(4)]
    ways += [("n0", "m1"), ("m1", "m3"), ("m3", "n4")]
    return site_of(points, ways, zones=(Zone("hall", ZoneKind.HALL, area, **more),))


def test_a_closed_zone_is_driven_around() -> None:
    world = World(hall(), [(SMALL, "n0")], seed=6)
    world.traffic.set_open("hall", False)
    world.give("r0", "n4")
    assert world.run(LONG_S) < LONG_S
    assert not {"n1", "n2", "n3"} & set(world.bodies["r0"].path)


def test_a_zone_never_holds_more_robots_than_it_may() -> None:
    world = World(hall(capacity=1), [(SMALL, "n0"), (SMALL, "m1"), (SMALL, "m3")], seed=7)
    inside = {"n1", "n2", "n3"}
    for name in world.bodies:
        world.give(name, *["n2", "m1", "n3", "m3"] * 3)
    for _ in range(LONG_S):
        world.step()
        held = [b for b in world.bodies.values() if inside & set(b.path[b.index :])]
        assert len(held) <= 1
    assert not any(body.goals for body in world.bodies.values())


def test_ground_is_only_ever_added_in_front() -> None:
    """What a robot was told stays told: every extension follows on the path as it was."""
    world = World(ring(8), [(SMALL, "n0"), (SMALL, "n4")], seed=8)
    between = world.traffic.roadmap.edge_between
    at = world.traffic.roadmap.vertex_of
    world.give("r0", "n4", "n0")
    world.give("r1", "n0", "n4")
    assert world.run(LONG_S) < LONG_S
    for body in world.bodies.values():
        for tail, head in zip(body.path, body.path[1:], strict=False):
            assert (at[tail], at[head]) in between


def test_the_same_world_runs_the_same_way_twice() -> None:
    def path(seed: int) -> list[list[str]]:
        world = World(ring(10), [(SMALL, f"n{i}") for i in (0, 3, 6)], seed=seed)
        for number, name in enumerate(world.bodies):
            world.give(name, *[f"n{(number * 3 + 7 * k) % 10}" for k in range(1, 6)])
        world.run(LONG_S)
        return [body.path for body in world.bodies.values()]

    assert path(9) == path(9)


def test_what_is_asked_of_the_map() -> None:
    traffic = Coordinator(hall(), [SMALL, LARGE])
    assert traffic.locate(Pose(2.5, 0.1, 0.0, GROUND), 1.0) == "n1"
    traffic.place("r0", "small", ["n1"], 0)
    assert traffic.owner_near("small", "n1") == "r0"
    assert traffic.owner_near("small", "n3") is None
    assert traffic.zones_at("n1") == ("hall",)
    assert traffic.zones_at("m1") == ()
    assert traffic.front_of("r0") == "n1"
    assert traffic.travel_s("small", "n0", "n4") == pytest.approx(4 * 2.4, rel=0.01)
    with pytest.raises(Broken):
        traffic.place("r1", "small", ["n1"], 0)


def test_nobody_is_pushed_where_it_cannot_come_back_from() -> None:
    """A robot makes way inside, not through a one-way door to where its kind finds no way on."""
    site = site_of(
        {"a": (0, 0), "b": (2.4, 0), "out": (2.4, 2.4), "in": (2.4, -2.4), "c": (4.8, 0)},
        [("a", "b"), ("b", "c"), ("b", "in")],
    )
    door = Lane("door", "b", "out", LaneKind.INDOOR)
    world = World(replace(site, lanes=(*site.lanes, door)), [(SMALL, "a"), (SMALL, "c")], seed=12)
    world.give("r0", *["c", "a"] * 6)
    world.give("r1", *["a", "c"] * 6)
    assert world.run(LONG_S) < LONG_S
    assert all("out" not in body.path for body in world.bodies.values())


def test_a_robot_is_not_led_on_past_its_goal() -> None:
    """Who arrives has business there: it gets no more ground until it aims elsewhere."""
    world = World(line(5), [(SMALL, "n0")], seed=10)
    world.traffic.aim("r0", "n2", urgency=0.0, now_ns=0)
    for second in range(1, 60):
        world.traffic.release("r0", 99)
        world.traffic.step(second * SECOND)
    assert world.traffic.front_of("r0") == "n2"


@pytest.mark.parametrize("name", ["office", "hotel", "campus", "airport_terminal"])
def test_real_buildings(name: str) -> None:
    path = RMF / f"{name}.building.yaml"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    site = load_site(path)
    free = Coordinator(site, [SMALL])
    at = free.roadmap.vertex_of
    lots = [node.id for node in site.nodes]
    centre = max(lots, key=lambda goal: sum(_both_ways(free, goal, other) for other in lots))
    reachable = [node for node in lots if _both_ways(free, centre, node)]
    starts: list[str] = []
    for node in reachable:
        if free.owner_near("small", node) is None and len(starts) < 4:
            free.place(node, "small", [node], 0)
            starts.append(node)
    assert all(node in at for node in starts)
    world = World(site, [(SMALL, node) for node in starts], seed=11)
    for number, robot in enumerate(world.bodies):
        world.give(robot, *[reachable[(37 * number + 61 * k) % len(reachable)] for k in (1, 2)])
    assert world.run(4 * LONG_S) < 4 * LONG_S


def test_who_stands_at_a_goal_leaves_before_a_robot_goes_round_the_block_for_it() -> None:
    """Once past the goal it had a long way to go before anybody stood in it: it went round and round."""
    site = load_site(resource_path("config/sites/belt.yaml"))
    indoor = load_kinds(resource_path("config/robots"))["delivery_indoor"]
    traffic = Coordinator(site, [indoor])
    traffic.place("idle", indoor.id, ["suseo.reception"], 0)
    traffic.place("guest", indoor.id, ["suseo.lab.24"], 0)
    traffic.aim("guest", "suseo.reception", urgency=1.0, now_ns=0)
    assert "idle" in {grant.robot_id for grant in traffic.step(0)}


def _both_ways(traffic: Coordinator, one: str, other: str) -> bool:
    there, back = (traffic.travel_s("small", *pair) for pair in ((one, other), (other, one)))
    return max(there, back) < float("inf")
