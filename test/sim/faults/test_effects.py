# SPDX-License-Identifier: Apache-2.0
"""What each sort of fault does to a robot, to its reports and to its link."""

from __future__ import annotations

import math

import pytest
from sim.stage import Stage, grant

from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.report import (
    Compartment,
    ControlMode,
    LiftSession,
    Navigation,
    Posture,
    StopState,
)
from suwon_fleet.sim.faults import read_fault_text


def put(stage: Stage, text: str) -> None:
    """Put a fault into the stage's world; it begins with the next step."""
    board = stage.world.faults
    board.add(read_fault_text(f"{{target: r, {text}}}", board.next_id(), board.elapsed_ns))


def off_m(stage: Stage) -> float:
    """How far the robot believes to be from where it is."""
    told, true = stage.told.pose, stage.world.pose_of(stage.robot)
    return math.dist((told.x_m, told.y_m), (true.x_m, true.y_m))


def test_comms_partition() -> None:
    stage = Stage()
    put(stage, "for_s: 5, comms: {partition: true}")
    stage.steps(1)
    assert stage.world.reports() == []
    stage.steps(5)
    assert stage.told.robot_id == "r"


def test_a_command_is_late_over_a_slow_link() -> None:
    stage = Stage()
    put(stage, "comms: {latency_s: 3, direction: down}")
    stage.steps(0.1)
    stage.world.command([grant("ab")])
    stage.steps(2.9)
    assert stage.told.granted_index == -1
    stage.steps(0.3)
    assert stage.told.granted_index == 1


def test_localisation_jump() -> None:
    stage = Stage()
    stage.go()
    put(stage, "for_s: 5, localisation: {jump_m: 2}")
    stage.steps(3)
    assert off_m(stage) == pytest.approx(2.0)
    assert stage.robot.bodies.y[0] == 0.0, "it stays on its path"
    stage.steps(3)
    assert off_m(stage) == 0.0


def test_localisation_drift_and_noise() -> None:
    stage = Stage()
    put(stage, "for_s: 20, localisation: {drift_mps: 0.1}")
    stage.steps(10)
    assert off_m(stage) == pytest.approx(1.0, abs=0.02)
    stage.steps(11)
    assert off_m(stage) == 0.0
    put(stage, "localisation: {noise_m: 0.2}")
    spread = []
    for _ in range(200):
        stage.steps(0.1)
        spread.append(off_m(stage))
        assert off_m(stage) == spread[-1], "asked again it says the same"
    assert 0.1 < sum(spread) / len(spread) < 0.5
    assert len(set(spread)) == 200


def test_localisation_lost() -> None:
    stage = Stage()
    stage.go()
    stage.steps(3)
    put(stage, "for_s: 10, localisation: {lost: true}")
    stage.steps(4)
    assert (stage.told.stop, stage.told.speed_mps) == (StopState.FATAL, 0.0)
    stage.robot.acknowledge()
    stage.steps(1)
    assert stage.told.stop is StopState.FATAL, "as long as it lasts nobody can help"
    stage.steps(6)
    assert stage.told.stop is StopState.NONE
    stage.until(lambda: stage.told.path_index == 2)


def test_actuator_wheel_stuck() -> None:
    stage = Stage()
    stage.go()
    put(stage, "for_s: 100, actuator: {wheel_stuck: true}")
    stage.steps(10)
    assert (stage.told.navigation, stage.told.speed_mps) == (Navigation.BLOCKED, 0.0)
    stage.steps(30)
    assert stage.told.navigation is Navigation.RECOVERY
    stage.steps(30)
    assert stage.told.navigation is Navigation.ASSIST_NEEDED
    stage.steps(31)
    assert stage.told.navigation is Navigation.MOVING
    stage.until(lambda: stage.told.path_index == 2)


def test_a_stuck_robot_that_wants_nowhere_just_stands() -> None:
    stage = Stage()
    put(stage, "actuator: {wheel_stuck: true}")
    stage.steps(90)
    assert stage.told.navigation is Navigation.STANDING


def test_actuator_brake() -> None:
    stage = Stage()
    stage.go()
    put(stage, "actuator: {brake: true}")
    stage.steps(90)
    assert (stage.told.navigation, stage.told.path_index) == (Navigation.BLOCKED, 0)


def test_actuator_speed_share() -> None:
    quick, slow = Stage(), Stage()
    put(slow, "actuator: {speed_share: 0.25}")
    for stage in (quick, slow):
        stage.steps(0.1)
        stage.go()
    quick_s = quick.until(lambda: quick.told.path_index == 2)
    fastest = 0.0

    def arrived() -> bool:
        nonlocal fastest
        fastest = max(fastest, slow.told.speed_mps)
        return slow.told.path_index == 2

    assert slow.until(arrived) > 2 * quick_s
    assert fastest == pytest.approx(0.3), "a quarter of 1.2 m/s"


def test_actuator_estop() -> None:
    stage = Stage()
    stage.go()
    stage.steps(3)
    put(stage, "actuator: {estop: true}")
    stage.steps(5)
    assert (stage.told.stop, stage.told.speed_mps) == (StopState.EMERGENCY, 0.0)
    stage.robot.acknowledge()
    stage.until(lambda: stage.told.path_index == 2)


def test_a_humanoids_estop_makes_it_sit_down() -> None:
    stage = Stage("humanoid")
    stage.get_up()
    put(stage, "actuator: {estop: true}")
    stage.steps(6)
    assert (stage.told.control, stage.told.posture) == (ControlMode.DAMPED, Posture.SITTING)


def test_battery_drop_and_weak_cells() -> None:
    stage, sound = Stage(soc=0.8), Stage(soc=0.8)
    put(stage, "battery: {drop: 0.3}")
    stage.steps(0.1)
    assert stage.robot.soc == pytest.approx(0.5, abs=0.001)
    put(stage, "for_s: 600, battery: {health: 0.5}")
    stage.steps(0.1)
    used = [one.robot.soc for one in (stage, sound)]
    for one in (stage, sound):
        one.steps(100)
    used = [before - one.robot.soc for before, one in zip(used, (stage, sound), strict=True)]
    assert used[0] == pytest.approx(2 * used[1], rel=0.02)


def test_sensor_blind() -> None:
    stage = Stage()
    stage.go()
    put(stage, "for_s: 20, sensor: {scan: blind}")
    stage.steps(10)
    assert (stage.told.navigation, stage.told.speed_mps) == (Navigation.BLOCKED, 0.0)
    stage.until(lambda: stage.told.path_index == 2)


def test_sensor_frozen() -> None:
    stage = Stage(soc=0.8)
    stage.go()
    stage.steps(2)
    put(stage, "for_s: 60, sensor: {pose: frozen, gauge: frozen}")
    stage.steps(0.1)
    before = stage.told
    stage.steps(30)
    told = stage.told
    assert (told.pose, told.path_index, told.battery_soc) == (before.pose, 0, before.battery_soc)
    assert stage.world.pose_of(stage.robot).x_m == pytest.approx(10.0), "it drove on"
    stage.steps(31)
    assert (stage.told.path_index, stage.told.pose.x_m) == (2, pytest.approx(10.0))


def test_gauge_lost() -> None:
    stage = Stage()
    put(stage, "sensor: {gauge: lost}")
    stage.steps(0.1)
    assert stage.told.battery_soc is None


def test_humanoid_fall_and_getting_up() -> None:
    stage = Stage("humanoid")
    stage.get_up()
    stage.go()
    stage.steps(3)
    put(stage, "humanoid: {fall: true}")
    stage.steps(0.2)
    told = stage.told
    assert (told.control, told.posture, told.speed_mps) == ("fallen", "lying_prone", 0.0)
    assert stage.world.faults.is_quiet, "a fall is over at once"
    put(stage, "for_s: 20, humanoid: {getup_failure: 1}")
    stage.steps(0.1)
    stage.act(ActionKind.GET_READY)
    stage.until(lambda: stage.action[0] == "failed")
    assert stage.action[1] == "sank back"
    stage.steps(20)
    stage.get_up()
    assert stage.told.control is ControlMode.BALANCED


def test_humanoid_grasp_failure() -> None:
    stage = Stage("humanoid")
    stage.get_up()
    put(stage, "for_s: 10, humanoid: {grasp_failure: 1}")
    stage.steps(0.1)
    stage.act(ActionKind.VERIFY)
    stage.until(lambda: stage.action == ("failed", "not held"))
    stage.steps(10)
    stage.act(ActionKind.VERIFY)
    stage.until(lambda: stage.action[0] == "finished")


def test_humanoid_overheat() -> None:
    stage = Stage("humanoid")
    stage.get_up()
    put(stage, "for_s: 10, humanoid: {overheat: true}")
    stage.steps(1)
    assert stage.told.control is ControlMode.MINOR_FAULT
    stage.steps(10)
    assert stage.told.control is ControlMode.BALANCED


@pytest.mark.parametrize("mode", ["fire", "offline"])
def test_lift_out_of_order(mode: str) -> None:
    stage = Stage()
    board = stage.world.faults
    board.add(read_fault_text(f"{{target: lift, for_s: 90, lift: {{mode: {mode}}}}}", "f", 0))
    stage.go("abcde")
    stage.steps(80)
    told = stage.told
    assert (told.path_index, told.navigation) == (1, Navigation.BLOCKED), "it waits at the door"
    assert told.lift is LiftSession.WAITING
    stage.until(lambda: stage.told.path_index == 4)


def test_human_blocks() -> None:
    stage = Stage()
    stage.go()
    stage.steps(2)
    put(stage, "for_s: 30, human: {block: true}")
    stage.steps(29)
    assert (stage.told.navigation, stage.told.speed_mps) == (Navigation.BLOCKED, 0.0)
    stage.steps(2)
    assert stage.told.navigation is Navigation.MOVING


def test_human_refuses() -> None:
    stage = Stage()
    put(stage, "for_s: 60, human: {refuse: true}")
    stage.steps(0.1)
    stage.act(ActionKind.LOAD)
    stage.steps(50)
    assert stage.told.compartment is Compartment.OPEN, "ten seconds would have done"


def test_human_forces_the_lid() -> None:
    stage = Stage()
    put(stage, "human: {open_lid: true}")
    stage.steps(0.2)
    assert (stage.told.compartment, stage.told.stop) == (Compartment.FORCED, StopState.ALARM)
    stage.robot.acknowledge()
    assert (stage.told.compartment, stage.told.stop) == (Compartment.CLOSED, StopState.NONE)


def test_node_kill() -> None:
    stage = Stage()
    stage.go()
    put(stage, "for_s: 10, node: {kill: true}")
    stage.steps(3)
    assert stage.world.reports() == []
    assert stage.robot.bodies.speed[0] == 0.0
    stage.steps(8)
    told = stage.told
    assert (told.session, told.granted_index) == ("1.1", -1), "it begins anew and knows nothing"


def test_node_pause() -> None:
    stage = Stage()
    stage.go()
    put(stage, "for_s: 10, node: {pause: true}")
    stage.steps(3)
    assert stage.world.reports() == []
    stage.steps(8)
    assert (stage.told.session, stage.told.granted_index) == ("1", 2), "it remembers"
    stage.until(lambda: stage.told.path_index == 2)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{target: s, comms: {loss: 1}}", "no-target"),
        ("{target: lift, door: {stuck: true}}", "no-target"),
        ("{target: r, humanoid: {fall: true}}", "not-for-these"),
        ("{target: fleet_manager, node: {kill: true}}", "not-in-process"),
        ("{target: r, comms: {loss: 0}}", "no-fault"),
        ("{target: r, comms: {loss: 2}}", "out-of-range"),
        ("{target: r, comms: {latency_s: [3, 1]}}", "not-a-range"),
        ("{target: r, comms: {lose: 1}}", "unknown-key"),
        ("{target: r, comms: {loss: 1}, node: {kill: true}}", "one-sort"),
        ("{target: r}", "one-sort"),
        ("{comms: {loss: 1}}", "missing-key"),
        ("{target: r, lift: {mode: stuck}}", "unknown-value"),
        ("{target: r, sensor: {scan: [blind]}}", "wrong-type"),
        ("[1]", "wrong-type"),
        ("{", "yaml-syntax"),
        ("", "empty"),
    ],
)
def test_faults_that_cannot_be(text: str, code: str) -> None:
    stage = Stage()
    with pytest.raises(BadInput) as caught:
        stage.world.faults.add(read_fault_text(text, "f", 0))
    assert code in [problem.code for problem in caught.value.problems]
