# SPDX-License-Identifier: Apache-2.0
"""What the robot is doing for the fleet: legs along the map and what is done at their ends."""

from __future__ import annotations

from functools import partial

from suwon_fleet.core.robots import guards as g
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.guards import Guard
from suwon_fleet.core.robots.row import Row, besides
from suwon_fleet.core.robots.states import Layer
from suwon_fleet.core.robots.states import Mission as S
from suwon_fleet.core.robots.trigger import Trigger as On

DOCK_TRIES = 3

row = partial(Row, Layer.MISSION)

MAY_SET_OUT = (g.heard, g.in_automatic, g.nothing_stops, g.released, g.battery_not_critical)

_FREE = (S.IDLE, S.TO_PARKING)
_GO = (Ask.NAVIGATE,)
_HERE = (g.standing,)


def journeys(may_start: tuple[Guard, ...]) -> tuple[Row, ...]:
    """Legs and their ends. `may_start`: what the family needs, beside the usual, to take a job."""
    start = (*MAY_SET_OUT, g.soc_above_reserve, *may_start)
    # fmt: off
    return (
        row(On.FETCH_STARTED, _FREE, S.TO_PICKUP, start, _GO,
            source="Yandex picking_up; MDS trip_start"),
        row(On.ROUND_STARTED, _FREE, S.TO_STOP, start, _GO, source="patrol and go-to jobs"),
        row(On.PARKING_STARTED, (S.IDLE,), S.TO_PARKING, (*MAY_SET_OUT, *may_start), _GO),
        row(On.GOAL_REACHED, (S.TO_PICKUP,), S.AT_PICKUP, _HERE, (Ask.LOAD,),
            source="Yandex pickup_arrived; MDS stopped"),
        row(On.GOAL_REACHED, (S.TO_DROPOFF,), S.AT_DROPOFF, _HERE, (Ask.UNLOAD,),
            source="MDS stopped"),
        row(On.GOAL_REACHED, (S.RETURNING,), S.AT_RETURN, _HERE, (Ask.UNLOAD,),
            source="MDS stopped"),
        row(On.GOAL_REACHED, (S.TO_STOP,), S.AT_STOP, _HERE),
        row(On.GOAL_REACHED, (S.TO_PARKING,), S.IDLE, _HERE),
        row(On.NEXT_STOP, (S.AT_STOP,), S.TO_STOP, asks=_GO),
        row(On.ROUND_DONE, (S.AT_STOP,), S.IDLE, asks=(Ask.FINISH_JOB,)),
    )
    # fmt: on


def handovers(loaded: tuple[Guard, ...], unloaded: tuple[Guard, ...]) -> tuple[Row, ...]:
    """`loaded`, `unloaded`: what must hold before it leaves with or without the load."""
    # fmt: off
    return (
        row(On.LOADED, (S.AT_PICKUP,), S.TO_DROPOFF, loaded, _GO,
            source="Yandex transport; MDS order_pick_up"),
        row(On.UNLOADED, (S.AT_DROPOFF,), S.IDLE, unloaded, (Ask.FINISH_JOB,),
            source="Yandex delivered; MDS order_drop_off"),
        row(On.UNLOADED, (S.AT_RETURN,), S.IDLE, unloaded, (Ask.FINISH_JOB,),
            source="MDS trip_end"),
    )
    # fmt: on


def no_shows(wait_s: float) -> tuple[Row, ...]:
    """Nobody comes for `wait_s`: a load goes back to its sender, once the lid is closed."""
    # fmt: off
    return (
        row(On.NO_SHOW, (S.AT_PICKUP,), S.IDLE, (), (Ask.CLOSE_LID, Ask.REVIEW_JOB),
            after_s=wait_s),
        row(On.NO_SHOW, (S.AT_DROPOFF,), S.RETURNING, (), (Ask.CLOSE_LID, Ask.NAVIGATE),
            after_s=wait_s, source="MDS trip_type return"),
        row(On.NO_SHOW, (S.AT_RETURN,), S.AT_RETURN, (), (Ask.REQUEST_ASSIST,), after_s=wait_s),
    )
    # fmt: on


def cancels(empty: Guard) -> tuple[Row, ...]:
    """`empty`: it is known to carry nothing. A load that may be there goes back."""
    fetched = (S.AT_PICKUP, S.TO_DROPOFF, S.AT_DROPOFF, S.RETURNING, S.AT_RETURN)
    source = "MDS customer_, provider_, driver_cancellation"
    # fmt: off
    return (
        row(On.CANCELLED, (S.TO_PICKUP, S.TO_STOP, S.TO_PARKING, S.TO_DOCK), S.IDLE,
            asks=(Ask.FINISH_GROUND_THEN_STOP,), source=source),
        row(On.CANCELLED, (S.AT_STOP,), S.IDLE, source=source),
        row(On.CANCELLED, fetched, S.IDLE, (empty,),
            (Ask.FINISH_GROUND_THEN_STOP, Ask.CLOSE_LID), source=source),
        row(On.CANCELLED, (S.AT_PICKUP,), S.AT_RETURN, (), (Ask.UNLOAD,), source=source),
        row(On.CANCELLED, (S.TO_DROPOFF, S.AT_DROPOFF), S.RETURNING, (),
            (Ask.CLOSE_LID, Ask.NAVIGATE), source=source),
    )
    # fmt: on


def clearances(cleared_by: tuple[On, ...]) -> tuple[Row, ...]:
    """`cleared_by`: what takes the robot out of the fleet's hands; it drops its orders then."""
    laden = (S.TO_DROPOFF, S.AT_DROPOFF, S.RETURNING, S.AT_RETURN)
    # fmt: off
    return tuple(
        cleared
        for trigger in cleared_by
        for cleared in (
            row(trigger, laden, S.IDLE, asks=(Ask.CLEAR_JOB, Ask.REQUEST_ASSIST), along=True,
                source="its load is still aboard"),
            row(trigger, besides(S.IDLE, S.CHARGING, *laden), S.IDLE,
                asks=(Ask.CLEAR_JOB,), along=True),
        )
    )
    # fmt: on


def charge_due(may_dock: tuple[Guard, ...]) -> tuple[Row, ...]:
    """To a charger, when a leg has ended. `may_dock`: what the family needs for it."""
    may_go = (*MAY_SET_OUT, g.on_own_power, *may_dock)
    # fmt: off
    return (
        row(On.CHARGE_DUE, _FREE, S.TO_DOCK, may_go, _GO, source="VDA 5050 URGENT: after the leg"),
        row(On.CHARGE_DUE, (S.AT_STOP,), S.TO_DOCK, may_go, (Ask.REVIEW_JOB, *_GO),
            source="VDA 5050 URGENT: between two stops"),
    )
    # fmt: on


# fmt: off
AT_DOCK = (
    row(On.GOAL_REACHED, (S.TO_DOCK,), S.DOCKING, (*_HERE, g.charges_at_dock), (Ask.DOCK,),
        number=18, source="Nav2 DockRobot NAV_TO_STAGING 1 to WAIT_FOR_CHARGE 4"),
    row(On.DOCK_FAILED, (S.DOCKING,), S.DOCKING, (g.tries_below(DOCK_TRIES),), (Ask.DOCK,),
        number=18, source="Nav2 RETRY 5"),
    row(On.DOCK_GIVEN_UP, (S.DOCKING,), S.IDLE, (g.tries_spent(DOCK_TRIES),),
        (Ask.REQUEST_ASSIST,), number=18, source="Nav2 DockRobot errors 903 to 906"),
    row(On.CHARGING_STARTED, (S.IDLE, S.DOCKING), S.CHARGING, along=True, number=19,
        source="VDA 5050 powerSupply.charging"),
    row(On.CHARGING_ENDED, (S.CHARGING,), S.DOCKING, (g.in_automatic, g.soc_below_target),
        (Ask.DOCK,), along=True, number=19, source="assumption: the contacts slipped"),
    row(On.CHARGING_ENDED, (S.CHARGING,), S.IDLE, (g.in_persons_hands,), along=True, number=20),
    row(On.CHARGED, (S.CHARGING,), S.UNDOCKING, (g.in_automatic, g.soc_at_target), (Ask.UNDOCK,),
        number=20, source="Nav2 UndockRobot"),
    row(On.JOB_WAITS, (S.CHARGING,), S.UNDOCKING, (g.in_automatic, g.soc_above_reserve),
        (Ask.UNDOCK,), number=20, source="Nav2 UndockRobot"),
    row(On.UNDOCKED, (S.UNDOCKING,), S.IDLE, (g.unplugged,), number=20, source="Nav2 UndockRobot"),
    row(On.UNDOCK_FAILED, (S.UNDOCKING,), S.CHARGING, (), (Ask.REQUEST_ASSIST,), number=20,
        source="Nav2 UndockRobot"),
)
# fmt: on


def swaps(late_after_s: float) -> tuple[Row, ...]:
    """A change of battery packs, at a charger or by a person wherever it is idle."""
    # fmt: off
    return (
        row(On.GOAL_REACHED, (S.TO_DOCK,), S.BATTERY_SWAP, (*_HERE, g.swaps_packs),
            (Ask.SWAP_BATTERY,), source="Yandex on_battery_change"),
        row(On.PACK_OUT, (S.IDLE,), S.BATTERY_SWAP, along=True, source="Yandex on_battery_change"),
        row(On.PACK_IN, (S.BATTERY_SWAP,), S.IDLE, along=True, source="Spot battery BOOTING"),
        row(On.BOOT, (S.BATTERY_SWAP,), S.IDLE, along=True, source="Yandex: starts up afterwards"),
        row(On.SWAPPED, (S.BATTERY_SWAP,), S.IDLE, (g.on_own_power,),
            source="the action has FINISHED"),
        row(On.SWAP_FAILED, (S.BATTERY_SWAP,), S.IDLE, (), (Ask.REQUEST_ASSIST,),
            source="the action has FAILED"),
        row(On.SWAP_LATE, (S.BATTERY_SWAP,), S.IDLE, (), (Ask.REQUEST_ASSIST,),
            after_s=late_after_s),
    )
    # fmt: on
