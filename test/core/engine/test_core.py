# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import pytest
from core.engine.puppets import PuppetStage
from core.engine.small import KINDS, fresh_core, small_site

from suwon_fleet.core.engine import events as e
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.core import FleetCore, site_hash
from suwon_fleet.core.engine.state import FleetState
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.jobs import JobKind, JobStatus
from suwon_fleet.core.sitemap import Place, PlaceKind
from suwon_fleet.dispatch import RollingHorizon
from suwon_fleet.traffic import Coordinator


def busy_stage() -> PuppetStage:
    stage = PuppetStage({"r1": ("courier", "a"), "h1": ("helper", "b2")})
    stage.submit(JobKind.DELIVERY, "b", "d")
    stage.submit(JobKind.MANIPULATION, "table", "shelf")
    return stage


def test_a_fresh_fleet_knows_its_site_after_its_first_step() -> None:
    core = fresh_core()
    assert core.state == FleetState()
    outcome = core.step(5, [])
    assert [type(event) for event in outcome.events] == [e.SiteOpened]
    assert core.step(6, []).events == ()


def test_replay_of_every_prefix_is_the_state_of_that_moment() -> None:
    stage = busy_stage()
    seen = []
    for _ in range(60):
        stage.play()
        seen.append((len(list(stage.journal.read())), stage.core.state_hash()))
    journal = list(stage.journal.read())
    for length, hash_then in seen[::10]:
        assert fresh_core(journal[:length]).state_hash() == hash_then


def test_a_journal_cut_short_within_a_step_still_starts() -> None:
    stage = busy_stage()
    for _ in range(40):
        stage.play()
    journal = list(stage.journal.read())
    for length in range(0, len(journal), 7):
        core = fresh_core(journal[:length])
        core.step(core.state.now_ns + 1, [])


def test_the_hash_tells_states_apart() -> None:
    stage = busy_stage()
    before = stage.core.state_hash()
    stage.core.state.jobs["job-1"].status = JobStatus.PAUSED
    assert stage.core.state_hash() != before


def test_a_journal_belongs_to_its_map() -> None:
    journal = list(busy_stage().journal.read())
    site = small_site()
    moved = replace(site, places=(*site.places, Place("new", "d", frozenset({PlaceKind.GATE}))))
    assert site_hash(moved) != site_hash(site)
    with pytest.raises(BadInput, match="another map"):
        FleetCore.replay(
            journal,
            moved,
            KINDS,
            traffic=Coordinator(moved, list(KINDS.values())),
            dispatcher=RollingHorizon(),
        )


def test_time_never_runs_backwards() -> None:
    stage = busy_stage()
    now_ns = stage.core.state.now_ns
    stage.core.step(now_ns - 10**9, [m.SetZone("t", "yard_zone", False)])
    assert stage.core.state.now_ns == now_ns
    assert stage.core.fleet.now_ns == now_ns


def test_two_fleets_that_hear_the_same_decide_the_same() -> None:
    one, other = busy_stage(), busy_stage()
    for _ in range(80):
        one.play()
        other.play()
    assert one.core.state_hash() == other.core.state_hash()
    assert list(one.journal.read()) == list(other.journal.read())


def test_a_zone_the_map_has_closed_may_be_opened() -> None:
    site = small_site()
    closed = replace(site, zones=(replace(site.zones[0], is_open=False),))
    core = FleetCore(
        closed,
        KINDS,
        traffic=Coordinator(closed, list(KINDS.values())),
        dispatcher=RollingHorizon(),
    )
    assert core.fleet.closed_zones() == {"yard_zone"}
    core.step(1, [m.SetZone("t", "yard_zone", True)])
    assert core.fleet.closed_zones() == set()
    core.step(2, [m.SetZone("t", "yard_zone", False)])
    assert core.fleet.closed_zones() == {"yard_zone"}
