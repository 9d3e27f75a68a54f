# SPDX-License-Identifier: Apache-2.0
"""What the pages of docs/ show, for tests that hold them to it."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
KINDS = "format: suwon_fleet/robot_kind@1"


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a page in a language, in order."""
    fenced = (DOCS / page).read_text(encoding="utf-8").split("```")[1::2]
    opening = f"{language}\n"
    return [block.removeprefix(opening) for block in fenced if block.startswith(opening)]
