# SPDX-License-Identifier: Apache-2.0
"""The simulator's parameters that are about real controllers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.nodes.parameters import Parameter
from suwon_fleet.nodes.zenoh_robots import listed
from suwon_fleet.sim.lockstep import Policy
from suwon_fleet.sim.scenario import Scenario

PARAMETERS = (
    Parameter(
        "lockstep",
        "",
        "Participants that must live through each step before the world makes it, separated by commas.",
    ),
    Parameter(
        "lockstep_policy",
        "wait",
        "What becomes of a step that is not answered in time: the world waits on, goes on without who"
        " is late, or ends.",
        choices=tuple(policy.value for policy in Policy),
    ),
    Parameter(
        "lockstep_deadline_s",
        1.0,
        "Wall seconds in which a step is to be answered.",
        within=(0.001, 3600.0),
    ),
    Parameter(
        "external",
        "",
        "Robots of the scenario that real controllers stand in for, separated by commas.",
    ),
    Parameter(
        "clock",
        "sim",
        "What the world's time is: its own, from zero on, or the wall's, for real robots beside it.",
        choices=("sim", "wall"),
    ),
    Parameter(
        "zenoh_listen",
        "",
        "Endpoints for controllers over Zenoh, separated by commas; the node joins them with each other.",
    ),
    Parameter(
        "zenoh_connect", "", "Endpoints of Zenoh routers by which controllers are met, as a client."
    ),
)


@dataclass(frozen=True, slots=True)
class RigParameters:
    """What the simulator was told of controllers."""

    lockstep: tuple[str, ...]
    policy: Policy
    deadline_s: float
    external: frozenset[str]
    is_on_wall_clock: bool
    listen: list[str]
    connect: list[str]


def read(values: dict[str, Any], scenario: Scenario) -> RigParameters:
    """Those among a node's parameters. Raises BadInput for what does not go together."""
    external, wall = listed(values["external"]), values["clock"] == "wall"
    robots = scenario.world().robots if external else {}
    mend = f"use {', '.join(list(robots)[:20])}"
    problems = [
        Problem("no-such-robot", "parameter external", f"no robot {name!r} is simulated", mend)
        for name in external
        if name not in robots
    ]
    lockstep = listed(values["lockstep"])
    if wall and (values["rate"] != 1.0 or lockstep):
        what = "the wall's clock waits for nobody"
        mend = "with clock wall use rate 1.0 and no lockstep"
        problems.append(Problem("bad-clock", "parameter clock", what, mend))
    if problems:
        raise BadInput(problems)
    return RigParameters(
        tuple(lockstep),
        Policy(values["lockstep_policy"]),
        values["lockstep_deadline_s"],
        frozenset(external),
        wall,
        listed(values["zenoh_listen"]),
        listed(values["zenoh_connect"]),
    )
