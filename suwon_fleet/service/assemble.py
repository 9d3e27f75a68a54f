# SPDX-License-Identifier: Apache-2.0
"""Puts a fleet together: core, traffic and dispatch for one site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from suwon_fleet.core.engine.core import FleetCore
from suwon_fleet.core.engine.events import Event
from suwon_fleet.core.engine.fleet import Settings
from suwon_fleet.core.errors import BadInput, Problem, Severity
from suwon_fleet.core.federation.groups import Groups
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import PlaceKind, SiteMap
from suwon_fleet.dispatch import RollingHorizon
from suwon_fleet.traffic import Coordinator, GroupCoordinator


def assemble(
    site: SiteMap,
    kinds: Mapping[str, RobotKind],
    settings: Settings | None = None,
    *,
    journal: Iterable[Event] = (),
    groups: Groups | None = None,
    own: str = "",
) -> FleetCore:
    """The fleet of a site as it was after the last event of `journal`.

    With `groups` it is that of the group `own`. Raises BadInput when the journal was written on another
    map or for another group, and when the cut between groups is not a clean one.
    """
    core = prepare(site, kinds, settings, groups=groups, own=own)
    core.resume(journal)
    return core


def prepare(
    site: SiteMap,
    kinds: Mapping[str, RobotKind],
    settings: Settings | None = None,
    *,
    groups: Groups | None = None,
    own: str = "",
) -> FleetCore:
    """A fleet of a site that has still to `resume` from its journal: what takes long is done."""
    ground = None if groups is None else _ground(site, list(kinds.values()), groups, own)
    return FleetCore(
        site,
        kinds,
        traffic=ground or Coordinator(site, list(kinds.values())),
        dispatcher=RollingHorizon([place.node for place in site.places_of(PlaceKind.CHARGER)]),
        settings=settings,
        ground=ground,
    )


def _ground(
    site: SiteMap, kinds: Sequence[RobotKind], groups: Groups, own: str
) -> GroupCoordinator:
    """Traffic on a group's ground. Raises BadInput when two owners could put bodies side by side."""
    if own not in groups.names:
        mend = f"one of: {', '.join(groups.names)}"
        raise BadInput([Problem("no-such-group", "groups", f"no group '{own}'", mend)])
    ground = GroupCoordinator(site, kinds, groups, own)
    if errors := [one for one in ground.problems() if one.severity is Severity.ERROR]:
        raise BadInput(errors)
    return ground
