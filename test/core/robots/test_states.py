# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import fields

import msgspec
from core.robots.samples import kind_of
from hypothesis import given
from hypothesis import strategies as st

from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.report import Compartment, RobotReport
from suwon_fleet.core.robots.states import Connection, Layer, RobotStates


def test_layers_are_the_fields() -> None:
    assert {field.name for field in fields(RobotStates)} == set(Layer)


def test_reports_name_the_robots_layers() -> None:
    told = set(RobotReport.__struct_fields__) & set(Layer)
    robots = {layer.value for layer in Layer if not layer.is_fleets}
    assert robots - told == {"battery"}
    assert told <= robots


@given(st.builds(RobotStates))
def test_states_survive_a_journal(states: RobotStates) -> None:
    plain = msgspec.to_builtins(states)
    assert all(value is None or type(value) is str for value in plain.values())
    packed = msgspec.msgpack.encode(plain)
    assert msgspec.convert(msgspec.msgpack.decode(packed), RobotStates) == states


def test_a_robot_not_heard_has_the_layers_of_its_kind() -> None:
    lidded = RobotStates.unheard(kind_of(Family.DELIVERY))
    assert lidded.compartment is Compartment.OPEN
    assert (lidded.control, lidded.posture, lidded.manipulation) == (None, None, None)
    assert RobotStates.unheard(kind_of(Family.DELIVERY, lids=0)).compartment is None
    humanoid = RobotStates.unheard(kind_of(Family.HUMANOID))
    assert humanoid.compartment is None
    assert humanoid.control is not None
    assert humanoid.connection is Connection.OFFLINE


def test_states_of_nothing_moved_are_the_same() -> None:
    states = RobotStates.unheard(kind_of(Family.DELIVERY))
    assert states.moved({}) is states
