# SPDX-License-Identifier: Apache-2.0
"""A small town that three fleet_managers share: its map, its scenario, and parameters of its nodes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zenoh_net import free_endpoint

from suwon_fleet.cli.processes import node_command

GROUPS = ("yard", "west", "east")
"""The first joins the others."""
CHARGERS = 2
SITE = """\
format: suwon_fleet/site@1
id: town
frame: {kind: local}
defaults: {lane: {kind: indoor, width_m: 2.0, speed_limit_mps: 3.0}}
zones:
  - {id: west, kind: campus, polygon: [[-5, -5], [11, -5], [11, 13], [-5, 13]]}
  - {id: east, kind: campus, polygon: [[29, -5], [45, -5], [45, 13], [29, 13]]}
nodes:
  m: [16, 4]
  n: [24, 4]
places:
  - {id: w1, at: [0, 0], kinds: [charger]}
  - {id: w2, at: [8, 0], kinds: [parking]}
  - {id: w3, at: [8, 8], kinds: [pickup, dropoff]}
  - {id: w4, at: [0, 8], kinds: [parking]}
  - {id: e1, at: [32, 0], kinds: [parking]}
  - {id: e2, at: [40, 0], kinds: [charger]}
  - {id: e3, at: [40, 8], kinds: [pickup, dropoff]}
  - {id: e4, at: [32, 8], kinds: [parking]}
lanes:
  - {path: [w1, w2, w3, w4, w1]}
  - {path: [w2, m, n, e1]}
  - {path: [e1, e2, e3, e4, e1]}
"""
SHARED_OUT = """\
format: suwon_fleet/groups@1
site: town
rest: yard
groups: {west: [west], east: [east]}
"""
SCENARIO = """\
format: suwon_fleet/scenario@1
id: town
site: town.yaml
duration_s: 86400
people: {handover_min_s: 1, handover_max_s: 2, no_show: 0, blocks_per_hour: 0}
fleets:
  - {id: cart, kind: delivery_indoor, count: CARTS, start: {kinds: [STARTS]}, charge: CHARGE}
"""


@dataclass(frozen=True)
class Town:
    """The files of a town, and commands of the nodes that run it."""

    folder: Path
    hub: str

    @classmethod
    def write(cls, folder: Path, *, carts: int = 2, is_low: bool = False) -> Town:
        """Carts that are low begin in the west, which has no charger then."""
        site = SITE.replace("[0, 0], kinds: [charger]", "[0, 0], kinds: [waypoint]")
        (folder / "town.yaml").write_text(site if is_low else SITE)
        (folder / "groups.yaml").write_text(SHARED_OUT)
        starts = "charger" if carts <= CHARGERS else "charger, parking"
        scenario = SCENARIO.replace("CARTS", str(carts))
        scenario = scenario.replace("STARTS", "waypoint" if is_low else starts)
        scenario = scenario.replace("CHARGE", "[0.2, 0.25]" if is_low else "[0.9, 1.0]")
        (folder / "scenario.yaml").write_text(scenario)
        return cls(folder, free_endpoint())

    def journal(self, group: str) -> Path:
        return self.folder / f"{group}.sqlite"

    def manager(self, group: str) -> list[str]:
        """The command of an owner, on its journal if it has one."""
        ways: dict[str, Any] = {"zenoh_region": group, "zenoh_connect": self.hub}
        if group == GROUPS[0]:
            regions = ",".join(GROUPS[1:])
            ways = {"zenoh_mode": "router", "zenoh_regions": regions, "zenoh_listen": self.hub}
        parameters = {
            "site": str(self.folder / "town.yaml"),
            "groups": str(self.folder / "groups.yaml"),
            "group": group,
            "journal": str(self.journal(group)),
            "use_sim_time": True,
            **ways,
        }
        shared = {name: f"/fleet/{name}" for name in ("robot_reports", "robot_commands")}
        return node_command("fleet_manager", parameters, {"__ns": f"/{group}/fleet", **shared})

    def simulator(self, rate: float) -> list[str]:
        """The command of the robots' world."""
        parameters = {
            "scenario": str(self.folder / "scenario.yaml"),
            "rate": rate,
            "managers": [f"/{group}/fleet" for group in GROUPS],
        }
        return node_command("simulator", parameters)
