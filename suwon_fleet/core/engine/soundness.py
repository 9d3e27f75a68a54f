# SPDX-License-Identifier: Apache-2.0
"""Owners of other groups are believed, but not in what cannot be on our map or of our robots' kinds."""

from __future__ import annotations

from suwon_fleet.core.engine import cuts
from suwon_fleet.core.engine.border import Border
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.federation.cuts import Ownership
from suwon_fleet.core.federation.messages import (
    AskPlace,
    AskToEnter,
    CancelThere,
    CutHeard,
    CutTold,
    GiveZone,
    HandOver,
    JobIsHere,
    JobOver,
    Message,
    PlaceLent,
    SendJob,
    ZonesHeard,
    ZonesTold,
)
from suwon_fleet.core.federation.travel import CarriedJob, Traveller
from suwon_fleet.core.federation.zones import MOST, ZoneWord
from suwon_fleet.core.robots.states import Layer, RobotStates
from suwon_fleet.core.sitemap import PlaceKind

MOST_S = 3600.0
"""No place is lent for longer."""


def fault_of(fleet: Fleet, border: Border, peer: str, message: Message) -> str | None:
    """What is wrong with a message, in a word; None for one that can be heeded."""
    if peer not in border.ground.groups or peer == border.ground.own:
        return "peer"
    match message:
        case AskToEnter():
            return _fault_of_question(fleet, border, peer, message)
        case HandOver(robot=robot, epoch=epoch) if epoch <= known_epoch(border, robot.robot_id):
            return None  # it was taken before; where it stood may be another's by now
        case HandOver(robot=robot, job=job):
            return (
                _fault_of_robot(fleet, border, robot)
                or _fault_of_promised(border, peer, message.handover_id, robot)
                or (_fault_of_job(fleet, border, job) if job else None)
            )
        case SendJob(job=job):
            return _fault_of_job(fleet, border, job)
        case JobOver(status=status) if not status.is_over:
            return "status"
        case JobIsHere(hops=hops) if not 0 < hops < MOST:
            return "hops"
        case CancelThere(job_id=job_id) if job_id in border.state.jobs:
            return None if border.state.origins.get(job_id) == peer else "job_id"
        case AskPlace():
            return _fault_of_asked(fleet, border, message)
        case PlaceLent(place=place, asked_ns=asked_ns, for_s=for_s):
            if place not in fleet.site.place_by_id:
                return "place"
            if asked_ns > fleet.now_ns:  # of our own clock
                return "asked_ns"
            return None if 0.0 <= for_s <= MOST_S else "for_s"
        case ZonesTold(words=words) | ZonesHeard(words=words):
            return next(filter(None, (_fault_of_word(fleet, border, word) for word in words)), None)
        case CutTold(owners=owners) | CutHeard(owners=owners):
            return next(filter(None, (_fault_of_owner(fleet, border, one) for one in owners)), None)
        case GiveZone():
            return _fault_of_gift(fleet, border, peer, message)
    return None


def known_epoch(border: Border, robot_id: str) -> int:
    """How often a robot has changed hands, as far as we know."""
    return border.state.epochs.get(robot_id, 0)


def _fault_of_asked(fleet: Fleet, border: Border, said: AskPlace) -> str | None:
    if said.kind not in fleet.kinds:
        return "kind"
    if not border.ground.is_vertex(said.vertex):
        return "vertex"
    if said.what not in (PlaceKind.CHARGER, PlaceKind.PARKING):
        return "what"
    return None if not said.place or said.place in fleet.site.place_by_id else "place"


def _fault_of_word(fleet: Fleet, border: Border, word: ZoneWord) -> str | None:
    if word.zone_id not in fleet.site.zone_by_id:
        return "zone_id"
    if word.group not in border.ground.groups:
        return "group"
    return None if 0 < word.number < MOST else "number"


def _fault_of_owner(fleet: Fleet, border: Border, word: Ownership) -> str | None:
    if word.zone_id not in fleet.site.zone_by_id:
        return "zone_id"
    if word.group not in border.ground.groups:
        return "group"
    return None if 0 < word.number < MOST else "number"


def _fault_of_gift(fleet: Fleet, border: Border, peer: str, said: GiveZone) -> str | None:
    """It is for us, of the peer's ground only, and all who come with it stand on that, once each."""
    if not said.gift:
        return "gift"
    for word in said.gift:
        if fault := _fault_of_owner(fleet, border, word):
            return fault
        if word.group != border.ground.own:
            return "group"
    known = border.state.owners
    if not any(word.outranks(known.get(word.zone_id)) for word in said.gift):
        return None  # it was taken before
    gained = border.ground.gained(cuts.known(border), said.gift)
    is_ours = border.state.giving is not None  # it may come back before we heard that it went
    if not is_ours and (not gained or set(gained.values()) != {peer}):
        return "gift"
    names = [resident.robot.robot_id for resident in said.residents]
    if len(names) != len(set(names)):
        return "residents"
    for resident in said.residents:
        if not is_ours and resident.robot.vertex not in gained:
            return "vertex"
        job = resident.job
        fault = _fault_of_traveller(fleet, border, resident.robot) or (
            _fault_of_job(fleet, border, job) if job else None
        )
        if fault:
            return fault
    return None


def _fault_of_question(fleet: Fleet, border: Border, peer: str, said: AskToEnter) -> str | None:
    """Its id is the name of its ground with us, so it must be no robot's."""
    ground = border.ground
    if not said.handover_id.startswith(f"{said.robot_id}@{peer}>{ground.own}."):
        return "handover_id"
    if said.kind not in fleet.kinds:
        return "kind"
    promised = border.state.coming.get(said.handover_id)
    if promised and (promised.kind, promised.gate) != (said.kind, said.gate):
        return "handover_id"
    return None if ground.is_way(said.gate) else "gate"


def _fault_of_promised(border: Border, peer: str, handover_id: str, robot: Traveller) -> str | None:
    """Ground is kept for one robot of one kind at one vertex: no other may be put there."""
    promised = border.state.coming.get(handover_id)
    if promised is None:
        return None
    if promised.peer != peer or promised.robot_id != robot.robot_id:
        return "handover_id"
    if promised.kind != robot.kind:
        return "kind"
    return None if promised.gate[1] == robot.vertex else "vertex"


def _fault_of_robot(fleet: Fleet, border: Border, robot: Traveller) -> str | None:
    fault = _fault_of_traveller(fleet, border, robot)
    return fault or (None if border.is_own(robot.vertex) else "vertex")


def _fault_of_traveller(fleet: Fleet, border: Border, robot: Traveller) -> str | None:
    if robot.kind not in fleet.kinds:
        return "kind"
    if not border.ground.is_vertex(robot.vertex):
        return "vertex"
    if robot.destination and robot.destination not in fleet.site.place_by_id:
        return "destination"
    if {name for name, _ in robot.since_ns} != set(Layer):
        return "since_ns"
    usual = RobotStates.unheard(fleet.kinds[robot.kind])
    has_layers = all((usual.at(one) is None) == (robot.states.at(one) is None) for one in Layer)
    return None if has_layers else "states"


def _fault_of_job(fleet: Fleet, border: Border, job: CarriedJob) -> str | None:
    """Its origin will be told of its end, so there must be one."""
    if job.origin not in border.ground.groups:
        return "origin"
    if not set(job.looked) <= set(border.ground.groups):
        return "looked"
    places = {*job.request.places, *(phase.place for phase in job.phases)}
    if not places or not places <= fleet.site.place_by_id.keys():
        return "places"
    if not job.phases or not -1 <= job.phase_index < len(job.phases):
        return "phase_index"
    return "status" if job.status.is_over or job.request.roles else None
