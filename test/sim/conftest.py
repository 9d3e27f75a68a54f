# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sim.day import SITE

from suwon_fleet.core.errors import BadInput
from suwon_fleet.sim.scenario import load_scenario

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a scenario beside the yard's map."""
    (tmp_path / "yard.yaml").write_text(SITE, "utf-8")

    def write_text(text: str) -> Path:
        path = tmp_path / "day.yaml"
        path.write_text(text, "utf-8")
        return path

    return write_text


@pytest.fixture
def complain(write: Write) -> Callable[[str], list[tuple[str, str]]]:
    """Loads a text that must be refused: line and code of each problem."""

    def complaints(text: str) -> list[tuple[str, str]]:
        path = write(text)
        with pytest.raises(BadInput) as caught:
            load_scenario(path)
        found = []
        for problem in caught.value.problems:
            line = problem.where.removeprefix(f"{path}").strip(":").split(":")[0]
            found.append((line, problem.code))
        return found

    return complaints
