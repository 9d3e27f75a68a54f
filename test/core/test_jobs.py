# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from core.robots.samples import ready
from hypothesis import given
from hypothesis import strategies as st

from suwon_fleet.core.jobs import (
    ACTION_S,
    NEEDS,
    JobKind,
    JobRequest,
    JobStatus,
    closing,
    compose,
    return_phases,
)
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.facts import Facts
from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.layers.hands import TRIGGER_OF
from suwon_fleet.core.robots.states import Mission
from suwon_fleet.core.robots.tables import TABLES
from suwon_fleet.core.robots.trigger import Trigger

NAMES = st.sampled_from(["a", "b", "c"])
WHO_DOES = {
    JobKind.DELIVERY: Family.DELIVERY,
    JobKind.PATROL: Family.DELIVERY,
    JobKind.GO_TO: Family.HUMANOID,
    JobKind.MANIPULATION: Family.HUMANOID,
}


@st.composite
def requests(draw: st.DrawFn) -> JobRequest:
    kind = draw(st.sampled_from([kind for kind in JobKind if kind is not JobKind.JOINT]))
    counts = {JobKind.GO_TO: 1, JobKind.DELIVERY: 2, JobKind.MANIPULATION: 2}
    count = counts.get(kind) or draw(st.integers(1, 4))
    places = draw(st.lists(NAMES, min_size=count, max_size=count))
    rounds = draw(st.integers(1, 3)) if kind is JobKind.PATROL else 1
    return JobRequest(kind, tuple(places), rounds=rounds)


@given(requests())
def test_phases_go_through_the_places_in_order(request: JobRequest) -> None:
    legs = [phase.place for phase in compose(request) if phase.action is None]
    assert tuple(legs) == request.places * request.rounds


@given(requests())
def test_every_action_happens_where_the_leg_before_it_ends(request: JobRequest) -> None:
    phases = compose(request)
    assert phases[0].action is None
    here = ""
    for phase in phases:
        here = phase.place if phase.action is None else here
        assert phase.place == here
        assert phase.action is None or phase.action in ACTION_S


@given(requests())
def test_the_states_of_a_robot_go_along(request: JobRequest) -> None:
    """The triggers of the phases, and of the arrivals between them, lead from idle to idle."""
    family = WHO_DOES[request.kind]
    table, states, facts = TABLES[family], ready(family), Facts(soc=0.9, tries=0, loaded=True)
    for phase in compose(request):
        if phase.action is None:
            enter = (*phase.enter, Trigger.GOAL_REACHED)
        else:
            trigger = TRIGGER_OF.get(phase.action)
            enter = (trigger,) if trigger else ()
        for trigger in enter:
            states = table.fire(states, trigger, facts_for(family, facts)).states
    for trigger in closing(request.kind):
        states = table.fire(states, trigger, facts_for(family, facts)).states
    assert states.mission is Mission.IDLE


def facts_for(family: Family, facts: Facts) -> Facts:
    from core.robots.samples import BATTERY, SWAP_BATTERY

    battery = SWAP_BATTERY if family is Family.HUMANOID else BATTERY
    return Facts(soc=facts.soc, tries=0, loaded=True, battery=battery)


@pytest.mark.parametrize(
    ("kind", "actions"),
    [
        (JobKind.DELIVERY, [ActionKind.UNLOAD]),
        (JobKind.MANIPULATION, [ActionKind.PLACE, ActionKind.RELEASE, ActionKind.RETREAT]),
    ],
)
def test_a_load_goes_back_to_where_it_came_from(kind: JobKind, actions: list[ActionKind]) -> None:
    leg, *acts = return_phases(JobRequest(kind, ("here", "there")))
    assert leg.action is None
    assert [phase.action for phase in acts] == actions
    assert {phase.place for phase in (leg, *acts)} == {"here"}


def test_every_kind_needs_something() -> None:
    assert set(NEEDS) == set(JobKind) - {JobKind.JOINT}


def test_what_is_over() -> None:
    over = {status for status in JobStatus if status.is_over}
    assert over == {JobStatus.FINISHED, JobStatus.FAILED, JobStatus.CANCELLED}
