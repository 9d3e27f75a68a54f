# SPDX-License-Identifier: Apache-2.0
"""Ways to lanes and back."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from suwon_fleet.core.sitemap import Lane, LaneKind, Lift
from suwon_fleet.wire.maps.ways import Way, lanes_of, rides, ways_of


def test_a_way_is_a_lane_for_each_piece_each_way() -> None:
    way = Way(
        "walk", ("a", "b", "c"), LaneKind.PATH, width_m=2.0, slope=0.1, mutex="m", height_m=2.1
    )
    lanes = list(lanes_of(way))
    assert [(lane.id, lane.start, lane.end, lane.slope) for lane in lanes] == [
        ("walk.1", "a", "b", 0.1),
        ("walk.1.r", "b", "a", -0.1),
        ("walk.2", "b", "c", 0.1),
        ("walk.2.r", "c", "b", -0.1),
    ]
    assert all((lane.width_m, lane.height_m, lane.mutex) == (2.0, 2.1, "m") for lane in lanes)


def test_a_single_piece_keeps_the_ways_own_id() -> None:
    assert [lane.id for lane in lanes_of(Way("w", ("a", "b"), LaneKind.PATH))] == ["w", "w.r"]
    one_way = Way("w", ("a", "b"), LaneKind.PATH, two_way=False)
    assert [lane.id for lane in lanes_of(one_way)] == ["w"]


def test_flat_ways_have_no_negative_zero() -> None:
    lanes = lanes_of(Way("w", ("a", "b"), LaneKind.PATH))
    assert [str(lane.slope) for lane in lanes] == ["0.0", "0.0"]


node_ids = st.sampled_from("abcd")
ways = st.builds(
    Way,
    st.sampled_from(["w", "w.1", "w.2", "v", "v.1", "w.r", "w.1.r", "w.1.1"]),
    st.lists(node_ids, min_size=2, max_size=5).map(tuple),
    st.sampled_from([LaneKind.PATH, LaneKind.RAMP]),
    st.booleans(),
    st.sampled_from([None, 2.0]),
    st.sampled_from([None, 1.5]),
    st.sampled_from([0.0, 0.1, -0.1]),
    st.none(),
    st.sampled_from([None, "m"]),
)
loose = st.builds(
    Lane,
    st.sampled_from(["w", "w.1", "w.2", "w.1.r", "w.3"]),
    node_ids,
    node_ids,
    st.just(LaneKind.PATH),
)


@settings(deadline=None)
@given(st.lists(ways, max_size=4), st.lists(loose, max_size=6))
def test_ways_of_lanes_give_the_same_lanes(drawn: list[Way], others: list[Lane]) -> None:
    lanes = [lane for way in drawn for lane in lanes_of(way)] + others
    assert [lane for way in ways_of(lanes) for lane in lanes_of(way)] == lanes


def test_a_long_way_comes_back_as_one() -> None:
    way = Way("w", tuple(f"n{index}" for index in range(50)), LaneKind.PATH, width_m=2.0)
    assert ways_of(list(lanes_of(way))) == [way]


def test_a_lift_rides_from_each_level_to_each_other() -> None:
    lanes = list(rides(Lift("lift", {"G": "g", "F2": "f2", "F3": "f3"})))
    assert {(lane.start, lane.end) for lane in lanes} == {
        ("g", "f2"),
        ("g", "f3"),
        ("f2", "g"),
        ("f2", "f3"),
        ("f3", "g"),
        ("f3", "f2"),
    }
    assert {lane.kind for lane in lanes} == {LaneKind.LIFT}
    assert lanes[0].id == "lift:G:F2"
    assert list(rides(Lift("lift", {"G": "g"}))) == []
