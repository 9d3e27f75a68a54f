# SPDX-License-Identifier: Apache-2.0
"""What the pages of docs/ show, for tests that hold them to it."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
_ASKS = re.compile(
    r"ros2 (?:topic pub|service call|action send_goal)(?: -\S+(?: \d+)?)*"
    r' /(?P<whose>fleet|sim)/(?P<name>\w+) suwon_fleet/(?P<kind>\w+/\w+)(?: "(?P<fields>.*)")?$',
    re.MULTILINE,
)


@dataclass(frozen=True)
class Asking:
    """A `ros2` command that asks something of a fleet or of the simulator."""

    name: str
    """Of the topic, service or action in its namespace."""
    kind: str
    """As msg/JobRequest."""
    fields: str
    whose: str = "fleet"
    """Its namespace: fleet or sim."""


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a page in a language, in order."""
    fenced = (DOCS / page).read_text(encoding="utf-8").split("```")[1::2]
    opening = f"{language}\n"
    return [block.removeprefix(opening) for block in fenced if block.startswith(opening)]


def askings(page: str) -> list[Asking]:
    """All commands of a page that ask something."""
    shown = "".join(blocks(page, "bash") + blocks(page, "console"))
    found = _ASKS.finditer(shown)
    return [Asking(m["name"], m["kind"], m["fields"] or "{}", m["whose"]) for m in found]


def table(page: str, heading: str) -> dict[str, list[str]]:
    """The table whose head begins with `heading`: by first cell, the cells beside it."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    (head,) = (number for number, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    body = itertools.takewhile(lambda line: line.startswith("|"), lines[head + 2 :])
    cells = ([cell.strip() for cell in line.split("|")[1:-1]] for line in body)
    return {first: others for first, *others in cells}
