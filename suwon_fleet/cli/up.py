# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet up`: fleet_manager and, unless told otherwise, simulator, without `ros2 launch`."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from argparse import BooleanOptionalAction, Namespace
from pathlib import Path
from typing import Any

from suwon_fleet.cli import remote
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.processes import ChildEnded, Processes, interruptible, node_command
from suwon_fleet.resources import SCENARIOS, SITES, named_file

SCENARIO, SITE = "belt_morning", "belt"
"""What runs when nothing is named: with a simulator, and without."""
_FORMAT = re.compile(r"^format:\s*['\"]?suwon_fleet/scenario@", re.MULTILINE)
HEAD_BYTES = 65536
"""How far into a file its format is looked for."""


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser(
        "up",
        help="start a fleet_manager, and a simulator beside it",
        description="Starts the nodes in this ROS domain and shows what they print, until Ctrl-C. "
        "When one of them ends of itself, so do the others.",
        epilog="exit code 0: ended by Ctrl-C or SIGTERM; 2: bad input; 1: a node failed",
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "what",
        nargs="?",
        metavar="SITE|SCENARIO",
        help="a map or a scenario: a file, or the name of one we ship (default: "
        f"{SCENARIO}, without simulator {SITE}); a scenario's jobs are not submitted, see `demo`",
    )
    parser.add_argument(
        "--sim",
        action=BooleanOptionalAction,
        default=True,
        help="simulate robots; --no-sim: real ones will report",
    )
    parser.add_argument(
        "--fleet",
        action="append",
        metavar="KIND:COUNT",
        help="robots to simulate on a site; may be said several times (default: delivery_outdoor:4)",
    )
    parser.add_argument(
        "--rate",
        type=remote.number(0.0, 1000.0),
        default=1.0,
        help="simulated seconds per second; 0: as fast as the fleet manager keeps up (default: 1)",
    )
    parser.add_argument("--seed", type=remote.whole(0, 2**32 - 1), help="of all that is random")
    parser.add_argument(
        "--journal",
        metavar="FILE",
        help="what was decided, to go on with (default: a new temporary file; without simulator "
        "~/.ros/suwon_fleet/journal.sqlite)",
    )
    parser.add_argument("--robots", metavar="DIR", help="robot kinds (default: those we ship)")


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code."""
    remote.client_class()
    nodes = _nodes(args)
    domain = os.environ.get("ROS_DOMAIN_ID", "0")
    print(f"up: ROS domain {domain}; Ctrl-C ends it", file=sys.stderr)
    try:
        with interruptible(), Processes(_print_line) as processes:
            for name, parameters in nodes.items():
                processes.start(name, node_command(name, parameters))
            processes.watch()
    except ChildEnded as error:
        print(f"up: {error}; ended the others too", file=sys.stderr)
        return error.code if error.code == Exit.BAD_INPUT else Exit.FAILED
    except KeyboardInterrupt:
        print("up: ended", file=sys.stderr)
    return Exit.GOOD


def _print_line(name: str, line: str) -> None:
    # One write, so that lines of two children do not mix.
    sys.stdout.write(f"[{name}] {line}\n")
    sys.stdout.flush()


def _nodes(args: Namespace) -> dict[str, dict[str, object]]:
    """The parameters of the nodes to start. Raises BadInput when a file they would read is bad."""
    manager: dict[str, object] = {"use_sim_time": args.sim}
    simulator: dict[str, object] = {"rate": args.rate}
    what = args.what or (SCENARIO if args.sim else SITE)
    file = named_file(what, "site or scenario", "up", SCENARIOS, SITES)
    if _is_scenario(file):
        from suwon_fleet.sim.scenario import load_scenario

        scenario = load_scenario(file)
        manager["site"] = scenario.site_file
        if scenario.robots_folder:
            manager["robots"] = scenario.robots_folder
        simulator["scenario"] = file
    else:
        from suwon_fleet.wire.maps import load_site

        load_site(file)
        manager["site"] = simulator["site"] = file
    if args.robots:
        from suwon_fleet.wire.kinds import load_kinds

        load_kinds(args.robots)
        manager["robots"] = simulator["robots"] = args.robots
    if args.fleet:
        simulator["fleets"] = args.fleet
    if args.seed is not None:
        simulator["seed"] = args.seed
    if args.journal:
        manager["journal"] = args.journal
    elif args.sim:
        folder = tempfile.mkdtemp(prefix="suwon_fleet_")
        manager["journal"] = Path(folder, "journal.sqlite")
    nodes = {"fleet_manager": manager}
    return nodes | {"simulator": simulator} if args.sim else nodes


def _is_scenario(file: Path) -> bool:
    """Whether a file says it is a scenario; else it is taken for a map."""
    try:
        with file.open("rb") as content:
            head = content.read(HEAD_BYTES)
    except OSError:  # whoever loads it says why
        return False
    return bool(_FORMAT.search(head.decode("utf-8", errors="replace")))
