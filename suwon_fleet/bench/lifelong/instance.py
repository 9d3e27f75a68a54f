# SPDX-License-Identifier: Apache-2.0
"""Instance files of the League of Robot Runners, of 2023 (tasks dealt), 2024 and 2026 (tasks chosen)."""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import chain
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.wire.maps.movingai import OPEN

MOST_BYTES = 256 * 2**20
"""Of one file; the largest of the League's have 20 MB."""
MOST_CELL = 2**31


class Dealing(StrEnum):
    """How robots come by their tasks."""

    ROUND_ROBIN = "roundrobin"
    """Robot `i` of `n` has tasks `i`, `i + n` and so on, and the file begins anew at its end."""
    ROUND_ROBIN_FIXED = "roundrobin_fixed"
    """The same, up to the end of the file."""
    GREEDY = "greedy"
    """A robot that is done gets the next task of the file, up to its end."""
    FREE = "free"
    """Tasks of the file, over and over, lie open in a pool, and robots are given any of it."""


class Events(StrEnum):
    """How many robots are struck by a delay in a tick."""

    BERNOULLI = "bernoulli"
    POISSON = "poisson"


class Lengths(StrEnum):
    """How long delays are."""

    UNIFORM = "uniform"
    GAUSSIAN = "gaussian"


class Delays(msgspec.Struct, frozen=True, rename="camel"):
    """When robots stand still although told to go, as 2026's instances describe it, in ticks."""

    seed: int = 0
    min_delay: int = 1
    max_delay: int = 1
    event_model: Events = Events.BERNOULLI
    p_delay: float = 0.0
    duration_model: Lengths = Lengths.UNIFORM
    gauss_mean_ratio: float = 0.5
    gauss_std_ratio: float = 0.0


class _File(msgspec.Struct, rename="camel"):
    map_file: str
    agent_file: str
    team_size: int
    task_file: str
    num_tasks_reveal: float = 1.0
    task_assignment_strategy: Dealing = Dealing.FREE
    version: str = ""
    agent_counter: int | None = None
    agent_size: float = 1.0
    delay_config: Delays | None = None


class Instance(msgspec.Struct, frozen=True):
    """Robots on a grid with tasks. Cells are numbered row by row; a task is a sequence of cells.

    `revealed` tasks are known at a time, for each robot where they are dealt and in all where they are
    free. In `ticks`, if it is not 0, every action takes so many, and robots are squares of a `size`
    that delays strike; otherwise an action takes one step, and robots fill the cell they are in.
    """

    name: str
    is_open: NDArray[np.bool_]
    starts: tuple[int, ...]
    tasks: tuple[tuple[int, ...], ...]
    revealed: int
    dealing: Dealing
    ticks: int
    size: float
    delays: Delays


def read_instance(path: Path) -> Instance:
    """Read an instance and the files it names; raises BadInput if it cannot be played."""
    text = _text(path)
    try:
        file = msgspec.json.decode(text, type=_File)
    except msgspec.MsgspecError as error:
        raise _bad(path, "instance-format", str(error), "see the League's file formats") from None
    is_open = _read_map(path.parent / file.map_file)
    agent_file, task_file = path.parent / file.agent_file, path.parent / file.task_file
    agents, tasks = _read_lists(agent_file), _read_lists(task_file)
    starts = tuple(cells[0] for cells in agents[: file.team_size])
    in_ticks = file.agent_counter is not None or "2026" in file.version
    instance = Instance(
        name=path.stem,
        is_open=is_open,
        starts=starts,
        tasks=tuple(tasks),
        revealed=_revealed(file),
        dealing=file.task_assignment_strategy,
        ticks=(file.agent_counter or 10) if in_ticks else 0,
        size=file.agent_size if in_ticks else 1.0,
        delays=file.delay_config or Delays(),
    )
    if problems := [*_numbers(path, file), *_cells(agent_file, task_file, file, instance)]:
        raise BadInput(problems)
    return instance


def _revealed(file: _File) -> int:
    if file.task_assignment_strategy is Dealing.FREE:
        return max(1, int(file.num_tasks_reveal * file.team_size))
    return max(1, int(file.num_tasks_reveal))


def _numbers(path: Path, file: _File) -> list[Problem]:
    """What is wrong with the numbers of the instance file itself."""
    delays = file.delay_config or Delays()
    checks = {
        "teamSize": 1 <= file.team_size <= 100_000,
        "numTasksReveal": 0 < file.num_tasks_reveal <= 1000,
        "agentCounter": file.agent_counter is None or 1 <= file.agent_counter <= 1000,
        "agentSize": 0 < file.agent_size <= 8,
        "delayConfig.minDelay": 1 <= delays.min_delay <= 10**6,
        "delayConfig.maxDelay": delays.min_delay <= delays.max_delay <= 10**6,
        "delayConfig.pDelay": 0 <= delays.p_delay <= 1,
        "delayConfig.gaussMeanRatio": 0 <= delays.gauss_mean_ratio <= 1,
        "delayConfig.gaussStdRatio": 0 <= delays.gauss_std_ratio <= 10**6,
        "delayConfig.seed": delays.seed >= 0,
    }
    mend = "give a number that makes sense"
    return [
        Problem("instance-number", f"{path}:{name}", f"{name} is out of range", mend)
        for name, is_good in checks.items()
        if not is_good
    ]


def _cells(agents: Path, tasks: Path, file: _File, instance: Instance) -> list[Problem]:
    """What is wrong with where robots start and tasks lead."""
    is_ground = instance.is_open.ravel()
    starts, errands = np.array(instance.starts), np.fromiter(chain(*instance.tasks), dtype=np.int64)
    problems = []
    if len(starts) < file.team_size:
        what = f"{len(starts)} starts for {file.team_size} robots"
        problems.append(Problem("instance-starts", str(agents), what, "add starts"))
    if len(set(instance.starts)) < len(starts):
        what = "two robots start in the same cell"
        problems.append(Problem("instance-starts", str(agents), what, "move one"))
    if not len(errands):
        problems.append(Problem("instance-tasks", str(tasks), "no tasks", "add some"))
    for where, cells in ((agents, starts), (tasks, errands)):
        off = [int(c) for c in cells if not (0 <= c < len(is_ground) and is_ground[c])]
        if off:
            what = f"cell {off[0]} is no open cell of the map"
            problems.append(Problem("instance-cell", str(where), what, "name open cells"))
    return problems


def _read_map(path: Path) -> NDArray[np.bool_]:
    """Open cells of a grid: after the word `map`, or after a first line `rows,columns`."""
    lines = [line.rstrip() for line in _text(path).splitlines()]
    size = dict(re.findall(r"^(height|width)\s+(\d+)$", "\n".join(lines[:4]), flags=re.MULTILINE))
    if "map" in lines[:5] and len(size) == 2:
        rows = lines[lines.index("map") + 1 :]
        height, width = int(size["height"]), int(size["width"])
    elif lines and (both := re.fullmatch(r"(\d+),(\d+)", lines[0])):
        rows, height, width = lines[1:], int(both[1]), int(both[2])
    else:
        what = "neither a MovingAI map nor one that begins with 'rows,columns'"
        raise _bad(path, "grid-header", what, "begin with type, height, width and map")
    rows = rows[:height]
    if not height * width or len(rows) < height or any(len(row) != width for row in rows):
        what = f"not {height} rows of {width} cells"
        raise _bad(path, "grid-size", what, "mend the header or the rows")
    return np.array([[cell in OPEN for cell in row] for row in rows], dtype=np.bool_)


def _read_lists(path: Path) -> list[tuple[int, ...]]:
    """Lines of whole numbers, after one that says how many; lines that begin with # are comments."""
    lines = [line.strip() for line in _text(path).splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    try:
        count, *lists = [tuple(map(_number, line.split(","))) for line in lines]
    except ValueError:
        what = "not lines of whole numbers"
        raise _bad(path, "instance-format", what, "write numbers with commas between") from None
    if len(count) != 1 or count[0] > len(lists):
        what = f"{len(lists)} lines where the first promises {count[0]}"
        raise _bad(path, "instance-format", what, "mend the first line")
    return lists[: count[0]]


def _number(word: str) -> int:
    """A number of a line, such as a cell's. Raises ValueError for what is none, or too large to be one."""
    number = int(word)
    if abs(number) > MOST_CELL:
        raise ValueError(word)
    return number


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        what = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        raise _bad(path, "unreadable", what, "check the path and its permissions") from None
    if len(content) > MOST_BYTES:
        what = f"larger than {MOST_BYTES // 2**20} MiB"
        raise _bad(path, "too-large", what, "is it the right file?")
    return text


def _bad(path: Path, code: str, what: str, mend: str) -> BadInput:
    return BadInput([Problem(code, str(path), what, mend)])
