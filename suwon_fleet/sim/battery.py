# SPDX-License-Identifier: Apache-2.0
"""What a battery's terminals show: an open circuit voltage that falls evenly with the charge drawn."""

from __future__ import annotations

import math

from suwon_fleet.wire.sdf.model import LinearBattery


def at_terminals(battery: LinearBattery, soc: float, watts: float) -> tuple[float, float]:
    """Volts, and amperes, negative while they are drawn, with `watts` drawn at that charge (0..1)."""
    open_v = battery.constant_v + battery.linear_v * (1.0 - soc)
    # V = open - R * W / V; of what the cells cannot give there is no solution: all drops within them.
    under_root = max(open_v * open_v - 4.0 * battery.resistance_ohm * watts, 0.0)
    volts = (open_v + math.sqrt(under_root)) / 2.0
    return volts, -watts / volts
