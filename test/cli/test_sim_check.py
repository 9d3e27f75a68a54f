# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet sim check`: what both checks say of files, and what only one of them sees."""

import json
from pathlib import Path

import pytest

from suwon_fleet.cli import sim_check
from suwon_fleet.cli.main import main

BROKEN = Path(__file__).parents[1] / "wire/sdf/broken"
GOOD = '<sdf version="1.9"><model name="m">\n<link name="l"/>{more}\n</model></sdf>'
Capture = pytest.CaptureFixture[str]

needs_libsdformat = pytest.mark.skipif(
    sim_check.find_library() is None, reason=f"no libsdformat: {sim_check.INSTALL}"
)
needs_spec = pytest.mark.skipif(
    sim_check.find_spec() is None, reason=f"no specification: {sim_check.INSTALL}"
)


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "m.sdf"
    path.write_text(GOOD.format(more=""))
    return str(path)


def checked(capsys: Capture, *arguments: str) -> tuple[int, dict]:
    code = main(["sim", "check", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("name", "code", "line"),
    [
        ("missing_child", "no-frame", 7),
        ("duplicate_name", "duplicate-name", 5),
        ("negative_mass", "bad-mass", 5),
        ("malformed", "xml-syntax", 4),
    ],
)
def test_broken_files_are_refused_with_their_line(
    name: str, code: str, line: int, capsys: Capture
) -> None:
    path = str(BROKEN / f"{name}.sdf")
    assert main(["sim", "check", path]) == 2
    assert f"{path}:{line}:" in capsys.readouterr().err
    ended, told = checked(capsys, path)
    assert ended == 2
    assert code in [problem["code"] for problem in told["files"][0]["problems"]]


@needs_libsdformat
@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.sdf")), ids=lambda path: path.stem)
def test_libsdformat_refuses_them_too(path: Path) -> None:
    verdict = sim_check.libsdformat(path, [])
    assert verdict is not None
    assert not verdict.good
    assert all("Error" in line for line in verdict.errors)


def test_a_good_file_is_told_what_it_holds(model: str, capsys: Capture) -> None:
    assert main(["sim", "check", model]) == 0
    assert capsys.readouterr().out.startswith(f"{model}: model m, links 1")
    _, told = checked(capsys, model)
    (file,) = told["files"]
    assert (file["good"], file["holds"], file["problems"]) == (True, {"model": "m", "links": 1}, [])


def test_strict_refuses_what_is_only_a_warning(model: str, capsys: Capture) -> None:
    Path(model).write_text(GOOD.format(more="<sized>3</sized>"))
    assert main(["sim", "check", model]) == 0
    assert ":2:" in capsys.readouterr().err
    assert main(["sim", "check", "--strict", model]) == 2


@needs_spec
def test_the_specification_is_looked_into_where_we_do_not(model: str, capsys: Capture) -> None:
    box = "<geometry><box><sized>1 1 1</sized></box></geometry>"
    visual = f"<link name='k'>\n<visual name='v'>{box}</visual></link>"
    Path(model).write_text(GOOD.format(more=visual))
    assert main(["sim", "check", "--strict", model]) == 2
    told = capsys.readouterr().err
    assert ":3:" in told
    assert "did you mean 'size'?" in told


def test_without_libsdformat_it_is_said(
    model: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sim_check, "find", lambda _name: None)
    assert main(["sim", "check", model]) == 0
    assert "libsdformat is not installed" in capsys.readouterr().err


@needs_libsdformat
def test_models_are_found_where_gazebo_is_told_to_look(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models/cart").mkdir(parents=True)
    (tmp_path / "models/cart/model.sdf").write_text(GOOD.format(more=""))
    (tmp_path / "models/cart/model.config").write_text(
        "<model><name>cart</name><sdf version='1.9'>model.sdf</sdf></model>"
    )
    world = tmp_path / "w.sdf"
    world.write_text(
        "<sdf version='1.9'><world name='w'><include><uri>model://cart</uri></include></world></sdf>"
    )
    assert main(["sim", "check", str(world)]) == 2
    assert main(["sim", "check", str(world), "--models", str(tmp_path / "models")]) == 0
    monkeypatch.setenv("GZ_SIM_RESOURCE_PATH", str(tmp_path / "models"))
    assert main(["sim", "check", "--strict", str(world)]) == 0
