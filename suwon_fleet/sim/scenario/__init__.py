# SPDX-License-Identifier: Apache-2.0
"""Scenarios: a site, the robots on it and the jobs asked of them, from one seed and one file."""

from suwon_fleet.sim.scenario.demand import Demand, TimedJob
from suwon_fleet.sim.scenario.model import Scenario
from suwon_fleet.sim.scenario.read import load_scenario
from suwon_fleet.sim.scenario.selection import Selection
from suwon_fleet.sim.scenario.spawning import FleetPlan

__all__ = ["Demand", "FleetPlan", "Scenario", "Selection", "TimedJob", "load_scenario"]
