# SPDX-License-Identifier: Apache-2.0
"""XML text as a tree of elements that know their line, read as leniently as Gazebo reads it.

Comments may hold ``--``, as in Gazebo's own worlds. A document type is refused, so no entity can
grow, and a file is bounded in depth and elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from suwon_fleet.wire.findings import Findings, Mark

MOST_ELEMENTS = 500_000
"""A world of a thousand robots has some 200,000."""
DEEPEST = 64
_DECLARATION = re.compile(r"\A\s*<\?xml\b.*?\?>", re.DOTALL)
_COMMENT = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(-->|\Z)", re.DOTALL)
_VISIBLE = re.compile(r"[^\n]")


@dataclass(slots=True, eq=False)
class Element:
    """A tag with what is in it. `text` is that between its start and its first child, and so on."""

    tag: str
    attributes: dict[str, str]
    mark: Mark
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def child(self, tag: str) -> Element | None:
        """The first child of that tag."""
        return next((child for child in self.children if child.tag == tag), None)

    def all(self, tag: str) -> Iterator[Element]:
        """The children of that tag, in order."""
        return (child for child in self.children if child.tag == tag)

    @property
    def name(self) -> str:
        """Its name attribute, empty without one."""
        return self.attributes.get("name", "")

    def flag(self, name: str) -> bool:
        """Whether an attribute says so; false without it."""
        return self.attributes.get(name, "").lower() in ("true", "1")


class _RefusedError(Exception):
    """The text cannot be a file of ours; already reported."""


def parse_xml(text: str, findings: Findings) -> Element | None:
    """The root element; None after reporting why there is none."""
    try:
        return _Reader(findings).read(_without_comments(text, findings))
    except _RefusedError:
        return None
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        mend = "mend the XML there"
        findings.error((error.lineno, error.offset + 1), "xml-syntax", what, mend)
        return None


def _without_comments(text: str, findings: Findings) -> str:
    """The text with spaces for comments and the XML declaration, so that nothing moves."""

    def blank(match: re.Match[str]) -> str:
        if match[0].startswith("<!["):
            return match[0]
        if not match[1]:
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            findings.error((line, column), "xml-syntax", "a comment without end", "end it with -->")
            raise _RefusedError
        return _VISIBLE.sub(" ", match[0])

    return _COMMENT.sub(blank, _DECLARATION.sub(lambda match: _VISIBLE.sub(" ", match[0]), text))


class _Reader:
    """Builds the tree from expat's events, without recursion."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._count = 0
        self._open: list[Element] = []
        self._root: Element | None = None
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.buffer_text = True

    def read(self, text: str) -> Element:
        self._parser.Parse(text, True)
        assert self._root is not None  # expat refuses a text without a root
        return self._root

    @property
    def _mark(self) -> tuple[int, int]:
        return self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1

    def _refuse(self, code: str, what: str, mend: str) -> None:
        self._findings.error(self._mark, code, what, mend)
        raise _RefusedError

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS:
            self._refuse("too-large", f"more than {MOST_ELEMENTS} elements", "split the file")
        if len(self._open) >= DEEPEST:
            self._refuse("too-deep", f"nested deeper than {DEEPEST} elements", "flatten it")
        element = Element(tag, attributes, self._mark)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, _tag: str) -> None:
        ended = self._open.pop()
        ended.text = ended.text.strip()

    def _text(self, text: str) -> None:
        self._open[-1].text += text

    def _doctype(self, *_declared: object) -> None:
        what = "a document type, which SDF has no use for"
        self._refuse("doctype", what, "remove the line <!DOCTYPE …>")
