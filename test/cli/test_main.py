# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from suwon_fleet import __version__
from suwon_fleet.cli import main as program
from suwon_fleet.cli import map as map_verb
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import VERBS, main, parse
from suwon_fleet.core.errors import BadInput, Problem, Reason, Rejected, Unreachable


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert __version__ in capsys.readouterr().out


def test_help_names_every_verb_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    assert all(f"\n    {verb} " in text for verb in VERBS)
    assert all(f"\n  {code.value} " in text for code in Exit)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    assert f"suwon-fleet {verb}" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [[], ["fly"], ["run"], ["map", "chek"], ["--lang", "fr", "run"]])
def test_wrong_usage(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong)
    assert ended.value.code == Exit.BAD_INPUT


def test_building_the_parser_meets_nothing_slow() -> None:
    code = (
        "import sys\n"
        "from suwon_fleet.cli.main import parse\n"
        "parse(['map', 'check', 'x'])\n"
        "slow = {'numba', 'scipy', 'numpy', 'matplotlib', 'rich', 'rclpy', 'yaml'}\n"
        "sys.exit(', '.join(slow & set(sys.modules)) or 0)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    ("locale", "language"),
    [("ko_KR.UTF-8", "ko"), ("en_US.UTF-8", "en"), ("C", "en"), ("de_DE.UTF-8", "en")],
)
def test_language_of_the_shell(locale: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", locale)
    assert parse(["map", "check", "x"]).lang == language


def test_language_may_stand_anywhere() -> None:
    for argv in (["--lang", "ko", "map", "check", "x"], ["map", "check", "x", "--lang", "ko"]):
        assert parse(argv).lang == "ko"


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (
            BadInput([Problem("bad-id", "site.yaml:3:7", "'?' cannot be an id", "use letters")]),
            Exit.BAD_INPUT,
            "site.yaml:3:7: error: '?' cannot be an id [bad-id]; use letters\n",
        ),
        (Unreachable("no fleet manager"), Exit.UNREACHABLE, "no fleet manager\n"),
        (Rejected(Reason.of("no-robots")), Exit.FAILED, "[no-robots]\n"),
        (KeyboardInterrupt(), Exit.INTERRUPTED, ""),
    ],
)
def test_errors_become_exit_codes(
    error: BaseException,
    code: Exit,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_: Namespace) -> int:
        raise error

    monkeypatch.setattr(map_verb, "run", fail)
    assert main(["map", "check", "x"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith(said)


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    site = Path(program.__file__).parents[2] / "config" / "sites" / "belt.yaml"
    command = f"{sys.executable} -m suwon_fleet.cli.main map import {site} -o - | head -n 1"
    ran = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("format: suwon_fleet/site@1\n", "")
