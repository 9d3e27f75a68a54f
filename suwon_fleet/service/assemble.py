# SPDX-License-Identifier: Apache-2.0
"""Puts a fleet together: core, traffic and dispatch for one site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from suwon_fleet.core.engine.core import FleetCore
from suwon_fleet.core.engine.events import Event
from suwon_fleet.core.engine.fleet import Settings
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import PlaceKind, SiteMap
from suwon_fleet.dispatch import RollingHorizon
from suwon_fleet.traffic import Coordinator


def assemble(
    site: SiteMap,
    kinds: Mapping[str, RobotKind],
    settings: Settings | None = None,
    *,
    journal: Iterable[Event] = (),
) -> FleetCore:
    """The fleet of a site as it was after the last event of `journal`.

    Raises BadInput when the journal was written on another map.
    """
    return FleetCore.replay(
        journal,
        site,
        kinds,
        traffic=Coordinator(site, list(kinds.values())),
        dispatcher=RollingHorizon([place.node for place in site.places_of(PlaceKind.CHARGER)]),
        settings=settings,
    )
