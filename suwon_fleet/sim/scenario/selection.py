# SPDX-License-Identifier: Apache-2.0
"""Picking places of a site by what they are for and where they lie."""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from suwon_fleet.core.sitemap import Node, Place, PlaceKind, SiteMap


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
        if not self.zones:
            return list(site.nodes)
        zones = [site.zone_by_id[name] for name in self.zones]
        grounds = [(zone.level, shapely.Polygon(zone.polygon)) for zone in zones]
        return [
            node
            for node in site.nodes
            if any(
                level in (None, node.level) and shapely.intersects_xy(ground, node.x_m, node.y_m)
                for level, ground in grounds
            )
        ]
