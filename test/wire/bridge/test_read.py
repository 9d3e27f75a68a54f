# SPDX-License-Identifier: Apache-2.0
"""The bridge's file: what is in it, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import blocks

from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.resources import resource_path
from suwon_fleet.wire.bridge.nav2_robot import ByService, ByTime, PoseSource
from suwon_fleet.wire.bridge.read import read_bridge
from suwon_fleet.wire.bridge.rules import Priority

FULL = """\
format: suwon_fleet/bridge@1
zenoh: {mode: client, connect: [tcp/10.0.0.1:7447], lease_s: 0.5, tls_ca: ca.pem}
prefix: /yard/
to_zenoh:
  allow: [/fleet/.*]
  deny: [.*secret]
  rules:
    - {match: /fleet/(jobs), to: 'a/\\1', max_hz: 2.5, priority: real_time, express: true, keep: 7}
from_zenoh: {allow: [x]}
robots: {site: belt}
nav2_robots:
  - {id: r-1, kind: courier, namespace: yard/r1, level: '2', pose: odom, has_lid: false,
     actions: {load: {service: /hatch/load, timeout_s: 60}, unload: {seconds: 3}}}
  - {id: r2, kind: courier}
"""


def read(folder: Path, text: str) -> None:
    file = folder / "bridge.yaml"
    file.write_text(text)
    read_bridge(file)


def test_all_of_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "bridge.yaml"
    file.write_text(FULL)
    bridge = read_bridge(file)
    assert bridge.zenoh == {
        "mode": "client",
        "listen": (),
        "connect": ("tcp/10.0.0.1:7447",),
        "lease_s": 0.5,
        "tls_ca": "ca.pem",
    }
    assert bridge.prefix == "yard"
    assert bridge.members == ("belt", "*")
    rule = bridge.to_zenoh.rule_for("/fleet/jobs")
    assert rule is not None
    assert rule.name_for("/fleet/jobs") == "a/jobs"
    assert (rule.max_hz, rule.priority, rule.express, rule.keep) == (
        2.5,
        Priority.REAL_TIME,
        True,
        7,
    )
    plain = bridge.to_zenoh.rule_for("/fleet/state")
    assert plain is not None
    assert plain.name_for("/fleet/state") is None
    assert bridge.to_zenoh.rule_for("/fleet/secret") is None
    assert bridge.to_zenoh.rule_for("/other/fleet/jobs") is None
    first, second = bridge.nav2_robots
    assert (first.namespace, first.level, first.pose) == ("yard/r1", "2", PoseSource.ODOM)
    assert not first.has_lid
    assert first.actions[ActionKind.LOAD] == ByService("hatch/load", 60.0)
    assert first.actions[ActionKind.UNLOAD] == ByTime(3.0)
    assert ActionKind.DOCK in first.actions
    assert (second.namespace, second.pose, second.has_lid) == ("r2", PoseSource.TF, True)


def test_without_a_word_nothing_crosses(tmp_path: Path) -> None:
    file = tmp_path / "bridge.yaml"
    file.write_text("format: suwon_fleet/bridge@1")
    bridge = read_bridge(file)
    assert bridge.to_zenoh.rule_for("/chatter") is None
    assert bridge.members is None


def test_the_shipped_file_is_sound() -> None:
    bridge = read_bridge(resource_path("config/zenoh_bridge.yaml"))
    rule = bridge.to_zenoh.rule_for("/fleet/state")
    assert rule is not None
    key = rule.name_for("/fleet/state")
    assert key == "suwon/v1/belt/suseo/_fleet/ros/state"
    back = bridge.from_zenoh.rule_for(key)
    assert back is not None
    assert back.name_for(key) == "/suseo/fleet/state"
    assert bridge.to_zenoh.rule_for("/suseo/fleet/state") is None, "it does not go round"


def test_the_file_in_the_docs_is_sound(tmp_path: Path) -> None:
    text, action = blocks("bridge.md", "yaml")
    file = tmp_path / "bridge.yaml"
    file.write_text(text, encoding="utf-8")
    bridge = read_bridge(file)
    assert bridge.to_zenoh.rule_for("/front/scan") is not None
    assert bridge.to_zenoh.rule_for("/rear/scan") is None
    assert bridge.nav2_robots[0].actions[ActionKind.LOAD] == ByService("load", 300.0)
    assert bridge.drive.rule_for("r-1")
    assert bridge.drive.rule_for("r-9") is None
    arm = bridge.services_to_zenoh.rule_for("/arm/reset")
    assert arm is not None
    assert (arm.name_for("/arm/reset"), arm.timeout_s) == ("yangjae/arm/reset", 30.0)
    assert bridge.services_to_zenoh.rule_for("/arm/get_parameters") is None
    file.write_text(f"format: suwon_fleet/bridge@1\n{action}", encoding="utf-8")
    goal = read_bridge(file).services_from_zenoh.rule_for("r1/drive/_action/send_goal")
    assert goal is not None
    assert goal.timeout_s == 3600.0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("to_zenoh: {allow: ['(']}", "bad-pattern"),
        ("to_zenoh: {rules: [{to: a}]}", "missing-key"),
        ("to_zenoh: {rules: [{match: a, to: '\\1'}]}", "bad-name"),
        ("to_zenoh: {rules: [{match: a, max_hz: 0}]}", "out-of-range"),
        ("to_zenoh: {rules: [{match: a, priority: urgent}]}", "unknown-value"),
        ("from_zenoh: {allowed: []}", "unknown-key"),
        ("services_to_zenoh: {rules: [{match: a, keep: 3}]}", "unknown-key"),
        ("services_from_zenoh: {rules: [{match: a, timeout_s: 0}]}", "out-of-range"),
        ("from_zenoh: {rules: [{match: a, timeout_s: 3}]}", "unknown-key"),
        ("drive: {allow: ['r-.*'], rules: []}", "unknown-key"),
        ("drive: {allow: ['(']}", "bad-pattern"),
        ("from_zenoh: {rules: [{match: a, priority: data}]}", "unknown-key"),
        ("from_zenoh: {rules: [{match: a, express: true}]}", "unknown-key"),
        ("prefix: 'a b'", "bad-prefix"),
        ("robots: {zone: hall}", "missing-key"),
        ("nav2_robots: [{id: r, kind: k, namespace: 'a//b'}]", "bad-namespace"),
        ("nav2_robots: [{id: r-1, kind: k}]", "bad-namespace"),
        ("nav2_robots: [{id: r, kind: k, pose: gps}]", "unknown-value"),
        ("nav2_robots: [{id: r, kind: k, actions: {load: {}}}]", "bad-action"),
        ("nav2_robots: [{id: r, kind: k, actions: {dance: {seconds: 1}}}]", "unknown-key"),
        ("nav2_robots: [{id: r, kind: k}, {id: r, kind: k, namespace: s}]", "ambiguous-name"),
        ("nav2_robots: [{id: r, kind: k}, {id: s, kind: k, namespace: r}]", "ambiguous-name"),
        ("", "empty"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(BadInput) as raised:
        read(tmp_path, text)
    (problem,) = raised.value.problems
    assert problem.code == code
    assert problem.where.startswith(f"{tmp_path / 'bridge.yaml'}")
