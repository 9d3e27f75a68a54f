# SPDX-License-Identifier: Apache-2.0
"""Where power comes from, as the robot tells, and how full the battery is for its kind."""

from __future__ import annotations

from functools import partial

from suwon_fleet.core.robots import guards as g
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.kind import Battery
from suwon_fleet.core.robots.report import Power
from suwon_fleet.core.robots.row import Row, besides
from suwon_fleet.core.robots.states import BatteryLevel as S
from suwon_fleet.core.robots.states import Layer
from suwon_fleet.core.robots.trigger import Trigger as On

MARGIN_SOC = 0.02
"""So far above a threshold the charge must rise to count as above it again; stops flicker."""

power = partial(Row, Layer.POWER)
level = partial(Row, Layer.BATTERY)

# fmt: off
ROWS = (
    power(On.CHARGING_STARTED, (Power.DISCHARGING,), Power.CHARGING,
          source="VDA 5050 powerSupply.charging; Nav2 WAIT_FOR_CHARGE 4"),
    power(On.CHARGING_ENDED, (Power.CHARGING,), Power.DISCHARGING, source="VDA 5050 powerSupply"),
    power(On.PACK_OUT, (Power.DISCHARGING, Power.CHARGING), Power.SWAPPING,
          source="Yandex on_battery_change; Spot battery MISSING"),
    power(On.PACK_IN, (Power.SWAPPING,), Power.DISCHARGING, source="Spot battery BOOTING"),
    level(On.SOC_UNTOLD, besides(S.UNKNOWN), S.UNKNOWN, (g.soc_untold,), (Ask.RAISE_ALERT,)),
    level(On.SOC_ENOUGH, besides(S.ENOUGH), S.ENOUGH, (g.soc_above_low,), (Ask.CLOSE_ALERT,)),
    level(On.SOC_LOW, besides(S.LOW), S.LOW, (g.soc_low, g.soc_above_critical),
          (Ask.CHARGE_AFTER_LEG,), source="VDA 5050 URGENT"),
    level(On.SOC_CRITICAL, besides(S.CRITICAL), S.CRITICAL, (g.soc_critical,),
          (Ask.FINISH_GROUND_THEN_STOP, Ask.REQUEST_ASSIST), source="VDA 5050 URGENT"),
)
# fmt: on


def level_of(soc: float | None, battery: Battery, was: S) -> S:
    """How full a battery is; just above a threshold it counts as it did before."""
    if soc is None:
        return S.UNKNOWN
    if soc < battery.critical_soc + (MARGIN_SOC if was is S.CRITICAL else 0.0):
        return S.CRITICAL
    if soc < battery.low_soc + (MARGIN_SOC if was in (S.LOW, S.CRITICAL) else 0.0):
        return S.LOW
    return S.ENOUGH
