# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from pathlib import Path

from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.describe import markdown
from suwon_fleet.core.robots.tables import TABLES
from suwon_fleet.core.robots.trigger import Trigger

DOCUMENT = Path(__file__).parents[3] / "docs" / "states.md"


def test_the_document_is_what_the_code_says() -> None:
    told = "docs/states.md is not what the tables say; regenerate it with `make docs`"
    assert DOCUMENT.read_text(encoding="utf-8") == markdown(), told


def test_every_row_and_word_is_in_it() -> None:
    text = markdown()
    lines = re.findall(r"^\| (?:\d+|-) \|.*$", text, re.MULTILINE)
    assert len(lines) == sum(len(table.rows) for table in TABLES.values())
    assert all(f"- `{word}`: " in text for word in (*Trigger, *Ask))


def test_diagrams_draw_every_state_a_row_leads_to() -> None:
    text = markdown()
    diagrams = re.findall(r"```mermaid\nstateDiagram-v2\n(.*?)\n```", text, re.DOTALL)
    machines = [m for table in TABLES.values() for m in table.machines.values()]
    assert len(diagrams) == len(machines)
    for diagram, machine in zip(diagrams, machines, strict=True):
        drawn = set(re.findall(r"--> (\w+): ", diagram))
        assert drawn == {row.dest for row in machine.rows}
        assert all(re.fullmatch(r"    \w+ --> \w+: [\w, ]+", line) for line in diagram.split("\n"))


def test_cells_do_not_break_the_tables() -> None:
    widths = {"| # |": 8, "| family |": 6}
    width = 0
    for line in markdown().split("\n"):
        if not line.startswith("|"):
            continue
        width = next((n for start, n in widths.items() if line.startswith(start)), width)
        assert line.count("|") == width + 1, line
