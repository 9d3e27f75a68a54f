# SPDX-License-Identifier: Apache-2.0
"""What events make of robots and jobs that come and go; see :mod:`.evolve`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from suwon_fleet.core.engine.evolve_robots import bind, note_charge, removed
from suwon_fleet.core.engine.group_state import (
    Calling,
    Coming,
    Giving,
    GroupState,
    Lease,
    Leaving,
    Sent,
    Stage,
)
from suwon_fleet.core.engine.index import put
from suwon_fleet.core.engine.state import JobRecord
from suwon_fleet.core.federation import events as e
from suwon_fleet.core.federation.cuts import Ownership
from suwon_fleet.core.federation.messages import GiveZone, HandOver
from suwon_fleet.core.federation.travel import Called, CarriedJob, Resident, Traveller
from suwon_fleet.core.jobs import JobStatus


def _opened(state: GroupState, event: e.GroupOpened) -> None:
    state.group, state.cut, state.opened_ns = event.group, event.cut, event.at_ns


def _owned(state: GroupState, event: e.RobotOwned) -> None:
    state.epochs[event.robot_id] = event.epoch


# Robots


def _asked(state: GroupState, event: e.HandoverAsked) -> None:
    state.count("handover")
    state.leaving[event.robot_id] = Leaving(
        event.handover_id, event.robot_id, event.peer, event.gate
    )


def _withdrawn(state: GroupState, event: e.HandoverWithdrawn) -> None:
    del state.leaving[event.robot_id]


def _promised(state: GroupState, event: e.HandoverPromised) -> None:
    state.coming[event.handover_id] = Coming(
        event.handover_id, event.robot_id, event.kind, event.peer, event.gate
    )


def _void(state: GroupState, event: e.PromiseVoid) -> None:
    del state.coming[event.handover_id]


def _begun(state: GroupState, event: e.HandoverBegun) -> None:
    state.leaving[event.robot_id].stage = Stage.BEGUN


def _handed_over(state: GroupState, event: e.RobotHandedOver) -> None:
    """What the next owner is told is made here, once, of what is known at this moment."""
    leaving = state.leaving[event.robot_id]
    one = _let_go(state, event.robot_id, leaving.peer)
    leaving.stage = Stage.TOLD
    leaving.parting = HandOver(event.handover_id, one.robot, one.epoch, one.job)


def _let_go(state: GroupState, robot_id: str, peer: str) -> Resident:
    """A robot is ours no more; what its next owner is to know of it."""
    robot = state.robots[robot_id]
    state.looked.pop(robot.job_id, None)
    epoch = state.epochs.get(robot_id, 0) + 1
    state.epochs[robot_id] = epoch
    traveller, job = Traveller.of(robot), state.jobs.get(robot.job_id)
    carried = _send_away(state, job, peer) if job else None
    removed(state, robot_id)
    return Resident(traveller, epoch, carried)


def _taken(state: GroupState, event: e.RobotTaken) -> None:
    state.coming.pop(event.handover_id, None)
    _take_in(state, Resident(event.robot, event.epoch, event.job))


def _take_in(state: GroupState, one: Resident) -> None:
    """A robot is ours, with its job."""
    name = one.robot.robot_id
    state.leases.pop(name, None)
    state.epochs[name] = one.epoch
    robot = state.robots[name] = one.robot.record()
    put(state.index.ends_at, robot.path[-1], name)
    bind(state, robot, one.robot.destination)
    note_charge(state, name, robot.states)
    if one.job:
        _arrive(state, one.job).robot_id = name
        robot.job_id = one.job.job_id


def _closed(state: GroupState, event: e.HandoverClosed) -> None:
    leaving = state.leaving.pop(event.robot_id)
    if leaving.parting and leaving.parting.job:
        _forget_others(state, leaving.parting.job.job_id)


# Jobs


def _send_away(state: GroupState, job: JobRecord, peer: str) -> CarriedJob:
    """A job goes to another group; here it only is remembered that it did."""
    hops = state.hops.get(job.job_id, 0) + 1
    origin, looked = state.origins.get(job.job_id, state.group), state.looked.get(job.job_id, ())
    called = state.called.pop(job.job_id, None)
    state.unseen.pop(job.job_id, None)
    carried = CarriedJob.of(job, origin, hops, looked, called)
    state.hops[job.job_id], state.away[job.job_id] = hops, peer
    job.robot_id = ""
    del state.index.open_jobs[job.job_id]
    return carried


def _arrive(state: GroupState, carried: CarriedJob) -> JobRecord:
    """A job is here: for the first time, or again."""
    job = state.jobs.get(carried.job_id)
    if job is None:
        job = JobRecord(carried.job_id, carried.request, carried.phases, carried.submitted_ns)
        state.jobs[carried.job_id] = job
    if carried.origin != state.group:
        state.origins[carried.job_id] = carried.origin
        if carried.hops > 1:  # at first it comes from its origin
            state.unseen[carried.job_id] = carried.hops
    if carried.called:
        state.called[carried.job_id] = carried.called
    carried.put_into(job)
    state.hops[carried.job_id], state.looked[carried.job_id] = carried.hops, carried.looked
    state.away.pop(carried.job_id, None)
    state.sent.pop(carried.job_id, None)
    state.index.open_jobs[carried.job_id] = None
    return job


def _forwarded(state: GroupState, event: e.JobForwarded) -> None:
    job = state.jobs[event.job_id]
    state.looked[event.job_id] = event.looked
    state.sent[event.job_id] = Sent(event.peer, _send_away(state, job, event.peer))
    job.status = JobStatus.ASSIGNED


def _delivered(state: GroupState, event: e.JobDelivered) -> None:
    del state.sent[event.job_id]
    _forget_others(state, event.job_id)


def _forget_others(state: GroupState, job_id: str) -> None:
    """Of a job that only passed through, all that is kept is what tells it from a double of itself."""
    if job_id in state.origins and job_id in state.away:
        del state.jobs[job_id], state.origins[job_id], state.away[job_id]
        state.looked.pop(job_id, None)


def _arrived(state: GroupState, event: e.JobArrived) -> None:
    _arrive(state, event.job)


def _came_back(state: GroupState, event: e.JobCameBack) -> None:
    del state.away[event.job_id]
    state.sent.pop(event.job_id, None)
    state.index.open_jobs[event.job_id] = None


def _end_heard(state: GroupState, event: e.JobEndHeard) -> None:
    del state.owed[event.job_id]


def _seen(state: GroupState, event: e.JobSeen) -> None:
    state.away[event.job_id], state.hops[event.job_id] = event.peer, event.hops


def _seen_heard(state: GroupState, event: e.JobSeenHeard) -> None:
    del state.unseen[event.job_id]


def _cancel_asked(state: GroupState, event: e.JobCancelAsked) -> None:
    state.count("cancel")
    state.calling[event.job_id] = Calling(event.number, event.requester)


def _cancel_heard(state: GroupState, event: e.JobCancelHeard) -> None:
    """Of one that has ended so, its end is told, and that says all."""
    if not state.jobs[event.job_id].status.is_over:
        state.called[event.job_id] = Called(event.number, event.refusal)


def _cancel_settled(state: GroupState, event: e.JobCancelSettled) -> None:
    """What was refused may be asked for again; so may what is here by now."""
    if event.refusal or event.job_id not in state.away:
        state.calling.pop(event.job_id, None)
    else:
        state.calling[event.job_id].is_done = True


# Places


def _leased(state: GroupState, event: e.PlaceLeased) -> None:
    state.leases[event.robot_id] = Lease(event.peer, event.place, event.asked_ns, event.ends_ns)


def _lease_ended(state: GroupState, event: e.LeaseEnded) -> None:
    del state.leases[event.robot_id]


# Zones


def _zone_heard(state: GroupState, event: e.ZoneHeard) -> None:
    word = state.zones[event.word.zone_id] = event.word
    state.set_zone(word.zone_id, word.is_open, word.reason)


def _giving(state: GroupState, event: e.ZoneGiving) -> None:
    state.giving = Giving(event.zone_id, event.peer, event.gift, event.requester, event.at_ns)


def _kept(state: GroupState, event: e.ZoneKept) -> None:
    state.giving = None


def _given(state: GroupState, event: e.ZoneGiven) -> None:
    """As when one robot is handed over: what the next owner is told is made here, once."""
    giving = state.giving
    assert giving
    residents = [_let_go(state, robot_id, giving.peer) for robot_id in event.robot_ids]
    giving.parting = GiveZone(giving.gift, tuple(residents))


def _zone_taken(state: GroupState, event: e.ZoneTaken) -> None:
    _note_owners(state, event.gift)
    for resident in event.residents:
        _take_in(state, resident)


def _given_closed(state: GroupState, event: e.ZoneGivenClosed) -> None:
    giving, state.giving = state.giving, None
    assert giving
    assert giving.parting
    _note_owners(state, giving.gift)
    for resident in giving.parting.residents:
        if resident.job:
            _forget_others(state, resident.job.job_id)


def _owner_heard(state: GroupState, event: e.OwnerHeard) -> None:
    _note_owners(state, (event.word,))


def _note_owners(state: GroupState, words: Iterable[Ownership]) -> None:
    state.owners |= {word.zone_id: word for word in words}


GROUP_EVENTS: Mapping[type, Callable[[Any, Any], None]] = {
    e.GroupOpened: _opened,
    e.RobotOwned: _owned,
    e.HandoverAsked: _asked,
    e.HandoverWithdrawn: _withdrawn,
    e.HandoverPromised: _promised,
    e.PromiseVoid: _void,
    e.HandoverBegun: _begun,
    e.RobotHandedOver: _handed_over,
    e.RobotTaken: _taken,
    e.HandoverClosed: _closed,
    e.JobForwarded: _forwarded,
    e.JobDelivered: _delivered,
    e.JobArrived: _arrived,
    e.JobCameBack: _came_back,
    e.JobEndHeard: _end_heard,
    e.JobSeen: _seen,
    e.JobSeenHeard: _seen_heard,
    e.JobCancelAsked: _cancel_asked,
    e.JobCancelHeard: _cancel_heard,
    e.JobCancelSettled: _cancel_settled,
    e.PlaceLeased: _leased,
    e.LeaseEnded: _lease_ended,
    e.ZoneHeard: _zone_heard,
    e.ZoneGiving: _giving,
    e.ZoneKept: _kept,
    e.ZoneGiven: _given,
    e.ZoneTaken: _zone_taken,
    e.ZoneGivenClosed: _given_closed,
    e.OwnerHeard: _owner_heard,
}
