# SPDX-License-Identifier: Apache-2.0
"""SDF files: frames composed, includes followed, and each thing that is wrong named with its line."""

import math
from pathlib import Path

import pytest

from suwon_fleet.core.errors import BadInput, Problem, Severity
from suwon_fleet.wire.sdf import reader, xml
from suwon_fleet.wire.sdf.drives import DiffDrive, VelocityControl
from suwon_fleet.wire.sdf.load import load_world, read_sdf
from suwon_fleet.wire.sdf.model import Actor, Box, ContactSensor, Lidar, Model, World

LINK = '<link name="base"/>'


def sdf(content: str, version: str = "1.9") -> str:
    return f'<sdf version="{version}">\n{content}\n</sdf>\n'


def in_world(content: str) -> str:
    return sdf(f'<world name="w">\n{content}\n</world>')


def in_model(content: str) -> str:
    return sdf(f'<model name="m">\n{content}\n</model>')


@pytest.fixture
def put(tmp_path: Path):
    def put(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return put


def model_of(path: Path) -> Model:
    read, problems = read_sdf(path)
    assert not problems
    assert read is not None
    assert isinstance(read.content, Model)
    return read.content


def refused(path: Path) -> list[tuple[str, int]]:
    """Codes and lines of the errors of a file that is refused."""
    read, problems = read_sdf(path)
    assert read is None
    return [place(problem) for problem in problems if problem.severity is Severity.ERROR]


def place(problem: Problem) -> tuple[str, int]:
    parts = problem.where.rsplit(":", 2)
    return problem.code, int(parts[1]) if len(parts) == 3 else 0


def close(pose: tuple[float, ...], x: float, y: float, z: float) -> bool:
    return math.dist(pose[:3], (x, y, z)) < 1e-9


def test_poses_are_composed_whatever_their_order(put) -> None:
    model = model_of(
        put(
            "m.sdf",
            in_model(
                '<link name="hand"><pose relative_to="arm_end">1 0 0 0 0 0</pose>'
                '<collision name="c"><pose relative_to="__model__">0 0 0 0 0 0</pose>'
                "<geometry><box><size>1 2 3</size></box></geometry></collision></link>"
                '<frame name="arm_end" attached_to="arm">'
                '<pose degrees="true">0 2 0 0 0 90</pose></frame>'
                '<link name="arm"><pose>0 0 1 0 0 1.5707963267948966</pose></link>'
                '<joint name="wrist" type="fixed"><pose>0 0 5 0 0 0</pose>'
                "<parent>arm</parent><child>hand</child></joint>"
            ),
        )
    )
    hand, arm = model.links
    assert close(arm.pose, 0, 0, 1)
    assert close(hand.pose, -3, 0, 1)  # 2 m to the arm's left is -x, then 1 m on, backwards
    assert hand.pose.yaw == pytest.approx(math.pi)
    assert close(model.joints[0].pose, -3, 0, 6)
    assert close(hand.pose.then(hand.collisions[0].pose), 0, 0, 0)


def test_models_stand_where_frames_and_placement_say(put) -> None:
    path = put(
        "w.sdf",
        in_world(
            '<frame name="dock"><pose>10 0 0 0 0 0</pose></frame>'
            f'<model name="a" placement_frame="tip"><pose relative_to="dock">0 1 0 0 0 0</pose>{LINK}'
            '<frame name="tip"><pose>0 0 2 0 0 0</pose></frame></model>'
            f'<model name="b"><pose relative_to="a::tip">1 0 0 0 0 0</pose>{LINK}</model>'
        ),
    )
    a, b = load_world(path).models
    assert close(a.pose, 10, 1, -2)
    assert close(b.pose, 11, 1, 0)


def test_a_quaternion_is_a_turn_too(put) -> None:
    model = model_of(
        put(
            "m.sdf",
            in_model(
                '<link name="l"><pose rotation_format="quat_xyzw">1 2 3 0 0 1 1</pose></link>'
            ),
        )
    )
    assert model.links[0].pose.yaw == pytest.approx(math.pi / 2)


def test_includes_by_file_folder_and_model_uri(put, tmp_path: Path) -> None:
    put("models/cart/model.sdf", sdf(f'<model name="cart"><pose>0 0 1 0 0 0</pose>{LINK}</model>'))
    put("models/box/model.config", '<model><sdf version="1.9">box-2.sdf</sdf></model>')
    put("models/box/box-2.sdf", sdf(f'<model name="box">{LINK}</model>'))
    put("models/walker.sdf", sdf('<actor name="kim"><script/></actor>'))
    path = put(
        "worlds/w.sdf",
        in_world(
            "<include><uri>model://cart</uri></include>"
            "<include><uri>../models/cart</uri><name>cart-2</name><pose>5 0 0 0 0 0</pose>"
            "<static>true</static></include>"
            f"<include><uri>file://{tmp_path}/models/box</uri></include>"
            "<include><uri>../models/walker.sdf</uri><pose>1 2 0 0 0 0</pose></include>"
        ),
    )
    world = load_world(path, models=[tmp_path / "models"])
    assert [(m.name, m.is_static, m.pose[:3]) for m in world.models] == [
        ("cart", False, (0, 0, 1)),
        ("cart-2", True, (5, 0, 0)),
        ("box", False, (0, 0, 0)),
    ]
    assert [(actor.name, actor.pose[:2]) for actor in world.actors] == [("kim", (1, 2))]


def test_nested_models_are_parts(put) -> None:
    put("arm.sdf", sdf('<model name="arm"><link name="l"><pose>0 0 1 0 0 0</pose></link></model>'))
    model = model_of(
        put(
            "m.sdf",
            in_model(
                LINK + "<include><uri>arm.sdf</uri><pose>1 0 0 0 0 0</pose></include>"
                '<joint name="j" type="fixed"><parent>base</parent><child>arm::l</child></joint>'
            ),
        )
    )
    assert [(link.name, pose[:3]) for pose, link in model.parts] == [
        ("base", (0, 0, 0)),
        ("l", (1, 0, 1)),
    ]


PLUGINS = """
<plugin filename="gz-sim-diff-drive-system" name="gz::sim::systems::DiffDrive">
  <left_joint>l</left_joint><right_joint>r</right_joint>
  <wheel_separation>0.5</wheel_separation><wheel_radius>0.1</wheel_radius>
  <max_velocity>2</max_velocity><max_linear_velocity>1</max_linear_velocity>
  <min_acceleration>-3</min_acceleration><topic>/go</topic>
</plugin>
<plugin filename="x" name="ignition::gazebo::systems::LinearBatteryPlugin">
  <battery_name>main</battery_name><voltage>24</voltage>
  <open_circuit_voltage_constant_coef>25</open_circuit_voltage_constant_coef>
  <open_circuit_voltage_linear_coef>-3</open_circuit_voltage_linear_coef>
  <initial_charge>5</initial_charge><capacity>10</capacity><resistance>0.1</resistance>
  <power_load>60</power_load><enable_recharge>true</enable_recharge><charging_time>2</charging_time>
</plugin>
<plugin filename="x" name="gz::sim::systems::JointStatePublisher"><joint_name>l</joint_name></plugin>
<plugin filename="x" name="gz::sim::systems::OdometryPublisher"><odom_topic>/true</odom_topic></plugin>
<plugin filename="x" name="gz::sim::systems::JointPositionController">
  <joint_name>l</joint_name><topic>/lid</topic><cmd_max>0.5</cmd_max></plugin>
"""
WHEELS = """
<link name="base"/>
<link name="lw"><pose>0 0.25 0.1 0 0 0</pose></link>
<link name="rw"><pose>0 -0.25 0.1 0 0 0</pose></link>
<joint name="l" type="revolute"><parent>base</parent><child>lw</child><axis/></joint>
<joint name="r" type="continuous"><parent>base</parent><child>rw</child><axis/></joint>
"""


def test_plugins_are_read_with_their_limits(put) -> None:
    model = model_of(put("m.sdf", in_model(WHEELS + PLUGINS)))
    drive = model.drive
    assert isinstance(drive, DiffDrive)
    assert (drive.left_joints, drive.wheel_separation_m, drive.topics.command) == (
        ("l",),
        0.5,
        "/go",
    )
    inf = math.inf
    assert drive.linear == (-inf, 1.0, -3.0, inf, -inf, inf)
    assert drive.angular == (-inf, 2.0, -3.0, inf, -inf, inf)
    (battery,) = model.batteries
    assert (battery.capacity_ah, battery.initial_ah, battery.charging_h) == (10, 5, 2)
    assert model.joint_states is not None
    assert model.joint_states.joints == ("l",)
    assert model.odometry is not None
    assert model.odometry.topic == "/true"
    assert [(c.joint, c.topic, c.speed) for c in model.controls] == [("l", "/lid", 0.5)]


def test_velocity_control_sensors_and_actors(put) -> None:
    world = load_world(
        put(
            "w.sdf",
            in_world(
                '<physics name="p" type="dart"><max_step_size>0.005</max_step_size></physics>'
                '<model name="m"><link name="l">'
                '<collision name="c"><geometry><sphere><radius>1</radius></sphere></geometry></collision>'
                '<sensor name="s" type="gpu_lidar"><pose>0 0 1 0 0 0</pose><update_rate>5</update_rate>'
                "<lidar><scan><horizontal><samples>90</samples><min_angle>-1</min_angle>"
                "<max_angle>1</max_angle></horizontal></scan><range><min>0.1</min><max>12</max></range>"
                "</lidar></sensor>"
                '<sensor name="t" type="contact"><contact><collision>c</collision></contact></sensor>'
                "</link>"
                '<plugin filename="x" name="gz::sim::systems::VelocityControl">'
                "<initial_linear>0.5 0.2 0</initial_linear></plugin></model>"
                '<actor name="kim"><pose>1 0 0 0 0 0</pose><script><loop>false</loop>'
                '<delay_start>2</delay_start><trajectory id="0" type="walk">'
                "<waypoint><time>0</time><pose>0 0 0 0 0 0</pose></waypoint>"
                "<waypoint><time>3</time><pose>3 0 0 0 0 0</pose></waypoint>"
                "</trajectory></script></actor>"
            ),
        )
    )
    (model,), (actor,) = world.models, world.actors
    assert world.step_s == 0.005
    assert model.drive == VelocityControl((0.5, 0.2), 0.0)
    lidar, contact = model.links[0].sensors
    assert isinstance(lidar, Lidar)
    assert (lidar.samples, lidar.first_rad, lidar.farthest_m, lidar.rate_hz) == (90, -1, 12, 5)
    assert contact == ContactSensor("t", "c")
    assert isinstance(actor, Actor)
    assert (actor.is_loop, actor.delay_s, actor.waypoints[1].at_s) == (False, 2, 3)


def test_an_old_file_with_dashes_in_comments_is_read(put) -> None:
    path = put(
        "w.sdf",
        sdf(f'<!-- gz sim -- x --><world name="w"><model name="m">{LINK}</model></world>', "1.6"),
    )
    assert len(load_world(path).models) == 1


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ('<link name="l">\n<inertial><mass>-1</mass></inertial></link>', "bad-mass", 4),
        (f'{LINK}\n<link name="base"/>', "duplicate-name", 4),
        (LINK + '\n<joint name="j" type="fixed"><parent>base</parent>\n<child>x</child></joint>',
         "no-frame", 5),
        (LINK + '\n<joint name="j" type="rubber"><parent>base</parent><child>base</child></joint>',
         "bad-joint", 4),
        ('<link name="a"><pose relative_to="b"/></link>\n<link name="b"><pose relative_to="a"/></link>',
         "frame-ring", 3),
        ('<link name="a"><pose relative_to="nowhere">0 0 0 0 0 0</pose></link>', "no-frame", 3),
        ('<link name="a"><pose>0 0 zero 0 0 0</pose></link>', "not-a-number", 3),
        ('<link name="a"><pose>0 0 nan 0 0 0</pose></link>', "not-a-number", 3),
        ('<link name="a"><pose>0 0 inf 0 0 0</pose></link>', "not-a-number", 3),
        ('<link name="a"><pose>0 0 1_0 0 0 0</pose></link>', "not-a-number", 3),
        ('<link name="a"><collision name="c"><geometry><box/></geometry></collision></link>',
         "missing-tag", 3),
        ('<link name="a"><inertial><inertia><ixx>-1</ixx></inertia></inertial></link>', "bad-inertia", 3),
        ('<link name="a"><inertial><inertia><ixx>9</ixx></inertia></inertial></link>', "bad-inertia", 3),
        ('<link name="__x__"/>', "bad-name", 3),
        ("", "no-link", 2),
        (LINK + PLUGINS, "no-joint", 2),
        (WHEELS + PLUGINS.replace("<max_velocity>2", "<max_velocity>-2"), "bad-limits", 10),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_model_is_named_with_its_line(
    put, content: str, code: str, line: int
) -> None:
    assert (code, line) in refused(put("m.sdf", in_model(content)))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<sdf version='1.9'><world name='w'></sdf>", "xml-syntax"),
        ("<robot name='urdf'/>", "not-sdf"),
        ("<sdf version='1.11'><world name='w'/></sdf>", "too-new"),
        ("<sdf version='1.9'/>", "not-one"),
        ("<sdf version='1.9'><world name='a'/><world name='b'/></sdf>", "not-one"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><sdf version='1.9'/>", "doctype"),
        (in_world("<include><uri>https://fuel.gazebosim.org/x</uri></include>"), "bad-uri"),
        (in_world("<include/>"), "bad-uri"),
        (in_world("<include><uri>model://none</uri></include>"), "no-file"),
        (in_world(f"<model name='a'>{LINK}</model><model name='a'>{LINK}</model>"), "duplicate-name"),
        (in_world(f"<model>{LINK}</model>"), "bad-name"),
        (in_world(f"<model name='a'><pose relative_to='b'/>{LINK}</model>"), "no-frame"),
        (in_world("<actor name='a'><pose>1</pose><script/></actor>"), "not-a-number"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used(put, text: str, code: str) -> None:
    assert code in [told for told, _ in refused(put("w.sdf", text))]


def test_a_folder_or_no_file_is_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.sdf"):
        with pytest.raises(BadInput):
            load_world(path)


def test_a_model_is_no_world(put) -> None:
    with pytest.raises(BadInput, match="no <world>"):
        load_world(put("m.sdf", in_model(LINK)))


def test_files_that_include_each_other_are_named(put) -> None:
    put("a.sdf", in_model("<include><uri>b.sdf</uri></include>"))
    path = put("b.sdf", in_model("<include><uri>a.sdf</uri></include>"))
    assert "include-ring" in [code for code, _ in refused(path)]


def test_what_grows_by_including_is_bounded(put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_PARTS", 1000)
    put("0.sdf", in_model(LINK))
    for depth in range(1, 8):
        many = "".join(
            f"<include><uri>{depth - 1}.sdf</uri><name>n{i}</name></include>" for i in range(10)
        )
        path = put(f"{depth}.sdf", in_model(many))
    assert "too-large" in [code for code, _ in refused(path)]


def test_a_long_file_is_refused_and_not_read_to_its_end(
    put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml, "MOST_ELEMENTS", 100)
    assert refused(put("m.sdf", in_model('<link name="l"/>' * 200)))[0][0] == "too-large"


def test_an_error_in_an_included_file_is_told_there_and_here(put) -> None:
    put("m.sdf", in_model('<link name="l"><inertial>\n<mass>0</mass></inertial></link>'))
    path = put("w.sdf", in_world("<include><uri>m.sdf</uri></include>"))
    _, problems = read_sdf(path)
    assert sorted(
        (problem.code, Path(problem.where.split(":")[0]).name) for problem in problems
    ) == [
        ("bad-include", "w.sdf"),
        ("bad-mass", "m.sdf"),
    ]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (f"{LINK}\n<sized>3</sized>", 4),
        ('<link name="l">\n<sensor name="s" type="camera"/></link>', 4),
        (f"{LINK}\n<plugin filename='x' name='my::Own'/>", 4),
        ("<link name='l'><collision name='c'>\n<geometry><capsule/></geometry></collision></link>", 4),
        (WHEELS + PLUGINS.replace("<wheel_radius>", "<wheel_radios>2</wheel_radios><wheel_radius>"), 12),
    ],
)  # fmt: skip
def test_what_is_not_read_is_one_warning_with_its_line(put, content: str, line: int) -> None:
    read, problems = read_sdf(put("m.sdf", in_model(content)))
    assert read is not None
    (problem,) = problems
    assert (problem.severity, *place(problem)) == (Severity.WARNING, "not-read", line)


def test_meshes_are_the_boxes_around_them(put) -> None:
    put("part.obj", "v 0 0 0\nv 1 2 3\nvn 9 9 9\nf 1 2 2\n")
    path = put(
        "m.sdf",
        in_model(
            '<link name="l"><collision name="c"><geometry>'
            "<mesh><uri>part.obj</uri><scale>1 -1 2</scale></mesh></geometry></collision></link>"
        ),
    )
    read, (problem,) = read_sdf(path)
    assert read is not None
    assert problem.code == "mesh"
    assert isinstance(read.content, Model)
    shape = read.content.links[0].collisions[0].shape
    assert shape.bounds == ((0, -2, 0), (1, 0, 6))  # type: ignore[union-attr]
    assert not isinstance(read.content, World)
    assert not isinstance(shape, Box)


SPHERES = WHEELS.replace(
    "</pose></link>",
    "</pose><collision name='c'><geometry><sphere><radius>0.1</radius></sphere></geometry>"
    "</collision></link>",
)
CASTER = (
    '<link name="caster"><pose>0.2 0 {z} 0 0 0</pose><collision name="c"><geometry><sphere>'
    "<radius>0.05</radius></sphere></geometry></collision></link>"
)
DRIVE = PLUGINS[: PLUGINS.index("<plugin", 10)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (SPHERES + DRIVE, None),
        (SPHERES + CASTER.format(z=0.053) + DRIVE, None),
        (SPHERES + CASTER.format(z=0.05) + DRIVE, "low-link"),
        (SPHERES + DRIVE.replace("separation>0.5", "separation>0.44"), "wheel-separation"),
        (SPHERES + DRIVE.replace("joint>l<", "joint>?<").replace(">r<", ">l<").replace("?", "r"),
         "wheel-separation"),
        (SPHERES + DRIVE.replace("radius>0.1", "radius>0.2"), "wheel-radius"),
        (SPHERES.replace("<sphere><radius>0.1</radius></sphere>",
                         "<cylinder><radius>0.1</radius><length>0.05</length></cylinder>", 1) + DRIVE,
         "wide-wheel"),
    ],
)  # fmt: skip
def test_wheels_that_would_drive_otherwise_in_gazebo_are_told(
    put, content: str, code: str | None
) -> None:
    read, problems = read_sdf(put("m.sdf", in_model(content)))
    assert read is not None
    assert {problem.code for problem in problems} == ({code} if code else set())
