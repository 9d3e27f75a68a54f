# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet map world` and `map models`: worlds and models for Gazebo, out of maps and robot kinds."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from math import inf
from pathlib import Path

import shapely

from suwon_fleet.cli import console
from suwon_fleet.cli.exits import Exit
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.resources import SCENARIOS, SITES, named_file, resource_path
from suwon_fleet.sim.scenario import Scenario, load_scenario
from suwon_fleet.sim.scenario.spawning import plan_of
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.maps import load_site
from suwon_fleet.wire.sdf.write import models
from suwon_fleet.wire.sdf.write.markup import document
from suwon_fleet.wire.sdf.write.names import plain_name
from suwon_fleet.wire.sdf.write.world import Stand, world

MOST_ROBOTS = 1000
MOST_PEOPLE = 1000
_AROUND_M = 1.0
"""What is so near to a chosen zone is in the world, too."""


def run_world(args: Namespace) -> int:
    """Write a world; the exit code."""
    if not 0 <= args.pedestrians <= MOST_PEOPLE:
        mend = f"ask for 0 to {MOST_PEOPLE}"
        raise _bad("out-of-range", "--pedestrians", f"{args.pedestrians} people", mend)
    kinds = load_kinds(args.kinds or resource_path("config/robots"))
    site = load_site(named_file(args.file, "site", "the map", SITES), graph=args.graph)
    site = part_of(site, args.zones)
    name = args.name or plain_name(site.id)
    stands = _stands(site, kinds, args)
    made = world(site, name, kinds, stands, pedestrians=args.pedestrians, has_lidar=args.lidar)
    comment = (
        f"Written by `suwon-fleet map world` from the site map {site.id}: change that, not this."
    )
    console.write_out(document(made, comment), args.output)
    return Exit.GOOD


def run_models(args: Namespace) -> int:
    """Write the models of all kinds of robots and of parts; the exit code."""
    kinds = load_kinds(args.kinds or resource_path("config/robots"))
    for name, (model, config) in models.all_models(kinds).items():
        folder = Path(args.output) / name
        console.make_folder(folder)
        console.write_text(folder / "model.sdf", model)
        console.write_text(folder / "model.config", config)
    return Exit.GOOD


def part_of(site: SiteMap, patterns: Sequence[str]) -> SiteMap:
    """What of a site is in some zones, named by patterns such as ``suseo.*``; all of it without any."""
    if not patterns:
        return site
    zones = [
        zone for zone in site.zones if any(fnmatchcase(zone.id, pattern) for pattern in patterns)
    ]
    for pattern in patterns:
        if not any(fnmatchcase(zone.id, pattern) for zone in site.zones):
            mend = f"zones here: {', '.join(site.zone_by_id) or 'none'}"
            raise _bad("unknown-reference", "--zones", f"no zone is like {pattern!r}", mend)
    inside: dict[str, bool] = {}
    areas = [(zone.level, shapely.Polygon(zone.polygon).buffer(_AROUND_M)) for zone in zones]
    for node in site.nodes:
        point = shapely.Point(node.x_m, node.y_m)
        inside[node.id] = any(
            level in (None, node.level) and area.contains(point) for level, area in areas
        )
    lanes = tuple(lane for lane in site.lanes if inside[lane.start] and inside[lane.end])
    doors = {lane.door for lane in lanes}
    return replace(
        site,
        nodes=tuple(node for node in site.nodes if inside[node.id]),
        lanes=lanes,
        places=tuple(place for place in site.places if inside[place.node]),
        zones=tuple(zones),
        doors=tuple(door for door in site.doors if door.id in doors),
        lifts=tuple(lift for lift in site.lifts if all(inside[n] for n in lift.cabins.values())),
    )


def _stands(site: SiteMap, kinds: Mapping[str, RobotKind], args: Namespace) -> list[Stand]:
    """The robots asked for, where the simulator would have them start."""
    if args.scenario:
        file = named_file(args.scenario, "scenario", "--scenario", SCENARIOS)
        given = load_scenario(file)
        plans, seed = given.fleets, given.seed
    else:
        plans = tuple(plan_of(text, sorted(kinds), MOST_ROBOTS, "--robots") for text in args.robots)
        seed = args.seed
    scenario = Scenario(site.id, site, kinds, seed, inf, plans)
    at = {(spawn.pose.x_m, spawn.pose.y_m, spawn.pose.level): spawn for spawn in scenario.spawns()}
    nodes = {(node.x_m, node.y_m, node.level): node.id for node in site.nodes}
    return [
        Stand(re.sub(r"[^A-Za-z0-9_]+", "_", spawn.robot_id), spawn.kind, nodes[place])
        for place, spawn in at.items()
    ]


def _bad(code: str, where: str, what: str, mend: str) -> BadInput:
    return BadInput([Problem(code, where, what, mend)])
