# SPDX-License-Identifier: Apache-2.0
"""Shipped data is found in a source tree and in an installation, and its absence is said."""

from pathlib import Path

import pytest

from suwon_fleet.core.errors import BadInput, Broken
from suwon_fleet.resources import SCENARIOS, SITES, data_folder, named_file, resource_path


def test_the_running_package_finds_its_data() -> None:
    assert resource_path("package.xml").is_file()
    assert resource_path("config").is_dir()


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(Broken, match=r"config/nowhere\.yaml is missing from /"):
        resource_path("config/nowhere.yaml")


def test_files_go_by_name_and_by_path() -> None:
    by_name = named_file("belt", "site", "here", SITES)
    assert by_name == named_file(str(by_name), "site", "here", SITES)


@pytest.mark.parametrize("name", ["", "nope", "no/such.yaml", "."])
def test_a_file_that_is_not_there_is_told_with_those_that_are(name: str) -> None:
    with pytest.raises(
        BadInput, match=f"here: error: there is no thing '{name}'.* belt_morning,.* belt"
    ):
        named_file(name, "thing", "here", SCENARIOS, SITES)


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
