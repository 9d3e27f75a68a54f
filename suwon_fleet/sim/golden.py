# SPDX-License-Identifier: Apache-2.0
"""Our drive model beside trajectories recorded in real Gazebo.

A folder holds the world they were driven in and, for each command, a file ``v<m/s>_w<rad/s>.csv``: the
command is held from time 0 for ten seconds, then zero; see docs/simulation.md.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.sim.drive import Drives, move, turn_wheels
from suwon_fleet.wire.files import read_text
from suwon_fleet.wire.findings import Findings, shown
from suwon_fleet.wire.sdf.drives import DiffDrive
from suwon_fleet.wire.sdf.model import World

HOLD_S = 10.0
MOST_POSITION_M = 0.01
MOST_YAW_RAD = 0.01
MOST_BYTES = 16 * 1024 * 1024
MOST_S = 3600.0
COLUMNS = (
    "t_s", "odom_x_m", "odom_y_m", "odom_yaw_rad", "truth_x_m", "truth_y_m", "truth_yaw_rad"
)  # fmt: skip
_NAME = re.compile(r"v(-?\d+(?:\.\d+)?)_w(-?\d+(?:\.\d+)?)")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """One recorded trajectory; a row of `samples` has the values of COLUMNS."""

    name: str
    forward_mps: float
    turn_radps: float
    samples: Floats


@dataclass(frozen=True, slots=True)
class Deviation:
    """How far our trajectory is from a recorded one at worst, and when."""

    profile: str
    samples: int
    position_m: float
    position_at_s: float
    yaw_rad: float
    yaw_at_s: float
    odometry_m: float
    """Between the two wheel odometries."""
    odometry_yaw_rad: float

    @property
    def is_good(self) -> bool:
        """Whether it is within 1 cm and 10 mrad at every sample."""
        return self.position_m <= MOST_POSITION_M and self.yaw_rad <= MOST_YAW_RAD


def read_profiles(folder: Path) -> list[Profile]:
    """All trajectories of a folder by name. Raises BadInput."""
    files = sorted(folder.glob("*.csv"))
    if not files:
        what = "no trajectories" if folder.is_dir() else "no such folder"
        mend = "name a folder with files v<m/s>_w<rad/s>.csv"
        raise BadInput([Problem("no-file", str(folder), what, mend)])
    read = [_read(path) for path in files]
    if problems := [problem for _, findings in read for problem in findings.problems]:
        raise BadInput(problems)
    return [profile for profile, _ in read if profile is not None]


def _read(path: Path) -> tuple[Profile | None, Findings]:
    findings = Findings(str(path))
    match = _NAME.fullmatch(path.stem)
    if match is None:
        mend = "name it v<m/s>_w<rad/s>.csv, such as v0.5_w0.3.csv"
        findings.error(None, "bad-name", "its name does not tell the command", mend)
        return None, findings
    text = read_text(path, findings, what="trajectory in CSV", most_bytes=MOST_BYTES)
    if text is None:
        return None, findings
    rows: list[list[float]] = []
    lines = csv.reader(text.splitlines())
    if tuple(next(lines, ())) != COLUMNS:
        mend = f"begin with the line {','.join(COLUMNS)}"
        findings.error((1, 1), "bad-columns", "not the columns of a trajectory", mend)
        return None, findings
    for line, row in enumerate(lines, start=2):
        try:
            numbers = [float(word) for word in row]
        except ValueError:
            numbers = []
        if len(numbers) != len(COLUMNS) or not all(map(math.isfinite, numbers)):
            mend = f"give {len(COLUMNS)} finite numbers"
            findings.error((line, 1), "bad-row", f"{shown(','.join(row))} is no sample", mend)
        elif rows and numbers[0] <= rows[-1][0]:
            what = f"time {numbers[0]:g} s is not after the line before"
            findings.error((line, 1), "bad-time", what, "put samples in the order of time")
        else:
            rows.append(numbers)
    if not rows or rows[-1][0] <= 0 or rows[-1][0] > MOST_S:
        mend = f"record the robot for some seconds after time 0, up to {MOST_S:g}"
        findings.error(None, "bad-time", "no samples, or none from time 0 on", mend)
    return Profile(path.stem, float(match[1]), float(match[2]), np.array(rows)), findings


def world_of(folder: Path) -> Path:
    """The one SDF file of a folder. Raises BadInput."""
    worlds = sorted(folder.glob("*.sdf"))
    if len(worlds) == 1:
        return worlds[0]
    what = f"{len(worlds)} SDF files, not one" if worlds else "no SDF file with the robot"
    raise BadInput([Problem("no-world", str(folder), what, "name the world with --world FILE")])


def drive_of(world: World, robot: str | None = None) -> DiffDrive:
    """The DiffDrive of a model, the first that has one unless named. Raises BadInput."""
    for model in world.models:
        if isinstance(model.drive, DiffDrive) and robot in (None, model.name):
            return model.drive
    what = "no model with a DiffDrive" + (f" named {robot!r}" if robot else "")
    raise BadInput([Problem("no-robot", world.name, what, "name a world with such a robot")])


def compare(
    profiles: Sequence[Profile], drive: DiffDrive, *, step_s: float, hold_s: float = HOLD_S
) -> list[Deviation]:
    """Drive all profiles in steps of `step_s` and see how far off each is."""
    body = Drives.of([drive] * len(profiles))
    last_s = max(float(profile.samples[-1, 0]) for profile in profiles)
    steps = math.ceil(last_s / step_s - 1e-9)
    nobody = np.zeros(len(profiles), dtype=np.bool_)
    track = np.zeros((steps + 1, 6, len(profiles)))
    body.command_forward[:] = [profile.forward_mps for profile in profiles]
    body.command_turn[:] = [profile.turn_radps for profile in profiles]
    for step in range(steps):
        if step * step_s >= hold_s - 1e-9:
            body.command_forward[:] = body.command_turn[:] = 0.0
        turn_wheels(body, step_s)
        move(body, nobody)
        track[step + 1] = body.odom_x, body.odom_y, body.odom_yaw, body.x, body.y, body.yaw
    track[:, (2, 5)] = np.unwrap(track[:, (2, 5)], axis=0)
    times = np.arange(steps + 1, dtype=np.float64) * step_s
    return [_deviation(profile, times, track[:, :, i]) for i, profile in enumerate(profiles)]


def _deviation(profile: Profile, times: Floats, track: Floats) -> Deviation:
    at = profile.samples[:, 0]
    ours = np.column_stack([np.interp(at, times, track[:, column]) for column in range(6)])
    off = ours - profile.samples[:, 1:]
    position, odometry = np.hypot(off[:, 3], off[:, 4]), np.hypot(off[:, 0], off[:, 1])
    yaw, odometry_yaw = (np.abs(np.angle(np.exp(1j * off[:, column]))) for column in (5, 2))
    return Deviation(
        profile.name,
        len(at),
        float(position.max()),
        float(at[position.argmax()]),
        float(yaw.max()),
        float(at[yaw.argmax()]),
        float(odometry.max()),
        float(odometry_yaw.max()),
    )
