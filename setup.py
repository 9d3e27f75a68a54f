# SPDX-License-Identifier: Apache-2.0
"""Build the package for pip: the sources, their data and the ROS interfaces.

The interfaces (msg/, srv/, action/) are built by the CMakeLists.txt that colcon uses, against a
sourced ROS or else against the pinned ROS wheels of requirements/interfaces.txt. The environment
variable ``SUWON_FLEET_ROS`` decides: ``auto`` (the default) leaves them out, and says so, where
they cannot be built; ``on`` makes that an error; ``off`` never builds them.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from setuptools import Command, Distribution, setup
from setuptools.command.build import build
from setuptools.errors import SetupError

HERE = Path(__file__).resolve().parent
SHARE = Path("share/suwon_fleet")
GENERATOR = "share/rosidl_generator_py/cmake"


def mode() -> str:
    value = os.environ.get("SUWON_FLEET_ROS", "auto")
    if value not in ("auto", "on", "off"):
        raise SetupError(f"SUWON_FLEET_ROS={value!r}: use auto, on or off")
    return value


def sourced_prefixes() -> list[Path]:
    """Prefixes of a ROS set up by its setup.bash, if it can generate interfaces."""
    prefixes = [Path(p) for p in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if p]
    return prefixes if any((p / GENERATOR).is_dir() for p in prefixes) else []


def wheel_prefixes() -> list[Path]:
    """Prefixes that hold ROS wheels: this environment's, or that of pip's build environment."""
    prefixes = [Path(p).parents[2] for p in sys.path if Path(p).name == "site-packages"]
    return [p for p in prefixes if (p / GENERATOR).is_dir()]


def missing_tools() -> list[str]:
    """What this machine lacks to compile the interfaces."""
    python_header = Path(sysconfig.get_path("include"), "Python.h")
    needed = {
        "a C++ compiler (Debian: g++)": shutil.which(os.environ.get("CXX", "c++")),
        "Python's headers (Debian: python3-dev)": python_header.is_file(),
    }
    return [name for name, found in needed.items() if not found]


def with_cmake() -> dict[str, str]:
    """The environment CMake runs in: it finds ROS, and the programs installed with this Python."""
    prefixes = os.pathsep.join(map(str, sourced_prefixes() or wheel_prefixes()))
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), sysconfig.get_path("scripts")))
    return os.environ | {"AMENT_PREFIX_PATH": prefixes, "CMAKE_PREFIX_PATH": prefixes, "PATH": path}


def wheels_exist() -> bool:
    """Whether the ROS wheels of requirements/interfaces.txt fit this interpreter."""
    return (
        sys.platform == "linux"
        and platform.machine() == "x86_64"
        and platform.python_implementation() == "CPython"
        and (3, 11) <= sys.version_info[:2] <= (3, 13)
    )


def build_requirements() -> list[str]:
    """What pip puts into the build environment beside setuptools."""
    if mode() == "off" or sourced_prefixes() or missing_tools() or not wheels_exist():
        return []
    pins = (HERE / "requirements" / "interfaces.txt").read_text(encoding="utf-8")
    return re.findall(r"^[\w.-]+==\S+", pins, flags=re.MULTILINE)


def interfaces_lack() -> list[str]:
    """What is missing to build the interfaces, once the build requirements are there."""
    missing = missing_tools()
    if missing:
        return missing
    if not (sourced_prefixes() or wheel_prefixes()):
        return ["ROS 2's interface generators (source a ROS 2, or use x86-64 Linux)"]
    return [] if shutil.which("cmake", path=with_cmake()["PATH"]) else ["CMake"]


def interfaces_wanted(_command: Command) -> bool:
    """Whether this build includes the interfaces.

    Raises:
        SetupError: SUWON_FLEET_ROS is ``on`` and something is missing.
    """
    missing = interfaces_lack()
    if mode() == "off" or not missing:
        return mode() != "off"
    line = f"suwon_fleet without its ROS interfaces: this machine lacks {' and '.join(missing)}"
    if mode() == "on":
        raise SetupError(line)
    print(line, file=sys.stderr)
    return False


class BuildInterfaces(Command):
    """Generate and compile the interfaces; modules go to the package, the rest beside ROS's own."""

    description = "generate and compile msg/, srv/ and action/"
    user_options: ClassVar[list[tuple[str, str | None, str]]] = []
    editable_mode = False

    def initialize_options(self) -> None:
        """All comes from the `build` command."""

    def finalize_options(self) -> None:
        """Nothing to complete."""

    def run(self) -> None:
        if self.editable_mode:  # `make msgs` installs them beside an editable install
            return
        into = self.get_finalized_command("build")
        work = Path(into.build_temp, "interfaces").resolve()
        shutil.rmtree(work, ignore_errors=True)
        prefix = work / "prefix"
        self.run_cmake(work / "build", prefix)
        (modules,) = prefix.glob("lib/python*/*-packages")
        compiled = shutil.ignore_patterns("__pycache__")
        shutil.copytree(modules, into.build_lib, ignore=compiled, dirs_exist_ok=True)
        shutil.rmtree(modules)
        for file in filter(Path.is_file, prefix.rglob("*")):
            folder = str(file.parent.relative_to(prefix))
            DATA_FILES.append((folder, [os.path.relpath(file, HERE)]))

    def run_cmake(self, tree: Path, prefix: Path) -> None:
        environment = with_cmake()
        has_ninja = shutil.which("ninja", path=environment["PATH"])
        configure = (
            *("-S", HERE, "-B", tree, "-G", "Ninja" if has_ninja else "Unix Makefiles"),
            f"-DCMAKE_INSTALL_PREFIX={prefix}",
            f"-DPython3_EXECUTABLE={sys.executable}",
            "-DBUILD_TESTING=OFF",
            "-DSUWON_FLEET_INTERFACES_ONLY=ON",
        )
        jobs = str(os.cpu_count() or 1)
        for step in (configure, ("--build", tree, "--parallel", jobs), ("--install", tree)):
            subprocess.run(("cmake", *step), env=environment, check=True)


class WithInterfaces(Distribution):
    """Compiled interfaces tie the wheel to this platform and Python."""

    def has_ext_modules(self) -> bool:
        return mode() != "off" and not interfaces_lack()


def shipped_data() -> list[tuple[str, Sequence[str]]]:
    """The files of config/, launch/ and sim/, where `suwon_fleet.resources` finds them."""
    files = [Path("package.xml")]
    for folder in ("config", "launch", "sim"):
        found = (file.relative_to(HERE) for file in (HERE / folder).rglob("*") if file.is_file())
        files += sorted(file for file in found if "__pycache__" not in file.parts)
    return [(str(SHARE / file.parent), [str(file)]) for file in files]


DATA_FILES = shipped_data()

build.sub_commands.append(("build_interfaces", interfaces_wanted))

setup(
    cmdclass={"build_interfaces": BuildInterfaces},
    data_files=DATA_FILES,
    distclass=WithInterfaces,
    setup_requires=build_requirements(),
)
