# SPDX-License-Identifier: Apache-2.0
"""Gazebo's plug-ins in a model that the simulator stands in for, and the world's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from suwon_fleet.wire.findings import shown
from suwon_fleet.wire.sdf.drives import (
    DIFF_DRIVE_TAGS,
    VELOCITY_CONTROL_TAGS,
    DiffDrive,
    VelocityControl,
    read_diff_drive,
    read_velocity_control,
)
from suwon_fleet.wire.sdf.model import JointControl, JointStates, LinearBattery, TrueOdometry
from suwon_fleet.wire.sdf.values import Values
from suwon_fleet.wire.sdf.xml import Element

WORLD_SYSTEMS = frozenset({"Physics", "UserCommands", "SceneBroadcaster", "Contact", "Sensors"})
"""What every world of ours has in Gazebo; here the simulator does their part."""
_NAMESPACES = ("gz::sim::systems::", "ignition::gazebo::systems::")


@dataclass(slots=True)
class Plugins:
    """Those of one model."""

    drives: list[DiffDrive | VelocityControl] = field(default_factory=list)
    batteries: list[LinearBattery] = field(default_factory=list)
    joint_states: JointStates | None = None
    odometry: TrueOdometry | None = None
    controls: list[JointControl] = field(default_factory=list)


def system_of(plugin: Element) -> str:
    """The system's class, such as DiffDrive, by either of Gazebo's names; empty for another's."""
    for namespace in _NAMESPACES:
        if plugin.name.startswith(namespace):
            return plugin.name.removeprefix(namespace)
    return ""


def read_plugin(plugin: Element, into: Plugins, values: Values) -> None:
    """Add one plug-in of a model."""
    known = _KNOWN.get(system_of(plugin))
    if known is None:
        what = f"plug-in {shown(plugin.name)} is not known here: it does nothing"
        mend = f"known here: {', '.join(_KNOWN)}"
        values.findings.warn(plugin.mark, "not-read", what, mend)
        return
    tags, read = known
    for child in plugin.children:
        if child.tag not in tags:
            near = values.findings.likely(child.tag, tags)
            mend = (
                f"did you mean <{near}>?" if near else "Gazebo may know it, the simulator does not"
            )
            what = f"<{child.tag}> of {system_of(plugin)} is not read"
            values.findings.warn(child.mark, "not-read", what, mend)
    read(plugin, into, values)


def _diff_drive(plugin: Element, into: Plugins, values: Values) -> None:
    into.drives.append(read_diff_drive(plugin, values))


def _velocity_control(plugin: Element, into: Plugins, values: Values) -> None:
    into.drives.append(read_velocity_control(plugin, values))


_BATTERY_TAGS = frozenset(
    {
        *(
            "battery_name",
            "voltage",
            "open_circuit_voltage_constant_coef",
            "resistance",
            "capacity",
        ),
        *("open_circuit_voltage_linear_coef", "initial_charge", "smooth_current_tau", "power_load"),
        *("enable_recharge", "charging_time", "fix_issue_225", "start_draining", "soc_threshold"),
        *("recharge_by_topic", "invert_current_sign", "power_draining_topic"),
    }
)


def _battery(plugin: Element, into: Plugins, values: Values) -> None:
    for tag in ("battery_name", "voltage"):
        if plugin.child(tag) is None:
            what = f"LinearBatteryPlugin without <{tag}> does not run in Gazebo"
            values.findings.error(plugin.mark, "missing-tag", what, f"add <{tag}>…</{tag}>")
    capacity = values.number(plugin, "capacity", 0.0, 1e-6, 1e6)
    can_recharge = values.flag(plugin, "enable_recharge")
    if can_recharge and plugin.child("charging_time") is None:
        what = "a battery with <enable_recharge> and no <charging_time>"
        values.findings.error(plugin.mark, "missing-tag", what, "add <charging_time>HOURS</…>")
    into.batteries.append(
        LinearBattery(
            name=values.text(plugin, "battery_name"),
            voltage_v=values.number(plugin, "voltage", 0.0, 0.0, 1e5),
            constant_v=values.number(plugin, "open_circuit_voltage_constant_coef", 0.0),
            linear_v=values.number(plugin, "open_circuit_voltage_linear_coef", 0.0),
            initial_ah=values.number(plugin, "initial_charge", 0.0, 0.0, 1e6),
            capacity_ah=capacity,
            resistance_ohm=values.number(plugin, "resistance", 0.0, 0.0, 1e6),
            smooth_s=values.number(plugin, "smooth_current_tau", 1.0, 0.0, 1e6),
            load_w=values.number(plugin, "power_load", 0.0, 0.0, 1e6),
            can_recharge=can_recharge,
            charging_h=values.number(plugin, "charging_time", 0.0, 0.0, 1e4),
            starts_draining=values.flag(plugin, "start_draining"),
            is_percent=values.flag(plugin, "fix_issue_225"),
            is_inverted=values.flag(plugin, "invert_current_sign"),
        )
    )


def _joint_states(plugin: Element, into: Plugins, values: Values) -> None:
    joints = tuple(element.text for element in plugin.all("joint_name"))
    into.joint_states = JointStates(values.text(plugin, "topic"), joints)


def _odometry(plugin: Element, into: Plugins, values: Values) -> None:
    into.odometry = TrueOdometry(
        rate_hz=values.number(plugin, "odom_publish_frequency", 50.0, 0.0, 1e4),
        topic=values.text(plugin, "odom_topic"),
        tf=values.text(plugin, "tf_topic"),
        frame=values.text(plugin, "odom_frame"),
        child_frame=values.text(plugin, "robot_base_frame"),
    )


def _control(plugin: Element, into: Plugins, values: Values) -> None:
    if plugin.child("joint_name") is None:
        what = "JointPositionController without <joint_name>"
        values.findings.error(plugin.mark, "missing-tag", what, "add <joint_name>…</joint_name>")
    into.controls.append(
        JointControl(
            joint=values.text(plugin, "joint_name"),
            topic=values.text(plugin, "topic"),
            speed=values.number(plugin, "cmd_max", 1000.0, 0.0, 1e6),
        )
    )


_KNOWN: dict[str, tuple[frozenset[str], Callable[[Element, Plugins, Values], None]]] = {
    "DiffDrive": (DIFF_DRIVE_TAGS, _diff_drive),
    "VelocityControl": (VELOCITY_CONTROL_TAGS, _velocity_control),
    "LinearBatteryPlugin": (_BATTERY_TAGS, _battery),
    "JointStatePublisher": (frozenset({"topic", "joint_name"}), _joint_states),
    "OdometryPublisher": (
        frozenset(
            {
                *("odom_publish_frequency", "odom_topic", "odom_frame", "robot_base_frame"),
                *("tf_topic", "dimensions"),
            }
        ),
        _odometry,
    ),
    "JointPositionController": (
        frozenset(
            {
                *("joint_name", "topic", "p_gain", "i_gain", "d_gain", "i_max", "i_min", "cmd_max"),
                *("cmd_min", "cmd_offset", "use_velocity_commands", "initial_position"),
            }
        ),
        _control,
    ),
}
