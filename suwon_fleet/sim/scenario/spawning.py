# SPDX-License-Identifier: Apache-2.0
"""Where the robots of a scenario stand when it begins."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from suwon_fleet.core.access import Network
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import Node, PlaceKind, SiteMap
from suwon_fleet.sim.chance import stream
from suwon_fleet.sim.scenario.selection import Selection
from suwon_fleet.sim.world import Spawn

APART_M = 0.2
"""Free room between two bodies at the start."""


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """Robots of one kind. Their ids are `id` and a number; `charge` is the range of it, 0..1.

    They start on places of `start`; where it names no kinds and no places, on chargers first, then in
    parking bays, on other places, and at last on any node of its zones.
    """

    id: str
    kind: str
    count: int
    start: Selection = field(default_factory=Selection)
    charge: tuple[float, float] = (0.6, 1.0)


def plan_of(text: str, kinds: Sequence[str], most: int, where: str) -> FleetPlan:
    """Of ``KIND:COUNT``, as it was given `where`. Raises BadInput."""
    kind, _, count = text.partition(":")
    if kind in kinds and count.isascii() and count.isdigit() and 0 < int(count) <= most:
        return FleetPlan(kind.replace("_", "-"), kind, int(count))
    what = f"{text!r} is not KIND:COUNT"
    mend = f"use a kind of {', '.join(kinds)} and a count of 1 to {most}"
    raise BadInput([Problem("bad-fleet", where, what, mend)])


def spawn(
    site: SiteMap,
    kind: RobotKind,
    plan: FleetPlan,
    *,
    seed: int,
    taken: Sequence[tuple[Pose, float]] = (),
) -> dict[str, Spawn]:
    """Robots by the node they start on, apart from each other and from what is `taken`.

    `taken` are the poses and radii (m) of other robots.

    Raises BadInput when there is not room enough for all of them.
    """
    random = stream(seed, "fleet", plan.id)
    bodies = list(taken)
    spawns: dict[str, Spawn] = {}
    candidates = _candidates(site, kind, plan, random)
    while len(spawns) < plan.count:
        node = next((n for n in candidates if _is_free(n, kind.radius_m, bodies)), None)
        if node is None:
            raise BadInput([_no_room(plan, len(spawns))])
        pose = Pose(node.x_m, node.y_m, 0.0, node.level)
        bodies.append((pose, kind.radius_m))
        soc = round(float(random.uniform(*plan.charge)), 3)
        spawns[node.id] = Spawn(f"{plan.id}-{len(spawns) + 1}", kind.id, pose, soc)
    return spawns


def _no_room(plan: FleetPlan, found: int) -> Problem:
    what = f"only {found} of {plan.count} robots find a free place to start at"
    mend = f"ask for fewer, or for more places that kind '{plan.kind}' can leave and come back to"
    return Problem("no-room", plan.id, what, mend)


def _candidates(
    site: SiteMap, kind: RobotKind, plan: FleetPlan, random: np.random.Generator
) -> Iterator[Node]:
    """Nodes to start at, those to be preferred first, in random order within each sort.

    All lie in one part of the map, that which most of the nodes to choose from are in: a robot alone on
    another storey would be of no use.
    """
    cabins = {node for lift in site.lifts for node in lift.cabins.values()}
    part = Network(site, kind).part_of
    usable = part.keys() - cabins
    sorts = [[name for name in nodes if name in usable] for nodes in _sorts(site, plan.start)]
    counts = Counter(part[name] for name in chain.from_iterable(sorts))
    home = max(counts, key=lambda number: (counts[number], -number), default=None)
    for nodes in sorts:
        fit = [name for name in nodes if part[name] == home]
        for index in random.permutation(len(fit)):
            yield site.node_by_id[fit[index]]


def _sorts(site: SiteMap, start: Selection) -> Iterator[list[str]]:
    places = start.pick(site)
    if start.kinds or start.places:
        yield [place.node for place in places]
        return
    for kind in (PlaceKind.CHARGER, PlaceKind.PARKING):
        yield [place.node for place in places if kind in place.kinds]
    yield [place.node for place in places]
    yield [node.id for node in start.nodes(site)]


def _is_free(node: Node, radius_m: float, taken: Sequence[tuple[Pose, float]]) -> bool:
    return all(
        pose.level != node.level
        or math.dist((pose.x_m, pose.y_m), (node.x_m, node.y_m)) > radius_m + other_m + APART_M
        for pose, other_m in taken
    )
