# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet job`: submit jobs to a running fleet, follow them, change them."""

from __future__ import annotations

import sys
import time
import uuid
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from suwon_fleet.cli import console, remote
from suwon_fleet.cli.exits import Exit
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus, Priority, Role
from suwon_fleet.core.texts import say

if TYPE_CHECKING:
    from suwon_fleet.adapters.ros.client import FleetClient

_PAST = {"cancel": "cancelled", "pause": "paused", "resume": "resumed"}
_TOLD = "job-cancel-told"
_LOOK_S = 0.2


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser("job", help="submit, list, watch, cancel, pause, resume jobs")
    parser.set_defaults(run=run)
    verbs = parser.add_subparsers(dest="job_verb", metavar="VERB", required=True)
    _add_submit(verbs.add_parser("submit", help="ask for a job"))
    listing = verbs.add_parser("list", help="jobs, newest first")
    listing.add_argument(
        "--status", nargs="+", default=[], choices=[*JobStatus], help="only these (default: all)"
    )
    listing.add_argument(
        "--limit", type=remote.whole(0, 10**9), default=50, help="at most (0: all; default: 50)"
    )
    remote.add_options(listing)
    for verb in _PAST:
        change = verbs.add_parser(verb, help=f"{verb} a job")
        change.add_argument("job_id", metavar="ID")
        remote.add_options(change, changes=True)
        if verb == "cancel":
            change.add_argument(
                "--wait",
                type=remote.number(0.0, 3600.0),
                default=30.0,
                metavar="S",
                help="for who has it, if that is another owner (default: %(default)s s)",
            )
    watching = verbs.add_parser(
        "watch", help="follow a job to its end; exit code 0 when it finished, 1 when it did not"
    )
    watching.add_argument("job_id", metavar="ID", nargs="?", help="default: all that are open now")
    remote.add_options(watching)


def _add_submit(parser: ArgumentParser) -> None:
    parser.set_defaults(complain=parser.error)
    parser.add_argument("kind", choices=[*JobKind], metavar="KIND", help=", ".join(JobKind))
    parser.add_argument(
        "places",
        nargs="*",
        metavar="PLACE",
        help="delivery, manipulation: from, to; patrol: its stops; go_to: one; joint: none",
    )
    parser.add_argument(
        "--role",
        action="append",
        type=_role,
        default=[],
        metavar="KIND:PLACE,…",
        help="joint: a robot's part, such as manipulation:SHELF,@TABLE; it meets the others at the places"
        " with @ (default: the first); --payload-kg and --object are every role's",
    )
    parser.add_argument("--payload-kg", type=remote.number(0.0, 1e6), default=0.0, metavar="KG")
    parser.add_argument("--priority", choices=[p.name.lower() for p in Priority], default="normal")
    parser.add_argument(
        "--deadline",
        type=remote.number(0.0, 1e9),
        metavar="S",
        help="to be done within so many seconds from now",
    )
    parser.add_argument(
        "--start-in",
        type=remote.number(0.0, 1e9),
        metavar="S",
        help="not to begin for so many seconds from now",
    )
    parser.add_argument(
        "--rounds", type=remote.whole(1, 1000), default=1, help="of a patrol (default: 1)"
    )
    parser.add_argument("--object", default="", help="manipulation: what to grasp")
    parser.add_argument(
        "--after", nargs="+", default=[], metavar="ID", help="begins when these jobs have finished"
    )
    parser.add_argument("--robot", default="", metavar="ID", help="only this robot")
    parser.add_argument("--job-id", default="", metavar="ID", help="wished id of the job")
    parser.add_argument(
        "--request-id", metavar="ID", help="the same again is the same request (default: a new one)"
    )
    parser.add_argument(
        "--wait", action="store_true", help="follow it to its end, as `job watch` does"
    )
    remote.add_options(parser, changes=True)


def _role(text: str) -> Role:
    """The argument type of roles."""
    kind, colon, places = text.partition(":")
    if kind not in set(JobKind) or not colon:
        known = ", ".join(JobKind)
        raise ArgumentTypeError(f"{text!r} is no KIND:PLACE,…; KIND is one of {known}")
    names = places.split(",")
    meet_at = tuple(name[1:] for name in names if name.startswith("@"))
    return Role(JobKind(kind), tuple(name.removeprefix("@") for name in names), meet_at)


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code."""
    if args.job_verb == "submit":
        _check_parts(args)
    with remote.connect(args) as client:
        match args.job_verb:
            case "submit":
                return _submit(args, client)
            case "list":
                return _list(args, client)
            case "watch":
                return _watch(args, client, {args.job_id} if args.job_id else ())
            case verb:
                return _change(args, client, verb)


def _change(args: Namespace, client: FleetClient, verb: str) -> int:
    answer = client.change_job(verb, args.job_id, args.requester)
    if verb == "cancel" and answer.accepted:
        answer = _why_not_cancelled(args, client) or answer
    elif answer.code == "job-elsewhere" and not args.json:
        print(f"suwon-fleet job {verb} {args.job_id} --fleet NAMESPACE-OF-THAT", file=sys.stderr)
    return remote.report(args, answer, f"{args.job_id}: {_PAST[verb]}", facts=("job_id",))


def _why_not_cancelled(args: Namespace, client: FleetClient) -> Any | None:
    """What whoever has a job elsewhere says, as an answer to the request; None if it was called off."""
    until_s, was_told = time.monotonic() + args.wait, False
    while (job := _state(client, args.job_id)).code == _TOLD and time.monotonic() < until_s:
        was_told = True
        time.sleep(_LOOK_S)
    if job.code == _TOLD:
        return _refusal(job.job_id, job.code, job.reason_en, job.reason_ko)
    if job.status in (JobStatus.FINISHED, JobStatus.FAILED):
        why = Reason.of("job-is-over", job=job.job_id, status=job.status)
        return _refusal(job.job_id, why.code, say(why, "en"), say(why, "ko"))
    if was_told or job.code == "job-elsewhere":
        for alert in client.alerts():
            if (alert.code, alert.subject) == ("job-not-cancelled", job.job_id):
                return _refusal(job.job_id, alert.code, alert.text_en, alert.text_ko)
    return None


def _state(client: FleetClient, job_id: str) -> Any:
    """How a job that is known stands."""
    return next(job for job in client.jobs() if job.job_id == job_id)


def _refusal(job_id: str, code: str, english: str, korean: str) -> Any:
    return Namespace(accepted=False, code=code, reason_en=english, reason_ko=korean, job_id=job_id)


def _check_parts(args: Namespace) -> None:
    """A joint job has roles, any other places. Ends the program as argparse does when it has not."""
    is_joint = args.kind == JobKind.JOINT
    if bool(args.role) != is_joint or bool(args.places) == is_joint:
        needed = "--role, once for each robot, and no PLACE" if is_joint else "PLACE and no --role"
        args.complain(f"a {args.kind} job needs {needed}")


def _submit(args: Namespace, client: FleetClient) -> int:
    (answer,) = client.submit([_request(args, client)])
    if answer.accepted and args.wait:
        if not args.json:
            print(answer.job_id)
        return _watch(args, client, {answer.job_id})
    return remote.report(args, answer, answer.job_id, facts=("job_id", "request_id"))


def _request(args: Namespace, client: FleetClient) -> JobRequest:
    def in_ns(delay_s: float | None) -> int:
        return now_ns + round(delay_s * 1e9) if delay_s is not None else 0

    timed = args.deadline is not None or args.start_in is not None
    now_ns = client.now_ns() if timed else 0
    return JobRequest(
        JobKind(args.kind),
        tuple(args.places),
        request_id=args.request_id or uuid.uuid4().hex,
        job_id=args.job_id,
        rounds=args.rounds,
        payload_kg=args.payload_kg,
        object=args.object,
        priority=Priority[args.priority.upper()],
        earliest_start_ns=in_ns(args.start_in),
        deadline_ns=in_ns(args.deadline),
        robot_id=args.robot,
        requester=args.requester,
        after=tuple(args.after),
        roles=tuple(
            replace(role, payload_kg=args.payload_kg, object=args.object) for role in args.role
        ),
    )


def _list(args: Namespace, client: FleetClient) -> int:
    jobs = client.jobs(args.status, args.limit)
    if args.json:
        console.print_json([remote.as_data(job) for job in jobs])
        return Exit.GOOD
    console.print_table(
        ("job", "kind", "status", "robot", "phase", "priority", "submitted", "expected", "why"),
        (
            (
                job.job_id,
                job.kind,
                job.status + (" (late)" if job.late else ""),
                job.robot_id or "-",
                _phase(job),
                Priority(job.priority).name.lower(),
                remote.clock(job.submitted),
                remote.clock(job.expected_end),
                remote.said(args, job),
            )
            for job in jobs
        ),
    )
    return Exit.GOOD


def _watch(args: Namespace, client: FleetClient, job_ids: Collection[str]) -> int:
    newest: dict[str, Any] = {}
    for job in client.watch_jobs(job_ids):
        newest[job.job_id] = job
        if not args.json:
            robot, why = job.robot_id or "-", remote.said(args, job)
            print(remote.clock(job.stamp), job.job_id, job.status, robot, _phase(job), why)
    if missing := set(job_ids) - set(newest):
        print(f"no such job: {', '.join(sorted(missing))}", file=sys.stderr)
    if args.json:
        jobs = [remote.as_data(job) for job in newest.values()]
        console.print_json(jobs[0] if job_ids and jobs else jobs)
    finished = all(job.status == JobStatus.FINISHED for job in newest.values())
    return Exit.GOOD if finished and not missing else Exit.FAILED


def _phase(job: Any) -> str:
    return f"{job.phase} {job.phase_index + 1}/{job.phase_count}" if job.phase else "-"
