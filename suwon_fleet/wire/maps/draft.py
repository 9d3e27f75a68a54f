# SPDX-License-Identifier: Apache-2.0
"""A site map in the making: what has been read of one file so far, and where it stands there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from suwon_fleet.core.sitemap import Door, Lane, Level, Lift, Node, Place, Zone
from suwon_fleet.wire.document import Item
from suwon_fleet.wire.fields import text_of
from suwon_fleet.wire.findings import Findings, Mark, shown
from suwon_fleet.wire.maps.frame import Frame


@dataclass(slots=True)
class Draft:
    """Tables by id, each in the order of the file."""

    findings: Findings
    frame: Frame
    levels: dict[str, Level]
    nodes: dict[str, Node] = field(default_factory=dict)
    node_of: dict[str, str] = field(default_factory=dict)
    """The node that the id of a node or a place stands for."""
    places: dict[str, Place] = field(default_factory=dict)
    doors: dict[str, Door] = field(default_factory=dict)
    lanes: dict[str, Lane] = field(default_factory=dict)
    zones: dict[str, Zone] = field(default_factory=dict)
    lifts: dict[str, Lift] = field(default_factory=dict)
    _claims: dict[tuple[str, str], Mark | None] = field(default_factory=dict)

    def claim(self, table: str, name: str, mark: Mark | None) -> bool:
        """Take an id for the thing at `mark`; report and return False if another has it."""
        if (table, name) not in self._claims:
            self._claims[table, name] = mark
            return True
        first = self.findings.where(self._claims[table, name])
        what = f"id {shown(name)} is already used at {first}"
        self.findings.error(mark, "duplicate-id", what, "give one of the two another id")
        return False

    def refer(self, item: Item | None, names: Collection[str], what: str) -> str | None:
        """The name a value refers to, which must be one of `names`."""
        text = None if item is None else text_of(item, self.findings)
        if item is None or text is None or text in names:
            return text
        near = self.findings.likely(text, names)
        mend = f"did you mean '{near}'?" if near else f"name a {what} of this map"
        self.findings.error(item.mark, "unknown-reference", f"no {what} {shown(text)}", mend)
        return None

    def level(self, item: Item | None) -> str | None:
        """The level a value names; the first level if there is no value."""
        return next(iter(self.levels)) if item is None else self.refer(item, self.levels, "level")
