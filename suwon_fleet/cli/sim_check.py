# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet sim check`: our own reading of SDF files, and libsdformat's where it is installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from argparse import Namespace
from collections.abc import Sequence
from ctypes.util import find_library as find
from dataclasses import asdict, dataclass
from pathlib import Path

from suwon_fleet.cli import console
from suwon_fleet.cli.exits import Exit
from suwon_fleet.core.errors import Problem
from suwon_fleet.resources import model_folders
from suwon_fleet.wire.files import read_text
from suwon_fleet.wire.findings import Findings
from suwon_fleet.wire.sdf.load import MOST_BYTES, read_sdf
from suwon_fleet.wire.sdf.model import Actor, Model, World
from suwon_fleet.wire.sdf.spec import Spec

INSTALL = "apt install libsdformat12-12 sdformat-sdf"
_VERSIONS = range(12, 17)
_PATIENCE_S = 300
_CHECK = """
import ctypes, sys
sys.exit(0 if ctypes.CDLL(sys.argv[1]).cmdCheck(sys.argv[2].encode()) == 0 else 1)
"""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What libsdformat says of a file."""

    good: bool
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one file."""

    file: str
    good: bool
    holds: dict[str, object]
    """What is in it; empty for a file that cannot be used."""
    problems: tuple[Problem, ...]
    libsdformat: Verdict | None


def run(args: Namespace) -> int:
    """Check all files; the exit code."""
    models, spec = model_folders(args.models), find_spec()
    reports = [check(file, models, spec, strict=args.strict) for file in args.files]
    if args.json:
        installed = {"libsdformat": find_library(), "specification": spec is not None}
        console.print_json({"installed": installed, "files": [asdict(one) for one in reports]})
    else:
        for report in reports:
            _print(report)
        if find_library() is None or spec is None:
            print(
                f"libsdformat is not installed, so only we have looked: {INSTALL}", file=sys.stderr
            )
    return Exit.GOOD if all(report.good for report in reports) else Exit.BAD_INPUT


def _print(report: Report) -> None:
    console.print_problems(report.problems)
    verdict = report.libsdformat
    for line in verdict.errors if verdict else ():
        print(f"{report.file}: libsdformat: {line}", file=sys.stderr)
    if report.holds:
        holds = ", ".join(f"{name} {value}" for name, value in report.holds.items())
        agrees = (
            "" if verdict is None else f"; libsdformat {'agrees' if verdict.good else 'refuses it'}"
        )
        print(f"{report.file}: {holds}{agrees}")


def find_spec() -> Spec | None:
    """The specification of SDF 1.9, where a libsdformat has left it."""
    for version in _VERSIONS:
        for share in ("/usr/share", "/usr/local/share"):
            if (folder := Path(share, f"sdformat{version}", "1.9")).is_dir():
                return Spec(folder)
    return None


def find_library() -> str | None:
    """The oldest libsdformat that is installed, None without any: it is the strictest on versions."""
    found = (find(f"sdformat{version}") for version in _VERSIONS)
    return next(filter(None, found), None)


def libsdformat(path: Path, models: Sequence[Path]) -> Verdict | None:
    """Its own check of a file, in a process of its own; None when it is not installed."""
    if (library := find_library()) is None:
        return None
    searched = os.pathsep.join(map(str, models))
    try:
        done = subprocess.run(
            [sys.executable, "-c", _CHECK, library, str(path)],
            env=os.environ | {"SDF_PATH": searched},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Verdict(False, (f"libsdformat took more than {_PATIENCE_S} s",))
    lines = [_COLOUR.sub("", line) for line in (done.stderr + done.stdout).splitlines()]
    errors = [line for line in lines if "Error" in line]
    if done.returncode != 0 and not errors:
        errors = [f"libsdformat ended with {done.returncode}"]
    return Verdict(done.returncode == 0 and not errors, tuple(errors))


def check(file: str, models: Sequence[Path], spec: Spec | None, *, strict: bool) -> Report:
    """All that is wrong with a file; `strict`: a warning is reason enough to refuse it."""
    read, problems = read_sdf(file, models=models)
    if spec is not None and read is not None:
        problems = (*problems, *_of_spec(Path(file), spec, problems))
    verdict = libsdformat(Path(file), models)
    is_good = read is not None and (verdict is None or verdict.good) and not (strict and problems)
    return Report(file, is_good, _told(read.content) if read else {}, problems, verdict)


def _of_spec(file: Path, spec: Spec, known: Sequence[Problem]) -> list[Problem]:
    """What the specification has not and we have not warned of yet."""
    text = read_text(file, Findings(str(file)), what="file in SDF", most_bytes=MOST_BYTES)
    told = {problem.where for problem in known}
    found = spec.lint(text or "", str(file)).problems
    return [problem for problem in found if problem.where not in told]


def _told(content: World | Model | Actor) -> dict[str, object]:
    if isinstance(content, World):
        driving = sum(model.drive is not None for model in content.models)
        counts = {"models": len(content.models), "driving": driving, "actors": len(content.actors)}
        return {"world": content.name, **counts}
    if isinstance(content, Actor):
        return {"actor": content.name, "waypoints": len(content.waypoints)}
    return {"model": content.name, "links": sum(1 for _ in content.parts)}
