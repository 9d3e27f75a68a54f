# SPDX-License-Identifier: Apache-2.0
"""The simulator's parameters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rclpy.node import Node

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.nodes import rig_parameters
from suwon_fleet.nodes.parameters import Parameter, declare
from suwon_fleet.nodes.sim_interface import InterfaceParameters
from suwon_fleet.nodes.zenoh_robots import listed
from suwon_fleet.resources import SCENARIOS, SITES, named_file, resource_path
from suwon_fleet.sim.scenario import Scenario, load_scenario
from suwon_fleet.sim.scenario.entries import MOST_ROBOTS
from suwon_fleet.sim.scenario.spawning import plan_of
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.maps import load_site

FEW_ROBOTS = 20
"""Up to so many robots have topics of their own unless told otherwise."""

PARAMETERS = (
    Parameter(
        "scenario",
        "",
        "The robots and their site out of a scenario: a file, or the name of one shipped in"
        " sim/scenarios. Its jobs are not asked for here. Empty: site, robots, fleets and seed count.",
    ),
    Parameter("site", "belt", "Without a scenario: the map, as the fleet_manager's `site`."),
    Parameter(
        "robots",
        "",
        "Without a scenario: folder with the robot kinds (*.yaml); empty: those in config/robots.",
    ),
    Parameter(
        "fleets",
        ["delivery_outdoor:4"],
        "Without a scenario: how many robots of which kind, each as KIND:COUNT.",
    ),
    Parameter(
        "seed",
        -1,
        "Of all that is random; -1: the scenario's own, or 1 without a scenario.",
        within=(-1, 2**32 - 1),
    ),
    Parameter(
        "rate",
        1.0,
        "Simulated seconds per wall second; 0: as fast as the fleet_manager keeps up.",
        within=(0.0, 1000.0),
    ),
    Parameter(
        "lead_s",
        1.0,
        "With rate 0: how far, in simulated seconds, the world may be ahead of the fleet_manager.",
        within=(0.1, 60.0),
    ),
    Parameter(
        "report_every_s",
        0.5,
        "Simulated seconds between reports, rounded to steps of 0.1 s.",
        within=(0.1, 10.0),
    ),
    Parameter(
        "robot_topics",
        "auto",
        "Whether each robot has topics of its own (/<robot>/odom, battery_state, cmd_vel …) and the"
        f" service /<robot>/set_manual; auto: up to {FEW_ROBOTS} robots.",
        choices=("auto", "on", "off"),
    ),
    Parameter(
        "topics_hz",
        10.0,
        "How often, by simulated second, robots' topics and /sim/robots are told; batteries once a second.",
        within=(0.1, 10.0),
    ),
    Parameter(
        "driven",
        "",
        "Robots that only velocity commands move, as in Gazebo, separated by commas; *: all. To the"
        " fleet_manager speaks who drives them.",
    ),
    Parameter(
        "scan",
        "",
        "Robots with a scan of what is around them (/<robot>/scan), separated by commas; *: all.",
    ),
    Parameter(
        "profile",
        "safe",
        "safe: a velocity command counts for 0.5 s, and what is asked of an unknown thing fails;"
        " gazebo_strict: it counts until the next, and the answer is true, as in Gazebo.",
        choices=("safe", "gazebo_strict"),
    ),
    Parameter(
        "managers",
        ["/fleet"],
        "Namespaces of the fleet_managers: the judge hears from them which robots want to go somewhere.",
    ),
    *rig_parameters.PARAMETERS,
)


@dataclass(frozen=True, slots=True)
class SimParameters:
    """What the simulator was told at its start."""

    scenario: Scenario
    rate: float
    lead_s: float
    report_every_s: float
    interface: InterfaceParameters
    managers: tuple[str, ...]
    rigs: rig_parameters.RigParameters


def declare_parameters(node: Node) -> SimParameters:
    """Declare them all on a node and read them. Raises BadInput with what is wrong."""
    values = declare(node, PARAMETERS)
    seed = None if values["seed"] < 0 else values["seed"]
    if values["scenario"]:
        file = named_file(values["scenario"], "scenario", "parameter scenario", SCENARIOS)
        scenario = load_scenario(file, seed=seed)
    else:
        scenario = _scenario(
            values["site"], values["robots"], values["fleets"], seed=1 if seed is None else seed
        )
    controllers = rig_parameters.read(values, scenario)
    return SimParameters(
        scenario=scenario,
        rate=values["rate"],
        lead_s=values["lead_s"],
        report_every_s=values["report_every_s"],
        interface=_interface(values, scenario, controllers.external),
        managers=tuple(values["managers"]),
        rigs=controllers,
    )


def _interface(
    values: dict[str, Any], scenario: Scenario, external: frozenset[str]
) -> InterfaceParameters:
    count, topics = sum(plan.count for plan in scenario.fleets), values["robot_topics"]
    return InterfaceParameters(
        has_robot_topics=topics == "on" or (topics == "auto" and count <= FEW_ROBOTS),
        topics_hz=values["topics_hz"],
        driven=_named("driven", values["driven"], scenario, external),
        scanning=_named("scan", values["scan"], scenario, external),
        external=external,
        is_strict=values["profile"] == "gazebo_strict",
    )


def _named(
    parameter: str, text: str, scenario: Scenario, external: frozenset[str]
) -> tuple[str, ...]:
    """Robots that a parameter names, or all that are ours. Raises BadInput."""
    names = listed(text)
    ours = [s.robot_id for s in scenario.spawns() if s.robot_id not in external] if names else []
    if names == ["*"]:
        return tuple(ours)
    mend = f"use *, or {', '.join(ours[:20])}"
    where = f"parameter {parameter}"
    if problems := [
        Problem("no-such-robot", where, f"{name!r} is no robot that is simulated here", mend)
        for name in names
        if name not in ours
    ]:
        raise BadInput(problems)
    return tuple(names)


def _scenario(site: str, robots: str, fleets: Sequence[str], *, seed: int) -> Scenario:
    kinds = load_kinds(robots or resource_path("config/robots"))
    plans = tuple(plan_of(text, sorted(kinds), MOST_ROBOTS, "parameter fleets") for text in fleets)
    path = named_file(site, "site", "parameter site", SITES)
    return Scenario(path.stem, load_site(path), kinds, seed, math.inf, plans)
