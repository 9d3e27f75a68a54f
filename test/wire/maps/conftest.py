# SPDX-License-Identifier: Apache-2.0
"""Reading map texts, and random sites to write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from suwon_fleet.core.errors import Problem
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.wire.maps import read_site

Read = Callable[..., tuple[SiteMap | None, list[Problem]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads a text as a file; the places of its problems are then told without the folder."""

    def read_text(text: str, name: str = "site.yaml") -> tuple[SiteMap | None, list[Problem]]:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        site, problems = read_site(path)
        return site, [
            Problem(
                problem.code,
                problem.where.replace(str(path), name),
                problem.what.replace(str(path), name),
                problem.mend,
                problem.severity,
            )
            for problem in problems
        ]

    return read_text


@pytest.fixture
def complain(read: Read) -> Callable[..., list[tuple[str, str]]]:
    """Reads a text that must be refused; where each of its problems is, and its code."""

    def complaints(text: str, name: str = "site.yaml") -> list[tuple[str, str]]:
        site, problems = read(text, name)
        assert site is None
        return [(problem.where.removeprefix(f"{name}:"), problem.code) for problem in problems]

    return complaints
