# SPDX-License-Identifier: Apache-2.0
"""A robot and the fleet's view of it, told step by step."""

from __future__ import annotations

from dataclasses import replace

from core.robots.samples import kind_of, ready, report_of
from msgspec import structs

from suwon_fleet.core.errors import Reason, Rejected
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.facts import Facts
from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.states import Layer, RobotStates
from suwon_fleet.core.robots.table import Followed
from suwon_fleet.core.robots.tables import TABLES
from suwon_fleet.core.robots.trigger import Trigger


class Story:
    """The fleet knows what an engine would: not what only the robot's sensors see."""

    def __init__(self, family: Family, start: RobotStates | None = None) -> None:
        self.table = TABLES[family]
        self.states = start or ready(family)
        self.report = report_of(self.states)
        self.facts = Facts(
            soc=0.8, battery=kind_of(family).battery, stop_held=False, unlock_asked=False
        )

    def know(self, **facts: object) -> None:
        """What the fleet knows from now on."""
        self.facts = replace(self.facts, **facts)  # type: ignore[arg-type]

    def fire(self, trigger: Trigger, **facts: object) -> tuple[Ask, ...]:
        """The fleet decides."""
        fired = self.table.fire(
            self.states,
            trigger,
            replace(self.facts, **facts),  # type: ignore[arg-type]
        )
        assert all(row.layer.is_fleets for row in fired.rows), "the fleet moved a robot's layer"
        self.states = fired.states
        return fired.asks

    def refused(self, trigger: Trigger, **facts: object) -> Reason:
        """The fleet may not decide this."""
        try:
            self.fire(trigger, **facts)
        except Rejected as refusal:
            return refusal.reason
        raise AssertionError(f"{trigger} was not refused")

    def hear(self, **changes: object) -> Followed:
        """The robot reports, with these changes since its last report."""
        self.report = structs.replace(self.report, **changes)  # type: ignore[arg-type]
        followed = self.table.follow(self.states, self.report, self.facts)
        self.states = followed.states
        return followed

    def tell(self, **changes: object) -> tuple[Ask, ...]:
        """As :meth:`hear`, and nothing of it is a surprise."""
        followed = self.hear(**changes)
        assert followed.surprises == ()
        return followed.asks

    def due(self) -> dict[Trigger, float | None]:
        """What time alone would bring, in the fleet's own layers."""
        rows = self.table.timers(self.states)
        return {row.trigger: row.after_s for row in rows if row.layer.is_fleets}

    def overdue(self) -> dict[tuple[Layer, Trigger], float | None]:
        """What the robot should have done by then."""
        rows = self.table.timers(self.states)
        return {(row.layer, row.trigger): row.after_s for row in rows if not row.layer.is_fleets}
