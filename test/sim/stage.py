# SPDX-License-Identifier: Apache-2.0
"""A small building for simulated robots: a straight corridor, and a lift to an upper floor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from suwon_fleet.core.robots.command import (
    Act,
    ActionKind,
    CancelAction,
    Grant,
    Pause,
    ReleaseStop,
    RequestStop,
    Resume,
    RobotCommand,
    StopKind,
    Waypoint,
)
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.robots.report import Pose, RobotReport
from suwon_fleet.core.sitemap import GROUND, Lane, LaneKind, Level, Lift, Node, SiteMap
from suwon_fleet.resources import resource_path
from suwon_fleet.sim.people import People
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.sim.world import Spawn, World
from suwon_fleet.wire.kinds import load_kinds

UPPER = "L2"
KINDS = load_kinds(resource_path("config/robots"))
QUIET = People(handover_min_s=10.0, handover_max_s=10.0, blocks_per_hour=0.0, grasp_failure=0.0)
"""People who come in time, stand in nobody's way, and objects that do not slip."""


def building() -> SiteMap:
    """a - b - c on the ground, 5 m apart; at c a lift to d above it, and e 5 m on."""
    nodes = (
        Node("a", 0.0, 0.0),
        Node("b", 5.0, 0.0),
        Node("c", 10.0, 0.0),
        Node("d", 10.0, 0.0, UPPER),
        Node("e", 15.0, 0.0, UPPER),
    )
    ways = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")]
    lanes = tuple(
        Lane(f"{x}-{y}", x, y, LaneKind.LIFT if {x, y} == {"c", "d"} else LaneKind.INDOOR)
        for way in ways
        for x, y in (way, way[::-1])
    )
    lift = Lift("lift", {GROUND: "c", UPPER: "d"})
    return SiteMap("stage", (Level(GROUND), Level(UPPER, 4.0)), nodes, lanes, lifts=(lift,))


SITE = building()


class Stage:
    """One robot of a kind at `a`, and words to drive it with."""

    def __init__(
        self,
        kind: str = "delivery_indoor",
        *,
        people: People = QUIET,
        soc: float = 0.8,
        seed: int = 1,
        change: Callable[[RobotKind], RobotKind] = lambda kind: kind,
    ) -> None:
        kinds = {name: change(one) for name, one in KINDS.items()}
        spawn = Spawn("r", kind, Pose(0.0, 0.0), soc)
        self.world = World(SITE, kinds, [spawn], seed=seed, people=people)
        self.actions = 0

    @property
    def robot(self) -> SimRobot:
        return self.world.robots["r"]

    @property
    def told(self) -> RobotReport:
        """What the robot reports now."""
        (report,) = self.world.reports()
        return report

    @property
    def action(self) -> tuple[str, str]:
        """Status and result of the action at hand."""
        action = self.told.action
        return (action.status.value, action.result) if action else ("", "")

    def send(self, *commands: RobotCommand) -> None:
        """Hand commands over; the robot obeys them at once, though no time passes for it."""
        for command in commands:
            self.robot.obey(command)

    def steps(self, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self.world.step()

    def until(self, condition: Callable[[], object], within_s: float = 600.0) -> float:
        """Seconds of simulated time until something is so."""
        start_ns = self.world.now_ns
        while not condition():
            seconds = (self.world.now_ns - start_ns) / 1e9
            assert seconds < within_s, "it does not come about"
            self.world.step()
        return (self.world.now_ns - start_ns) / 1e9

    def act(self, kind: ActionKind) -> str:
        """Ask for a new action; returns its id."""
        self.actions += 1
        action_id = f"a{self.actions}"
        self.send(Act("r", action_id, kind))
        return action_id

    def cancel(self, action_id: str) -> None:
        self.send(CancelAction("r", action_id))

    def stop(self, kind: StopKind = StopKind.PROTECTIVE, stop_id: str = "s1") -> None:
        self.send(RequestStop("r", stop_id, kind))

    def release(self, stop_id: str = "s1") -> None:
        self.send(ReleaseStop("r", stop_id))

    def pause(self) -> None:
        self.send(Pause("r"))

    def resume(self) -> None:
        self.send(Resume("r"))

    def go(self, names: str = "abc", first: int = 0, **more: float) -> None:
        """Grant a way over nodes of the building, from path vertex `first` on."""
        self.send(grant(names, first, **more))

    def get_up(self) -> None:
        """A humanoid stands, balanced."""
        self.act(ActionKind.GET_READY)
        self.until(lambda: self.action[0] == "finished", 60.0)


def grant(names: str, first: int = 0, *, robot_id: str = "r", ride_s: float = 20.0) -> Grant:
    """A way over nodes, each one letter; riding the lift takes `ride_s` seconds."""
    waypoints = []
    tail = ""
    for name in names:
        node = SITE.node_by_id[name]
        rides = {tail, name} == {"c", "d"}
        lane = f"{tail}-{name}" if tail else ""
        hold_s = ride_s if rides else 0.0
        waypoints.append(Waypoint(node.x_m, node.y_m, node.level, 1.0, lane, hold_s))
        tail = name
    return Grant(robot_id, first, tuple(waypoints))


def with_battery(**changes: float) -> Callable[[RobotKind], RobotKind]:
    """Changes the battery of a kind."""

    def change(kind: RobotKind) -> RobotKind:
        return replace(kind, battery=replace(kind.battery, **changes))  # type: ignore[arg-type]

    return change
