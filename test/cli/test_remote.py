# SPDX-License-Identifier: Apache-2.0
"""The verbs that speak to a running fleet, each against the real nodes: job, robot, stop and the others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from ros_fleet import running
from waiting import wait_for
from yard import Yard

from suwon_fleet.adapters.ros.client import FleetClient
from suwon_fleet.cli import remote
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main
from suwon_fleet.core.jobs import JobKind, JobRequest

pytestmark = [pytest.mark.ros, pytest.mark.timeout(900)]

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """Both nodes at work, thirty times as fast as life."""
    with running(tmp_path_factory.mktemp("yard"), rate=30.0) as yard:
        yield yard


@pytest.fixture(scope="module")
def client(yard: Yard) -> Iterator[FleetClient]:
    with FleetClient(timeout_s=120.0) as client:
        yield client


@pytest.fixture(autouse=True)
def _one_connection(client: FleetClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verbs share a connection: to be discovered takes DDS up to 3 s each time."""
    monkeypatch.setattr(remote, "connect", lambda _args: nullcontext(client))


def told(capsys: Capture, *arguments: str) -> Any:
    """What a verb prints with --json; it must succeed."""
    assert main([*arguments, "--json"]) == Exit.GOOD
    return json.loads(capsys.readouterr().out)


def submitted(capsys: Capture, *arguments: str) -> str:
    """The id of a new job that is not to begin before the tests are over."""
    answer = told(capsys, "job", "submit", *arguments, "--start-in", "1e6")
    assert answer["accepted"]
    return str(answer["job_id"])


def job_of(capsys: Capture, job_id: str) -> Any:
    (job,) = (job for job in told(capsys, "job", "list") if job["job_id"] == job_id)
    return job


@pytest.mark.usefixtures("yard")
@pytest.mark.parametrize("verb", [["robot", "list"], ["job", "list", "--json"]])
def test_a_verb_connects_by_itself(
    verb: list[str], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    assert main(verb) == Exit.GOOD
    assert capsys.readouterr().out


def test_a_job_is_submitted_and_followed_to_its_end(capsys: Capture) -> None:
    assert main(["job", "submit", "delivery", "shop", "desk-1", "--wait"]) == Exit.GOOD
    lines = capsys.readouterr().out.splitlines()
    job_id = lines[0]
    assert all(job_id in line for line in lines)
    assert " finished " in lines[-1]
    assert job_of(capsys, job_id)["progress"] == 1.0


def test_what_is_asked_for_is_what_the_fleet_has(capsys: Capture) -> None:
    job_id = submitted(
        capsys,
        *("patrol", "shop", "desk-1", "--rounds", "2", "--priority", "high"),
        *("--deadline", "2e6", "--robot", "cart-2", "--job-id", "night-round"),
    )
    assert job_id == "night-round"
    job = job_of(capsys, job_id)
    assert (job["kind"], job["priority"], job["status"]) == ("patrol", 2, "queued")
    assert job["phase_count"] == 8
    assert job["deadline"] == pytest.approx(job["submitted"] + 2e6, abs=60.0)
    assert job["ended"] is None


def test_a_job_that_follows_another(capsys: Capture) -> None:
    first = submitted(capsys, "go_to", "shop")
    second = submitted(capsys, "go_to", "desk-1", "--after", first)
    job = job_of(capsys, second)
    assert (job["after"], job["code"]) == ([first], "job-follows")


def test_a_joint_job_and_its_parts(capsys: Capture) -> None:
    roles = ("--role", "delivery:@shop,desk-1", "--role", "go_to:desk-2")
    job_id = submitted(capsys, "joint", *roles)
    job = job_of(capsys, job_id)
    assert (job["kind"], job["parts"]) == ("joint", [f"{job_id}.1", f"{job_id}.2"])
    part = job_of(capsys, f"{job_id}.1")
    assert (part["kind"], part["part_of"]) == ("delivery", job_id)
    with pytest.raises(SystemExit):
        main(["job", "submit", "joint", "--role", "dance:shop"])
    assert "dance:shop" in capsys.readouterr().err


def test_the_same_request_again_is_the_same_job(capsys: Capture) -> None:
    asked = ("go_to", "shop", "--request-id", "mine")
    assert submitted(capsys, *asked) == submitted(capsys, *asked)


def test_many_requests_at_once_each_get_their_own_job(client: FleetClient) -> None:
    requests = [
        JobRequest(JobKind.GO_TO, ("shop",), request_id=f"many-{n}", earliest_start_ns=2 * 10**15)
        for n in range(100)
    ]
    ids = [answer.job_id for answer in client.submit(requests)]
    assert len(set(ids)) == 100
    assert [answer.job_id for answer in client.submit(requests)] == ids


def test_a_refusal_is_told_with_its_reason(capsys: Capture) -> None:
    assert main(["job", "submit", "delivery", "shop", "nowhere"]) == Exit.FAILED
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "nowhere" in shown.err
    assert "[no-such-place]" in shown.err
    assert main(["--lang", "ko", "job", "submit", "delivery", "shop", "nowhere"]) == Exit.FAILED
    assert "refused" in (korean := capsys.readouterr().err)
    assert any("가" <= letter <= "힣" for letter in korean)
    assert main(["job", "submit", "delivery", "shop", "nowhere", "--json"]) == Exit.FAILED
    answer = json.loads(capsys.readouterr().out)
    assert (answer["accepted"], answer["code"]) == (False, "no-such-place")


def test_jobs_are_paused_resumed_and_cancelled(capsys: Capture) -> None:
    job_id = submitted(capsys, "go_to", "shop")
    for verb, status in (("pause", "paused"), ("resume", "queued"), ("cancel", "cancelled")):
        assert main(["job", verb, job_id]) == Exit.GOOD
        assert capsys.readouterr().out.startswith(f"{job_id}: ")
        assert job_of(capsys, job_id)["status"] == status
    assert main(["job", "cancel", job_id]) == Exit.FAILED
    assert "[job-is-over]" in capsys.readouterr().err
    assert main(["job", "watch", job_id]) == Exit.FAILED, "it has not finished"


def test_watching_an_unknown_job_fails(capsys: Capture) -> None:
    assert main(["job", "watch", "job-9999"]) == Exit.FAILED
    assert "no such job: job-9999" in capsys.readouterr().err


def test_jobs_are_listed_by_status_and_at_most_so_many(capsys: Capture) -> None:
    submitted(capsys, "go_to", "shop")
    submitted(capsys, "go_to", "shop")
    jobs = told(capsys, "job", "list", "--status", "queued", "--limit", "1")
    assert [job["status"] for job in jobs] == ["queued"]
    assert main(["job", "list", "--limit", "1"]) == Exit.GOOD
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_robots_are_listed_and_shown(capsys: Capture) -> None:
    robots = told(capsys, "robot", "list")
    assert [robot["robot_id"] for robot in robots] == ["cart-1", "cart-2", "cart-3", "cart-4"]
    shown = told(capsys, "robot", "show", "cart-3")
    assert shown["kind"] == "delivery_indoor"
    assert 0.0 < shown["battery"] <= 1.0
    assert set(shown["pose"]) == {"x", "y", "yaw", "level"}
    assert main(["robot", "list"]) == main(["robot", "show", "cart-3"]) == Exit.GOOD
    assert capsys.readouterr().out.count("cart-3") == 2
    assert main(["robot", "show", "cart-9"]) == Exit.FAILED
    assert "cart-1, cart-2" in capsys.readouterr().err


def test_a_robot_that_is_not_commissioned_gets_no_jobs(capsys: Capture) -> None:
    assert main(["robot", "commission", "cart-4", "--no"]) == Exit.GOOD
    assert "takes no more jobs" in capsys.readouterr().out
    assert main(["job", "submit", "go_to", "shop", "--robot", "cart-4"]) == Exit.FAILED
    assert main(["robot", "commission", "cart-4"]) == Exit.GOOD
    assert main(["robot", "commission", "cart-9"]) == Exit.FAILED


def test_a_stop_is_requested_and_released(capsys: Capture) -> None:
    answer = told(capsys, "stop", "robot", "cart-1", "--reason", "test")
    assert answer["robot_ids"] == ["cart-1"]
    wait_for(lambda: told(capsys, "stop", "list")[0]["after"][0] is not None)
    (held,) = told(capsys, "stop", "list")
    assert (held["stop_id"], held["robot_ids"]) == (answer["stop_id"], ["cart-1"])
    assert main(["stop", "list"]) == Exit.GOOD
    assert re.search(r"cart-1 \d+\.\d s", capsys.readouterr().out)
    assert told(capsys, "release", answer["stop_id"])["robot_ids"] == ["cart-1"]
    assert main(["release", answer["stop_id"]]) == Exit.FAILED, "nothing is held any more"
    assert "[no-such-stop]" in capsys.readouterr().err
    assert len(told(capsys, "stop", "all")["robot_ids"]) == 4
    assert main(["explain", "robot", "cart-2"]) == Exit.GOOD
    assert "Stop request stop." in capsys.readouterr().out
    assert len(told(capsys, "release", "all")["robot_ids"]) == 4
    assert main(["stop", "robot", "cart-9"]) == Exit.FAILED


@pytest.mark.parametrize("arguments", [["stop", "robot"], ["release", "site", "x"]])
def test_a_scope_without_what_it_needs_is_bad_input(arguments: list[str], capsys: Capture) -> None:
    assert main(arguments) == Exit.BAD_INPUT
    assert "[wrong-scope]" in capsys.readouterr().err


def test_a_zone_is_closed_and_opened(capsys: Capture) -> None:
    assert main(["zone", "close", "north", "--reason", "test"]) == Exit.GOOD
    assert main(["job", "submit", "delivery", "shop", "desk-1"]) == Exit.FAILED
    assert main(["zone", "open", "north"]) == Exit.GOOD
    capsys.readouterr()
    (zone,) = told(capsys, "zone", "list")
    assert (zone["zone_id"], zone["kind"]) == ("north", "hall")
    assert main(["zone", "close", "south"]) == Exit.FAILED


def test_faults_go_to_the_simulator(capsys: Capture) -> None:
    assert main(["fault", "inject", "{target: nobody, comms: {loss: 1}}"]) == Exit.FAILED
    assert "[no-target]" in capsys.readouterr().err
    fault = "{id: noise, target: '*', localisation: {noise_m: 0.01}}"
    assert main(["fault", "inject", fault]) == Exit.GOOD
    assert capsys.readouterr().out == "noise: it goes wrong\n"
    assert main(["fault", "clear", "noise"]) == Exit.GOOD
    assert capsys.readouterr().out == "1 fault ended\n"
    assert main(["fault", "clear", "noise", "--json"]) == Exit.FAILED
    assert '"accepted": false' in capsys.readouterr().out


def test_alerts_are_listed_and_a_wrong_answer_is_refused(capsys: Capture) -> None:
    wait_for(lambda: told(capsys, "alert", "list") == [])
    assert main(["alert", "list"]) == Exit.GOOD
    assert main(["alert", "answer", "alert-99", "keep"]) == Exit.FAILED
    assert "[no-such-alert]" in capsys.readouterr().err


def test_an_explanation_names_the_robot_and_what_others_would_have_cost(capsys: Capture) -> None:
    answer = told(capsys, "job", "submit", "delivery", "kitchen", "desk-2", "--wait")
    assert answer["status"] == "finished"
    explained = told(capsys, "explain", "job", answer["job_id"])
    assert answer["robot_id"] in explained["text_en"]
    candidates = explained["decisions"][-1]["candidates"]
    assert candidates[0]["robot_id"] == answer["robot_id"]
    assert [c["cost"] for c in candidates] == sorted(c["cost"] for c in candidates)
    assert main(["explain", "job", answer["job_id"]]) == Exit.GOOD
    assert "to pick-up s" in capsys.readouterr().out
    assert main(["explain", "job", "job-9999"]) == Exit.FAILED


def test_an_argument_in_no_encoding_is_bad_input(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    assert main(["job", "submit", "go_to", "\udcff"]) == Exit.BAD_INPUT
    assert "UTF-8" in capsys.readouterr().err


def test_the_simulators_clock_and_judge_are_told(client: FleetClient) -> None:
    assert client.simulation()["collisions"] == 0
    assert client.now_ns() > 0
