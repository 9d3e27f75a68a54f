# SPDX-License-Identifier: Apache-2.0
"""What a scenario expects of its run: figures at the end, and happenings at their times."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from suwon_fleet.core.robots.words import Word

SEVERAL = 5
"""Times of happenings that a verdict tells."""


class Op(StrEnum):
    """How what was seen stands to the value expected."""

    EQ = "=="
    NE = "!="
    LE = "<="
    LT = "<"
    GE = ">="
    GT = ">"


_COMPARE: Mapping[Op, Callable[[float, float], bool]] = {
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.LE: operator.le,
    Op.LT: operator.lt,
    Op.GE: operator.ge,
    Op.GT: operator.gt,
}


class Metric(Word):
    """Figures of a run. What cannot be said, such as a mean of nothing, meets no expectation."""

    JOBS_SUBMITTED = "jobs_submitted", "jobs asked for"
    JOBS_FINISHED = "jobs_finished", "jobs that came to a good end"
    JOBS_REFUSED = "jobs_refused", "jobs refused when they were asked for"
    JOBS_FAILED = "jobs_failed", "jobs that failed"
    JOBS_CANCELLED = "jobs_cancelled", "jobs called off"
    JOBS_UNFINISHED = "jobs_unfinished", "jobs that were not over at the end"
    JOBS_UNDONE = "jobs_undone", "failed, cancelled and unfinished jobs together"
    JOBS_LATE = "jobs_late", "jobs with a deadline that did not finish by it"
    JOBS_PER_HOUR = "jobs_per_hour", "jobs finished per simulated hour"
    WAIT_MEAN_S = "wait_mean_s", "from a request until a robot sets out for it, mean"
    WAIT_P95_S = "wait_p95_s", "the same, 95th percentile"
    SERVICE_MEAN_S = "service_mean_s", "from a request to the job's good end, mean"
    SERVICE_P95_S = "service_p95_s", "the same, 95th percentile"
    COLLISIONS = "collisions", "how often two bodies began to overlap"
    DEADLOCKS = "deadlocks", "how often a robot that could go on stood for ten minutes"
    ILLEGAL_GRANTS = "illegal_grants", "motion granted, or driven, that must not be"
    REPLAY_DIFFERS = (
        "replay_differs",
        "1 if a fleet made from the journal alone is in another state",
    )
    ROBOTS_JOINED = "robots_joined", "robots in the fleet at the end"
    SOC_MIN = "soc_min", "lowest true charge (0..1) of any robot at any time"
    SOC_END_MIN = "soc_end_min", "lowest true charge of any robot at the end"
    CHARGES = "charges", "how often a robot docked at a charger"
    SWAPS = "swaps", "battery packs changed"
    DISTANCE_KM = "distance_km", "way driven by all robots"
    MESSAGES_LOST = "messages_lost", "messages between robots and fleet that faults swallowed"
    ALERTS_RAISED = "alerts_raised", "alerts raised"
    ALERTS_OPEN = "alerts_open", "alerts open at the end"
    SIM_S = "sim_s", "simulated seconds"


class Happening(Word):
    """Sorts of happenings; `of` and `is` say which of them."""

    JOB = "job", "of: a job's id or request id; is: what became of it"
    ROBOT = (
        "robot",
        "of: a robot; is: a state that one of its layers took (alone, or after the layer's name)",
    )
    ACTION = "action", "of: a robot; is: an action and how it ended, such as `dock failed`"
    ALERT = "alert", "of: whom an alert is about, a robot or a job's id; is: the code of its reason"
    ALERT_OVER = "alert_over", "the same: it was closed"
    FAULT = "fault", "of: a fault's id; is: began or ended"


JOB_WORDS = (
    "accepted", "refused", "assigned", "unassigned", "running", "returning", "finished", "failed",
    "cancelled",
)  # fmt: skip
"""What becomes of jobs."""
FAULT_WORDS = ("began", "ended")
ROBOT_WORDS = ("joined", "removed", "restarted")
"""What becomes of robots beside the states of their layers."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened: to whom, by all `names` it has, and what, in all `words` for it."""

    at_s: float
    sort: Happening
    names: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure at the end of the run."""

    metric: Metric
    op: Op
    value: float

    def __str__(self) -> str:
        return f"{self.metric} {self.op} {self.value:g}"


@dataclass(frozen=True, slots=True)
class Event:
    """How often something happens within a time, seconds from the beginning; `of` may have wildcards."""

    sort: Happening
    of: str = "*"
    what: str = "*"
    after_s: float = 0.0
    before_s: float = math.inf
    op: Op = Op.GE
    value: float = 1

    def __str__(self) -> str:
        after = f"after {self.after_s:g} s" if self.after_s else ""
        before = f"before {self.before_s:g} s" if self.before_s < math.inf else ""
        times = "" if (self.op, self.value) == (Op.GE, 1) else f"{self.op} {self.value:g} times"
        return " ".join(filter(None, (self.sort, self.of, self.what, after, before, times)))

    def is_met_by(self, happened: Happened) -> bool:
        """Whether something that happened is what is meant."""
        return (
            happened.sort is self.sort
            and self.after_s <= happened.at_s <= self.before_s
            and any(fnmatchcase(word, self.what) for word in happened.words)
            and any(fnmatchcase(name, self.of) for name in happened.names)
        )


Expectation = Figure | Event

IMPLIED = tuple(
    Figure(metric, Op.EQ, 0)
    for metric in (
        Metric.COLLISIONS,
        Metric.DEADLOCKS,
        Metric.ILLEGAL_GRANTS,
        Metric.REPLAY_DIFFERS,
        Metric.JOBS_UNDONE,
    )
)
"""Expected of every run, unless its scenario says something else of the same figure."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An expectation, what was seen instead or as expected, and whether that meets it."""

    expected: str
    seen: str
    is_met: bool


class Expectations:
    """Watches a run for what its scenario expects, the implied included."""

    def __init__(self, own: Sequence[Expectation]) -> None:
        told = {one.metric for one in own if isinstance(one, Figure)}
        self._all = (*own, *(one for one in IMPLIED if one.metric not in told))
        events = [one for one in own if isinstance(one, Event)]
        self._counts = dict.fromkeys(events, 0)
        self._times: dict[Event, list[float]] = {one: [] for one in events}

    def note(self, happened: Happened) -> None:
        """Something has happened."""
        for one, times in self._times.items():
            if one.is_met_by(happened):
                self._counts[one] += 1
                if len(times) < SEVERAL:
                    times.append(happened.at_s)

    def verdicts(self, figures: Mapping[Metric, float]) -> list[Verdict]:
        """What became of each, by the figures at the end."""
        return [self._judge(one, figures) for one in self._all]

    def _judge(self, one: Expectation, figures: Mapping[Metric, float]) -> Verdict:
        if isinstance(one, Figure):
            seen = figures[one.metric]
            is_met = not math.isnan(seen) and _COMPARE[one.op](seen, one.value)
            return Verdict(str(one), "nothing" if math.isnan(seen) else _shown(seen), is_met)
        count = self._counts[one]
        seen_at = _told(count, self._times[one])
        return Verdict(str(one), seen_at, _COMPARE[one.op](count, one.value))


def _shown(value: float) -> str:
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.3f}"


def _told(count: int, times: Iterable[float]) -> str:
    """How often, and when first."""
    moments = ", ".join(f"{at_s:.0f}" for at_s in times)
    return f"{count} times, at {moments} s" if count else "never"
