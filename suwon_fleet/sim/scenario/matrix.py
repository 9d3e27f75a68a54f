# SPDX-License-Identifier: Apache-2.0
"""Origin-destination matrices: how often jobs go from where to where, in the scenario or in a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.sim.scenario.demand import Pair
from suwon_fleet.wire.document import Item
from suwon_fleet.wire.fields import Fields, number_of, text_of
from suwon_fleet.wire.files import read_text
from suwon_fleet.wire.findings import Findings, shown

MOST_BYTES = 1024 * 1024
MOST_WEIGHT = 1e6


def read_pairs(entry: Fields, site: SiteMap, folder: Path) -> tuple[Pair, ...]:
    """The cells above 0 of the matrix under `od`: a mapping of mappings, or the name of a CSV file."""
    item = entry.get("od")
    if item is None:
        return ()
    findings = entry.findings
    is_file = isinstance(item.data, str)
    cells = _of_file(item, findings, folder) if is_file else _of_mapping(item, findings)
    pairs = tuple(
        Pair(origin, destination, weight)
        for origin, destination, value in cells
        if _are_places(origin, destination, value, findings, site)
        and (weight := number_of(value, findings, 0.0, MOST_WEIGHT))
    )
    if not pairs and not findings.has_errors:
        findings.error(
            item.mark, "no-pairs", "no pair of places ever comes", "give one a weight above 0"
        )
    return pairs


def _are_places(
    origin: str, destination: str, value: Item, findings: Findings, site: SiteMap
) -> bool:
    """Whether a cell's names are two different places."""
    for name in (origin, destination):
        if name not in site.place_by_id:
            near = findings.likely(name, site.place_by_id)
            mend = f"did you mean '{near}'?" if near else "name a place there is"
            findings.error(value.mark, "unknown-reference", f"no place {shown(name)}", mend)
            return False
    if site.place_by_id[origin].node == site.place_by_id[destination].node:
        what = f"from {shown(origin)} to {shown(destination)} is no way"
        findings.error(value.mark, "no-way", what, "leave that pair out")
        return False
    return True


def _of_mapping(item: Item, findings: Findings) -> Iterator[tuple[str, str, Item]]:
    for origin, row in Fields(item, findings, "'od'").entries.items():
        for destination, value in Fields(row, findings, f"'{origin}'").entries.items():
            yield origin, destination, value


def _of_file(item: Item, findings: Findings, folder: Path) -> Iterator[tuple[str, str, Item]]:
    """Rows are origins, columns destinations; an empty cell is 0. Problems are the scenario's line's."""
    name = text_of(item, findings) or ""
    own = Findings(name)
    text = read_text(folder / name, own, what="CSV file", most_bytes=MOST_BYTES)
    if text is None:
        findings.error(item.mark, "bad-file", own.problems[0].what, own.problems[0].mend)
        return
    rows = [row for row in csv.reader(text.splitlines()) if any(map(str.strip, row))]
    header = [cell.strip() for cell in rows[0][1:]] if rows else []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(header) + 1:
            what = f"row {number} of {name} has {len(row)} cells, its header {len(header) + 1}"
            findings.error(item.mark, "bad-file", what, "give each row as many cells")
            return
        for destination, cell in zip(header, row[1:], strict=True):
            if cell.strip():
                yield row[0].strip(), destination, Item(cell.strip(), item.mark)
