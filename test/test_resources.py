# SPDX-License-Identifier: Apache-2.0
"""Shipped data is found in a source tree and in an installation, and its absence is said."""

from pathlib import Path

import pytest

from suwon_fleet.core.errors import Broken
from suwon_fleet.resources import data_folder, resource_path


def test_the_running_package_finds_its_data() -> None:
    assert resource_path("package.xml").is_file()
    assert resource_path("config").is_dir()


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(Broken, match=r"config/nowhere\.yaml is missing from /"):
        resource_path("config/nowhere.yaml")


@pytest.mark.parametrize(
    ("modules", "data"),
    [
        (".", "."),
        ("lib/python3.12/site-packages", "share/suwon_fleet"),
        ("local/lib/python3.12/dist-packages", "share/suwon_fleet"),
        (
            "install/suwon_fleet/lib/python3.12/site-packages",
            "install/suwon_fleet/share/suwon_fleet",
        ),
    ],
    ids=["source tree", "pip", "pip on Debian", "colcon"],
)
def test_data_lies_beside_the_manifest(tmp_path: Path, modules: str, data: str) -> None:
    package, folder = tmp_path / modules / "suwon_fleet", tmp_path / data
    package.mkdir(parents=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.xml").touch()
    assert data_folder(package) == folder


def test_an_installation_without_data_is_broken(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="install suwon_fleet again"):
        data_folder(tmp_path / "suwon_fleet")
