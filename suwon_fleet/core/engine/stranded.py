# SPDX-License-Identifier: Apache-2.0
"""Jobs that wait, and that no robot could do any more, not even one that is free and charged."""

from __future__ import annotations

from suwon_fleet.core.engine import alerts, teams, weighing
from suwon_fleet.core.engine.border import Border
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import JobRecord
from suwon_fleet.core.errors import Reason


def review(fleet: Fleet, job: JobRecord) -> None:
    """Tell people that a job has nobody left to do it, or that it has somebody again."""
    lacking = [part for part in teams.parts_of(fleet, job) or [job] if not part.robot_id]
    if job.part_of or not lacking or (fleet.border and _may_go_on(fleet, fleet.border, job)):
        return
    why = weighing.why_never(fleet, job.request, job.phases)
    reason = Reason.of("job-stranded", job=job.job_id).because(why) if why else None
    for alert in alerts.about(fleet, job.job_id, "job-stranded"):
        if alert.reason != reason:
            alerts.close(fleet, alert)
    if reason:
        alerts.raise_alert(fleet, alerts.ERROR, reason, job.job_id, alerts.JOB_ANSWERS)


def _may_go_on(fleet: Fleet, border: Border, job: JobRecord) -> bool:
    """Whether another group may have a robot for a job that waits here, as far as anybody has looked."""
    if job.parts:
        return False
    is_known = job.request.robot_id in fleet.state.robots or border.have_all_looked(job.job_id)
    return job.job_id not in border.kept or not is_known
