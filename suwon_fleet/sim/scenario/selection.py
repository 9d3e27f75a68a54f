# SPDX-License-Identifier: Apache-2.0
"""Picking places of a site by what they are for and where they lie."""

from __future__ import annotations

from dataclasses import dataclass

from suwon_fleet.core.sitemap import Node, Place, PlaceKind, SiteMap
from suwon_fleet.sim.zones import nodes_in


@dataclass(frozen=True, slots=True)
class Selection:
    """Places that are of one of the kinds, in one of the zones, and among those named.

    An empty field leaves the choice open.
    """

    kinds: frozenset[PlaceKind] = frozenset()
    zones: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def pick(self, site: SiteMap) -> list[Place]:
        """The places meant, in the order of the map."""
        inside = {node.id for node in self.nodes(site)}
        return [
            place
            for place in site.places
            if place.node in inside
            and (not self.kinds or self.kinds & place.kinds)
            and (not self.places or place.id in self.places)
        ]

    def nodes(self, site: SiteMap) -> list[Node]:
        """The nodes in one of the zones, whatever stands there."""
        return nodes_in(site, self.zones)
