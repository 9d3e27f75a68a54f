# SPDX-License-Identifier: Apache-2.0
"""What is written for Gazebo: models true to their kinds, worlds true to their map."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
import shapely.affinity

from suwon_fleet.core.robots.kind import Family, RobotKind
from suwon_fleet.core.sitemap import (
    Door,
    Lane,
    LaneKind,
    Level,
    Lift,
    Node,
    Place,
    PlaceKind,
    SiteMap,
    Zone,
    ZoneKind,
)
from suwon_fleet.resources import resource_path
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.maps import load_site
from suwon_fleet.wire.sdf.drives import DiffDrive, VelocityControl
from suwon_fleet.wire.sdf.load import load_world, read_sdf
from suwon_fleet.wire.sdf.model import Box, Lidar, Model, World
from suwon_fleet.wire.sdf.pose import Pose
from suwon_fleet.wire.sdf.shapes import model_bounds
from suwon_fleet.wire.sdf.write.ground import floor_boxes
from suwon_fleet.wire.sdf.write.markup import document, tag, words
from suwon_fleet.wire.sdf.write.names import Names
from suwon_fleet.wire.sdf.write.robots import robot
from suwon_fleet.wire.sdf.write.world import Stand, world

KINDS = load_kinds(resource_path("config/robots"))
SHIPPED = sorted(resource_path("sim/worlds").glob("*.sdf"))


def model_of(kind: RobotKind, folder: Path, *, has_lidar: bool = False) -> Model:
    path = folder / "model.sdf"
    path.write_text(document(robot(kind, "r", has_lidar=has_lidar), "a robot"))
    read, problems = read_sdf(path)
    assert not problems
    assert read is not None
    assert isinstance(read.content, Model)
    return read.content


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.id)
def test_a_robot_has_its_kinds_size_weight_limits_and_battery(
    kind: RobotKind, tmp_path: Path
) -> None:
    model = model_of(kind, tmp_path)
    bounds = model_bounds(model)
    assert bounds is not None
    size = (kind.length_m, kind.width_m, kind.height_m)
    least, most = bounds
    for axis in range(3):
        low = 0.0 if axis == 2 else -size[axis] / 2
        assert least[axis] == pytest.approx(low, abs=0.004)
        assert most[axis] == pytest.approx(low + size[axis], abs=0.001)
    assert sum(link.mass_kg for _, link in model.parts) == pytest.approx(kind.mass_kg, abs=0.01)
    (battery,) = model.batteries
    assert battery.capacity_ah * battery.voltage_v == pytest.approx(
        kind.battery.capacity_wh, rel=1e-4
    )
    if kind.family is Family.HUMANOID:
        assert isinstance(model.drive, VelocityControl)
        return
    assert isinstance(model.drive, DiffDrive)
    limits = model.drive.linear
    assert limits.most_speed == kind.max_speed_mps
    assert (limits.least_acceleration, limits.most_acceleration) == (
        -kind.deceleration_mps2,
        kind.acceleration_mps2,
    )
    assert model.drive.angular.most_speed == kind.turn_rate_radps


def test_a_lidar_is_there_only_if_it_is_asked_for(tmp_path: Path) -> None:
    sensors = [
        sensor
        for has_lidar in (False, True)
        for _, link in model_of(KINDS["humanoid"], tmp_path, has_lidar=has_lidar).parts
        for sensor in link.sensors
    ]
    (lidar,) = (sensor for sensor in sensors if isinstance(sensor, Lidar))
    assert (lidar.samples, lidar.frame) == (180, "r/lidar")


def small_site() -> SiteMap:
    """A hall of two storeys with a way in, a door, a lift, a charger and two ids that look alike."""
    nodes = {
        "out": (-8.0, 5.0), "a": (5.0, 5.0), "b": (15.0, 5.0), "post": (15.0, 8.0),
        "x.1": (5.0, 2.0), "x-1": (10.0, 2.0),
    }  # fmt: skip
    cabins = {"ground": "g", "up": "u"}
    ways = [("out", "a"), ("a", "b"), ("b", "post"), ("a", "g"), ("a", "x.1"), ("b", "x-1")]
    hall = ((0.0, 0.0), (20.0, 0.0), (20.0, 10.0), (0.0, 10.0))
    lanes = [
        Lane(f"{a}>{b}", start, end, LaneKind.INDOOR, 2.0, door="front" if a == "out" else None)
        for a, b in ways
        for start, end in ((a, b), (b, a))
    ]
    lanes.append(Lane("up", "u", "v", LaneKind.INDOOR, 2.0))
    lanes.append(Lane("ride", "g", "u", LaneKind.LIFT))
    return SiteMap(
        "small site",
        (Level("ground"), Level("up", 4.0)),
        (
            *(Node(name, x, y, "ground") for name, (x, y) in nodes.items()),
            Node("g", 5.0, 8.0, "ground"),
            Node("u", 5.0, 8.0, "up"),
            Node("v", 12.0, 8.0, "up"),
        ),
        tuple(lanes),
        (
            Place("x.1", "x.1", frozenset({PlaceKind.PICKUP})),
            Place("x-1", "x-1", frozenset({PlaceKind.PICKUP})),
            Place("post", "post", frozenset({PlaceKind.CHARGER})),
        ),
        (Zone("hall", ZoneKind.HALL, hall, "ground"), Zone("loft", ZoneKind.HALL, hall, "up")),
        (Door("front", 4.0),),
        (Lift("l", cabins, 10.0),),
    )


@pytest.fixture
def small(tmp_path: Path) -> World:
    site = small_site()
    stands = [Stand("r_2", "humanoid", "v"), Stand("r_1", "delivery_indoor", "b")]
    path = tmp_path / "w.sdf"
    path.write_text(document(world(site, "w", KINDS, stands, pedestrians=2), "a world"))
    read, problems = read_sdf(path)
    assert not problems
    assert read is not None
    assert isinstance(read.content, World)
    return read.content


def boxes(model: Model) -> Iterator[tuple[str, Pose, Box]]:
    for pose, link in model.parts:
        for collision in link.collisions:
            if isinstance(collision.shape, Box):
                yield collision.name, model.pose.then(pose).then(collision.pose), collision.shape


def outline(pose: Pose, shape: Box) -> shapely.Polygon:
    x, y = shape.size_m[0] / 2, shape.size_m[1] / 2
    corners = ((-x, -y, 0.0), (x, -y, 0.0), (x, y, 0.0), (-x, y, 0.0))
    return shapely.Polygon([pose.at(corner)[:2] for corner in corners])


def test_a_world_has_what_its_map_has(small: World) -> None:
    names = [model.name for model in small.models]
    assert names == [
        "ground", "lanes", "building_ground", "building_up", "door_front_1", "lift_l",
        "locker_x_1", "locker_x_1_2", "charger_post", "r_1", "r_2",
    ]  # fmt: skip
    assert [actor.name for actor in small.actors] == ["pedestrian_1", "pedestrian_2"]
    poses = {model.name: model.pose for model in small.models}
    assert poses["r_1"][:3] == (15, 5, 0)
    assert poses["r_2"][:3] == (12, 8, 4)
    assert poses["lift_l"][:3] == (5, 8, 0)


def test_walls_are_open_where_lanes_pass(small: World) -> None:
    building = next(model for model in small.models if model.name == "building_ground")
    walls = [outline(pose, shape) for _, pose, shape in boxes(building)]
    assert sum(wall.area for wall in walls) == pytest.approx(0.2 * (60 - 2.6), abs=0.01)
    way_in = shapely.LineString(((-8, 5), (5, 5))).buffer(1.0, cap_style="flat")
    assert not any(wall.intersects(way_in) for wall in walls)


def test_a_door_is_open_at_zero_and_shut_at_its_width(small: World) -> None:
    door = next(model for model in small.models if model.name == "door_front_1")
    (joint,) = door.joints
    ((_, pose, shape),) = boxes(door)
    assert (joint.lower, joint.upper, joint.kind) == (0, 2, "prismatic")
    assert door.controls[0].speed == pytest.approx(0.5)
    leaf = outline(pose, shape)
    way = shapely.LineString(((-8, 5), (5, 5))).buffer(0.99, cap_style="flat")
    assert not leaf.intersects(way)
    x, y, _ = door.pose.turned((2.0, 0.0, 0.0))
    shut = shapely.affinity.translate(leaf, x, y)
    assert shut.centroid.coords[0] == pytest.approx((0, 5))
    assert shut.intersection(way).area == pytest.approx(0.05 * 1.98)


def test_a_lift_goes_through_a_hole_in_the_floor(small: World) -> None:
    lift = next(model for model in small.models if model.name == "lift_l")
    assert lift.joints[0].upper == 4.0
    assert lift.controls[0].speed == pytest.approx(0.4)
    building = next(model for model in small.models if model.name == "building_up")
    floors = [(p, s) for name, p, s in boxes(building) if name.startswith("floor")]
    area = shapely.union_all([outline(pose, shape) for pose, shape in floors])
    assert area.area == pytest.approx(200 - 1.7**2, abs=0.01)
    cabin = next(outline(pose, shape) for name, pose, shape in boxes(lift) if "floor" in name)
    assert not area.intersects(cabin)
    assert all(pose.z + shape.size_m[2] / 2 == pytest.approx(4.0) for pose, shape in floors)


def test_floors_are_cut_whatever_way_they_lie() -> None:
    turned = shapely.affinity.rotate(shapely.box(0, 0, 30, 12), 37, origin=(5, 5))
    zone = Zone("z", ZoneKind.HALL, tuple(turned.exterior.coords[:-1]))
    pieces = floor_boxes(zone, [(8.0, 9.0), (9.0, 9.5), (100.0, 0.0)], 1.7)
    rects = [
        shapely.LineString((strip.start, strip.end)).buffer(width / 2, cap_style="flat")
        for strip, width in pieces
    ]
    whole = shapely.union_all(rects)
    assert sum(rect.area for rect in rects) == pytest.approx(whole.area, abs=0.1)
    assert 360 - 2 * 1.7**2 < whole.area < 360 - 1.7**2
    assert not whole.contains(shapely.Point(8.0, 9.0))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_nothing_stands_on_a_lane_of_a_shipped_world(path: Path) -> None:
    built = load_world(path)
    site = load_site(resource_path("config/sites/belt.yaml"))
    heights = {level.id: level.elevation_m for level in site.levels}
    obstacles: dict[float, list[tuple[str, shapely.Polygon]]] = {z: [] for z in heights.values()}
    for model in built.models:
        if model.drive is not None or model.name.startswith("lift"):
            continue
        for name, pose, shape in boxes(model):
            for z, found in obstacles.items():
                half = shape.size_m[2] / 2
                if pose.z - half < z + 1.0 and pose.z + half > z + 0.01:
                    found.append((f"{model.name} {name}", outline(pose, shape)))
    nodes = site.node_by_id
    for z, found in obstacles.items():
        tree = shapely.STRtree([shape for _, shape in found])
        for lane in site.lanes:
            start, end = nodes[lane.start], nodes[lane.end]
            if heights[start.level] == heights[end.level] == z and lane.kind is not LaneKind.LIFT:
                line = shapely.LineString(((start.x_m, start.y_m), (end.x_m, end.y_m)))
                met = tree.query(line, predicate="dwithin", distance=0.4)
                assert [found[i][0] for i in met] == [], lane.id


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_robots_of_a_shipped_world_touch_nothing_at_the_start(path: Path) -> None:
    discs = {}
    built = load_world(path)
    for model in built.models:
        if model.drive is None:
            continue
        bounds = model_bounds(model)
        assert bounds is not None
        discs[model.name] = (model.pose, math.hypot(*bounds[1][:2]))
    solids = [
        (model.name, pose, outline(pose, shape))
        for model in built.models
        if model.drive is None
        for name, pose, shape in boxes(model)
        if not name.startswith("floor")
    ]
    tree = shapely.STRtree([shape for _, _, shape in solids])
    for pose, radius in discs.values():
        body = shapely.Point(pose.x, pose.y).buffer(radius)
        near = [solids[i] for i in tree.query(body, predicate="intersects")]
        assert [name for name, at, _ in near if abs(at.z - pose.z) < 3] == []


def test_numbers_are_short_and_never_minus_zero() -> None:
    assert [words(value) for value in (1.0, -0.00001, 0.12345, 1e16, True, (1.0, 2.5))] == [
        "1", "0", "0.1235", "1e+16", "true", "1 2.5",
    ]  # fmt: skip


def test_text_is_escaped() -> None:
    text = document(tag("a", tag("b", text="<&>"), name='"x" & y'), "said")
    assert "&lt;&amp;&gt;" in text
    assert """name='"x" &amp; y'""" in text


def test_names_that_look_alike_get_a_number() -> None:
    names = Names(["door_a_b"])
    assert [names.of("door", "a.b"), names.of("door", "a-b")] == ["door_a_b_2", "door_a_b_3"]
