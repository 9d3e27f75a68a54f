# SPDX-License-Identifier: Apache-2.0
"""YAML and JSON texts to trees of values with their places, and texts that are refused."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suwon_fleet.wire.document import (
    DEEPEST,
    MOST_VALUES,
    Item,
    parse_json,
    parse_yaml,
)
from suwon_fleet.wire.findings import Findings


def plain(item: Item | None) -> object:
    """The tree without places."""
    assert item is not None
    if isinstance(item.data, dict):
        return {key: plain(value) for key, value in item.data.items()}
    if isinstance(item.data, list):
        return [plain(value) for value in item.data]
    return item.data


def yaml_problem(text: str) -> tuple[str, str]:
    findings = Findings("f")
    assert parse_yaml(text, findings) is None or findings.has_errors
    return findings.problems[0].where, findings.problems[0].code


def json_problem(text: str) -> tuple[str, str]:
    findings = Findings("f")
    assert parse_json(text, findings) is None or findings.has_errors
    return findings.problems[0].where, findings.problems[0].code


def test_yaml_values_know_their_line_and_column() -> None:
    root = parse_yaml("a: 1\nb:\n  - x\n  - {c: 'y'}\n", Findings("f"))
    assert plain(root) == {"a": "1", "b": ["x", {"c": "y"}]}
    assert root is not None
    assert isinstance(root.data, dict)
    assert root.data["a"].mark == (1, 4)
    assert root.data["b"].key == (2, 1)
    assert isinstance(root.data["b"].data, list)
    inner = root.data["b"].data[1]
    assert inner.mark == (4, 5)
    assert isinstance(inner.data, dict)
    assert inner.data["c"].mark == (4, 9)
    assert not inner.data["c"].plain
    assert root.data["a"].plain


def test_json_values_know_their_path() -> None:
    root = parse_json('{"a": [1.5, {"b c": null}], "d": "x"}', Findings("f"))
    assert plain(root) == {"a": ["1.5", {"b c": "null"}], "d": "x"}
    assert root is not None
    assert isinstance(root.data, dict)
    assert isinstance(root.data["a"].data, list)
    number, inner = root.data["a"].data
    assert (number.mark, number.plain) == ("a[0]", True)
    assert isinstance(inner.data, dict)
    assert inner.data["b c"].mark == "a[1].'b c'"
    assert inner.data["b c"].is_null
    assert (root.data["d"].mark, root.data["d"].plain) == ("d", False)


@pytest.mark.parametrize("text", ["~", "null", "", "Null"])
def test_null_is_told_by_plain_scalars_only(text: str) -> None:
    root = parse_yaml(f"a: {text}\nb: '{text}'", Findings("f"))
    assert root is not None
    assert isinstance(root.data, dict)
    assert root.data["a"].is_null
    assert not root.data["b"].is_null


@pytest.mark.parametrize(
    ("text", "where", "code"),
    [
        ("", "f", "empty"),
        ("# only a comment", "f", "empty"),
        ("a: [1, 2\nb: 3", "f:2:2", "yaml-syntax"),
        ("a: 'x", "f:1:6", "yaml-syntax"),
        ("a: 1\n\tb: 2", "f:2:1", "yaml-syntax"),
        ("ab: é\nc: \x07", "f:2:4", "yaml-syntax"),
        ("a: 1\nb: 2\na: 3", "f:3:1", "duplicate-key"),
        ("a: 1\nb: *x", "f:2:4", "alias"),
        ("a: &x [1, *x]", "f:1:11", "alias"),
        ("? [a]\n: b", "f:1:3", "bad-key"),
        ("--- a\n--- b", "f:2:5", "second-document"),
    ],
)
def test_bad_yaml_is_refused_at_its_place(text: str, where: str, code: str) -> None:
    assert yaml_problem(text) == (where, code)


@pytest.mark.parametrize(
    ("text", "where", "code"),
    [
        ("", "f:1:1", "json-syntax"),
        ('{"a": 1,\n "b": }', "f:2:7", "json-syntax"),
        ('{"a": {"b": 1, "b": 2}}', "f:a.b", "duplicate-key"),
        ("[" * 100_000, "f", "too-deep"),
        ("[" * 60 + "]" * 60, "f:" + "[0]" * (DEEPEST + 1), "too-deep"),
    ],
)
def test_bad_json_is_refused_at_its_place(text: str, where: str, code: str) -> None:
    assert json_problem(text) == (where, code)


def test_a_tag_makes_a_scalar_text() -> None:
    root = parse_yaml("a: !!str 5\nb: !!python/object:os.system x", Findings("f"))
    assert plain(root) == {"a": "5", "b": "x"}
    assert root is not None
    assert isinstance(root.data, dict)
    assert not root.data["a"].plain


@pytest.mark.parametrize(("opening", "column"), [("[", DEEPEST + 2), ("{a: ", 4 * DEEPEST + 2)])
def test_depth_is_bounded(opening: str, column: int) -> None:
    assert yaml_problem(opening * 100_000) == (f"f:1:{column}", "too-deep")


@pytest.mark.parametrize("text", ["[" + "a," * 1_000_000 + "]", "- a\n" * 1_000_000])
def test_a_million_values_are_refused_quickly(text: str) -> None:
    started = time.process_time()
    assert yaml_problem(text)[1] == "too-large"
    assert json_problem("[" + "1," * 1_000_000 + "1]")[1] == "too-large"
    assert time.process_time() - started < 100.0  # some 3 s alone, thrice that on cores all taken
    assert MOST_VALUES < 1_000_000


def test_an_alias_repeats_a_value_and_is_told_of_at_its_own_place() -> None:
    root = parse_yaml("a: &x [1, {b: &y 2}]\nc: *x\nd: {e: *y}", Findings("f"))
    assert plain(root) == {"a": ["1", {"b": "2"}], "c": ["1", {"b": "2"}], "d": {"e": "2"}}
    assert root is not None
    assert isinstance(root.data, dict)
    assert (root.data["c"].key, root.data["c"].mark) == ((2, 1), (2, 4))
    assert (root.data["a"].key, root.data["a"].mark) == ((1, 1), (1, 4))


def test_billion_laughs_are_refused_at_once() -> None:
    lines = ["a0: &a0 lol"] + [f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]" for n in range(1, 30)]
    started = time.process_time()
    where, code = yaml_problem("\n".join(lines))
    assert (where.split(":")[1], code) == ("7", "too-large")
    assert time.process_time() - started < 10.0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.text() | st.text(alphabet="abc:-[]{}&*!|>'\"#%@, \n\t"))
def test_no_text_raises(text: str) -> None:
    for parse in (parse_yaml, parse_json):
        findings = Findings("f")
        assert (parse(text, findings) is None) <= findings.has_errors


@settings(deadline=None)
@given(st.binary().map(lambda raw: raw.decode("latin-1")))
def test_no_bytes_raise(text: str) -> None:
    findings = Findings("f")
    assert (parse_yaml(text, findings) is None) <= findings.has_errors
