# SPDX-License-Identifier: Apache-2.0
"""YAML and JSON text as one tree of values that know their place in the file.

Scalars stay text until a reader asks for a type, so an id may be ``101`` or ``no`` without quotes
and nothing of YAML 1.1's guessing gets in the way. A file is bounded in depth and in values, those
that aliases repeat counted each time, so that a hostile one costs no more than a large honest one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from suwon_fleet.wire.findings import Findings, Mark, shown

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml: the same events, some ten times slower
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MOST_VALUES = 500_000
"""A 256 x 256 grid written as YAML has some 350,000."""
DEEPEST = 40

_NOT_IN_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True, eq=False)
class Item:
    """One value of a file: a scalar's text, a list, or a mapping.

    `plain` is false for a quoted scalar, which is never a number, a truth value or null. `key` is
    the place of the value's key, where it has one.
    """

    data: str | list[Item] | dict[str, Item]
    mark: Mark | None
    plain: bool = True
    key: Mark | None = None

    @property
    def is_null(self) -> bool:
        return self.plain and isinstance(self.data, str) and self.data.lower() in {"", "~", "null"}

    @property
    def kind(self) -> str:
        """What the value is, for messages."""
        if isinstance(self.data, list):
            return "a list"
        if isinstance(self.data, dict):
            return "a mapping"
        return "nothing" if self.is_null else shown(self.data)


class _RefusedError(Exception):
    """The text cannot be a document of ours; already reported."""


class _Tree:
    """What building a tree from YAML and from JSON have in common: the bounds."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.count = 0

    def admit(self, mark: Mark | None, depth: int, size: int = 1) -> None:
        """Count so many more values at this depth; refuse the text when that is too much."""
        self.count += size
        if depth > DEEPEST:
            self.refuse(mark, "too-deep", f"nested deeper than {DEEPEST} levels", "flatten it")
        if self.count > MOST_VALUES:
            what = f"more than {MOST_VALUES} values"
            self.refuse(mark, "too-large", what, "split the site into several maps")

    def duplicate(self, mark: Mark | None, name: str, first: Mark | None) -> None:
        """Report a key that its mapping already has."""
        what = f"key {shown(name)} is already given at {self.findings.where(first)}"
        self.findings.error(mark, "duplicate-key", what, "keep one of the two")

    def refuse(self, mark: Mark | None, code: str, what: str, mend: str) -> NoReturn:
        """Report and give the text up."""
        self.findings.error(mark, code, what, mend)
        raise _RefusedError


def parse_yaml(text: str, findings: Findings) -> Item | None:
    """The one document in a YAML text; None after reporting why not."""
    if bad := _NOT_IN_YAML.search(text):
        line = text.count("\n", 0, bad.start()) + 1
        mark = (line, bad.start() - text.rfind("\n", 0, bad.start()))
        what = f"character U+{ord(bad.group()):04X}, which YAML does not allow"
        findings.error(mark, "yaml-syntax", what, "remove it")
        return None
    try:
        return _YamlTree(findings).build(yaml.parse(text, Loader=_Loader))
    except _RefusedError:
        return None
    except yaml.MarkedYAMLError as error:
        what = " ".join(filter(None, (error.problem, error.context))) or "not YAML"
        findings.error(_mark(error.problem_mark), "yaml-syntax", what, "mend the YAML there")
        return None


def _mark(mark: Any) -> Mark | None:
    return None if mark is None else (mark.line + 1, mark.column + 1)


@dataclass(slots=True)
class _Open:
    """A collection whose end is still to come."""

    item: Item
    anchor: str | None
    count_before: int
    key: Item | None = None
    """The key that waits for its value."""


class _YamlTree(_Tree):
    """Builds from parser events without recursion, so that depth cannot hurt."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(findings)
        self._open: list[_Open] = []
        self._anchored: dict[str, tuple[Item, int]] = {}
        """Values that aliases may repeat, with the count of values in each."""
        self._root: Item | None = None

    def build(self, events: Iterator[yaml.Event]) -> Item:
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                plain = not event.style and event.implicit[0]
                self._put(Item(event.value, _mark(event.start_mark), plain), event.anchor)
            elif isinstance(event, yaml.MappingStartEvent):
                self._begin(Item({}, _mark(event.start_mark)), event.anchor)
            elif isinstance(event, yaml.SequenceStartEvent):
                self._begin(Item([], _mark(event.start_mark)), event.anchor)
            elif isinstance(event, yaml.CollectionEndEvent):
                ended = self._open.pop()
                if ended.anchor:
                    self._anchored[ended.anchor] = ended.item, self.count - ended.count_before
            elif isinstance(event, yaml.AliasEvent):
                self._repeat(event.anchor, _mark(event.start_mark))
        if self._root is None:
            self.refuse(
                None, "empty", "the file is empty", "begin with a line 'format: …'; see docs"
            )
        return self._root

    def _begin(self, item: Item, anchor: str | None) -> None:
        before = self.count
        self._put(item)
        self._open.append(_Open(item, anchor, before))

    def _repeat(self, anchor: str | None, mark: Mark | None) -> None:
        """An alias: the value of its anchor once more, told of where the alias stands."""
        if anchor is None or anchor not in self._anchored:
            what = f"alias *{anchor} of what is not there, or not complete"
            self.refuse(mark, "alias", what, f"put &{anchor} before a value further up")
        item, size = self._anchored[anchor]
        self._put(Item(item.data, mark, item.plain), size=size)

    def _put(self, item: Item, anchor: str | None = None, size: int = 1) -> None:
        self.admit(item.mark, len(self._open), size)
        if anchor:
            self._anchored[anchor] = item, size
        if not self._open:
            if self._root is not None:
                self.refuse(item.mark, "second-document", "a second document", "keep one per file")
            self._root = item
            return
        parent = self._open[-1].item.data
        if isinstance(parent, list):
            parent.append(item)
        elif isinstance(parent, dict):
            self._put_in_mapping(parent, item)

    def _put_in_mapping(self, mapping: dict[str, Item], item: Item) -> None:
        key, self._open[-1].key = self._open[-1].key, None
        if key is None:
            if not isinstance(item.data, str):
                self.refuse(item.mark, "bad-key", f"{item.kind} as a key", "use a name as the key")
            self._open[-1].key = item
            return
        assert isinstance(key.data, str)
        item.key = key.mark
        if key.data in mapping:
            self.duplicate(key.mark, key.data, mapping[key.data].key)
        else:
            mapping[key.data] = item


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as read, so that a key given twice is seen."""


class _Number(str):
    """A JSON number, or NaN and the infinities, as written."""


def parse_json(text: str, findings: Findings) -> Item | None:
    """A JSON text, marked by paths such as ``features[3].id``; None after reporting why not."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_Pairs,
            parse_float=_Number,
            parse_int=_Number,
            parse_constant=_Number,
        )
        return _JsonTree(findings).build(value, "", 0)
    except _RefusedError:
        return None
    except json.JSONDecodeError as error:
        findings.error((error.lineno, error.colno), "json-syntax", error.msg, "mend the JSON")
    except RecursionError:
        findings.error("", "too-deep", f"nested deeper than {DEEPEST} levels", "flatten it")
    return None


class _JsonTree(_Tree):
    def build(self, value: object, path: str, depth: int) -> Item:
        self.admit(path, depth)
        if isinstance(value, _Pairs):
            return self._object(value, path, depth)
        if isinstance(value, list):
            items = [self.build(v, f"{path}[{i}]", depth + 1) for i, v in enumerate(value)]
            return Item(items, path)
        if isinstance(value, str):
            return Item(str(value), path, plain=isinstance(value, _Number))
        return Item("null" if value is None else str(value).lower(), path)

    def _object(self, pairs: _Pairs, path: str, depth: int) -> Item:
        entries: dict[str, Item] = {}
        for name, value in pairs:
            step = name if name.isidentifier() else shown(name)
            inner = f"{path}.{step}" if path else step
            if name in entries:
                self.duplicate(inner, name, entries[name].key)
            else:
                entries[name] = self.build(value, inner, depth + 1)
                entries[name].key = inner
        return Item(entries, path)
