# SPDX-License-Identifier: Apache-2.0
"""A small yard and a scenario on it, for tests that read scenarios."""

SITE = """\
format: suwon_fleet/site@1
id: yard
frame: {kind: local}
zones:
  - {id: west, kind: plaza, polygon: [[-1, -9], [11, -9], [11, 9], [-1, 9]]}
nodes: {n0: [0, 0], n1: [10, 0], n2: [20, 0], n3: [30, 0], far0: [100, 0], far1: [110, 0]}
places:
  - {id: shop, at: [0, 4], kinds: [pickup]}
  - {id: desk, at: [10, 4], kinds: [dropoff]}
  - {id: hatch, at: [30, 4], kinds: [dropoff]}
  - {id: plug, at: [20, 4], kinds: [charger]}
  - {id: island, node: far0, kinds: [dropoff]}
lanes:
  - {path: [n0, n1, n2, n3], kind: indoor}
  - {path: [n0, shop], kind: indoor}
  - {path: [n1, desk], kind: indoor}
  - {path: [n2, plug], kind: indoor}
  - {path: [n3, hatch], kind: indoor}
  - {path: [far0, far1], kind: indoor}
"""
SCENARIO = """\
format: suwon_fleet/scenario@1
id: day
site: yard.yaml
seed: 3
duration_s: 600
fleets:
  - {id: cart, kind: delivery_indoor, count: 3, charge: [0.5, 0.6]}
jobs:
  - {at_s: 1.5, kind: go_to, places: [hatch], priority: urgent, deadline_s: 60}
demands:
  - id: parcels
    kind: delivery
    count: 20
    window_s: [10, 110]
    from: {kinds: [pickup]}
    to: {kinds: [dropoff]}
    payload_kg: [1, 5]
    priorities: {normal: 1, high: 1}
    deadline_s: [100, 200]
"""
