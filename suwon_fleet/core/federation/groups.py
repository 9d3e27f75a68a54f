# SPDX-License-Identifier: Apache-2.0
"""Groups of zones, each with one owner process, and the group that any ground belongs to."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from suwon_fleet.core.federation.cuts import Ownership

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""What a group may be called: its name is a part of keys."""
REST = "rest"
"""The group of all ground that lies in no zone of another group."""


@dataclass(frozen=True)
class Groups:
    """Zones by the group that owns them; `rest` owns whatever lies in none of them.

    Ground belongs to the group of the innermost of its zones that any group lists, so a hall may be
    another's than the campus around it.
    """

    zones: Mapping[str, tuple[str, ...]]
    rest: str = REST

    @property
    def names(self) -> tuple[str, ...]:
        """All groups in the order of their ids."""
        return tuple(sorted({*self.zones, self.rest}))

    @cached_property
    def cut(self) -> str:
        """A hash of what belongs to whom."""
        listed = sorted((group, *sorted(zones)) for group, zones in self.zones.items())
        return hashlib.blake2b(repr((self.rest, listed)).encode(), digest_size=8).hexdigest()

    def of(self, zones: Iterable[str]) -> str:
        """The group of ground that lies in `zones`, innermost first."""
        owner = self._owner
        return next((owner[zone] for zone in zones if zone in owner), self.rest)

    def given(self, owners: Iterable[Ownership]) -> Groups:
        """The same once zones have been given to others."""
        new = {word.zone_id: word.group for word in owners}
        zones = {
            group: (
                *(zone for zone in listed if zone not in new),
                *(zone for zone, owner in sorted(new.items()) if owner == group),
            )
            for group, listed in ({self.rest: ()} | dict(self.zones)).items()
        }
        return replace(self, zones=zones)

    @cached_property
    def _owner(self) -> dict[str, str]:
        """Group by zone."""
        return {zone: group for group, listed in self.zones.items() for zone in listed}
