# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from core.robots.samples import ready

from suwon_fleet.core.engine.motion import reason_of
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.questions import may_make_way
from suwon_fleet.core.robots.report import Compartment
from suwon_fleet.core.robots.states import Layer, Mission
from suwon_fleet.core.texts import say
from suwon_fleet.core.traffic import Wait, WaitReason


@pytest.mark.parametrize("reason", WaitReason)
def test_every_wait_can_be_told(reason: WaitReason) -> None:
    for wait in (Wait(reason, "r2", "yard"), Wait(reason)):
        told = reason_of(wait)
        assert told.code == f"wait-{reason.value.replace('_', '-')}"
        assert not say(told, "en").startswith(told.code)


def test_a_wait_names_whom_or_what_it_is_for() -> None:
    assert reason_of(Wait(WaitReason.GROUND, "r2")) == Reason.of("wait-ground", robot="r2")
    assert reason_of(Wait(WaitReason.ZONE_FULL, None, "z")) == Reason.of("wait-zone-full", zone="z")


def test_an_idle_robot_may_be_moved_out_of_the_way() -> None:
    states = ready(Family.DELIVERY)
    assert states.mission is Mission.IDLE
    assert may_make_way(states) is None
    assert may_make_way(states.moved({Layer.COMPARTMENT: Compartment.OPEN})) is not None
    assert may_make_way(states.moved({Layer.MISSION: Mission.AT_PICKUP})) is not None
