# SPDX-License-Identifier: Apache-2.0
"""Where the data shipped with the package (``config/``, ``launch/``, ``sim/``) is at run time.

It lies beside ``package.xml``: at the root of a source tree, and in ``<prefix>/share/suwon_fleet``
(where ROS puts a package's data) once installed, by pip and by colcon alike.
"""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from suwon_fleet.core.errors import BadInput, Broken, Problem

SITES, SCENARIOS, GROUPS = "config/sites", "sim/scenarios", "config/groups"
"""Folders of shipped files that go by name."""


def resource_path(name: str) -> Path:
    """Absolute path of a shipped file or folder, such as ``config/sites/belt.yaml``.

    Raises:
        Broken: the installation lacks it.
    """
    folder = data_folder(Path(__file__).resolve().parent)
    if not (folder / name).exists():
        raise Broken(f"{name} is missing from {folder}: install suwon_fleet again")
    return folder / name


def model_folders(named: Sequence[str] = ()) -> list[Path]:
    """Where SDF's ``model://`` is looked for: as named, as Gazebo is told, and what we ship."""
    told = [
        folder
        for name in ("GZ_SIM_RESOURCE_PATH", "IGN_GAZEBO_RESOURCE_PATH", "SDF_PATH")
        for folder in os.environ.get(name, "").split(os.pathsep)
        if folder
    ]
    return [Path(folder).absolute() for folder in (*named, *told)] + [
        resource_path("sim") / "models"
    ]


def named_file(value: str, what: str, where: str, *folders: str) -> Path:
    """The file a person means: one of theirs by its path, or a shipped YAML file by its name.

    `folders` hold the shipped ones; `what` such a file is, and `where` it was named, are for the
    error. Raises BadInput when there is no such file.
    """
    shipped = {
        path.stem: path
        for folder in folders
        for path in sorted(resource_path(folder).glob("*.yaml"))
    }
    if value and (own := Path(value).expanduser()).is_file():
        return own
    if value in shipped:
        return shipped[value]
    mend = f"name a file, or one of: {', '.join(shipped)}"
    raise BadInput([Problem("no-file", where, f"there is no {what} {value!r}", mend)])


@cache
def data_folder(package: Path) -> Path:
    """The folder of the data that belongs to the Python package at `package`.

    Raises:
        Broken: there is none.
    """
    installed = (above / "share" / package.name for above in package.parents)
    for folder in (package.parent, *installed):
        if (folder / "package.xml").is_file():
            return folder
    raise Broken(f"no share/{package.name} beside {package}: install suwon_fleet again")
