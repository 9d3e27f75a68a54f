# SPDX-License-Identifier: Apache-2.0
"""A scenario for any map: robots of the kind that suits it, and deliveries all over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from suwon_fleet.core.access import Network, may_use
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.jobs import JobKind
from suwon_fleet.core.robots.kind import Capability, RobotKind
from suwon_fleet.core.sitemap import Place, PlaceKind, SiteMap
from suwon_fleet.resources import resource_path
from suwon_fleet.sim.chance import stream
from suwon_fleet.sim.scenario import Demand, FleetPlan, Scenario, Selection
from suwon_fleet.sim.scenario.demand import Arrivals
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.maps import load_site

FEWEST_PLACES = 6
"""A map with fewer places to deliver to gets some more, up to `ADDED_PLACES` in all."""
ADDED_PLACES = 20
ROBOT_S_PER_JOB = 80.0
"""Jobs come as fast as robots can do them if each takes one robot so long."""
_NOT_FOR_JOBS = frozenset({PlaceKind.CHARGER, PlaceKind.PARKING})


def scenario_of(
    path: str,
    *,
    robots: int,
    jobs: int,
    seed: int,
    kind_id: str | None = None,
    duration_s: float = 7200.0,
) -> Scenario:
    """Deliveries on the map of a file, at regular times between its places.

    A map with hardly any places gets some, at nodes that the seed picks. Raises BadInput when the map
    cannot be used, or has not room for so many robots.
    """
    for option, value in (("--robots", robots), ("--jobs", jobs), ("--seed", seed)):
        if value < 0:
            raise _bad("out-of-range", option, f"{value} is below 0", "give 0 or more")
    site = load_site(path)
    kinds = load_kinds(resource_path("config/robots"))
    kind = _kind(site, kinds, kind_id)
    site = _with_places(site, kind, seed)
    stops = Selection(places=tuple(p.id for p in site.places if not p.kinds <= _NOT_FOR_JOBS))
    window_s = (2.0, 2.0 + jobs * ROBOT_S_PER_JOB / max(robots, 1))
    deliveries = Demand(
        "delivery", JobKind.DELIVERY, jobs, window_s, stops, stops, arrivals=Arrivals.EVEN
    )
    return Scenario(
        id=f"deliveries-on-{site.id}",
        site=site,
        kinds=kinds,
        seed=seed,
        duration_s=duration_s,
        fleets=(FleetPlan("robot", kind.id, robots),),
        demands=(deliveries,),
    )


def _kind(site: SiteMap, kinds: Mapping[str, RobotKind], kind_id: str | None) -> RobotKind:
    """The kind asked for, or of those that deliver the one most lanes are for, the smallest first."""
    if kind_id is not None:
        if kind_id not in kinds:
            mend = f"one of: {', '.join(kinds)}"
            raise _bad("unknown-reference", "--kind", f"no robot kind '{kind_id}'", mend)
        return kinds[kind_id]
    able = [kind for kind in kinds.values() if Capability.DELIVER in kind.capabilities]
    return max(
        able, key=lambda kind: (sum(may_use(kind, lane) for lane in site.lanes), -kind.radius_m)
    )


def _with_places(site: SiteMap, kind: RobotKind, seed: int) -> SiteMap:
    """The map, with enough places to deliver to in its largest part."""
    part = Network(site, kind).part_of
    home, _ = Counter(part.values()).most_common(1)[0] if part else (None, 0)
    mine = {node for node, number in part.items() if number == home}
    served = {p.node for p in site.places if p.node in mine and not p.kinds <= _NOT_FOR_JOBS}
    if len(served) >= FEWEST_PLACES:
        return site
    taken = {place.node for place in site.places} | {
        node for lift in site.lifts for node in lift.cabins.values()
    }
    free = sorted(mine - taken)
    order = stream(seed, "places").permutation(len(free))[: ADDED_PLACES - len(served)]
    added = [Place(free[i], free[i], frozenset({PlaceKind.WAYPOINT})) for i in sorted(order)]
    return replace(site, places=(*site.places, *added))


def _bad(code: str, where: str, what: str, mend: str) -> BadInput:
    return BadInput([Problem(code, where, what, mend)])
