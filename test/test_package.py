# SPDX-License-Identifier: Apache-2.0
"""The package as a whole: what its several manifests say agrees, and its interfaces work."""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import suwon_fleet
from suwon_fleet.bench import packages
from suwon_fleet.cli.domain import isolated

ROOT = Path(__file__).parents[1]
CMAKE = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
MANIFEST = ElementTree.parse(ROOT / "package.xml").getroot()
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def normal(requirement: str) -> str:
    """The normalized name (PEP 503) in a requirement such as ``PyYAML>=6``."""
    name = re.match(r"[\w.-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def declared() -> dict[str, list[str]]:
    """Names of the declared dependencies, by where they are declared."""
    project = PYPROJECT["project"]
    tables = {"": project["dependencies"]}
    tables |= project["optional-dependencies"] | PYPROJECT["dependency-groups"]
    return {table: [normal(line) for line in lines] for table, lines in tables.items()}


def pins(name: str) -> Iterator[tuple[str, str, bool]]:
    """Name, version and whether it has a hash, of each entry of a lock file."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=\w)", text):
        if pin := re.match(r"([\w.-]+)==(\S+)", entry):
            yield normal(pin[1]), pin[2], "--hash=sha256:" in entry


def test_the_version_is_the_same_everywhere() -> None:
    assert MANIFEST.findtext("version") == suwon_fleet.__version__ == version("suwon_fleet")


def test_cmake_lists_the_interfaces_on_disk() -> None:
    listed = re.findall(r"^ +((?:msg|srv|action)/\S+)$", CMAKE, flags=re.MULTILINE)
    on_disk = (f for kind in ("msg", "srv", "action") for f in (ROOT / kind).iterdir())
    assert sorted(listed) == sorted(str(f.relative_to(ROOT)) for f in on_disk)


def test_executables_have_a_main() -> None:
    modules = set(re.findall(r"=(suwon_fleet\.[\w.]+)", CMAKE))
    modules |= {target.split(":")[0] for target in PYPROJECT["project"]["scripts"].values()}
    for module in modules:
        source = ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
        functions = (f for f in ast.parse(source).body if isinstance(f, ast.FunctionDef))
        assert "main" in {function.name for function in functions}, module


def test_rosdep_installs_what_pip_does() -> None:
    keys = {node.text or "" for node in MANIFEST.iter("exec_depend")}
    by_rosdep = {key.removeprefix("python3-") for key in keys if key.startswith("python3-")}
    without_a_key = {"eclipse-zenoh", "msgspec"}
    by_pip = {"yaml" if n == "pyyaml" else n for t in ("", "zenoh") for n in declared()[t]}
    assert by_rosdep == by_pip - without_a_key


def test_every_dependency_has_its_reason() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` +\| \S", page, flags=re.MULTILINE)
    names = {name for table in declared().values() for name in table}
    assert sorted(map(normal, rows)) == sorted(names)


def test_the_lock_pins_every_dependency_with_hashes() -> None:
    locked = list(pins("dev.txt"))
    assert all(hashed for _, _, hashed in locked)
    tables = declared()
    del tables["bench"]  # peers to measure have a lock file of their own
    assert {n for table in tables.values() for n in table} <= {name for name, _, _ in locked}


@pytest.mark.parametrize("name", ["bootstrap.txt", "interfaces.txt", "ros.txt", "runtime.txt"])
def test_each_lock_file_is_a_part_of_the_whole(name: str) -> None:
    part = set(pins(name))
    assert part
    assert part <= set(pins("dev.txt"))


def test_peers_are_pinned_with_hashes_beside_the_very_packages_of_the_product() -> None:
    locked = list(pins("bench.txt"))
    assert all(hashed for _, _, hashed in locked)
    assert set(declared()["bench"]) <= {name for name, _, _ in locked}
    elsewhere = {name: version for name, version, _ in pins("dev.txt")}
    assert all(elsewhere.get(name, version) == version for name, version, _ in locked)
    assert set(pins("runtime.txt")) <= set(locked)


def test_the_bench_knows_the_packages_of_its_extra() -> None:
    assert sorted(packages.MODULES) == sorted(declared()["bench"])
    assert {name for used in packages.USED_BY.values() for name in used} == set(packages.MODULES)


@pytest.mark.ros
def test_a_fleet_state_survives_the_wire() -> None:
    serialization = pytest.importorskip("rclpy.serialization", reason="ROS 2 is not installed")
    from suwon_fleet.msg import FleetState, Pose2D, RobotState

    robot = RobotState(robot_id="개미-1", pose=Pose2D(x=1.5, yaw=-0.5, level="B1"), battery=0.75)
    state = FleetState(version=FleetState.VERSION, site="belt", robots=[robot], jobs_queued=3)
    wire = serialization.serialize_message(state)
    assert serialization.deserialize_message(wire, FleetState) == state


@pytest.mark.ros
def test_two_nodes_exchange_our_message_over_dds() -> None:
    rclpy = pytest.importorskip("rclpy", reason="ROS 2 is not installed")
    from rclpy.executors import SingleThreadedExecutor
    from rclpy.qos import DurabilityPolicy, QoSProfile

    from suwon_fleet.msg import RobotReport, RobotReports

    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    sent = RobotReports(version=1, reports=[RobotReport(robot_id=f"r{i}") for i in range(3)])
    context = rclpy.Context()
    with isolated():
        rclpy.init(context=context)
        try:
            robot = rclpy.create_node("robot", context=context)
            fleet = rclpy.create_node("fleet", context=context)
            executor = SingleThreadedExecutor(context=context)
            executor.add_node(robot)
            executor.add_node(fleet)
            received = rclpy.task.Future(executor=executor)
            fleet.create_subscription(RobotReports, "reports", received.set_result, latched)
            robot.create_publisher(RobotReports, "reports", latched).publish(sent)
            executor.spin_until_future_complete(received, timeout_sec=30)
            assert received.done(), "no message in 30 s"
            assert received.result() == sent
        finally:
            rclpy.shutdown(context=context)
