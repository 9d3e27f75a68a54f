# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from federation.test_realm import realm

from suwon_fleet.core.federation.events import RobotHandedOver
from suwon_fleet.core.jobs import JobKind, JobRequest
from suwon_fleet.service.changes import ChangeLog


def test_a_job_that_leaves_with_its_robot_has_changed() -> None:
    one = realm({"r": "w1"})
    west = one.owners["west"]
    one.run(2)
    one.submit("west", JobRequest(JobKind.GO_TO, ("at-e3",), robot_id="r"))
    one.run(5)
    log = ChangeLog(west.state)
    one.settle(300)
    gone = [event for event in west.journal.read() if isinstance(event, RobotHandedOver)]
    assert log.read(gone).jobs == ("west.job-0-1",)
