# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet map`: check, draw and import site maps, write worlds; see docs/maps.md."""

from __future__ import annotations

import gc
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from suwon_fleet.cli import console
from suwon_fleet.cli.exits import Exit
from suwon_fleet.core.errors import Problem, Severity

if TYPE_CHECKING:
    from suwon_fleet.core.mapsummary import MapSummary
    from suwon_fleet.core.robots.kind import RobotKind
    from suwon_fleet.core.sitemap import SiteMap


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser("map", help="check, draw and import site maps")
    parser.set_defaults(run=run)
    verbs = parser.add_subparsers(dest="map_verb", metavar="VERB", required=True)
    check = verbs.add_parser("check", help="name every error and surprise with its place")
    _add_file(check)
    check.add_argument("--json", action="store_true", help="print one JSON document")
    check.add_argument(
        "--groups", metavar="FILE", help="and whether the map is divided well among these groups"
    )
    show = verbs.add_parser("show", help="draw a map as a PNG, SVG or PDF file")
    _add_file(show)
    show.add_argument("-o", "--output", required=True, metavar="PICTURE", help="its suffix tells")
    show.add_argument("--zone", metavar="ID", help="only this zone")
    show.add_argument("--language", choices=("en", "ko"), help="of the names (default: as --lang)")
    importing = verbs.add_parser("import", help="write a map of any format as our YAML")
    _add_file(importing)
    importing.add_argument("-o", "--output", required=True, metavar="SITE", help="(-: stdout)")
    world = verbs.add_parser("world", help="write a map as a world for Gazebo, with robots in it")
    _add_file(world)
    _add_world(world)
    models = verbs.add_parser("models", help="write robots, doors, lifts … as models for Gazebo")
    models.add_argument("-o", "--output", required=True, metavar="DIR", help="a folder for each")
    models.add_argument("--kinds", metavar="DIR", help="folder of robot kinds (default: ours)")


def _add_world(parser: ArgumentParser) -> None:
    parser.add_argument("-o", "--output", required=True, metavar="WORLD", help="(-: stdout)")
    parser.add_argument("--name", help="of the world (default: the map's id)")
    parser.add_argument(
        "--zones",
        metavar="ID",
        action="extend",
        nargs="+",
        default=[],
        help="only what is in these zones; patterns such as 'suseo.*' may be used",
    )
    parser.add_argument(
        "--robots",
        metavar="KIND:COUNT",
        action="extend",
        nargs="+",
        default=[],
        help="robots, on chargers first, then on parking places and others",
    )
    parser.add_argument("--seed", type=int, default=1, help="of where they stand (%(default)s)")
    parser.add_argument(
        "--scenario", metavar="FILE", help="robots as this scenario has them instead"
    )
    parser.add_argument("--kinds", metavar="DIR", help="folder of robot kinds (default: ours)")
    parser.add_argument("--pedestrians", type=int, default=0, metavar="N", help="people who walk")
    parser.add_argument(
        "--lidar", action="store_true", help="robots have a flat lidar; Gazebo needs a GPU for it"
    )


def _add_file(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a map of any format")
    parser.add_argument(
        "--graph",
        type=int,
        action="append",
        metavar="N",
        help="of an Open-RMF building only this navigation graph (may be repeated; default: all)",
    )


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code."""
    match args.map_verb:
        case "check":
            return _check(args)
        case "show":
            return _show(args)
        case "world":
            from suwon_fleet.cli.map_world import run_world

            return run_world(args)
        case "models":
            from suwon_fleet.cli.map_world import run_models

            return run_models(args)
        case _:
            return _import(args)


def _check(args: Namespace) -> int:
    gc.disable()  # a large map is millions of objects to the end, and would be walked again and again
    try:
        return _tell_of(args)
    finally:
        gc.enable()


def _tell_of(args: Namespace) -> int:
    """What is in a map, and what is wrong with it."""
    from suwon_fleet.core.maplint import lint
    from suwon_fleet.core.mapnetwork import MapNetwork
    from suwon_fleet.core.mapsummary import summarize
    from suwon_fleet.resources import resource_path
    from suwon_fleet.wire.kinds import load_kinds
    from suwon_fleet.wire.maps import read_site

    site, problems = read_site(args.file, graph=args.graph)
    facts: dict[str, int] = {}
    summary = None
    if site is not None:
        kinds = load_kinds(resource_path("config/robots")).values()
        network = MapNetwork(site)
        problems = (*problems, *lint(network, kinds))
        if args.groups:
            problems = (*problems, *_of_groups(site, list(kinds), args.groups))
        summary = summarize(network, kinds)
        facts = {
            "lanes": len(site.lanes),
            "nodes": len(site.nodes),
            "places": len(site.places),
            "zones": len(site.zones),
        }
    if args.json:
        told = [_as_data(problem) for problem in problems]
        graph = asdict(summary) if summary else {}
        console.print_json(
            {"file": args.file, "usable": bool(site), **facts, "graph": graph, "problems": told}
        )
    else:
        console.print_problems(problems)
        if summary is not None:
            counted = ", ".join(
                console.counted(count, name.removesuffix("s")) for name, count in facts.items()
            )
            print(f"{args.file}: usable: {counted}")
            print("\n".join(_told(summary)))
    is_bad = any(problem.severity is Severity.ERROR for problem in problems)
    return Exit.BAD_INPUT if is_bad else Exit.GOOD


def _of_groups(site: SiteMap, kinds: list[RobotKind], path: str) -> list[Problem]:
    """What is wrong with how a map is divided. Raises BadInput when the file cannot be used at all."""
    from suwon_fleet.traffic.borders import Borders
    from suwon_fleet.traffic.conflicts import find_conflicts
    from suwon_fleet.traffic.roadmap import compile_roadmap
    from suwon_fleet.wire.groups import load_groups

    groups, roadmap = load_groups(path, site), compile_roadmap(site, kinds)
    found = Borders(roadmap, groups).problems(find_conflicts(roadmap))
    return [replace(problem, where=path) for problem in found]


def _told(summary: MapSummary) -> Iterator[str]:
    """A map's summary in lines; what it has none of is left out."""
    counted = console.counted
    ways, parts = counted(summary.edges, "way"), summary.parts
    if not parts:
        return
    others = f", and {_first(parts[1:])} in others" if len(parts) > 1 else ""
    yield f"  graph: {ways}; robots get about on {counted(parts[0], 'node')}{others}"
    loops = f" (the largest of {counted(summary.loops, 'loop')})" if summary.loops > 1 else ""
    yield f"  core: {counted(summary.core, 'node')} with two ways to each other{loops}"
    if summary.bridges:
        yield f"  bridges: {counted(len(summary.bridges), 'lane')}: {_first(summary.bridges)}"
    if summary.branches:
        lengths = _first(summary.branches)
        yield f"  dead ends: {len(summary.branches)}, with nodes: {lengths}"
    for use, off in summary.off_core.items():
        if on := summary.on_core[use]:
            yield f"  {use}: {off} at the end of a lane, {len(on)} in the way: {_first(on)}"
        elif off:
            yield f"  {use}: {off}, each at the end of a lane"
    for kind, room in summary.room.items():
        if room.spots:
            easy = f"moving is easy up to {counted(room.easy, 'robot')}"
            yield f"  {kind}: {easy} ({counted(room.spots, 'spot')} to stand on)"
        else:
            yield f"  {kind}: cannot get about here"


def _first(things: Sequence[object]) -> str:
    from suwon_fleet.core.mapnetwork import named

    return named(map(str, things))


def _as_data(problem: Problem) -> dict[str, str]:
    return {
        "code": problem.code,
        "where": problem.where,
        "severity": problem.severity.value,
        "what": problem.what,
        "mend": problem.mend,
    }


def _show(args: Namespace) -> int:
    from suwon_fleet.cli.draw_map import draw
    from suwon_fleet.cli.map_labels import HANGUL, family_for
    from suwon_fleet.wire.maps import load_site

    language = args.language or args.lang
    if language == "ko" and family_for(HANGUL) is None:
        said = "no font here has Korean letters, so names are drawn in English or as ids"
        print(f"map: {said}; install one, such as the package fonts-noto-cjk", file=sys.stderr)
    draw(load_site(args.file, graph=args.graph), args.output, zone=args.zone, language=language)
    return Exit.GOOD


def _import(args: Namespace) -> int:
    from suwon_fleet.core.errors import BadInput
    from suwon_fleet.wire.maps import read_site, write_site

    site, problems = read_site(args.file, graph=args.graph)
    if site is None:
        raise BadInput(problems)
    warnings = [problem for problem in problems if problem.severity is Severity.WARNING]
    console.print_problems(warnings)
    console.write_out(write_site(site), args.output)
    return Exit.GOOD
