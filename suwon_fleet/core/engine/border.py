# SPDX-License-Identifier: Apache-2.0
"""What the owner of one group knows of its borders at this moment, and forgets with the process."""

from __future__ import annotations

from dataclasses import dataclass, field

from suwon_fleet.core.engine.group_state import GroupState, Stage
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.federation.cuts import Ownership
from suwon_fleet.core.federation.zones import ZoneWord
from suwon_fleet.core.traffic import Gate, GroupTraffic

_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Borrowed:
    """A place of another group that a robot of ours may have till `until_ns`, asked for at `asked_ns`."""

    place: str
    asked_ns: int
    until_ns: int


@dataclass(slots=True)
class Border:
    """Beside `state` nothing here lasts.

    `bound` are the gates by which robots leave, by robot; `promised` are handovers that the next owner
    has agreed to, and `refused` who kept it from doing so, by robot. `in_way` are robots of ours
    that keep others from coming in by a gate. `kept` are jobs that wait here, by
    the time when a robot for them was last looked for. `zones_at` and `cut_at` are what peers
    know of zones that are closed, and of those that were given away.
    `asked` is when peers were last asked for a place for a robot, `offered` a place that one may have and
    does not go to yet, and `borrowed` where robots go. `wanted` are others' robots that found no charger
    free here, by the time when they last asked.
    """

    ground: GroupTraffic
    state: GroupState
    bound: dict[str, Gate] = field(default_factory=dict)
    promised: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    in_way: dict[str, Gate] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    asked: dict[str, dict[str, int]] = field(default_factory=dict)
    offered: dict[str, Borrowed] = field(default_factory=dict)
    borrowed: dict[str, Borrowed] = field(default_factory=dict)
    wanted: dict[str, int] = field(default_factory=dict)
    zones_at: dict[str, tuple[ZoneWord, ...]] = field(default_factory=dict)
    cut_at: dict[str, tuple[Ownership, ...]] = field(default_factory=dict)

    @property
    def peers(self) -> list[str]:
        """The other groups."""
        return [group for group in self.ground.groups if group != self.ground.own]

    @property
    def prefix(self) -> str:
        """What ids of jobs begin with, so that no two groups' are the same."""
        return f"{self.ground.own}."

    @property
    def era(self) -> str:
        """A part of fresh ids: other owners remember those of a journal that was here before."""
        return str(self.state.opened_ns // _SECOND)

    def have_all_looked(self, job_id: str) -> bool:
        """Whether every group, us included, has looked for a robot for a job."""
        looked = {*self.state.looked.get(job_id, ()), self.ground.own}
        return looked.issuperset(self.ground.groups)

    def is_own(self, vertex: str) -> bool:
        """Whether a vertex is the group's."""
        return self.ground.group_of(vertex) == self.ground.own

    def forget(self, robot_id: str) -> None:
        """A robot is ours no more, or has other things to do."""
        self.bound.pop(robot_id, None)
        self.in_way.pop(robot_id, None)
        self.refused.pop(robot_id, None)

    def robots_in(self, part: int) -> list[str]:
        """Our robots in a part of the ground where they cannot pass each other."""
        robots, part_of = self.state.robots.values(), self.ground.narrow_part
        return [one.robot_id for one in robots if part_of(one.path[0]) == part]

    def is_in_line(self, robot_id: str) -> bool:
        """Whether a robot is with others where they cannot pass, so that none of them may turn round."""
        part = self.ground.narrow_part(self.state.robots[robot_id].path[0])
        if part is None:
            return False
        comes = (self.ground.narrow_part(one.gate[1]) for one in self.state.coming.values())
        return part in comes or len(self.robots_in(part)) > 1

    def way_out(self, robot_id: str) -> Gate | None:
        """The gate by which a robot leaves, if it does."""
        leaving = self.state.leaving.get(robot_id)
        return leaving.gate if leaving else self.bound.get(robot_id)

    def is_crossing(self, robot_id: str) -> bool:
        """Whether a robot goes through a gate, and can be given nothing else to do."""
        leaving = self.state.leaving.get(robot_id)
        return leaving is not None and leaving.stage is not Stage.ASKED

    def is_expected(self, robot_id: str) -> bool:
        """Whether a robot is on its way in or out: it is none that might join."""
        coming = self.state.coming.values()
        is_coming = any(one.robot_id == robot_id for one in coming)
        return is_coming or self.next_owner(robot_id) is not None

    def next_owner(self, robot_id: str) -> str | None:
        """The group that a robot goes to, by a gate or with its zone."""
        if leaving := self.state.leaving.get(robot_id):
            return leaving.peer
        giving = self.state.giving
        return giving.peer if giving and robot_id in giving.robot_ids else None

    def given_to(self, zone_id: str) -> str:
        """The group that a zone is being given to, if it is."""
        giving = self.state.giving
        return giving.peer if giving and giving.zone_id == zone_id else ""

    def is_going(self, robot: RobotRecord) -> bool:
        """Whether a robot is in a zone that is being given away, or has to get out of it first."""
        return self.state.giving is not None and any(map(self.ground.is_going, robot.path))
