# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet conform`: what it prints and writes, and its exit codes."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from conform.rigs import FAULTS, HOME, ROBOT_ID, rig_at
from zenoh_net import free_endpoint

import suwon_fleet.conform
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main

Capture = pytest.CaptureFixture[str]
NOBODY = ["--robot", "nobody", "--wait", "0.5"]


def test_the_page_has_every_clause_in_both_languages(capsys: Capture, tmp_path: Path) -> None:
    page = tmp_path / "rig.md"
    arguments = ["--zenoh", free_endpoint(), *NOBODY, "--report", str(page)]
    assert main(["conform", *arguments, "--json"]) == Exit.FAILED
    told = json.loads(capsys.readouterr().out)
    assert (told["robot"], told["conforms"]) == ("nobody", False)
    assert [one["id"] for one in told["clauses"] if one["verdict"] == "fail"] == ["state"]
    rows = re.findall(r"^\| `([a-z-]+)` \|", page.read_text(), flags=re.MULTILINE)
    assert rows == [one["id"] for one in told["clauses"]]
    assert all(one["en"].endswith(".") and one["ko"].endswith("다.") for one in told["clauses"])
    assert main(["conform", *arguments, "--lang", "ko"]) == Exit.FAILED
    assert "로봇이 자기 상태를 보고한다." in capsys.readouterr().out


@pytest.mark.longest
def test_exit_codes_tell_who_passed(capsys: Capture) -> None:
    endpoint = free_endpoint()
    robot = "/".join([*HOME, ROBOT_ID])
    arguments = ["conform", "--zenoh", endpoint, "--robot", robot, "--room", "0"]
    with rig_at(endpoint):
        assert main(arguments) == Exit.GOOD
    with rig_at(endpoint):
        assert main([*arguments, "--strict"]) == Exit.FAILED, "it had no room"
    with rig_at(endpoint, FAULTS["expired"]):
        assert main([*arguments, "--json"]) == Exit.FAILED
    capsys.readouterr()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--zenoh", "tcp/127.0.0.1:7447"],
        ["--robot", "r-1"],
        ["--zenoh", "nowhere", *NOBODY],
        ["--zenoh", "tcp/127.0.0.1:7447", "--robot", "a/b"],
        ["--zenoh", "tcp/127.0.0.1:7447", "--robot", "R 1"],
        ["--zenoh", "tcp/127.0.0.1:7447", *NOBODY, "--room", "-1"],
    ],
)
def test_wrong_arguments_are_named(arguments: list[str], capsys: Capture) -> None:
    try:
        code = main(["conform", *arguments])
    except SystemExit as error:  # argparse's
        code = int(str(error.code))
    assert code == Exit.BAD_INPUT
    assert capsys.readouterr().err


def test_nobody_at_an_address_of_others_is_out_of_reach(capsys: Capture) -> None:
    assert main(["conform", "--zenoh", "tcp/192.0.2.1:1", *NOBODY]) == Exit.UNREACHABLE
    assert "192.0.2.1" in capsys.readouterr().err


def test_without_zenoh_it_says_what_to_install(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(suwon_fleet.conform, "zenoh", raising=False)
    monkeypatch.setitem(sys.modules, "suwon_fleet.conform.zenoh", None)
    assert main(["conform", "--zenoh", free_endpoint(), *NOBODY]) == Exit.UNREACHABLE
    assert "suwon-fleet[zenoh]" in capsys.readouterr().err
