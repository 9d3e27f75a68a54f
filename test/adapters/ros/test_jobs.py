# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from suwon_fleet import msg
from suwon_fleet.adapters.ros import jobs
from suwon_fleet.core.dispatch import Candidate
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.orders import MAX_STOPS
from suwon_fleet.core.errors import Reason, Rejected
from suwon_fleet.core.jobs import JobKind, JobRequest, Priority, Role

pytestmark = pytest.mark.ros

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
requests = st.builds(
    JobRequest,
    kind=st.sampled_from(list(JobKind)),
    places=st.lists(texts, max_size=3).map(tuple),
    request_id=texts,
    job_id=texts,
    rounds=st.integers(1, 65535),
    payload_kg=st.floats(0, 1e3, width=32),
    object=texts,
    priority=st.sampled_from(list(Priority)),
    earliest_start_ns=st.integers(0, 10**18),
    deadline_ns=st.integers(0, 10**18),
    robot_id=texts,
    requester=texts,
    after=st.lists(texts, max_size=3).map(tuple),
    roles=st.lists(
        st.builds(
            Role,
            kind=st.sampled_from(list(JobKind)),
            places=st.lists(texts, max_size=3).map(tuple),
            meet_at=st.lists(texts, max_size=2).map(tuple),
            payload_kg=st.floats(0, 1e3, width=32),
            object=texts,
            robot_id=texts,
        ),
        max_size=3,
    ).map(tuple),
)


@given(requests)
def test_a_request_comes_in_as_it_went_out(request: JobRequest) -> None:
    asked = jobs.asked_by(jobs.request_message(request), request.request_id)
    assert asked == m.SubmitJob("", request)


def test_what_is_left_out_has_its_default() -> None:
    asked = jobs.asked_by(msg.JobRequest(kind="go_to", places=["a"]), "id-1")
    assert asked == m.SubmitJob(
        "", JobRequest(JobKind.GO_TO, ("a",), "id-1", priority=Priority.NORMAL)
    )


@pytest.mark.parametrize(
    ("verb", "asked"),
    [
        ("cancel", m.CancelJob("", "job-1", "kim")),
        ("pause", m.PauseJob("", "job-1", True, "kim")),
        ("resume", m.PauseJob("", "job-1", False, "kim")),
    ],
)
def test_verbs_that_change_a_job(verb: str, asked: jobs.Asked) -> None:
    message = msg.JobRequest(verb=verb, job_id="job-1", requester="kim")
    assert jobs.asked_by(message, "") == asked


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"verb": "destroy"}, "unknown-word", "verb"),
        ({"kind": "juggling"}, "unknown-word", "kind"),
        ({"kind": ""}, "unknown-word", "kind"),
        ({"kind": "patrol", "priority": 9}, "unknown-word", "priority"),
        ({"version": 7, "kind": "patrol"}, "unknown-version", None),
    ],
)
def test_bad_requests_are_refused_with_a_reason(
    fields: dict[str, Any], code: str, field: str | None
) -> None:
    with pytest.raises(Rejected) as refused:
        jobs.asked_by(msg.JobRequest(**fields), "")
    assert refused.value.reason.code == code
    assert dict(refused.value.reason.facts).get("field") == field


@pytest.mark.parametrize("verb", ["submit", "cancel", "pause"])
@pytest.mark.parametrize("field", ["request_id", "job_id", "object", "robot_id", "requester"])
def test_texts_are_bounded(field: str, verb: str) -> None:
    def ask(length: int) -> None:
        message = msg.JobRequest(verb=verb, kind="go_to", places=["a"])
        setattr(message, field, length * "x")
        jobs.asked_by(message, "id-1")

    ask(jobs.LONGEST_TEXT)
    with pytest.raises(Rejected) as refused:
        ask(jobs.LONGEST_TEXT + 1)
    assert refused.value.reason == Reason.of("text-too-long", field=field, given=201, most=200)


def test_places_are_bounded() -> None:
    def ask(places: list[str]) -> None:
        jobs.asked_by(msg.JobRequest(kind="patrol", places=places), "id-1")

    ask(MAX_STOPS * ["a"])
    with pytest.raises(Rejected) as refused:
        ask((MAX_STOPS + 1) * ["a"])
    assert refused.value.reason.code == "too-many-places"
    with pytest.raises(Rejected) as refused:
        ask(["a", (jobs.LONGEST_TEXT + 1) * "b"])
    assert dict(refused.value.reason.facts)["field"] == "places[1]"


def test_jobs_to_follow_are_bounded() -> None:
    message = msg.JobRequest(kind="go_to", places=["a"], after=101 * ["job-1"])
    with pytest.raises(Rejected) as refused:
        jobs.asked_by(message, "id-1")
    assert refused.value.reason == Reason.of("too-many-after", given=101, most=100)
    message.after = ["job-1", (jobs.LONGEST_TEXT + 1) * "x"]
    with pytest.raises(Rejected) as refused:
        jobs.asked_by(message, "id-1")
    assert dict(refused.value.reason.facts)["field"] == "after[1]"


@pytest.mark.parametrize(
    ("roles", "code"),
    [
        (9 * [msg.JobRole(kind="go_to")], "wrong-roles"),
        ([msg.JobRole(kind="juggle")], "unknown-word"),
        ([msg.JobRole(kind="go_to", places=1001 * ["a"])], "too-many-places"),
        ([msg.JobRole(kind="go_to", meet_at=1001 * ["a"])], "too-many-places"),
        ([msg.JobRole(kind="go_to", places=[201 * "a"])], "text-too-long"),
        ([msg.JobRole(kind="go_to", object=201 * "a")], "text-too-long"),
    ],
)
def test_roles_are_bounded(roles: list[Any], code: str) -> None:
    with pytest.raises(Rejected) as refused:
        jobs.asked_by(msg.JobRequest(kind="joint", roles=roles), "id-1")
    assert refused.value.reason.code == code


def test_a_refusal_is_told_in_both_languages() -> None:
    answer = m.Answer("t", Reason.of("no-such-job", job="job-9"))
    response = jobs.response_message(answer, "id-1")
    assert (response.accepted, response.code) == (False, "no-such-job")
    assert response.request_id == "id-1"
    assert "job-9" in response.reason_en
    assert "job-9" in response.reason_ko


def test_an_unable_candidate_has_no_figures() -> None:
    refusal = Reason.of("battery-unknown", robot="r2")
    decision = jobs.decision_message(
        1,
        "assigned",
        "job-1",
        "r1",
        refusal,
        (Candidate("r1", 1.5, 1, 0.5, 0.8), Candidate("r2", refusal=refusal)),
    )
    able, unable = decision.candidates
    assert (able.feasible, able.cost, able.reason_en) == (True, 1.5, "")
    assert not unable.feasible
    assert math.isnan(unable.cost)
    assert "r2" in unable.reason_en
