# SPDX-License-Identifier: Apache-2.0
"""Instance files are read, and what is wrong with them is said."""

from __future__ import annotations

import json

import pytest

from suwon_fleet.bench.lifelong.instance import Dealing, Events, read_instance
from suwon_fleet.core.errors import BadInput

FILE = {"mapFile": "m", "agentFile": "a", "taskFile": "t", "teamSize": 2}
MAP = "type octile\nheight 2\nwidth 3\nmap\n..@\n.ES\n"


def write(folder, *, grid=MAP, agents="2\n0\n1\n", tasks="2\n3\n4\n", **fields):
    (folder / "m").write_text(grid)
    (folder / "a").write_text(agents)
    (folder / "t").write_text(tasks)
    path = folder / "problem.json"
    path.write_text(json.dumps(FILE | fields))
    return path


def test_2023(tmp_path):
    read = read_instance(write(tmp_path, numTasksReveal=1, taskAssignmentStrategy="roundrobin"))
    assert read.is_open.tolist() == [[True, True, False], [True, True, True]]
    assert (read.starts, read.tasks) == ((0, 1), ((3,), (4,)))
    assert (read.dealing, read.revealed, read.ticks) == (Dealing.ROUND_ROBIN, 1, 0)


def test_2026(tmp_path):
    delays = {"seed": 3, "minDelay": 2, "maxDelay": 8, "eventModel": "poisson", "pDelay": 0.1}
    path = write(
        tmp_path,
        tasks="# version for LoRR 2026\n2\n3,4,5\n4\n",
        numTasksReveal=1.5,
        version="2026 LoRR",
        agentCounter=3,
        delayConfig=delays,
    )
    read = read_instance(path)
    assert read.tasks == ((3, 4, 5), (4,))
    assert (read.dealing, read.revealed, read.ticks) == (Dealing.FREE, 3, 3)
    assert (read.delays.event_model, read.delays.max_delay) == (Events.POISSON, 8)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"grid": "a map"}, "grid-header"),
        ({"grid": MAP.replace("2", "3")}, "grid-size"),
        ({"agents": "2\n0\n"}, "instance-format"),
        ({"agents": "1\n0\n"}, "instance-starts"),
        ({"agents": "2\n0\n0\n"}, "instance-starts"),
        ({"agents": "2\n0\n2\n"}, "instance-cell"),
        ({"tasks": "0\n"}, "instance-tasks"),
        ({"tasks": "1\nx\n"}, "instance-format"),
        ({"tasks": "1\n7\n"}, "instance-cell"),
        ({"teamSize": 0}, "instance-number"),
        ({"taskAssignmentStrategy": "?"}, "instance-format"),
        ({"mapFile": "none"}, "unreadable"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, wrong, code):
    with pytest.raises(BadInput) as caught:
        read_instance(write(tmp_path, **wrong))
    assert code in {problem.code for problem in caught.value.problems}
