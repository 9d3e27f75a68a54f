# SPDX-License-Identifier: Apache-2.0
"""Robots made of models: those of our kinds, and of somebody's own."""

from __future__ import annotations

import math

import pytest

from suwon_fleet.core.errors import BadInput, Severity
from suwon_fleet.resources import resource_path
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.sdf import of_kind
from suwon_fleet.wire.sdf.drives import DiffDrive, VelocityControl
from suwon_fleet.wire.sdf.load import read_sdf_text
from suwon_fleet.wire.sdf.of_model import FASTEST_MPS, Made, known_as, made_of
from suwon_fleet.wire.sdf.write.markup import document
from suwon_fleet.wire.sdf.write.robots import robot

KINDS = load_kinds(resource_path("config/robots"))
MULE = """<sdf version="1.9"><model name="mule">
  <link name="base">
    <inertial><mass>20</mass></inertial>
    <collision name="body"><pose>0.1 0 0.3 0 0 0</pose>
      <geometry><box><size>0.8 0.6 0.4</size></box></geometry></collision>
  </link>
  {}
</model></sdf>"""
GLIDES = (
    '<plugin filename="gz-sim-velocity-control-system" name="gz::sim::systems::VelocityControl"/>'
)
BATTERY = """<plugin filename="gz-sim-linearbatteryplugin-system"
  name="gz::sim::systems::LinearBatteryPlugin"><battery_name>b</battery_name><voltage>24</voltage>
  <capacity>10</capacity><initial_charge>5</initial_charge><resistance>0.1</resistance>
  <open_circuit_voltage_constant_coef>24</open_circuit_voltage_constant_coef>
  <open_circuit_voltage_linear_coef>-3</open_circuit_voltage_linear_coef>
  <smooth_current_tau>1</smooth_current_tau><power_load>48</power_load>{}</plugin>"""
CHARGES = "<enable_recharge>true</enable_recharge><charging_time>4</charging_time>"


def made(text: str) -> Made:
    read, problems = read_sdf_text(text)
    assert not [one for one in problems if one.severity is Severity.ERROR]
    assert read is not None
    return made_of(read)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@pytest.mark.parametrize("has_lidar", [False, True])
def test_a_model_of_ours_is_of_its_kind_under_any_name(kind: object, has_lidar: bool) -> None:
    text = document(robot(kind, "cart_7", has_lidar=has_lidar), "")
    assert known_as(made(text), KINDS.values()) is kind


def test_what_we_write_drives_as_our_kinds_do() -> None:
    for kind in KINDS.values():
        told = made(document(robot(kind, "r"), "")).drive
        drive = of_kind.drive(kind)
        if isinstance(drive, DiffDrive):
            assert isinstance(told, DiffDrive)
            assert (told.left_joints, told.linear) == (drive.left_joints, drive.linear)
            assert told.wheel_separation_m == pytest.approx(drive.wheel_separation_m)
        else:
            assert told == drive


def test_what_is_changed_is_a_robot_of_its_own() -> None:
    text = document(robot(KINDS["delivery_indoor"], "r"), "")
    speed = f"<max_linear_velocity>{KINDS['delivery_indoor'].max_speed_mps:g}<"
    assert text.count(speed) == 1
    quick = made(text.replace(speed, "<max_linear_velocity>2.5<"))
    assert known_as(quick, KINDS.values()) is None
    assert quick.kind.max_speed_mps == 2.5


def test_size_weight_and_battery_are_the_models() -> None:
    mule = made(MULE.format(GLIDES + BATTERY.format(CHARGES)))
    kind, battery = mule.kind, mule.kind.battery
    assert (kind.id, kind.mass_kg, mule.soc) == ("mule", 20.0, 0.5)
    assert (kind.length_m, kind.width_m, kind.height_m) == pytest.approx((0.8, 0.6, 0.4))
    assert kind.radius_m == pytest.approx(math.hypot(0.5, 0.3)), "about the origin, where it turns"
    assert isinstance(mule.drive, VelocityControl)
    assert kind.max_speed_mps == FASTEST_MPS, "it sets no limit"
    assert (battery.capacity_wh, battery.idle_w, battery.charge_w) == (240.0, 48.0, 60.0)


def test_without_a_battery_nothing_is_drained() -> None:
    assert made(MULE.format(GLIDES)).kind.battery.idle_w == 0.0


def test_a_text_may_include_a_model() -> None:
    text = (
        """<sdf version="1.9"><include><uri>model://humanoid</uri><name>h1</name></include></sdf>"""
    )
    read, problems = read_sdf_text(text, models=[resource_path("sim") / "models"])
    assert (read is not None, problems) == (True, ())
    assert read
    known = known_as(made_of(read), KINDS.values())
    assert known
    assert known.id == "humanoid"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (MULE.format(""), "does not drive"),
        (MULE.format("<static>true</static>" + GLIDES), "does not drive"),
        ('<sdf version="1.9"><world name="w"/></sdf>', "a world, where a model is needed"),
        (
            f'<sdf version="1.9"><model name="m"><link name="l"/>{GLIDES}</model></sdf>',
            "can be touched",
        ),
    ],
)
def test_what_is_no_robot_is_refused(text: str, what: str) -> None:
    with pytest.raises(BadInput, match=what):
        made(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "xml-syntax"),
        ("<sdf version='1.9'><model name='m'>", "xml-syntax"),
        ("<robot name='urdf'/>", "not-sdf"),
        ("<sdf version='1.9'/>", "not-one"),
        ("<sdf version='1.9'><include><uri>model://no-such</uri></include></sdf>", "no-file"),
        ("<sdf version='1.9'><include><uri>https://far/away</uri></include></sdf>", "bad-uri"),
    ],
)
def test_a_broken_text_says_where_and_what(text: str, code: str) -> None:
    read, problems = read_sdf_text(text)
    assert read is None
    assert [one.code for one in problems] == [code]
    assert problems[0].where.startswith("sdf")
