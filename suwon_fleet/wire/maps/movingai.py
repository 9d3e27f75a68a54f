# SPDX-License-Identifier: Apache-2.0
"""MovingAI grid maps (https://movingai.com/benchmarks/formats.html) to a SiteMap.

Cells are one metre apart; the first row of the file is the northernmost. `.` and `G` are ground,
`S` is swamp, open from ground; the League of Robot Runners marks emitters `E` and service points
`S`, which are as open. Trees `T`, water `W` and `@` `O` are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from suwon_fleet.core.sitemap import GROUND, Lane, LaneKind, Level, Node, SiteMap
from suwon_fleet.wire.findings import Findings, shown
from suwon_fleet.wire.maps.ways import Way, lanes_of

OPEN = frozenset(".GSE")
CLOSED = frozenset("@OTW")
CELL_M = 1.0
LONGEST_SIDE = 2048
"""The largest published maps have sides of 1,550."""


def read_movingai(text: str, findings: Findings, site_id: str) -> SiteMap | None:
    """The site of a grid; None after reporting all that is wrong with it.

    Cell (column, row), both from the upper left and from 0 as in MovingAI's scenario files, is node
    ``x<column>y<row>``.
    """
    rows = _read_rows(text.splitlines(), findings)
    if findings.has_errors:
        return None
    nodes = tuple(
        Node(_node_id(column, row), column * CELL_M, (len(rows) - 1 - row) * CELL_M)
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
        if cell in OPEN
    )
    if not nodes:
        findings.error(None, "no-nodes", "a grid without an open cell", "open some with '.'")
        return None
    return SiteMap(site_id, (Level(GROUND),), nodes, tuple(_lanes(rows)), title={"en": site_id})


def _read_rows(lines: list[str], findings: Findings) -> list[str]:
    """The grid below the header."""
    header = [line.split() for line in lines[:4]]
    if [words[:1] for words in header] != [["type"], ["height"], ["width"], ["map"]]:
        what = "the header is not the lines type, height, width, map"
        mend = "begin with 'type octile', 'height N', 'width N' and 'map'"
        findings.error((1, 1), "grid-header", what, mend)
        return []
    height, width = _side(header[1], 2, findings), _side(header[2], 3, findings)
    rows = lines[4:]
    while rows and not rows[-1].strip():
        rows.pop()
    if height and height != len(rows):
        what = f"{len(rows)} rows where the header says {height}"
        findings.error((2, 1), "grid-size", what, "mend the height or the rows")
    for number, row in enumerate(rows, start=5):
        _check_row(row, number, width, findings)
    return rows


def _side(words: list[str], line: int, findings: Findings) -> int:
    """A side of the grid in cells; 0 after reporting."""
    text = words[1] if len(words) == 2 else ""
    if text.isascii() and text.isdigit() and len(text) <= 9 and 0 < int(text) <= LONGEST_SIDE:
        return int(text)
    mend = f"give a whole number from 1 to {LONGEST_SIDE}"
    findings.error((line, 1), "grid-size", f"{shown(' '.join(words))} gives no size", mend)
    return 0


def _check_row(row: str, number: int, width: int, findings: Findings) -> None:
    if width and len(row) != width:
        what = f"{len(row)} cells where the header says {width}"
        findings.error((number, min(len(row), width) + 1), "grid-size", what, "mend the row")
    for cell in set(row) - OPEN - CLOSED:
        what = f"cell {shown(cell)} is not known"
        mend = f"use {' '.join(sorted(OPEN))} for open, {' '.join(sorted(CLOSED))} for closed ones"
        findings.error((number, row.index(cell) + 1), "grid-cell", what, mend)


def _node_id(column: int, row: int) -> str:
    return f"x{column}y{row}"


def _lanes(rows: list[str]) -> Iterator[Lane]:
    """A two-way lane along each run of open cells, row by row and then column by column."""
    for row, cells in enumerate(rows):
        for first, last in _runs(cells):
            path = tuple(_node_id(column, row) for column in range(first, last + 1))
            yield from lanes_of(_way(f"row{row}-{first}", path))
    for column, cells in enumerate(map("".join, zip(*rows, strict=True))):
        for first, last in _runs(cells):
            path = tuple(_node_id(column, row) for row in range(first, last + 1))
            yield from lanes_of(_way(f"column{column}-{first}", path))


def _way(way_id: str, path: tuple[str, ...]) -> Way:
    return Way(way_id, path, LaneKind.INDOOR, width_m=CELL_M)


def _runs(cells: str) -> Iterator[tuple[int, int]]:
    """First and last index of each run of two or more open cells."""
    for is_open, run in groupby(range(len(cells)), key=lambda index: cells[index] in OPEN):
        indices = list(run)
        if is_open and len(indices) > 1:
            yield indices[0], indices[-1]
