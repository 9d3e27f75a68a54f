# SPDX-License-Identifier: Apache-2.0
"""What links are sure of: robots out of reach, and what people should know."""

from __future__ import annotations

import pytest
from core.engine.puppets import PuppetStage

from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.states import Connection


@pytest.fixture
def stage() -> PuppetStage:
    return PuppetStage({"r1": ("courier", "a"), "r2": ("courier", "c")})


def test_a_robot_that_has_vanished_is_lost_at_once_and_back_with_its_next_report(
    stage: PuppetStage,
) -> None:
    stage.turn(m.Vanished("r1"), reports=False)
    assert stage.robot("r1").states.connection is Connection.COMMS_LOST
    assert stage.robot("r2").states.connection is Connection.ONLINE
    assert len(stage.codes("r1")) == 1
    stage.turn(m.Vanished("r1"), m.Vanished("nobody"), reports=False)
    assert len(stage.codes("r1")) == 1
    stage.turn()
    assert stage.robot("r1").states.connection is Connection.ONLINE
    assert stage.codes("r1") == []


def alarm(text: str, code: str = "tilted", *, is_over: bool = False) -> m.Noticed:
    reason = Reason.of("robot-alarm", robot="r1", alarm=code, text=text)
    return m.Noticed(2, reason, "r1", is_over)


def test_what_is_noticed_is_told_once_whatever_its_words(stage: PuppetStage) -> None:
    stage.turn(alarm("by 40 degrees"), alarm("by 41 degrees"), alarm("left", "lamp"))
    assert stage.codes("r1") == ["robot-alarm", "robot-alarm"]
    stage.turn(alarm("no more", is_over=True), alarm("never was", "heat", is_over=True))
    assert stage.codes("r1") == ["robot-alarm"]
