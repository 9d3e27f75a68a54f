# SPDX-License-Identifier: Apache-2.0
"""Robots over Zenoh, beside Zenoh alone: states into the core, robots gone, events across outages.

Handovers between owners; and the zenoh_bridge, beside ROS alone.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from suwon_fleet.bench.bridge import gone, handover, outages, ros, states
from suwon_fleet.bench.bridge.handover import Crossings
from suwon_fleet.bench.bridge.outages import Heard
from suwon_fleet.bench.bridge.states import TICK_S, Load, Taken
from suwon_fleet.bench.figure import Figure, Options
from suwon_fleet.bench.measure import middle, percentile, spread
from suwon_fleet.cli.simulate import warm_up

OURS, RAW = "suwon_fleet", "zenoh alone"
THROUGHPUT = Load(robots=5_000, blocks=42, stations=1_000, seconds=10.0)
LATENCY = Load(robots=2_000, blocks=42, stations=1_000, seconds=10.0)
SMALL = Load(robots=50, blocks=4, stations=12, seconds=2.0)
LEASE_S, OTHERS_LEASE_S = 1.0, 10.0
"""Ours, and Zenoh's own."""
HANDOVERS, FEW_HANDOVERS = 100, 5
"""For each seed."""
AT_ONCE = 5
"""Outages of a kind."""


def run(options: Options) -> Iterator[Figure]:
    """Measure one after the other, ours and the peer in turn."""
    warm_up(options.tell)
    yield from _throughput(options)
    yield from _latency(options)
    yield from _gone(options)
    yield from _outages(options)
    yield from _handovers(options)
    yield from ros.rows(options)


def _throughput(options: Options) -> Iterator[Figure]:
    load = SMALL if options.quick else THROUGHPUT
    case = f"{load.robots} robots, {load.rate:g} states/s"
    runs = _joined(load, TICK_S, options, f"{case}: taken in")
    alone = middle([taken.cpu_share for taken in runs[RAW]])
    for by, taken in runs.items():
        is_ours = by == OURS
        rates, shares = [one.taken for one in taken], [one.cpu_share for one in taken]
        grown, full = [one.grown for one in taken], [float(one.overruns) for one in taken]
        yield _figure(
            case, "states into the core", by, rates, "1/s", target=_if(is_ours, load.rate)
        )
        yield _figure(
            case, "CPU", by, shares, "cores", target=_if(is_ours, 1.0), bound=_if(is_ours, alone)
        )
        yield _figure(case, "CPU for a state", by, [one.cpu_us for one in taken], "µs")
        yield _figure(case, "queue growth", by, grown, "states", target=_if(is_ours, 0.0))
        yield _figure(case, "times a queue was full", by, full, "", fault=is_ours and any(full))
    replaced = [one.replaced for one in runs[OURS]]
    note = "by newer ones, before they were looked at; a turn in time replaces next to none"
    yield _figure(case, "share of states replaced", OURS, replaced, "", note=note)
    aged = [percentile(one.latency_ms, 0.99) for one in runs[OURS]]
    note = f"a turn each {TICK_S:g} s"
    yield _figure(case, "robot -> end of the turn, p99", OURS, aged, "ms", note=note)


def _joined(load: Load, tick_s: float, options: Options, words: str) -> dict[str, list[Taken]]:
    """All join once, which takes longer than one measurement, and are measured by the number of seeds."""
    options.tell(f"{words}, {RAW}")
    alone = states.zenoh_alone(load, options.seeds, tick_s)
    options.tell(f"{words}, {OURS}")
    return {RAW: alone, OURS: states.into_the_core(load, options.seeds, tick_s)}


def _latency(options: Options) -> Iterator[Figure]:
    load = SMALL if options.quick else LATENCY
    case = f"{load.robots} robots, {load.rate:g} states/s"
    runs = _joined(load, 0.0, options, f"{case}: latency")
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        values = {
            by: [percentile(one.latency_ms, share) for one in taken] for by, taken in runs.items()
        }
        for by, ms in values.items():
            yield _figure(
                case,
                f"robot -> core, {name}",
                by,
                ms,
                "ms",
                target=_if(by == OURS and name == "p99", 5.0),
                bound=_if(by == OURS, middle(values[RAW])),
            )


def _gone(options: Options) -> Iterator[Figure]:
    case = "a robot is gone"
    for how, what, target in (
        (signal.SIGKILL, "killed", 50.0),
        (signal.SIGSTOP, "stopped", 1200.0),
    ):
        options.tell(f"{case}: {what}")
        # Zenoh with leases as ours, and with its own; in the quick run nobody waits for those.
        leases = (
            (LEASE_S,) if options.quick and how is signal.SIGSTOP else (LEASE_S, OTHERS_LEASE_S)
        )
        ours: list[float] = []
        others: dict[float, list[float]] = {lease_s: [] for lease_s in leases}
        for _ in range(options.seeds):
            ours.append(gone.seen_by_link(how))
            for lease_s, taken in others.items():
                taken.append(gone.seen_by_zenoh(how, lease_s))
        seen, note = f"{what} -> seen", f"leases of {LEASE_S:g} s"
        yield _figure(case, seen, OURS, ours, "ms", target=target, note=note)
        for lease_s, taken in others.items():
            yield _figure(case, seen, RAW, taken, "ms", note=f"leases of {lease_s:g} s")


def _outages(options: Options) -> Iterator[Figure]:
    played = outages.QUICK if options.quick else outages.OUTAGES
    runs: dict[outages.Outage, dict[str, list[Heard]]] = {
        outage: {OURS: [], "plain puts": []} for outage in played
    }
    for done in range(0, options.seeds, AT_ONCE):
        number = min(AT_ONCE, options.seeds - done)
        names = ", ".join(outage.name for outage in played)
        options.tell(f"events across outages ({names}): {done + number} of {options.seeds}")
        with ThreadPoolExecutor(number * len(played)) as pool:  # they mostly wait
            all_of = [pool.map(outages.across, [outage] * number) for outage in played]
            for heard, found in zip(all_of, runs.values(), strict=True):
                for ours, plain in heard:
                    found[OURS].append(ours)
                    found["plain puts"].append(plain)
    for outage, found in runs.items():
        case = f"{outages.HZ:g} events/s, {outage.name}"
        for by, all_heard in found.items():
            is_ours = by == OURS
            for what in ("lost", "doubled", "disordered"):
                values = [float(getattr(heard, what)) for heard in all_heard]
                note = f"of {all_heard[0].told}"
                yield _figure(
                    case,
                    what,
                    by,
                    values,
                    "events",
                    target=_if(is_ours, 0.0),
                    fault=is_ours and any(values),
                    note=note,
                )
            back = [heard.back_s for heard in all_heard]
            yield _figure(case, "end of the outage -> next event", by, back, "s")


def _handovers(options: Options) -> Iterator[Figure]:
    case = f"{handover.RINGS} robots go between two owners"
    runs: list[Crossings] = []
    for seed in range(1, options.seeds + 1):
        options.tell(f"{case}: seed {seed}")
        runs.append(handover.cross(FEW_HANDOVERS if options.quick else HANDOVERS, seed))
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        taken = [percentile(one.taken_ms, share) for one in runs]
        target = _if(name == "p99", 100.0)
        note = "nobody commands it meanwhile"
        yield _figure(case, f"let go -> taken, {name}", OURS, taken, "ms", target=target, note=note)
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        let_in = [percentile(one.let_in_ms, share) for one in runs]
        note = "asked on the way; until it is at the gate, and the ground beyond is free"
        yield _figure(case, f"asked -> let in, {name}", OURS, let_in, "ms", note=note)
    lost = [float(one.lost) for one in runs]
    note = "robots with no owner or two"
    yield _figure(case, "lost", OURS, lost, "robots", target=0.0, fault=any(lost), note=note)


def _if(says: bool, value: float) -> float | None:
    return value if says else None


def _figure(
    case: str,
    what: str,
    by: str,
    values: Sequence[float],
    unit: str,
    *,
    target: float | None = None,
    bound: float | None = None,
    fault: bool = False,
    note: str = "",
) -> Figure:
    return Figure(
        bench="bridge",
        case=case,
        what=what,
        by=by,
        value=middle(values),
        unit=unit,
        spread=spread(values),
        seeds=len(values),
        target=target,
        bound=bound,
        fault=fault,
        note=note,
    )
