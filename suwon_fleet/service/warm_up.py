# SPDX-License-Identifier: Apache-2.0
"""Compiling ahead: the first plan of a process must not wait a minute for machine code."""

from __future__ import annotations

import gc
import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

import suwon_fleet.traffic.window as window_package
from suwon_fleet import dispatch as dispatch_package
from suwon_fleet import traffic as traffic_package
from suwon_fleet.core.dispatch import Errand, Worker
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import Lane, LaneKind, Level, Node, SiteMap, Zone, ZoneKind
from suwon_fleet.dispatch import RollingHorizon
from suwon_fleet.kernel import Tell, compiling
from suwon_fleet.traffic import Coordinator
from suwon_fleet.traffic.clearing import clear_way
from suwon_fleet.traffic.conflicts import find_conflicts
from suwon_fleet.traffic.planner import CROWD
from suwon_fleet.traffic.problem import Graph, Problem
from suwon_fleet.traffic.roadmap import compile_roadmap
from suwon_fleet.traffic.routes import Routes

_SPOTS = {"west": (0.0, 0.0), "middle": (20.0, 0.0), "east": (40.0, 0.0), "bay": (20.0, 20.0)}
_SQUARE = ((-5.0, -5.0), (45.0, -5.0), (45.0, 25.0), (-5.0, 25.0))
_STEP_NS = 1_000_000_000
_STEPS = 5


def warm_up(kind: RobotKind, tell: Tell) -> None:
    """Have every kernel that a fleet uses compiled, or loaded; `tell` is told when that takes long.

    It takes a minute or two the first time after an installation, and milliseconds once that is on disk.
    """
    packages = (traffic_package, window_package, dispatch_package)
    with compiling([Path(package.__path__[0]) for package in packages], tell):
        kind = replace(kind, lane_kinds=frozenset({LaneKind.PATH}))
        _plan(kind, _change_places(kind))
        _meet(kind)
        _clear_way(kind)


def settle() -> None:
    """Spare the collector what has been loaded: a map's objects stay, and a walk over all of them would
    hold a fleet up for a tenth of a second. `gc.unfreeze` takes it back."""
    gc.collect()
    gc.freeze()


def _change_places(kind: RobotKind) -> Coordinator:
    """Two robots change places on a small map."""
    traffic = Coordinator(_crossing(), [kind])
    for robot, start in (("one", "west"), ("other", "east")):
        traffic.place(robot, kind.id, [start], 0)
    traffic.aim("one", "east", urgency=1.0, now_ns=0)
    traffic.aim("other", "west", urgency=1.0, now_ns=0)
    paths = {"one": ["west"], "other": ["east"]}
    for step in range(_STEPS):
        for grant in traffic.step(step * _STEP_NS):
            paths[grant.robot_id].extend(grant.vertices)
            traffic.release(grant.robot_id, len(paths[grant.robot_id]) - 1)
            traffic.wait_of(grant.robot_id)
    traffic.set_mobile("one", False)
    traffic.aim("other", "east", urgency=1.0, now_ns=_STEPS * _STEP_NS)
    traffic.step(_STEPS * _STEP_NS)
    assert traffic.cuts_off("one")
    traffic.remove("one")
    traffic.place("one", kind.id, paths["one"][-2:], 0)
    return traffic


def _meet(kind: RobotKind) -> None:
    """A crowd goes round a loop."""
    names = [f"spot-{number}" for number in range(CROWD + 3)]
    traffic = Coordinator(_loop(names), [kind])
    for robot, start in enumerate(names[: CROWD + 1]):
        traffic.place(str(robot), kind.id, [start], 0)
        traffic.aim(str(robot), names[robot - 2], urgency=1.0, now_ns=0)
    for step in range(_STEPS):
        traffic.step(step * _STEP_NS)


def _clear_way(kind: RobotKind) -> None:
    """A robot makes way for another, as after a search that found no end."""
    roadmap = compile_roadmap(_crossing(), [kind])
    graph, routes = Graph.of(roadmap, find_conflicts(roadmap)), Routes(roadmap)
    at = roadmap.vertex_of
    problem = Problem(
        start=np.array([at["west"], at["middle"]], dtype=np.int32),
        kind=np.zeros(2, dtype=np.int32),
        aims=np.array([True, False]),
        table=routes.table,
        row=np.array([routes.to(0, at["east"]), routes.home(0, at["middle"])], dtype=np.int32),
        until=np.array([0.0, np.inf], dtype=np.float32),
        rank=np.ones(2),
        is_open=routes.open,
        room=np.full(1, 2, dtype=np.int32),
        bias=np.ones(len(roadmap.edge_from)),
        polite=False,
    )
    assert clear_way(graph, problem, 0)


def _plan(kind: RobotKind, traffic: Coordinator) -> None:
    """Have one robot's jobs planned, so that all of dispatch has run once."""
    needs = next(iter(kind.capabilities))
    job = Errand("", ("bay",), 0.0, needs, 0.0, priority=1, waited_s=0.0, slack_s=0.0)
    jobs = [job._replace(job_id=name) for name in ("first", "second")]
    robot = Worker("one", kind, "west", free_in_s=0.0, soc=1.0)
    plan = RollingHorizon().assign(jobs, [robot], traffic)
    assert len(plan.forecasts) == len(jobs)


def _loop(names: Sequence[str]) -> SiteMap:
    """A way that leads back to where it begins."""
    ends = [*pairwise(names), (names[-1], names[0])]
    both_ways = [*ends, *((end, start) for start, end in ends)]
    turns = [2 * math.pi * number / len(names) for number in range(len(names))]
    spots = [(100.0 * math.cos(turn), 100.0 * math.sin(turn)) for turn in turns]
    return SiteMap(
        "loop",
        levels=(Level("ground"),),
        nodes=tuple(Node(name, *spot) for name, spot in zip(names, spots, strict=True)),
        lanes=tuple(Lane(f"{a}-{b}", a, b, LaneKind.PATH) for a, b in both_ways),
    )


def _crossing() -> SiteMap:
    """A way with a bay in its middle, all of it in one zone that holds both robots."""
    ends = [("west", "middle"), ("middle", "east"), ("middle", "bay")]
    both_ways = [*ends, *((end, start) for start, end in ends)]
    return SiteMap(
        "warm-up",
        levels=(Level("ground"),),
        nodes=tuple(Node(name, x, y) for name, (x, y) in _SPOTS.items()),
        lanes=tuple(Lane(f"{a}-{b}", a, b, LaneKind.PATH) for a, b in both_ways),
        zones=(Zone("all", ZoneKind.PARK, _SQUARE, capacity=2),),
    )
