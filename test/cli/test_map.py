# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from pathlib import Path

import pytest

from suwon_fleet.cli import map_labels
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main
from suwon_fleet.cli.map_labels import HANGUL
from suwon_fleet.wire.maps import load_site

GRID = "type octile\nheight 3\nwidth 4\nmap\n....\n.@@.\n....\n"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def grid(tmp_path: Path) -> str:
    """A map file."""
    path = tmp_path / "ring.map"
    path.write_text(GRID)
    return str(path)


def test_check_a_good_map(grid: str, capsys: Capture) -> None:
    assert main(["map", "check", grid]) == Exit.GOOD
    out = capsys.readouterr().out.splitlines()
    assert out[0] == f"{grid}: usable: 20 lanes, 10 nodes, 0 places, 0 zones"
    assert out[1] == "  graph: 10 ways; robots get about on 10 nodes"
    assert out[2] == "  core: 10 nodes with two ways to each other"
    assert out[3].startswith("  delivery_indoor: moving is easy up to 1 robot (")


def test_check_says_which_robots_the_map_is_not_for(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "street.yaml"
    path.write_text(
        "format: suwon_fleet/site@1\nid: street\nframe: {kind: local}\n"
        "nodes: {a: [0, 0], b: [50, 0]}\nlanes: [{path: [a, b], kind: street}]\n"
    )
    assert main(["map", "check", str(path)]) == Exit.GOOD
    out = capsys.readouterr().out
    assert "  delivery_indoor: cannot get about here\n" in out
    assert "  delivery_outdoor: moving is easy up to " in out


def test_one_of_a_thing_is_no_plural(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "pair.map"
    path.write_text("type octile\nheight 1\nwidth 1\nmap\n.\n")
    assert main(["map", "check", str(path)]) == Exit.GOOD
    assert "0 lanes, 1 node, 0 places" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("has_korean", "arguments", "lines"),
    [
        (False, ["--language", "ko"], 1),
        (False, ["--lang", "ko"], 1),
        (False, ["--lang", "en"], 0),
        (True, ["--lang", "ko"], 0),
    ],
)
def test_a_machine_without_korean_letters_is_told(
    has_korean: bool,
    arguments: list[str],
    lines: int,
    grid: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    letters = frozenset(range(128)) | ({ord(HANGUL)} if has_korean else set())
    monkeypatch.setattr(map_labels, "_fonts", lambda: (("DejaVu Sans", letters),))
    told = ["map", "show", grid, "-o", str(tmp_path / "grid.png"), *arguments]
    assert main(told) == Exit.GOOD
    err = capsys.readouterr().err
    assert err.count("\n") == lines
    assert ("fonts-noto-cjk" in err) == bool(lines)


def test_check_names_every_error_with_its_line(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "bad.map"
    path.write_text(GRID.replace(".@@.", ".#@.").replace("width 4", "width 5"))
    assert main(["map", "check", str(path)]) == Exit.BAD_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{path}:6:2: error: " in err
    assert err.count("\n") == 4


def test_check_as_json(grid: str, capsys: Capture) -> None:
    assert main(["map", "check", grid, "--json"]) == Exit.GOOD
    told = json.loads(capsys.readouterr().out)
    assert told.pop("graph")["core"] == 10
    assert told == {
        "file": grid,
        "usable": True,
        "lanes": 20,
        "nodes": 10,
        "places": 0,
        "zones": 0,
        "problems": [],
    }
    assert main(["map", "check", f"{grid}x", "--json"]) == Exit.BAD_INPUT
    told = json.loads(capsys.readouterr().out)
    assert told["usable"] is False
    assert set(told["problems"][0]) == {"code", "where", "severity", "what", "mend"}


def test_graphs_are_for_buildings(grid: str, capsys: Capture) -> None:
    assert main(["map", "check", grid, "--graph", "0"]) == Exit.BAD_INPUT
    assert "[no-graph]" in capsys.readouterr().err


def test_show(grid: str, tmp_path: Path) -> None:
    picture = tmp_path / "ring.svg"
    assert main(["map", "show", grid, "-o", str(picture), "--language", "ko"]) == Exit.GOOD
    assert picture.read_text("utf-8").startswith("<?xml")


def test_show_says_what_is_wrong(grid: str, tmp_path: Path, capsys: Capture) -> None:
    assert main(["map", "show", grid, "-o", str(tmp_path / "ring.bmp")]) == Exit.BAD_INPUT
    picture = str(tmp_path / "ring.png")
    assert main(["map", "show", grid, "-o", picture, "--zone", "z"]) == Exit.BAD_INPUT
    assert "[picture-format]" in (err := capsys.readouterr().err)
    assert "[unknown-reference]" in err


def test_import(grid: str, tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "ring.yaml"
    assert main(["map", "import", grid, "-o", str(target)]) == Exit.GOOD
    assert load_site(target).nodes == load_site(grid).nodes
    assert main(["map", "import", grid, "-o", "-"]) == Exit.GOOD
    assert capsys.readouterr().out == target.read_text("utf-8")


def test_import_where_nothing_can_be_written(grid: str, tmp_path: Path, capsys: Capture) -> None:
    assert main(["map", "import", grid, "-o", str(tmp_path)]) == Exit.BAD_INPUT
    assert "[unwritable]" in capsys.readouterr().err


def test_check_tells_how_a_map_is_divided(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "square.yaml"
    path.write_text(
        "format: suwon_fleet/site@1\nid: square\nframe: {kind: local}\n"
        "defaults: {lane: {kind: indoor}}\n"
        "zones:\n"
        "  - {id: west, kind: hall, polygon: [[-1, -1], [20, -1], [20, 20.2], [-1, 20.2]]}\n"
        "  - {id: strip, kind: hall, polygon: [[-1, 20.2], [41, 20.2], [41, 22], [-1, 22]]}\n"
        "nodes: {a: [0, 0], b: [40, 0], c: [40, 20], d: [0, 20], e: [0, 20.5], f: [40, 20.5]}\n"
        "lanes: [{path: [a, b, c, d, a]}, {path: [e, f]}]\n"
    )
    groups = tmp_path / "groups.yaml"
    groups.write_text("format: suwon_fleet/groups@1\ngroups: {left: [west]}\n")
    assert main(["map", "check", str(path), "--groups", str(groups)]) == Exit.BAD_INPUT
    told = capsys.readouterr()
    assert "[groups-touch]" in told.out + told.err
    groups.write_text("format: suwon_fleet/groups@1\ngroups: {left: [west], up: [strip]}\n")
    main(["map", "check", str(path), "--groups", str(groups), "--json"])
    codes = [problem["code"] for problem in json.loads(capsys.readouterr().out)["problems"]]
    assert "groups-touch" in codes
    groups.write_text("format: suwon_fleet/groups@1\ngroups: {left: [wets]}\n")
    assert main(["map", "check", str(path), "--groups", str(groups)]) == Exit.BAD_INPUT
