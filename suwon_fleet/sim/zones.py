# SPDX-License-Identifier: Apache-2.0
"""What of a map lies in some of its zones."""

from __future__ import annotations

from collections.abc import Collection

import shapely

from suwon_fleet.core.sitemap import Node, SiteMap


def nodes_in(site: SiteMap, zones: Collection[str]) -> list[Node]:
    """The nodes in one of the zones of these ids, or, without any, all there are."""
    if not zones:
        return list(site.nodes)
    chosen = [site.zone_by_id[name] for name in zones]
    grounds = [(zone.level, shapely.Polygon(zone.polygon)) for zone in chosen]
    return [
        node
        for node in site.nodes
        if any(
            level in (None, node.level) and shapely.intersects_xy(ground, node.x_m, node.y_m)
            for level, ground in grounds
        )
    ]
