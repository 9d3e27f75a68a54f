# SPDX-License-Identifier: Apache-2.0
"""The entries of a scenario file: its fleets, its jobs, its demands."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from suwon_fleet.core.jobs import JobKind, JobRequest, Priority, Role
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import PlaceKind, SiteMap
from suwon_fleet.sim.faults.model import LONGEST_S
from suwon_fleet.sim.scenario.demand import SECOND, Arrivals, Demand, TimedJob
from suwon_fleet.sim.scenario.matrix import MOST_WEIGHT, read_pairs
from suwon_fleet.sim.scenario.selection import Selection
from suwon_fleet.sim.scenario.spawning import FleetPlan
from suwon_fleet.wire.document import Item
from suwon_fleet.wire.fields import Fields, choice_of, number_of, or_else, text_of
from suwon_fleet.wire.findings import Findings, shown

MOST_ROBOTS = 10_000
MOST_JOBS = 1_000_000
MOST_PER_HOUR = 100_000.0
MOST_STOPS = 6
"""Of a drawn patrol; longer ones are searched for too long on maps with few places."""
MOST_ROUNDS = 1000
LONGEST_TRIP_M = 1_000_000.0
MOST_KG = 10_000.0

SELECTION_KEYS = ("kinds", "zones", "places")
FLEET_KEYS = ("id", "kind", "count", "start", "charge")
JOB_KEYS = (
    "at_s",
    "kind",
    "places",
    "rounds",
    "payload_kg",
    "object",
    "priority",
    "deadline_s",
    "robot",
    "id",
    "after",
    "roles",
)
ROLE_KEYS = ("kind", "places", "meet_at", "payload_kg", "object", "robot")  # fmt: skip
DEMAND_KEYS = (
    "id", "kind", "count", "per_hour", "window_s", "arrivals", "from", "to", "at", "od", "within_m",
    "stops", "rounds", "priorities", "deadline_s", "payload_kg", "object",
)  # fmt: skip
PRIORITIES = {priority.name.lower(): priority for priority in Priority}


@dataclass(slots=True)
class Known:
    """What entries may refer to, and the ids taken so far."""

    site: SiteMap
    kinds: dict[str, RobotKind]
    findings: Findings
    folder: Path
    """Where files are that entries name."""
    ids: set[str] = field(default_factory=set)
    jobs: dict[str, float] = field(default_factory=dict)
    """The jobs with an id, and when each is asked for."""


def read_fleet(item: Item, known: Known) -> FleetPlan | None:
    """Robots of one kind."""
    entry = Fields(item, known.findings, "a fleet", FLEET_KEYS)
    entry.require("id", "kind", "count")
    fleet_id = _own_id(entry, known)
    kind = one_of(entry.get("kind"), known.kinds, "robot kind", known)
    count = entry.whole("count", MOST_ROBOTS)
    start = _selection(entry, "start", known)
    charge = entry.span("charge", 0.0, 1.0)
    if fleet_id is None or kind is None or count is None:
        return None
    return FleetPlan(fleet_id, kind, count, start, charge or (0.6, 1.0))


def read_job(item: Item, known: Known, number: int) -> TimedJob | None:
    """A job that is asked for at a given time, the file's so manieth."""
    entry = Fields(item, known.findings, "a job", JOB_KEYS)
    entry.require("at_s", "kind")
    at_s = entry.number("at_s", 0.0, LONGEST_S)
    kind = entry.choice("kind", JobKind)
    if kind is JobKind.JOINT:
        _refuse(entry, ("places", "payload_kg", "object", "robot"), kind)
    else:
        entry.require("places")
        _refuse(entry, ("roles",), kind)
    _check_count(entry, kind)
    places = _places(entry, "places", known)
    roles = tuple(filter(None, (_read_role(role, known) for role in entry.items("roles"))))
    rounds = or_else(entry.whole("rounds", MOST_ROUNDS), 1)
    payload_kg = or_else(entry.number("payload_kg", 0.0, MOST_KG), 0.0)
    thing, robot = or_else(entry.text("object"), ""), or_else(entry.text("robot"), "")
    priority = _priority(entry.get("priority"), known)
    deadline_s = entry.number("deadline_s", 0.0, LONGEST_S)
    after = tuple(
        name for job in entry.items("after") if (name := one_of(job, known.jobs, "job", known))
    )
    job_id = _job_id(entry, at_s or 0.0, after, known)
    if at_s is None or kind is None or known.findings.has_errors:
        return None
    at_ns = round(at_s * SECOND)
    request = JobRequest(
        kind,
        places,
        request_id=f"timed-{number}",
        rounds=rounds,
        payload_kg=payload_kg,
        object=thing,
        priority=priority,
        deadline_ns=0 if deadline_s is None else at_ns + round(deadline_s * SECOND),
        robot_id=robot,
        job_id=job_id,
        after=after,
        roles=roles,
    )
    return TimedJob(at_ns, request)


def _places(entry: Fields, key: str, known: Known) -> tuple[str, ...]:
    names = (one_of(i, known.site.place_by_id, "place", known) for i in entry.items(key))
    return tuple(filter(None, names))


def _read_role(item: Item, known: Known) -> Role | None:
    """One robot's part in a joint job."""
    entry = Fields(item, known.findings, "a role", ROLE_KEYS)
    entry.require("kind", "places")
    kind = entry.choice("kind", JobKind)
    _check_count(entry, kind)
    payload_kg = or_else(entry.number("payload_kg", 0.0, MOST_KG), 0.0)
    thing, robot = or_else(entry.text("object"), ""), or_else(entry.text("robot"), "")
    places, meet_at = _places(entry, "places", known), _places(entry, "meet_at", known)
    if kind is None:
        return None
    return Role(kind, places, meet_at, payload_kg=payload_kg, object=thing, robot_id=robot)


def _job_id(entry: Fields, at_s: float, after: tuple[str, ...], known: Known) -> str:
    """The id of a job, if it has one; what it follows must have been asked for before it is."""
    for name in after:
        if known.jobs[name] > at_s:
            mark, mend = entry.entries["after"].mark, f"ask for it after {known.jobs[name]:g} s"
            entry.findings.error(mark, "not-yet-asked", f"'{name}' is asked for later", mend)
    if entry.get("id") is None:
        return ""
    job_id = _own_id(entry, known)
    if job_id is None:
        return ""
    known.jobs[job_id] = at_s
    return job_id


def _check_count(entry: Fields, kind: JobKind | None) -> None:
    """A patrol goes to any number of places, other jobs to as many as they are made of."""
    if kind is None or entry.get("places") is None:
        return
    count = len(entry.items("places"))
    needed = {JobKind.GO_TO: 1, JobKind.PATROL: max(count, 1)}.get(kind, 2)
    if count != needed:
        mark, mend = entry.entries["places"].mark, f"a {kind} job has {needed}"
        entry.findings.error(mark, "wrong-places", f"{count} places", mend)


def read_demand(item: Item, known: Known) -> Demand | None:
    """Jobs to be drawn."""
    entry = Fields(item, known.findings, "a demand", DEMAND_KEYS)
    entry.require("id", "kind", "window_s")
    count, per_hour = _how_many(entry)
    demand_id = _own_id(entry, known)
    kind = entry.choice("kind", JobKind)
    if kind is JobKind.JOINT:
        mend = "name joint jobs one by one under 'jobs'"
        known.findings.error(entry.entries["kind"].mark, "not-drawn", "joint jobs", mend)
    window_s = entry.span("window_s", 0.0, LONGEST_S)
    is_trip = kind in (JobKind.DELIVERY, JobKind.MANIPULATION)
    _refuse(entry, ("at", "stops", "rounds") if is_trip else ("from", "to"), kind)
    if kind and entry.get("od") is not None:
        _refuse(entry, ("from", "to", "within_m") if is_trip else ("od",), kind)
    pairs = read_pairs(entry, known.site, known.folder)
    origin = _selection(entry, "from" if is_trip else "at", known)
    destination = _selection(entry, "to", known)
    arrivals = entry.choice("arrivals", Arrivals)
    within_m = entry.number("within_m", 0.1, LONGEST_TRIP_M)
    stops, rounds = entry.whole("stops", MOST_STOPS), entry.whole("rounds", MOST_ROUNDS)
    priorities = _priorities(entry, known)
    deadline_s = entry.span("deadline_s", 1.0, LONGEST_S)
    payload_kg = entry.span("payload_kg", 0.0, MOST_KG)
    thing = or_else(entry.text("object"), "")
    if known.findings.has_errors or not (demand_id and kind and count is not None and window_s):
        return None
    return Demand(
        id=demand_id,
        kind=kind,
        count=count,
        window_s=window_s,
        per_hour=per_hour,
        pairs=pairs,
        origin=origin,
        destination=destination,
        arrivals=or_else(arrivals, Arrivals.RANDOM),
        most_trip_m=or_else(within_m, math.inf),
        stops=or_else(stops, 3),
        rounds=or_else(rounds, 1),
        priorities=priorities,
        deadline_s=deadline_s,
        payload_kg=payload_kg or (0.0, 0.0),
        object=thing,
    )


def _how_many(entry: Fields) -> tuple[int | None, float | None]:
    """A count of jobs, or how many come in an hour on average; the other one is 0 or None."""
    count, per_hour = entry.whole("count", MOST_JOBS), entry.number("per_hour", 0.0, MOST_PER_HOUR)
    given_both = entry.get("count") is not None and entry.get("per_hour") is not None
    if given_both or (entry.get("count") is None and entry.get("per_hour") is None):
        what = "both 'count' and 'per_hour'" if given_both else "neither 'count' nor 'per_hour'"
        entry.findings.error(entry.mark, "how-many", what, "give one of the two")
    return (0 if per_hour is not None else count), per_hour


def _own_id(entry: Fields, known: Known) -> str | None:
    """The entry's id, which no other entry has."""
    name = entry.id("id")
    if name in known.ids:
        mend = "give one of the two another id"
        what = f"id {shown(name)} is already used in this scenario"
        known.findings.error(entry.entries["id"].mark, "duplicate-id", what, mend)
    elif name:
        known.ids.add(name)
    return name


def one_of(item: Item | None, names: Collection[str], what: str, known: Known) -> str | None:
    text = None if item is None else text_of(item, known.findings)
    if item is None or text is None or text in names:
        return text
    near = known.findings.likely(text, names)
    mend = f"did you mean '{near}'?" if near else f"name a {what} there is"
    known.findings.error(item.mark, "unknown-reference", f"no {what} {shown(text)}", mend)
    return None


def _selection(entry: Fields, key: str, known: Known) -> Selection:
    """Some places; all of them where the file does not say."""
    own = Fields(entry.get(key), known.findings, f"'{key}'", SELECTION_KEYS)
    kinds = [choice_of(item, known.findings, PlaceKind) for item in own.items("kinds")]
    zones = [one_of(item, known.site.zone_by_id, "zone", known) for item in own.items("zones")]
    places = [one_of(item, known.site.place_by_id, "place", known) for item in own.items("places")]
    return Selection(
        frozenset(filter(None, kinds)), tuple(filter(None, zones)), tuple(filter(None, places))
    )


def _priority(item: Item | None, known: Known) -> Priority:
    name = one_of(item, PRIORITIES, "priority", known)
    return PRIORITIES[name] if name else Priority.NORMAL


def _priorities(entry: Fields, known: Known) -> dict[Priority, float]:
    """How often each priority comes; all normal where the file does not say."""
    weights: dict[Priority, float] = {}
    for name, item in entry.pairs("priorities"):
        key = Item(name, item.key, plain=False)
        weight = number_of(item, known.findings, 0.0, MOST_WEIGHT)
        if one_of(key, PRIORITIES, "priority", known) and weight:
            weights[PRIORITIES[name]] = weight
    if entry.get("priorities") is not None and not weights:
        mark, mend = entry.entries["priorities"].mark, "give one at least a weight above 0"
        known.findings.error(mark, "no-priorities", "no priority ever comes", mend)
    return weights or {Priority.NORMAL: 1.0}


def _refuse(entry: Fields, keys: Collection[str], kind: JobKind | None) -> None:
    """Keys that mean nothing for a kind of job."""
    for key in keys:
        if kind and entry.get(key) is not None:
            what = f"'{key}' means nothing for a {kind} job"
            entry.findings.error(entry.entries[key].key, "not-for-this-kind", what, "drop it")
