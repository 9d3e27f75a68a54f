# SPDX-License-Identifier: Apache-2.0
"""Jobs as dispatch sees them: what a robot would cost, and why nobody ever could."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from suwon_fleet.core.access import misfit
from suwon_fleet.core.dispatch import Candidate, Errand, Worker
from suwon_fleet.core.engine import workers
from suwon_fleet.core.engine.choosing import choose
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import JobRecord, RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import ACTION_S, NEEDS, JobRequest, Phase, compose_part, part_of


def weigh_now(fleet: Fleet, job: JobRecord, robot: RobotRecord) -> Candidate | Reason:
    """A robot weighed for a job as it stands now, or why it cannot be weighed."""
    worker = workers.worker(fleet, robot)
    if worker is None:
        return Reason.of("battery-unknown", robot=robot.robot_id)
    return fleet.dispatcher.weigh(errand_of(fleet, job), worker, fleet.traffic.travel_s)


def errand_of(fleet: Fleet, job: JobRecord) -> Errand:
    """A job as dispatch sees it."""
    deadline = job.request.deadline_ns
    return _errand(
        fleet,
        job.job_id,
        job.request,
        job.phases,
        waited_s=fleet.seconds_since(job.due_ns),
        slack_s=-fleet.seconds_since(deadline) if deadline else math.inf,
        held_by=job.robot_id,
    )


def _errand(
    fleet: Fleet,
    job_id: str,
    request: JobRequest,
    phases: Sequence[Phase],
    *,
    waited_s: float,
    slack_s: float,
    held_by: str = "",
) -> Errand:
    vertices, action_s = [], 0.0
    for phase in phases:
        if phase.action is None:
            vertices.append(fleet.vertex_of(phase.place))
        else:
            action_s += ACTION_S[phase.action]
    return Errand(
        job_id,
        tuple(vertices),
        action_s,
        NEEDS[request.kind],
        request.payload_kg,
        int(request.priority),
        waited_s,
        slack_s,
        request.robot_id,
        held_by,
    )


def why_never(fleet: Fleet, request: JobRequest, phases: tuple[Phase, ...]) -> Reason | None:
    """Why no robot could do a job even if it were free and charged; None if one could."""
    if request.roles:
        return _why_never_together(fleet, request)
    known = fleet.state.robots.get(fleet.able.get(request.kind, ""))
    if known and any(one.refusal is None for one in _weighed(fleet, request, phases, [known])):
        return None
    refusals = []
    for candidate in _weighed(fleet, request, phases, fleet.state.robots.values()):
        if candidate.refusal is None:
            fleet.able[request.kind] = candidate.robot_id
            return None
        refusals.append(candidate.refusal)
    return _nearest_miss(fleet, request, refusals) if refusals else Reason.of("no-robots")


def _why_never_together(fleet: Fleet, request: JobRequest) -> Reason | None:
    """The same of a joint job: each role needs a robot of its own."""
    able: dict[str, list[str]] = {}
    for number, role in enumerate(request.roles):
        part, phases = part_of(request, role), compose_part(request, role)
        weighed = _weighed(fleet, part, phases, fleet.state.robots.values())
        able[str(number)] = [one.robot_id for one in weighed if one.refusal is None]
        if not able[str(number)]:
            return why_never(fleet, part, phases)
    if choose(able) is None:
        robots = len({name for names in able.values() for name in names})
        return Reason.of("too-few-robots", roles=len(able), robots=robots)
    return None


def _weighed(
    fleet: Fleet, request: JobRequest, phases: tuple[Phase, ...], robots: Iterable[RobotRecord]
) -> Iterator[Candidate]:
    """Those of some robots that may take jobs, weighed as if they were free and charged."""
    errand = _errand(fleet, "", request, phases, waited_s=0.0, slack_s=math.inf)
    for robot in robots:
        if robot.commissioned:
            kind = fleet.kind_of(robot)
            rested = Worker(robot.robot_id, kind, robot.path[-1], 0.0, kind.battery.target_soc)
            yield fleet.dispatcher.weigh(errand, rested, fleet.traffic.travel_s)


_NEAREST_FIRST = (
    "battery-too-small",
    "no-way-back",
    "unreachable",
    "payload-too-heavy",
    "not-capable",
    "not-this-robot",
)


def _nearest_miss(fleet: Fleet, request: JobRequest, refusals: list[Reason]) -> Reason:
    """Of many refusals, that of the robot that came nearest to doing it."""
    ranks = {code: rank for rank, code in enumerate(_NEAREST_FIRST)}
    best = min(refusals, key=lambda reason: ranks.get(reason.code, len(ranks)))
    if best.code == "unreachable":
        for place in request.places:
            for zone in fleet.closed_zones():
                if fleet.is_in_zone(place, zone):
                    return Reason.of("zone-closed", zone=zone, place=place)
        facts = dict(best.facts)
        robot = fleet.state.robots[facts["robot"]]
        return (
            _lacks_permit(fleet, request, robot)
            or _misfit(fleet, robot, facts["place"])
            or _way_closed(fleet, robot, request)
            or best
        )
    return best


def _way_closed(fleet: Fleet, robot: RobotRecord, request: JobRequest) -> Reason | None:
    """The first closed zone on a robot's way from place to place of a job."""
    here = robot.path[-1]
    for place in request.places:
        there = fleet.vertex_of(place)
        if zone := fleet.traffic.closed_between(robot.kind, here, there):
            return Reason.of("way-closed", place=place, zone=zone)
        here = there
    return None


def _misfit(fleet: Fleet, robot: RobotRecord, goal: str) -> Reason | None:
    """The lane to a place for which a robot is too large, if that is why it cannot get there."""
    lanes = fleet.site.lanes_into.get(goal, [])
    faults = [misfit(fleet.kind_of(robot), lane) for lane in lanes]
    if not lanes or not all(faults):
        return None
    return Reason.of(
        "lane-not-for-robot", robot=robot.robot_id, place=goal, lane=lanes[0].id, fault=faults[0]
    )


def _lacks_permit(fleet: Fleet, request: JobRequest, robot: RobotRecord) -> Reason | None:
    """A zone of the job that a robot has no permit for."""
    permits = fleet.kind_of(robot).permits
    guarded = [zone for zone in fleet.site.zones if zone.permit and zone.permit not in permits]
    for place in request.places:
        for zone in guarded:
            if fleet.is_in_zone(place, zone.id):
                return Reason.of(
                    "permit-needed",
                    robot=robot.robot_id,
                    place=place,
                    zone=zone.id,
                    permit=zone.permit,
                )
    return None
