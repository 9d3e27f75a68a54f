# SPDX-License-Identifier: Apache-2.0
"""Scenarios out of YAML files, with every problem at its line. docs/scenarios.md has the format."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TypeVar

from suwon_fleet.core.errors import BadInput, Broken, Problem, Severity
from suwon_fleet.resources import resource_path
from suwon_fleet.sim.faults import read_fault
from suwon_fleet.sim.faults.model import LONGEST_S
from suwon_fleet.sim.people import People
from suwon_fleet.sim.scenario.entries import Known, one_of, read_demand, read_fleet, read_job
from suwon_fleet.sim.scenario.model import Ends, Operator, Scenario
from suwon_fleet.sim.scenario.read_expect import read_expectation
from suwon_fleet.wire.document import Item, parse_yaml
from suwon_fleet.wire.fields import ID, Fields, given, or_else
from suwon_fleet.wire.files import read_text
from suwon_fleet.wire.findings import Findings
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.maps import load_site

FORMAT = "suwon_fleet/scenario@1"
MOST_BYTES = 1024 * 1024
LARGEST_SEED = 2**32 - 1

KEYS = (
    "format", "id", "title", "site", "robots", "seed", "duration_s", "ends", "people", "operator",
    "fleets", "jobs", "demands", "faults", "expect",
)  # fmt: skip
NEEDS = ("format", "id", "site", "duration_s", "fleets")
OPERATOR_KEYS = ("after_s",)
MOST_WALKING = 500
MOST_OF_PEOPLE = {
    "handover_min_s": 3600.0,
    "handover_max_s": 3600.0,
    "no_show": 1.0,
    "blocks_per_hour": 3600.0,
    "block_min_s": 3600.0,
    "block_max_s": 3600.0,
    "grasp_failure": 1.0,
}
PEOPLE_KEYS = (*MOST_OF_PEOPLE, "walking", "walking_in")

T = TypeVar("T")


def load_scenario(path: str | PathLike[str], *, seed: int | None = None) -> Scenario:
    """The scenario of a file, with another seed if one is given.

    Raises BadInput with every problem the file has, those of the site and robot kinds it names
    included, and when its robots find no room or its demands no places.
    """
    findings = Findings(str(path))
    text = read_text(Path(path), findings, what="scenario", most_bytes=MOST_BYTES)
    root = None if text is None else parse_yaml(text, findings)
    if root is None:
        raise BadInput(findings.problems)
    return _Reader(Path(path).parent, root, findings).scenario(seed)


class _Reader:
    """Reads one scenario; `elsewhere` are the problems of the files it names."""

    def __init__(self, folder: Path, root: Item, findings: Findings) -> None:
        self._folder, self._findings = folder, findings
        self._top = Fields(root, findings, "the scenario", KEYS)
        self._elsewhere: list[Problem] = []

    def scenario(self, seed: int | None) -> Scenario:
        """The scenario; raises BadInput with all problems."""
        top = self._top
        top.require(*NEEDS)
        self._check_format()
        site = self._load("site", self._site_file, load_site)
        kinds = self._load("robots", self._file, load_kinds)
        if top.get("robots") is None:
            kinds = load_kinds(resource_path("config/robots"))
        own_seed = or_else(top.whole("seed", LARGEST_SEED), 1)
        duration_s = top.number("duration_s", 1.0, LONGEST_S)
        scenario_id, title = top.id("id"), top.title()
        ends, operator = top.choice("ends", Ends), self._operator()
        if site is None or kinds is None:
            raise self._bad()
        known = Known(site, kinds, self._findings, self._folder)
        people = self._people(known)
        fleets = [read_fleet(item, known) for item in top.items("fleets")]
        timed = [read_job(item, known, n) for n, item in enumerate(top.items("jobs"), 1)]
        demands = [read_demand(item, known) for item in top.items("demands")]
        faults = [
            read_fault(item, self._findings, n) for n, item in enumerate(top.items("faults"), 1)
        ]
        expected = [read_expectation(item, self._findings) for item in top.items("expect")]
        if self._findings.has_errors or scenario_id is None or duration_s is None:
            raise self._bad()
        scenario = Scenario(
            id=scenario_id,
            site=site,
            kinds=kinds,
            seed=or_else(seed, own_seed),
            duration_s=duration_s,
            fleets=tuple(filter(None, fleets)),
            timed=tuple(filter(None, timed)),
            demands=tuple(filter(None, demands)),
            people=people,
            operator=operator,
            ends=or_else(ends, Ends.JOBS),
            faults=tuple(filter(None, faults)),
            expectations=tuple(filter(None, expected)),
            title=title,
            site_file=self._site_file(or_else(top.text("site"), "")),
            robots_folder=self._file(own) if (own := top.text("robots")) else None,
        )
        self._try_out(scenario)
        return scenario

    def _bad(self) -> BadInput:
        return BadInput((*self._findings.problems, *self._elsewhere))

    def _check_format(self) -> None:
        told = self._top.text("format")
        if told not in (None, FORMAT):
            mark, mend = self._top.entries["format"].mark, f"write 'format: {FORMAT}'"
            self._findings.error(mark, "wrong-format", f"format '{told}'", mend)

    def _load(self, key: str, find: Callable[[str], Path], load: Callable[[Path], T]) -> T | None:
        """What the file that `key` names holds."""
        name = self._top.text(key)
        if name is None:
            return None
        try:
            return load(find(name))
        except BadInput as error:
            self._elsewhere += [p for p in error.problems if p.severity is Severity.ERROR]
            mark = self._top.entries[key].mark
            self._findings.error(mark, "bad-file", f"'{name}' cannot be used", "see its errors")
            return None

    def _file(self, name: str) -> Path:
        return self._folder / name

    def _site_file(self, name: str) -> Path:
        """A map by its path from here, or one of ours by its name."""
        if ID.fullmatch(name) and not self._file(name).exists():
            with suppress(Broken):
                return resource_path(f"config/sites/{name}.yaml")
        return self._file(name)

    def _people(self, known: Known) -> People:
        own = Fields(self._top.get("people"), self._findings, "'people'", PEOPLE_KEYS)
        numbers = {key: own.number(key, 0.0, most) for key, most in MOST_OF_PEOPLE.items()}
        walking = or_else(own.whole("walking", MOST_WALKING), 0)
        zones = [
            one_of(item, known.site.zone_by_id, "zone", known) for item in own.items("walking_in")
        ]
        people = replace(
            People(),
            **given(**numbers),
            walking=walking,
            walking_in=tuple(filter(None, zones)),
        )
        for least, most in (("handover_min_s", "handover_max_s"), ("block_min_s", "block_max_s")):
            if getattr(people, least) > getattr(people, most):
                what = f"{least} is more than {most}"
                self._findings.error(own.mark, "not-a-range", what, "give the smaller one first")
        return people

    def _operator(self) -> Operator | None:
        item = self._top.get("operator")
        if item is None:
            return None
        own = Fields(item, self._findings, "'operator'", OPERATOR_KEYS)
        own.require(*OPERATOR_KEYS)
        return Operator(or_else(own.number("after_s", 1.0, LONGEST_S), 1.0))

    def _try_out(self, scenario: Scenario) -> None:
        """Place the robots, draw the jobs, plan the faults; raises BadInput with what does not work out."""
        ids = {
            "fleets": [plan.id for plan in scenario.fleets],
            "demands": [demand.id for demand in scenario.demands],
            "faults": [fault.id for fault in scenario.faults],
        }
        marks = {
            name: item.mark
            for key, names in ids.items()
            for name, item in zip(names, self._top.items(key), strict=True)
        }
        for attempt in (scenario.spawns, scenario.jobs, scenario.world):
            try:
                attempt()
            except BadInput as error:
                for problem in error.problems:
                    mark = marks.get(problem.where)
                    self._findings.error(mark, problem.code, problem.what, problem.mend)
                raise self._bad() from error
