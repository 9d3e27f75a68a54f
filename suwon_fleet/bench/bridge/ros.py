# SPDX-License-Identifier: Apache-2.0
"""The zenoh_bridge between ROS and Zenoh, beside ROS alone and Zenoh alone in the same run.

Each way is offered messages as fast as its sender can, or twice as many as wanted; its figure is how many
came out at the other end in a second, and beside it the CPU time that the bridge took for each. What ROS
alone does in the same run bounds it: half of its way is ROS. On one core all processes of a way share it,
so the rate is that of their CPU times together; the bridge's own part is told by its CPU time.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from suwon_fleet.adapters.zenoh.link import NEW_AT_ONCE
from suwon_fleet.bench.bridge.child import Child, free_endpoint
from suwon_fleet.bench.bridge.ros_ends import SIZE
from suwon_fleet.bench.bridge.ros_robots import ROBOTS
from suwon_fleet.bench.figure import Figure, Options
from suwon_fleet.bench.measure import middle, spread
from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.processes import node_command
from suwon_fleet.core.errors import Unreachable

MESSAGES, QUICK_MESSAGES, PROBE = 100_000, 5_000, 100
MEETING_S = 60.0
"""Until messages come through a way that was opened."""
JOINING = 2 * ROBOTS * ROBOTS // NEW_AT_ONCE
"""States that are sent before: in one turn so many new robots are heard, each by a state of its own."""
RAW_TARGET, CONVERTED_TARGET = 40_000.0, 20_000.0
_FILE = """\
format: suwon_fleet/bridge@1
zenoh: {{connect: {connect}, listen: {listen}}}
{rules}
"""
_OUT = "to_zenoh: {allow: [/bench/.*]}"
_IN = "from_zenoh: {allow: [bench/.*]}"
_ROBOTS = "robots: {site: bench}"


@dataclass(frozen=True, slots=True)
class Way:
    """What is measured: from which end to which, with what between."""

    what: str
    by: str
    sender: str
    counter: str
    rules: str | None
    """Of the bridge between; None: the two ends meet directly."""
    target: float | None = None


WAYS = (
    Way("ROS -> Zenoh, raw CDR", "suwon_fleet", "ros", "zenoh", _OUT, RAW_TARGET),
    Way("Zenoh -> ROS, raw CDR", "suwon_fleet", "zenoh", "ros", _IN, RAW_TARGET),
    Way("states -> reports", "suwon_fleet", "states", "reports", _ROBOTS, CONVERTED_TARGET),
    Way("commands -> grants", "suwon_fleet", "commands", "grants", _ROBOTS, CONVERTED_TARGET),
    Way("ROS -> ROS, raw", "rclpy", "ros", "ros", None),
    Way("Zenoh -> Zenoh", "zenoh-python", "zenoh", "zenoh", None),
)


@dataclass(slots=True)
class _Seen:
    """Of one way, over all seeds."""

    rates: list[float] = field(default_factory=list)
    lost: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)


def rows(options: Options) -> Iterator[Figure]:
    """The figures, all ways interleaved seed by seed."""
    seen = {way: _Seen() for way in WAYS}
    messages = QUICK_MESSAGES if options.quick else MESSAGES
    for seed in range(options.seeds):
        for way, found in seen.items():
            options.tell(f"{way.what}, {way.by}, {seed + 1} of {options.seeds}")
            _measure(way, messages, found)
    bound = next(middle(found.rates) for way, found in seen.items() if way.by == "rclpy")
    for way, found in seen.items():
        case = f"{SIZE} B, raw" if way.rules != _ROBOTS else "robots, msgpack <-> ROS"
        yield Figure(
            bench="bridge",
            case=case,
            what=way.what,
            by=way.by,
            value=middle(found.rates),
            unit="1/s",
            spread=spread(found.rates),
            seeds=options.seeds,
            target=way.target,
            bound=None if way.rules in (None, _ROBOTS) else bound,
            note=_note(way, middle(found.lost)),
        )
        yield Figure(
            bench="bridge",
            case=case,
            what=f"{way.what}: CPU by one that came",
            by=way.by,
            value=middle(found.cpu_us),
            unit="us",
            spread=spread(found.cpu_us),
            seeds=options.seeds,
            note="" if way.rules else "of the receiver alone",
        )


def _note(way: Way, lost: float) -> str:
    """What became of the others: of a robot's states the newest counts."""
    return (
        f"{lost:.2%} {'replaced by newer ones' if way.sender == 'states' else 'lost by overload'}"
    )


def _measure(way: Way, messages: int, found: _Seen) -> None:
    """Send once over one way."""
    with isolated(), _ends(way) as ends:
        deadline_s = time.monotonic() + MEETING_S
        while not ends.counter.ask()["count"]:  # until all have met, what is sent is lost
            ends.check()
            if time.monotonic() > deadline_s:
                raise Unreachable(f"{way.what}: nothing has come through in {MEETING_S:g} s")
            ends.sender.ask(count=PROBE)
        if way.sender == "states":
            ends.sender.ask(count=JOINING)
            ends.counter.ask()
        before_s = ends.cpu_s()
        sent = ends.sender.ask(count=messages)
        come = ends.counter.ask()
        cpu_s = ends.cpu_s() - before_s
    found.rates.append(come["count"] / max(come["last_s"] - sent["began_s"], 1e-9))
    found.lost.append(1.0 - come["count"] / messages)
    found.cpu_us.append(cpu_s / max(come["count"], 1) * 1e6)


class _End(Child):
    """One end of a way."""

    def __init__(self, *arguments: str) -> None:
        super().__init__([sys.executable, "-m", "suwon_fleet.bench.bridge.ros_ends", *arguments])

    def ask(self, **told: object) -> dict[str, Any]:
        """What it answers."""
        self.say(json.dumps(told))
        answer: dict[str, Any] = json.loads(self.hear())
        return answer


@dataclass(slots=True)
class _Ends:
    """A way that is open."""

    sender: _End
    counter: _End
    bridge: Child | None

    def check(self) -> None:
        """Raises Unreachable when the bridge has ended."""
        if self.bridge:
            self.bridge.check()

    def cpu_s(self) -> float:
        """CPU time that the bridge has taken; without one the counter, which only receives."""
        process = (self.bridge or self.counter).process
        stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / float(os.sysconf("SC_CLK_TCK"))


@contextmanager
def _ends(way: Way) -> Iterator[_Ends]:
    """The processes of a way, that have met: a counter on Zenoh listens, else the bridge does."""
    endpoint = free_endpoint()
    counts_on_zenoh = way.counter in ("zenoh", "grants")
    with ExitStack() as stack:
        counter = stack.enter_context(_End("count", way.counter, endpoint))
        counter.hear()
        bridge = None
        if way.rules:
            ways = ([endpoint], []) if counts_on_zenoh else ([], [endpoint])
            file = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "bridge.yaml"
            text = _FILE.format(connect=ways[0], listen=ways[1], rules=way.rules)
            file.write_text(text)
            command = node_command("zenoh_bridge", {"config": str(file)})
            bridge = stack.enter_context(Child(command))
        sender = stack.enter_context(_End("send", way.sender, endpoint))
        sender.hear()
        yield _Ends(sender, counter, bridge)
