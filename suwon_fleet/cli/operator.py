# SPDX-License-Identifier: Apache-2.0
"""A person who answers what a simulated fleet asks of people."""

from __future__ import annotations

from suwon_fleet.core.engine import alerts
from suwon_fleet.core.engine.messages import AnswerAlert
from suwon_fleet.core.engine.state import AlertRecord, FleetState
from suwon_fleet.sim.scenario.model import Operator
from suwon_fleet.sim.world import World

SECOND = 1_000_000_000
NAME = "operator"
PREFERRED = (alerts.RELEASE, alerts.KEEP, alerts.SEEN)
"""Of the answers an alert takes the first of these: the robot may go on, the job waits, it is known."""


class OperatorAtWork:
    """Answers alerts so long after they were raised; a robot is looked at first, where it stands."""

    def __init__(self, operator: Operator | None, state: FleetState, world: World) -> None:
        self._operator, self._state, self._world = operator, state, world
        self._tried_ns: dict[str, int] = {}

    def answers(self, now_ns: int) -> list[AnswerAlert]:
        """What the operator answers now; an answer that was refused is given again after the same time."""
        if self._operator is None:
            return []
        wait_ns = round(self._operator.after_s * SECOND)
        due = [
            alert
            for alert in self._state.alerts.values()
            if now_ns - self._tried_ns.get(alert.alert_id, alert.at_ns) >= wait_ns
        ]
        for alert in due:
            self._tried_ns[alert.alert_id] = now_ns
        return [self._answer(alert) for alert in due]

    def _answer(self, alert: AlertRecord) -> AnswerAlert:
        answer = next(known for known in PREFERRED if known in alert.answers)
        robot = self._world.robots.get(alert.subject)
        if answer == alerts.RELEASE and robot:
            robot.acknowledge()
        return AnswerAlert(f"{NAME}.{alert.alert_id}", alert.alert_id, answer, NAME)
