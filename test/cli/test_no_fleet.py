# SPDX-License-Identifier: Apache-2.0
"""What the verbs of a running fleet do when there is none, or when their arguments are wrong."""

import sys

import pytest

from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main

Capture = pytest.CaptureFixture[str]


@pytest.mark.ros
def test_without_a_fleet_manager_it_says_what_to_start(capsys: Capture) -> None:
    pytest.importorskip("rclpy", reason="ROS 2 is not installed")
    with isolated() as domain:
        assert main(["job", "list", "--timeout", "0.2"]) == Exit.UNREACHABLE
        assert main(["robot", "list", "--timeout", "0.2"]) == Exit.UNREACHABLE
    for line in capsys.readouterr().err.splitlines():
        assert f"ROS domain {domain};" in line
        assert "suwon-fleet up" in line


@pytest.mark.parametrize("verb", [["robot", "list"], ["up"], ["demo"]])
def test_without_ros_it_says_what_to_install(
    verb: list[str], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "suwon_fleet.adapters.ros.client", None)
    assert main(verb) == Exit.UNREACHABLE
    assert "suwon-fleet[ros]" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["job", "submit", "teleport", "a"],
        ["job", "submit", "go_to"],
        ["job", "submit", "joint", "a"],
        ["job", "submit", "joint", "--role", "go_to"],
        ["job", "submit", "joint", "a", "--role", "go_to:a"],
        ["job", "submit", "go_to", "a", "--role", "go_to:a"],
        ["job", "submit", "go_to", "a", "--payload-kg", "nan"],
        ["job", "submit", "go_to", "a", "--deadline", "-1"],
        ["job", "submit", "patrol", "a", "--rounds", "0"],
        ["job", "list", "--status", "lost"],
        ["job", "list", "--limit", "-1"],
        ["job", "cancel"],
        ["job"],
        ["robot", "list", "--timeout", "soon"],
        ["stop", "planet"],
        ["stop", "all", "--kind", "gentle"],
        ["explain", "zone", "z"],
        ["alert", "answer", "a"],
        ["demo", "--jobs", "0"],
        ["up", "--rate", "-1"],
    ],
)
def test_wrong_arguments_are_named(arguments: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == Exit.BAD_INPUT
    assert "error: " in capsys.readouterr().err
