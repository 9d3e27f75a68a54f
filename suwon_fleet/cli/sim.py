# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet sim`: our simulator beside Gazebo; see docs/simulation.md."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suwon_fleet.cli import console
from suwon_fleet.cli.exits import Exit

if TYPE_CHECKING:
    from suwon_fleet.sim.golden import Deviation


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser("sim", help="check SDF files, compare the simulator with Gazebo")
    parser.set_defaults(run=run)
    verbs = parser.add_subparsers(dest="sim_verb", metavar="VERB", required=True)
    check = verbs.add_parser("check", help="name all that is wrong in SDF files")
    _add_check(check)
    bridge = verbs.add_parser("bridge", help="write the file of ros_gz_bridge for a world")
    bridge.add_argument("world", metavar="WORLD", help="in SDF")
    bridge.add_argument(
        "-o", "--output", default=console.STDOUT, metavar="FILE", help="(default: stdout)"
    )
    golden = verbs.add_parser("golden", help="drive trajectories recorded in Gazebo once more")
    _add_golden(golden)


def _add_check(parser: ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", nargs="+", help="a world, model or actor in SDF")
    parser.add_argument("--strict", action="store_true", help="fail on warnings, too")
    parser.add_argument(
        "--models",
        metavar="DIR",
        action="append",
        default=[],
        help="folder of model:// (may be repeated; ours and GZ_SIM_RESOURCE_PATH are searched, too)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def _add_golden(parser: ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", help="with v<m/s>_w<rad/s>.csv and their world")
    parser.add_argument(
        "--world", metavar="FILE", help="their world (default: the SDF file in DIR)"
    )
    parser.add_argument(
        "--robot", metavar="NAME", help="its model (default: the first that drives)"
    )
    parser.add_argument(
        "--step",
        type=float,
        metavar="S",
        help="seconds a step (default: the world's max_step_size)",
    )
    parser.add_argument(
        "--hold", type=float, default=10.0, metavar="S", help="the command is held (%(default)s s)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code."""
    match args.sim_verb:
        case "check":
            from suwon_fleet.cli import sim_check

            return sim_check.run(args)
        case "bridge":
            return _bridge(args)
        case _:
            return _golden(args)


def _bridge(args: Namespace) -> int:
    from suwon_fleet.resources import model_folders
    from suwon_fleet.wire.sdf.bridge import bridge_yaml
    from suwon_fleet.wire.sdf.load import load_world

    world = load_world(args.world, models=model_folders())
    console.write_out(bridge_yaml(world), args.output)
    return Exit.GOOD


def _golden(args: Namespace) -> int:
    from suwon_fleet.core.errors import BadInput, Problem
    from suwon_fleet.sim import golden
    from suwon_fleet.wire.sdf.load import load_world

    for option, value in (("--step", args.step), ("--hold", args.hold)):
        if value is not None and not 1e-4 <= value <= 1000:
            mend = "give seconds from 0.0001 to 1000"
            raise BadInput([Problem("out-of-range", option, f"{value:g} is out of range", mend)])
    folder = Path(args.folder)
    profiles = golden.read_profiles(folder)
    world = load_world(args.world or golden.world_of(folder))
    drive, step_s = golden.drive_of(world, args.robot), args.step or world.step_s
    found = golden.compare(profiles, drive, step_s=step_s, hold_s=args.hold)
    is_good = all(deviation.is_good for deviation in found)
    if args.json:
        rows = [asdict(deviation) | {"good": deviation.is_good} for deviation in found]
        limits = {
            "most_position_m": golden.MOST_POSITION_M,
            "most_yaw_rad": golden.MOST_YAW_RAD,
        }
        console.print_json({"good": is_good, "step_s": step_s, **limits, "profiles": rows})
    else:
        _print(found)
        most = f"{golden.MOST_POSITION_M * 1e3:g} mm and {golden.MOST_YAW_RAD * 1e3:g} mrad"
        told = "all profiles are" if is_good else "not all profiles are"
        print(
            f"{told} within {most} of Gazebo's ground truth at every sample, in steps of {step_s:g} s"
        )
    return Exit.GOOD if is_good else Exit.FAILED


def _print(found: list[Deviation]) -> None:
    columns = ("profile", "samples", "truth mm", "at s", "mrad", "at s", "odometry mm", "mrad", "")
    console.print_table(
        columns,
        (
            (
                row.profile,
                f"{row.samples}",
                f"{row.position_m * 1e3:.1f}",
                f"{row.position_at_s:g}",
                f"{row.yaw_rad * 1e3:.1f}",
                f"{row.yaw_at_s:g}",
                f"{row.odometry_m * 1e3:.1f}",
                f"{row.odometry_yaw_rad * 1e3:.1f}",
                "good" if row.is_good else "too far",
            )
            for row in found
        ),
    )
