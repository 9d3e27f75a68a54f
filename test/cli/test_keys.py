# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet keys`: what it prints and writes, its exit codes, and that it shows no secret."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from pages import DOCS

pytest.importorskip("cryptography", reason="cryptography is not installed")

from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fleet with a robot, a manager and a router, in the working directory."""
    monkeypatch.chdir(tmp_path)
    assert keys("init", "--fleet", "belt") == Exit.GOOD
    assert keys("issue", "robot", "suseo/lab/lab-1") == Exit.GOOD
    assert keys("issue", "manager", "lab", "--zone", "suseo/lab") == Exit.GOOD
    assert keys("issue", "router", "hub", "--host", "hub.example") == Exit.GOOD
    return tmp_path / "keys"


def keys(*arguments: str) -> int:
    return main(["keys", *arguments])


def printed(capsys: Capture) -> Any:
    return json.loads(capsys.readouterr().out)


def config(file: str) -> Any:
    comment, _, document = Path(file).read_text(encoding="utf-8").partition("\n")
    assert comment.startswith("//")
    return json.loads(document)


def test_all_certificates_are_listed(capsys: Capture) -> None:
    keys("revoke", "suseo/lab/lab-1")
    capsys.readouterr()
    assert keys("list", "--json") == Exit.GOOD
    told = [(entry["role"], entry["name"], entry["state"]) for entry in printed(capsys)]
    assert told == [
        ("robot", "suseo/lab/lab-1", "revoked"),
        ("manager", "lab", "valid"),
        ("router", "hub", "valid"),
    ]
    assert keys("list") == Exit.GOOD
    assert "own suseo/lab" in capsys.readouterr().out


def test_no_secret_is_shown(folder: Path, capsys: Capture) -> None:
    assert keys("rotate", "hub", "--json") == Exit.GOOD
    assert keys("list", "--json") == Exit.GOOD
    assert keys("config", "hub", "--listen", "tls/0.0.0.0:7447", "-o", "-") == Exit.GOOD
    said = "".join(capsys.readouterr())
    for file in folder.rglob("*.key"):
        for line in file.read_text(encoding="utf-8").splitlines()[1:-1]:
            assert line not in said


def test_a_router_gets_the_rights_of_all_that_are_good() -> None:
    keys("issue", "robot", "suseo/lab/lab-2")
    keys("revoke", "suseo/lab/lab-1")
    assert keys("config", "hub", "--listen", "tls/0.0.0.0:7447", "-o", "hub.json5") == Exit.GOOD
    made = config("hub.json5")
    assert (made["mode"], made["listen"]["endpoints"]) == ("router", ["tls/0.0.0.0:7447"])
    subjects = [subject["id"] for subject in made["access_control"]["subjects"]]
    assert subjects == ["manager lab", "router hub", "robot suseo/lab/lab-2"]
    for path in made["transport"]["link"]["tls"].values():
        assert isinstance(path, bool) or Path(path).is_file()


def test_a_star_has_a_router_between_regions_and_peers_in_them() -> None:
    told = ["--listen", "tls/0.0.0.0:7447"]
    assert keys("config", "hub", *told, "--regions", "suseo", "setec", "-o", "hub") == Exit.GOOD
    made = config("hub")
    regions = [south["filters"] for south in made["gateway"]["south"]]
    assert [one.get("region_names") for [one] in regions] == [None, ["suseo"], ["setec"]]
    assert keys("config", "hub", *told, "--region", "suseo", "-o", "site") == Exit.GOOD
    made = config("site")
    assert (made["mode"], made["region_name"]) == ("peer", "suseo")


def test_a_robot_gets_the_paths_on_its_own_machine_and_no_rights_to_give() -> None:
    told = ["--connect", "tls/hub.example:7447", "--files", "/etc/fleet", "-o", "robot.json5"]
    keys("rotate", "suseo/lab/lab-1")
    assert keys("config", "suseo/lab/lab-1", *told) == Exit.GOOD
    made = config("robot.json5")
    assert (made["mode"], "access_control" in made) == ("client", False)
    tls = made["transport"]["link"]["tls"]
    assert tls["root_ca_certificate"] == "/etc/fleet/ca.pem"
    assert tls["connect_private_key"] == "/etc/fleet/2.key"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["init"], Exit.FAILED, "keys-exist"),
        (["issue", "robot", "suseo/lab/lab-1"], Exit.FAILED, "certificate-exists"),
        (["issue", "robot", "lab-1"], Exit.BAD_INPUT, "SITE/ZONE/ROBOT"),
        (["issue", "manager", "m"], Exit.BAD_INPUT, "missing"),
        (["revoke", "nobody"], Exit.FAILED, "no-such-certificate"),
        (["rotate", "nobody"], Exit.FAILED, "no-such-certificate"),
        (["list", "--dir", "elsewhere"], Exit.BAD_INPUT, "keys init"),
        (["config", "lab", "--listen", "tls/h:1", "-o", "x"], Exit.FAILED, "without-host"),
        (["config", "lab", "-o", "x"], Exit.BAD_INPUT, "--connect"),
        (
            ["config", "lab", "--connect", "tls/h:1", "--region", "s", "-o", "x"],
            Exit.BAD_INPUT,
            "router",
        ),
        (
            ["config", "hub", "--connect", "tls/h:1", "--regions", "s", "-o", "x"],
            Exit.BAD_INPUT,
            "listens",
        ),
        (["config", "lab", "--connect", "tls/h:1", "-o", "no/x"], Exit.BAD_INPUT, "unwritable"),
    ],
)
def test_what_is_refused_says_why(
    arguments: list[str], code: Exit, said: str, capsys: Capture
) -> None:
    capsys.readouterr()
    assert keys(*arguments) == code
    out, err = capsys.readouterr()
    assert (out, said in err) == ("", True)


def test_the_commands_of_the_page_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (DOCS / "security.md").read_text(encoding="utf-8")
    commands = re.findall(r"^suwon-fleet (keys .*)$", page, flags=re.MULTILINE)
    assert len(commands) > 5
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    for command in commands:
        assert main(shlex.split(command, comments=True)) == Exit.GOOD, command
    assert sorted(file.name for file in elsewhere.iterdir()) == ["hub.json5", "keys", "suseo.json5"]


def test_a_refusal_speaks_korean(capsys: Capture) -> None:
    assert keys("init", "--lang", "ko") == Exit.FAILED
    assert "이미 키가 있습니다" in capsys.readouterr().err


def test_a_revoked_member_gets_no_configuration(capsys: Capture) -> None:
    keys("revoke", "lab")
    assert keys("config", "lab", "--connect", "tls/h:1", "-o", "x") == Exit.FAILED
    assert "certificates-revoked" in capsys.readouterr().err


def test_without_the_package_it_says_what_to_install(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "suwon_fleet.adapters.keys.folder", None)
    assert keys("list") == Exit.UNREACHABLE
    assert "suwon-fleet[zenoh]" in capsys.readouterr().err


def test_a_place_that_cannot_hold_keys_is_named(folder: Path, capsys: Capture) -> None:
    file = folder / "ca.pem"
    assert keys("init", "--dir", str(file / "keys")) == Exit.BAD_INPUT
    assert keys("list", "--dir", str(file)) == Exit.BAD_INPUT
    for line in capsys.readouterr().err.splitlines()[-2:]:
        assert str(file) in line


@pytest.mark.parametrize(
    "arguments",
    [
        ["issue", "king", "a"],
        ["issue", "robot"],
        ["issue", "robot", "a/b/c", "--days", "0"],
        ["config", "lab", "--connect", "tcp/h:1", "-o", "x"],
        ["config", "lab", "--connect", "tls/h", "-o", "x"],
        ["config", "lab"],
        [],
    ],
)
def test_wrong_arguments_are_named(arguments: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        keys(*arguments)
    assert ended.value.code == Exit.BAD_INPUT
    assert "error: " in capsys.readouterr().err
