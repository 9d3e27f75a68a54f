# SPDX-License-Identifier: Apache-2.0
"""MovingAI grids."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suwon_fleet.core.sitemap import LaneKind
from suwon_fleet.wire.findings import Findings
from suwon_fleet.wire.maps import load_site
from suwon_fleet.wire.maps.movingai import CLOSED, OPEN, read_movingai

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "lorr"


def grid(*rows: str, height: object = None, width: object = None) -> str:
    height = len(rows) if height is None else height
    width = len(rows[0]) if width is None else width
    return "\n".join(("type octile", f"height {height}", f"width {width}", "map", *rows, ""))


def test_cells_are_nodes_a_metre_apart_with_north_up() -> None:
    site = read_movingai(grid("..@", "@..", "T.G"), Findings("f"), "g")
    assert site is not None
    assert {(n.id, n.x_m, n.y_m) for n in site.nodes} == {
        ("x0y0", 0, 2),
        ("x1y0", 1, 2),
        ("x1y1", 1, 1),
        ("x2y1", 2, 1),
        ("x1y2", 1, 0),
        ("x2y2", 2, 0),
    }
    assert (site.id, site.origin) == ("g", None)


@settings(deadline=None)
@given(st.lists(st.text("".join(OPEN | CLOSED), min_size=5, max_size=5), min_size=1, max_size=6))
def test_lanes_join_all_neighbours_both_ways_and_nothing_else(rows: list[str]) -> None:
    site = read_movingai(grid(*rows), Findings("f"), "g")
    cells = {(c, r) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell in OPEN}
    if not cells:
        assert site is None
        return
    assert site is not None
    expected = {
        (f"x{c}y{r}", f"x{c + dc}y{r + dr}")
        for c, r in cells
        for dc, dr in ((1, 0), (-1, 0), (0, 1), (0, -1))
        if (c + dc, r + dr) in cells
    }
    assert {(lane.start, lane.end) for lane in site.lanes} == expected
    assert len(site.lanes) == len(expected) == len(site.lane_by_id)
    assert {(lane.kind, lane.width_m) for lane in site.lanes} <= {(LaneKind.INDOOR, 1.0)}


@pytest.mark.parametrize(
    ("text", "where", "code"),
    [
        ("", "f:1:1", "grid-header"),
        ("type octile\nheight 1\nmap\n.", "f:1:1", "grid-header"),
        (grid("..", height=0), "f:2:1", "grid-size"),
        (grid("..", height=-1), "f:2:1", "grid-size"),
        (grid("..", height="1e3"), "f:2:1", "grid-size"),
        (grid("..", height=5000), "f:2:1", "grid-size"),
        (grid("..", width="9" * 5000), "f:3:1", "grid-size"),
        (grid("..", height="²"), "f:2:1", "grid-size"),
        (grid("..", height=2), "f:2:1", "grid-size"),
        (grid("...", "..", ".."), "f:6:3", "grid-size"),
        (grid("..", "...", ".."), "f:6:3", "grid-size"),
        (grid("...", ".x."), "f:6:2", "grid-cell"),
        (grid("@@"), "f", "no-nodes"),
    ],
)
def test_bad_grids(text: str, where: str, code: str) -> None:
    findings = Findings("f")
    assert read_movingai(text, findings, "g") is None
    assert (where, code) in [(p.where, p.code) for p in findings.problems]


def test_windows_line_ends_and_blank_lines_at_the_end(read: Callable) -> None:
    site, problems = read(grid("..", "..").replace("\n", "\r\n") + "\r\n\r\n", "my grid.map")
    assert problems == []
    assert (site.id, len(site.nodes), len(site.lanes)) == ("my-grid", 4, 8)


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no {DATA}")
@pytest.mark.parametrize("path", sorted(DATA.glob("*/maps/*.map")), ids=lambda path: path.stem)
def test_published_grids_are_read_quickly(path: Path) -> None:
    started = time.process_time()
    site = load_site(path)
    assert time.process_time() - started < 30.0  # one alone; what grows with its square takes hours
    cells = path.read_text().split("map\n", 1)[1]
    assert len(site.nodes) == sum(cells.count(cell) for cell in OPEN)
