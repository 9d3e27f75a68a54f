# SPDX-License-Identifier: Apache-2.0
"""Tags and attributes of a file beside the specification that comes with libsdformat.

libsdformat itself passes over a tag it does not know; here each is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from suwon_fleet.wire.files import read_text
from suwon_fleet.wire.findings import Findings
from suwon_fleet.wire.sdf.xml import Element, parse_xml

MOST_BYTES = 1024 * 1024
_FREE = "copy_data"
"""Marks what may hold anything, such as a plug-in."""
_MORE = frozenset({("link", "light"), ("include", "merge"), ("model", "enable_wind")})
"""What libsdformat 12 reads though its specification of 1.9 does not say so."""


class Spec:
    """The specification in a folder of libsdformat's, such as /usr/share/sdformat12/1.9."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, Element] = {}

    def lint(self, text: str, name: str) -> Findings:
        """A warning for each tag and attribute of a file that the specification has not."""
        findings = Findings(name)
        root = parse_xml(text, findings)
        waiting = [(root, self._file("root.sdf"))] if root is not None else []
        while waiting:
            element, spec = waiting.pop()
            self._lint_attributes(element, spec, findings)
            if any(child.attributes.get(_FREE) for child in spec.children):
                continue  # a plug-in's own
            known = dict(self._children(spec))
            for child in element.children:
                if child.tag in known:
                    waiting.append((child, known[child.tag]))
                elif ":" not in child.tag and (element.tag, child.tag) not in _MORE:
                    _warn(f"<{child.tag}> in <{element.tag}>", child.tag, child, known, findings)
        return findings

    def _lint_attributes(self, element: Element, spec: Element, findings: Findings) -> None:
        known = {child.name for child in spec.all("attribute")}
        for name in element.attributes:
            is_own = ":" in name or name == "xmlns"
            if not is_own and name not in known and (element.tag, name) not in _MORE:
                _warn(f"attribute {name} of <{element.tag}>", name, element, known, findings)

    def _children(self, spec: Element) -> Iterator[tuple[str, Element]]:
        for child in spec.children:
            if child.tag == "include":
                found = self._file(child.attributes.get("filename", ""))
                yield found.name, found
            elif child.tag == "element" and child.name:
                ref = child.attributes.get("ref")
                yield child.name, self._file(f"{ref}.sdf") if ref else child

    def _file(self, name: str) -> Element:
        """The root of one file; one that is missing, as Debian's navsat.sdf is, allows anything."""
        if name not in self._files:
            findings = Findings(str(self._folder / name))
            text = read_text(
                self._folder / name, findings, what="specification", most_bytes=MOST_BYTES
            )
            root = parse_xml(text, findings) if text is not None else None
            self._files[name] = root or _anything(name.removesuffix(".sdf"))
        return self._files[name]


def _anything(tag: str) -> Element:
    inner = Element("element", {_FREE: "true"}, (0, 0))
    return Element("element", {"name": tag}, (0, 0), children=[inner])


def _warn(
    what: str, word: str, element: Element, known: dict[str, Element] | set[str], findings: Findings
) -> None:
    near = findings.likely(word, known)
    mend = f"did you mean '{near}'?" if near else "Gazebo passes over it: take it out"
    findings.warn(element.mark, "not-sdf", f"{what} is not in the specification", mend)
