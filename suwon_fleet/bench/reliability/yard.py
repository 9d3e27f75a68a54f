# SPDX-License-Identifier: Apache-2.0
"""A small yard with four robots: its map, its scenario, and parameters of the nodes that run it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROBOTS = 4
"""`cart-1` to `cart-4`."""
PLACES = ("shop", "kitchen", "desk-1", "desk-2")
"""Where deliveries go from and to."""
SITE = """\
format: suwon_fleet/site@1
id: yard
frame: {kind: local}
defaults: {lane: {kind: indoor, width_m: 2.0}}
zones:
  - {id: north, kind: hall, polygon: [[-5, 4], [30, 4], [30, 14], [-5, 14]]}
nodes:
  a: [0, 0]
  b: [8, 0]
  c: [16, 0]
  d: [24, 0]
  e: [24, 8]
  f: [16, 8]
  g: [8, 8]
  h: [0, 8]
places:
  - {id: shop, at: [8, -3], kinds: [pickup, dropoff]}
  - {id: kitchen, at: [16, -3], kinds: [pickup, dropoff]}
  - {id: desk-1, at: [16, 11], kinds: [pickup, dropoff]}
  - {id: desk-2, at: [8, 11], kinds: [pickup, dropoff]}
  - {id: charger-1, at: [-3, 0], kinds: [charger]}
  - {id: charger-2, at: [27, 8], kinds: [charger]}
  - {id: bay-1, at: [27, 0], kinds: [parking]}
  - {id: bay-2, at: [-3, 8], kinds: [parking]}
lanes:
  - {id: loop, path: [a, b, c, d, e, f, g, h, a], two_way: false}
  - {path: [b, shop]}
  - {path: [c, kitchen]}
  - {path: [f, desk-1]}
  - {path: [g, desk-2]}
  - {path: [a, charger-1]}
  - {path: [e, charger-2]}
  - {path: [d, bay-1]}
  - {path: [h, bay-2]}
"""
SCENARIO = """\
format: suwon_fleet/scenario@1
id: yard
site: yard.yaml
seed: 3
duration_s: 3600
people: {handover_min_s: 1, handover_max_s: 3, no_show: 0, blocks_per_hour: 0}
fleets:
  - {id: cart, kind: delivery_indoor, count: 4, start: {kinds: [charger, parking]}, charge: [0.8, 1.0]}
demands:
  - {id: lunch, kind: delivery, count: 8, window_s: [2, 30],
     from: {kinds: [pickup]}, to: {kinds: [dropoff]}}
"""


@dataclass(frozen=True, slots=True)
class Yard:
    """The files of a yard, and parameters of nodes that run it."""

    folder: Path

    @classmethod
    def write(cls, folder: Path) -> Yard:
        (folder / "yard.yaml").write_text(SITE)
        (folder / "scenario.yaml").write_text(SCENARIO)
        return cls(folder)

    @property
    def scenario(self) -> Path:
        return self.folder / "scenario.yaml"

    @property
    def journal(self) -> Path:
        return self.folder / "journal.sqlite"

    @property
    def manager(self) -> dict[str, object]:
        site = self.folder / "yard.yaml"
        return {"site": site, "journal": self.journal, "use_sim_time": True, "state_hz": 10.0}

    @property
    def simulator(self) -> dict[str, object]:
        return {"scenario": self.scenario, "rate": 0.0, "robot_topics": "off"}
