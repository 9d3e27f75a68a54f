# SPDX-License-Identifier: Apache-2.0
"""One place's owners in a process of their own: they talk to other places' over Zenoh alone.

The robots' world is the test's: what they report comes in by standard input, and what they are told
leaves by standard output, as if each had a radio of its own. Runs until its input ends.
"""

from __future__ import annotations

import pickle
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from suwon_fleet.adapters.sqlite_journal import SqliteJournal
from suwon_fleet.adapters.zenoh.peers import ZenohPeers
from suwon_fleet.adapters.zenoh.session import SessionSettings, open_session
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.group_state import GroupState, Stage
from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.core.robots.report import Factsheet, RobotReport
from suwon_fleet.resources import resource_path
from suwon_fleet.service.assemble import assemble
from suwon_fleet.service.pipeline import Pipeline
from suwon_fleet.sim.scenario import load_scenario
from suwon_fleet.wire.groups import load_groups

Heard = list[tuple[Factsheet, RobotReport]]


@dataclass(frozen=True)
class Told:
    """What the test says in each turn: the time, how robots stand, and who is asked for what."""

    now_ns: int
    robots: Heard
    asked: dict[str, list[m.SubmitJob]]


@dataclass
class Said:
    """What an owner says after a turn."""

    commands: list[RobotCommand] = field(default_factory=list)
    answers: list[m.Answer] = field(default_factory=list)
    owns: set[str] = field(default_factory=set)
    parted: set[str] = field(default_factory=set)
    """Robots that it has told another owner of, and that have not been taken yet."""
    unfinished: int = 0
    finished: int = 0
    ungranted: int = 0
    """Robots that stand at a gate and wait for another owner."""


@dataclass
class Radio:
    """Robots, as a RobotLink."""

    known: set[str]
    heard: Heard = field(default_factory=list)
    commands: list[RobotCommand] = field(default_factory=list)

    def drain(self) -> list[m.Heard]:
        return [
            m.Reported(report) if report.robot_id in self.known else m.Announced(sheet, report)
            for sheet, report in self.heard
        ]

    def send(self, commands: Any) -> None:
        self.commands += commands

    def close(self) -> None:
        pass


class _Clock:
    now = 0

    def now_ns(self) -> int:
        return self.now


class Owner:
    """One group's fleet at work."""

    def __init__(self, name: str, journal: Path, session: Any, clock: _Clock) -> None:
        scenario = load_scenario(resource_path("sim/scenarios/belt_morning.yaml"))
        groups = load_groups(resource_path("config/groups/belt.yaml"), scenario.site)
        kept = SqliteJournal(journal, sync="normal")
        core = assemble(scenario.site, scenario.kinds, journal=kept.read(), groups=groups, own=name)
        assert isinstance(core.state, GroupState)
        self._state = core.state
        self._radio = Radio(set())
        self._peers = ZenohPeers(session, clock, "belt", name)
        self._pipeline = Pipeline(core, kept, self._radio, self._peers)

    def turn(self, told: Told, asked: list[m.SubmitJob]) -> Said:
        """One turn."""
        radio, state = self._radio, self._state
        radio.heard, radio.known, radio.commands = told.robots, set(state.robots), []
        outcome = self._pipeline.turn(told.now_ns, asked)
        own = [job for job in state.jobs.values() if job.job_id not in state.origins]
        leaving = state.leaving.values()
        assert not self._peers.counts.unusable
        return Said(
            radio.commands,
            [effect for effect in outcome.effects if isinstance(effect, m.Answer)],
            set(state.robots),
            {one.robot_id for one in leaving if one.stage is Stage.TOLD},
            sum(not job.status.is_over for job in own),
            sum(job.status == "finished" for job in own),
            sum(one.stage is Stage.ASKED for one in leaving),
        )


def main() -> None:
    """FOLDER LISTEN CONNECT GROUP…; an endpoint may be empty."""
    folder, listen, connect, *names = sys.argv[1:]
    out = sys.stdout.buffer
    sys.stdout = sys.stderr
    clock = _Clock()
    settings = SessionSettings(
        mode="router", listen=[listen] if listen else [], connect=[connect] if connect else []
    )
    with open_session(settings) as session:
        owners = {n: Owner(n, Path(folder) / f"{n}.sqlite", session, clock) for n in names}
        while True:
            try:
                told: Told = pickle.load(sys.stdin.buffer)
            except EOFError:
                return
            clock.now = told.now_ns
            said = {
                name: owner.turn(told, told.asked.get(name, [])) for name, owner in owners.items()
            }
            pickle.dump(said, out)
            out.flush()


if __name__ == "__main__":
    from federation import site  # so that what is pickled goes by the name the test knows

    site.main()
