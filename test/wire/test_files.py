# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

from suwon_fleet.wire.files import read_text
from suwon_fleet.wire.findings import Findings


def read(path: Path) -> tuple[str | None, list[str]]:
    findings = Findings("f.yaml")
    text = read_text(path, findings, what="robot kind", most_bytes=2048)
    return text, [f"{problem.where} {problem.code}" for problem in findings.problems]


def test_utf_8_with_or_without_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for mark in (b"", b"\xef\xbb\xbf"):
        path.write_bytes(mark + "배달".encode())
        assert read(path) == ("배달", [])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a\nbc\xff", "f.yaml:2:3 not-utf-8"),
        (b"x" * 2049, "f.yaml too-large"),
    ],
)
def test_content_that_is_no_text(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    assert read(path) == (None, [problem])


def test_paths_that_are_no_file(tmp_path: Path) -> None:
    assert read(tmp_path) == (None, ["f.yaml not-a-file"])
    assert read(tmp_path / "nowhere") == (None, ["f.yaml no-file"])
    assert read(Path("/dev/zero")) == (None, ["f.yaml no-file"])


def test_a_file_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "a"
    path.write_text("a")
    monkeypatch.setattr(Path, "open", refuse)
    assert read(path) == (None, ["f.yaml unreadable"])
