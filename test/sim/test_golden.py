# SPDX-License-Identifier: Apache-2.0
"""Our drive beside real Gazebo, and beside folders that are not what they should be."""

import csv
import math
from pathlib import Path

import pytest

from suwon_fleet.cli.main import main
from suwon_fleet.core.errors import BadInput
from suwon_fleet.sim import golden
from suwon_fleet.wire.sdf.load import load_world

RECORDED = Path(__file__).parents[3] / "shared/data/gazebo_golden"
WORLD = """\
<sdf version="1.9"><world name="w">
  <physics name="p" type="dart"><max_step_size>0.01</max_step_size></physics>
  <!-- a comment -- as in Gazebo's own worlds -->
  <model name="tree"><static>true</static></model>
  <model name="robot">
  <link name="base"/><link name="lw"><pose>0 0.25 0 0 0 0</pose></link>
  <link name="rw"><pose>0 -0.25 0 0 0 0</pose></link>
  <joint name="l" type="revolute"><parent>base</parent><child>lw</child><axis/></joint>
  <joint name="r" type="revolute"><parent>base</parent><child>rw</child><axis/></joint>
  <plugin filename="gz-sim-diff-drive-system" name="gz::sim::systems::DiffDrive">
    <left_joint>l</left_joint><right_joint>r</right_joint>
    <wheel_separation>0.5</wheel_separation><wheel_radius>0.1</wheel_radius>
    <max_linear_acceleration>0.5</max_linear_acceleration>
    <min_linear_acceleration>-0.5</min_linear_acceleration>
  </plugin></model>
</world></sdf>
"""


@pytest.mark.skipif(not RECORDED.exists(), reason="no gazebo_golden in ../shared/data")
@pytest.mark.parametrize("step_s", [None, 0.001, 0.02, 0.1])
def test_every_recorded_profile_is_met(step_s: float | None) -> None:
    profiles = golden.read_profiles(RECORDED)
    world = load_world(golden.world_of(RECORDED))
    found = golden.compare(profiles, golden.drive_of(world), step_s=step_s or world.step_s)
    for profile, deviation in zip(profiles, found, strict=True):
        assert (deviation.profile, deviation.samples) == (profile.name, len(profile.samples))
        assert deviation.is_good, deviation


def record(folder: Path, v: float, w: float, *, turns_too_fast: float = 1.0) -> Path:
    """A trajectory as Gazebo's DiffDrive of WORLD steps through it: speeds held for a step each."""
    path = folder / f"v{v}_w{w}.csv"
    with path.open("w") as file:
        rows = csv.writer(file)
        rows.writerow(golden.COLUMNS)
        x = y = yaw = speed = 0.0
        for step in range(1200):
            if step % 50 == 0:
                rows.writerow([step / 100, x, y, yaw, x, y, yaw])
            wanted, turn = (v, w) if step < 1000 else (0.0, 0.0)
            speed += max(-0.005, min(0.005, wanted - speed))
            yaw += turn * turns_too_fast * 0.01
            x += speed * 0.01 * math.cos(yaw)
            y += speed * 0.01 * math.sin(yaw)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "world.sdf").write_text(WORLD)
    return tmp_path


def test_any_folder_of_that_form_can_be_compared(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(folder, 0.8, 0.4)
    record(folder, -0.2, -0.5)
    assert main(["sim", "golden", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "all profiles are within 10 mm and 10 mrad" in told
    assert "in steps of 0.01 s" in told


def test_what_turns_too_fast_is_too_far(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(folder, 0.5, 0.3, turns_too_fast=1.13)  # as wheels with wide collisions do in Gazebo
    assert main(["sim", "golden", str(folder), "--json"]) == 1
    told = capsys.readouterr().out
    assert '"good": false' in told
    assert '"profile": "v0.5_w0.3"' in told


def spoil(folder: Path, old: str, new: str) -> None:
    path = record(folder, 0.5, 0.3)
    path.write_text(path.read_text().replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("t_s,", "time,", "bad-columns", ":1:"),
        ("0.5,", "half,", "bad-row", ":3:"),
        ("\n0.5,", "\nnan,", "bad-row", ":3:"),
        ("\n1.0,", "\n0.25,", "bad-time", ":4:"),
        ("\n1.0,", "\n1.0,7,", "bad-row", ":4:"),
    ],
)
def test_bad_rows_are_named(folder: Path, old: str, new: str, code: str, line: str) -> None:
    spoil(folder, old, new)
    with pytest.raises(BadInput) as error:
        golden.read_profiles(folder)
    (problem,) = error.value.problems
    assert problem.code == code
    assert line in problem.where


def test_folders_that_cannot_be_used(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sim", "golden", str(folder)]) == 2
    assert "no trajectories" in capsys.readouterr().err
    assert main(["sim", "golden", str(folder / "none")]) == 2
    assert "no such folder" in capsys.readouterr().err
    path = record(folder, 0.5, 0.3)
    assert main(["sim", "golden", str(folder), "--step", "0"]) == 2
    assert main(["sim", "golden", str(folder), "--robot", "tree"]) == 2
    (folder / "other.sdf").write_text(WORLD)
    capsys.readouterr()
    assert main(["sim", "golden", str(folder)]) == 2
    assert "2 SDF files" in capsys.readouterr().err
    assert main(["sim", "golden", str(folder), "--world", str(folder / "other.sdf")]) == 0
    path.rename(folder / "fast.csv")
    capsys.readouterr()
    assert main(["sim", "golden", str(folder)]) == 2
    assert "its name does not tell the command" in capsys.readouterr().err
