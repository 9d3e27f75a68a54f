# SPDX-License-Identifier: Apache-2.0
"""Files of every format, of none, and no files at all: a site or problems, never an exception."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire.maps.test_geojson import LOCKER, WALK, ZONE, collection
from wire.maps.test_movingai import grid
from wire.maps.test_rmf import LIFT, building, tower
from wire.maps.test_site import WHOLE

import suwon_fleet.wire.maps as maps
from suwon_fleet.core.errors import BadInput, Severity
from suwon_fleet.core.maplint import lint
from suwon_fleet.core.mapnetwork import MapNetwork
from suwon_fleet.resources import resource_path
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.maps import load_site, read_site, to_geojson, write_site
from suwon_fleet.wire.maps.read import MOST_BYTES

KINDS = list(load_kinds(resource_path("config/robots")).values())
TEXTS = {
    ".yaml": WHOLE,
    ".geojson": collection(LOCKER, WALK, ZONE, levels=[{"id": "G"}], doors=[{"id": "d"}]),
    ".building.yaml": building(tower(), lifts={"lift": LIFT}),
    ".map": grid("..@", "@..", "T.G"),
}


def test_what_the_package_offers() -> None:
    assert maps.__all__ == ["load_site", "read_site", "to_geojson", "write_site"]


@pytest.mark.parametrize("suffix", TEXTS)
def test_each_format_is_known_by_its_suffix(read: Callable, suffix: str) -> None:
    site, problems = read(TEXTS[suffix], f"map{suffix}")
    assert problems == []
    assert site.nodes


@pytest.mark.parametrize("suffix", TEXTS)
@pytest.mark.parametrize("name", ["map", "map.txt", "map.YAML", "map.yml"])
def test_each_format_is_known_by_its_content(read: Callable, suffix: str, name: str) -> None:
    site, problems = read(TEXTS[suffix], name)
    assert problems == []
    assert site.nodes == read(TEXTS[suffix], f"map{suffix}")[0].nodes


def test_a_byte_order_mark_does_not_matter(read: Callable) -> None:
    for suffix, text in TEXTS.items():
        site, problems = read("\ufeff" + text, f"map{suffix}")
        assert problems == []
        assert site is not None


@pytest.mark.parametrize("text", ["a: 1", "[1, 2]", "just words", '{"a": 1}', "format:\n", "1"])
def test_a_text_of_no_known_format(read: Callable, text: str) -> None:
    site, problems = read(text, "map")
    assert site is None
    assert problems[0].code in {"unknown-format", "missing-key"}


def code_of(path: Path | str) -> str:
    site, problems = read_site(path)
    assert site is None
    (problem,) = problems
    with pytest.raises(BadInput) as caught:
        load_site(path)
    assert caught.value.problems == problems
    return problem.code


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert code_of(tmp_path / "none.yaml") == "no-file"
    assert code_of(tmp_path) == "not-a-file"
    assert code_of("") == "not-a-file"
    assert code_of("a\0b") in {"unreadable", "no-file"}
    assert code_of("x" * 5000) in {"unreadable", "no-file"}
    os.mkfifo(tmp_path / "pipe.yaml")
    assert code_of(tmp_path / "pipe.yaml") == "no-file"
    (tmp_path / "empty.yaml").touch()
    assert code_of(tmp_path / "empty.yaml") == "empty"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.touch(0o000)
    assert code_of(path) == "unreadable"


def test_a_file_too_large(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    assert code_of(path) == "too-large"


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_bytes("a: é\nb: ".encode() + b"\xff\xfe")
    _, (problem,) = read_site(path)
    assert (problem.code, problem.where) == ("not-utf-8", f"{path}:2:4")


@pytest.mark.parametrize("suffix", [".yaml", ".geojson", ".map"])
def test_only_buildings_have_graphs_to_pick(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"map{suffix}"
    path.write_text(TEXTS[suffix], "utf-8")
    site, problems = read_site(path, graph=[0])
    assert site is None
    assert [problem.code for problem in problems] == ["no-graph"]


def check(content: bytes, suffix: str) -> None:
    """Reading ends in a site that can be used, or in errors that can be printed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"map{suffix}"
        path.write_bytes(content)
        site, problems = read_site(path)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    assert (site is None) == bool(errors)
    for problem in problems:
        assert str(problem).isprintable()
        assert problem.what
        assert problem.mend
    if site is not None:
        assert json.dumps(to_geojson(site), allow_nan=False)
        assert write_site(site)
        lint(MapNetwork(site), KINDS)


@pytest.mark.parametrize("suffix", TEXTS)
@settings(deadline=None)
@given(content=st.binary() | st.text().map(str.encode))
def test_no_bytes_raise(content: bytes, suffix: str) -> None:
    check(content, suffix)


PIECES = st.sampled_from(
    ["", " ", "\n", "-", ":", "[", "]", "{", "}", ",", '"', "'", "#", "&a ", "*a", "null", "nan",
     "0", "-1", "1e999", "9" * 400, "true", "id", "ground", "G", "lift", "보", "\x00", "\\ud800",
     "[]", "{}", "!!x ", "? ", "<<: ", "@", ".", "type", "1e-320"]
)  # fmt: skip


@pytest.mark.parametrize("suffix", TEXTS)
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_change_to_a_good_file_raises(data: st.DataObject, suffix: str) -> None:
    text = TEXTS[suffix]
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.sampled_from([0, 1, 2, 5, 20]))
        piece = data.draw(PIECES | st.text(max_size=3))
        text = text[:start] + piece + text[start + length :]
    check(text.encode("utf-8", "surrogatepass"), suffix)


@pytest.mark.parametrize("suffix", [".yaml", ".geojson", ".building.yaml"])
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_swap_of_values_in_a_good_file_raises(data: st.DataObject, suffix: str) -> None:
    """Well-formed files with values of the wrong sort in them."""
    import yaml

    document = yaml.safe_load(TEXTS[suffix])
    strange = st.sampled_from(
        [
            None,
            True,
            -1,
            0,
            1.5,
            1e30,
            float("nan"),
            "",
            "G",
            "a b",
            [],
            {},
            [[]],
            [1, 2],
            {"id": "a"},
        ]
    )
    for _ in range(data.draw(st.integers(1, 3))):
        parent, key = document, None
        while True:
            keys = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
            key = data.draw(st.sampled_from(keys))
            child = parent[key]
            if not (isinstance(child, dict | list) and child) or data.draw(st.integers(0, 4)) == 0:
                break
            parent = child
        parent[key] = deepcopy(data.draw(strange))
    text = json.dumps(document) if suffix == ".geojson" else yaml.safe_dump(document)
    check(text.encode(), suffix)
