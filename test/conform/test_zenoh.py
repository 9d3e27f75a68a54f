# SPDX-License-Identifier: Apache-2.0
"""Who keeps the contract over Zenoh passes, and each way to break it gets its name, over real sessions."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from conform.rigs import DIES_OF_JUNK, FAULTS, HOME, MAY_BREAK_TOO, ROBOT_ID, Fault, rig_at
from zenoh_net import free_endpoint, session_at

from suwon_fleet.adapters.zenoh.doctor import Doctor
from suwon_fleet.adapters.zenoh.session import SessionSettings
from suwon_fleet.conform.book import Finding, Verdict, of_verdict
from suwon_fleet.conform.exam import Plan
from suwon_fleet.conform.zenoh import examine
from suwon_fleet.core.errors import BadInput
from suwon_fleet.wire.zenoh.keys import Address

EXAMPLE = Path(__file__).parents[2] / "examples" / "zenoh_robot.py"
FIRST_S, PATIENCE_S = 60.0, 30.0
"""Only who does not come is waited for so long."""
OF_EVENTS = ["events-gap-free", "events-replayed"]
SIX = ("factsheet", "seq", "expired", "no-self-resume", "grant-session", "events-gap-free")


def examined(endpoint: str, *faults: Fault, **plan: float) -> list[Finding]:
    with rig_at(endpoint, *faults):
        settings = SessionSettings(connect=(endpoint,))
        return examine(settings, ROBOT_ID, plan=Plan(**plan), first_s=FIRST_S)


def failed(findings: list[Finding]) -> list[str]:
    return of_verdict(findings, Verdict.FAIL)


def faults_of(findings: list[Finding]) -> dict[str, str]:
    """What was seen of those that failed."""
    return {f.clause.id: f.seen for f in findings if f.verdict is Verdict.FAIL}


def test_a_rig_of_the_library_passes_every_clause() -> None:
    findings = examined(free_endpoint(), patience_s=PATIENCE_S)
    assert {f.clause.id: f.seen for f in findings if f.verdict is not Verdict.PASS} == {}


def test_each_of_six_faults_is_named_and_nothing_else() -> None:
    findings = examined(free_endpoint(), *(FAULTS[name] for name in SIX))
    assert faults_of(findings).keys() == {*SIX}
    assert all(finding.seen for finding in findings)


@pytest.mark.longest
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_and_nothing_more_than_it_breaks(name: str) -> None:
    plan = {"action_s": 5.0} if name == "action" else {}  # which never ends
    findings = examined(free_endpoint(), FAULTS[name], **plan)
    found = faults_of(findings)
    assert name in found
    assert found.keys() <= {name, *MAY_BREAK_TOO.get(name, ())}, found


@pytest.mark.longest
def test_a_rig_that_dies_of_rubbish_is_told_so() -> None:
    assert "rubbish" in failed(
        examined(free_endpoint(), DIES_OF_JUNK, patience_s=0.5, action_s=1.0)
    )


@pytest.mark.longest
def test_the_example_passes() -> None:
    endpoint = free_endpoint()
    arguments = [endpoint, *HOME, "r-1", "6.0", "0.5"]
    robot = subprocess.Popen([sys.executable, str(EXAMPLE), *arguments])
    try:
        findings = examine(
            SessionSettings(connect=(endpoint,)), "r-1", plan=Plan(), first_s=FIRST_S
        )
    finally:
        robot.kill()
        robot.wait()
    assert of_verdict(findings, Verdict.NOT_SEEN) == OF_EVENTS, "it tells none"
    assert failed(findings) == []


@pytest.mark.longest
def test_behind_a_router_its_connection_is_not_ours_to_break() -> None:
    endpoint = free_endpoint()
    with session_at(mode="router", listen=[endpoint]):
        findings = examined(endpoint, room_m=0.0)
    assert failed(findings) == []
    unseen = of_verdict(findings, Verdict.NOT_SEEN)
    assert {"reconnect", "grant", "overrun"} <= {*unseen}


def test_where_a_fleet_manager_is_at_work_it_does_not_interfere() -> None:
    endpoint = free_endpoint()
    with (
        session_at(mode="router", listen=[endpoint]) as session,
        closing(Doctor(session, HOME[0], "*", 1.0)),
        pytest.raises(BadInput, match="at work"),
    ):
        examined(endpoint)


def test_a_robot_that_does_not_come_has_told_no_state() -> None:
    settings = SessionSettings(connect=(free_endpoint(),))
    findings = examine(settings, "nobody", plan=Plan(), first_s=0.1)
    assert failed(findings) == ["state"]
    assert len(of_verdict(findings, Verdict.NOT_SEEN)) == len(findings) - 1


def test_a_robot_of_another_home_speaks_on_wrong_keys() -> None:
    endpoint = free_endpoint()
    with rig_at(endpoint):
        settings = SessionSettings(connect=(endpoint,))
        home = Address("lab", "yard", ROBOT_ID)
        findings = examine(settings, ROBOT_ID, home=home, plan=Plan(), first_s=6.0)
    assert "key-form" in failed(findings)
