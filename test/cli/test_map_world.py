# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet map world` and `map models`: what is shipped is what they write, and both checks pass."""

import re
import shlex
from collections.abc import Iterable
from pathlib import Path

import pytest

from suwon_fleet.cli import sim_check
from suwon_fleet.cli.main import main
from suwon_fleet.resources import resource_path
from suwon_fleet.wire.sdf.load import load_world

ROOT = resource_path("package.xml").parent
MADE = dict(re.findall(r"^\tbelt (\w+) (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE))
SHIPPED = (*ROOT.glob("sim/worlds/*.sdf"), *ROOT.glob("sim/models/*/model.sdf"))
FILES = sorted(str(path.relative_to(ROOT)) for path in SHIPPED)
MODELS = [
    *("charger", "delivery_robot", "delivery_robot_indoor", "door"),
    *("humanoid", "lift", "locker", "pedestrian"),
]
Capture = pytest.CaptureFixture[str]


def slow(names: Iterable[str], *quick: str) -> list[object]:
    """All but a few are for those who have the time: a world takes seconds."""
    return [name if name in quick else pytest.param(name, marks=pytest.mark.long) for name in names]


@pytest.mark.parametrize("name", slow(MADE, "hanriver_path"))
def test_shipped_worlds_are_written_anew_with_the_same_bytes(name: str, tmp_path: Path) -> None:
    path = tmp_path / "w.sdf"
    arguments = shlex.split(MADE[name])
    assert main(["map", "world", "belt", "--name", name, "-o", str(path), *arguments]) == 0
    assert path.read_bytes() == (ROOT / f"sim/worlds/{name}.sdf").read_bytes()


def test_all_shipped_worlds_are_written_so() -> None:
    assert sorted(MADE) == [path.stem for path in sorted(ROOT.glob("sim/worlds/*.sdf"))]


def test_shipped_models_are_written_anew_with_the_same_bytes(tmp_path: Path) -> None:
    assert main(["map", "models", "-o", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == MODELS
    for path in tmp_path.glob("*/*"):
        shipped = ROOT / "sim/models" / path.relative_to(tmp_path)
        assert path.read_bytes() == shipped.read_bytes()


@pytest.mark.parametrize(
    "name", slow(FILES, "sim/models/delivery_robot/model.sdf", "sim/worlds/hanriver_path.sdf")
)
def test_every_shipped_file_passes_our_check_and_gazebos(name: str) -> None:
    report = sim_check.check(str(ROOT / name), [], sim_check.find_spec(), strict=True)
    assert report.problems == ()
    assert report.good
    if sim_check.find_library() is not None:
        assert report.libsdformat == sim_check.Verdict(True, ())


def test_any_map_can_be_a_world(tmp_path: Path) -> None:
    grid, path = tmp_path / "g.map", tmp_path / "w.sdf"
    grid.write_text("type octile\nheight 3\nwidth 4\nmap\n....\n.@@.\n....\n")
    assert main(["map", "world", str(grid), "--robots", "delivery_indoor:2", "-o", str(path)]) == 0
    assert [m.name for m in load_world(path).models if m.drive] == [
        "delivery_indoor_1",
        "delivery_indoor_2",
    ]


def test_a_world_can_go_to_standard_output(capsys: Capture) -> None:
    assert main(["map", "world", "belt", "--zones", "yangjae.hub*", "--lidar", "-o", "-"]) == 0
    told = capsys.readouterr().out
    assert told.startswith('<?xml version="1.0"?>')
    assert "gz-sim-sensors-system" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "there is no site 'nowhere'"),
        (["belt", "--zones", "moon.*"], "no zone is like 'moon.*'"),
        (["belt", "--robots", "submarine:2"], "'submarine:2' is not KIND:COUNT"),
        (["belt", "--robots", "humanoid:0"], "is not KIND:COUNT"),
        (["belt", "--zones", "setec.upper", "--robots", "humanoid:99"], "find a free place"),
        (["belt", "--pedestrians", "-1"], "-1 people"),
        (["belt", "--scenario", "none"], "there is no scenario 'none'"),
        (["belt", "--zones", "yangjae.hub*", "-o", "/nowhere/w.sdf"], "cannot be written"),
    ],
)
def test_wrong_arguments_are_told(arguments: list[str], said: str, capsys: Capture) -> None:
    assert main(["map", "world", "-o", "-", *arguments]) == 2
    assert said in capsys.readouterr().err
