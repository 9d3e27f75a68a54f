# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from suwon_fleet.kernel import cache_folder, compiling
from suwon_fleet.service.warm_up import settle

# In a process of its own: other tests would compile kernels, too.
_SCRIPT = """
import sys
from dataclasses import replace
from numba.extending import is_jitted
from suwon_fleet.cli.simulate import simulate, warm_up
from suwon_fleet.resources import resource_path
from suwon_fleet.sim.scenario import load_scenario

kernels = {
    f"{module}.{name}": function
    for module in list(sys.modules)
    if module.startswith("suwon_fleet.")
    for name, function in vars(sys.modules[module]).items()
    if is_jitted(function) and not function.targetoptions.get("no_cpython_wrapper")
}
# What plans step after step (`window/planner.py`) a fleet does not need.
steps = ("ground._fill", "plans.extend", "plans.advance", "plans.occupy_all", "order.occupy_all")
for name in steps:
    del kernels["suwon_fleet.traffic.window." + name]
assert len(kernels) > 5
warm_up()
before = {name: list(function.signatures) for name, function in kernels.items()}
print("not compiled:", *[name for name, signatures in before.items() if not signatures])
# Kinds of robots that differ, and enough of them to plan for a crowd.
simulate(replace(load_scenario(resource_path("sim/scenarios/belt_morning.yaml")), duration_s=600.0))
print("later:", *[name for name, function in kernels.items() if function.signatures != before[name]])
"""


def test_what_is_loaded_is_not_walked_again() -> None:
    settle()
    assert gc.get_freeze_count() > 0
    gc.unfreeze()


def test_afterwards_a_fleet_and_its_world_compile_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["not compiled:", "later:"]


def test_compiling_is_told_of_until_it_was_done_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache_folder.cache_clear()
    told: list[str] = []
    with pytest.raises(RuntimeError), compiling([tmp_path / "plans"], told.append):
        raise RuntimeError("interrupted")
    for _ in range(3):
        with compiling([tmp_path / "plans"], told.append):
            pass
    assert [line.split(":")[0] for line in told] == ["compiling the kernels of plans"] * 2
    with compiling([tmp_path / "plans", tmp_path / "moves"], told.append):
        pass
    cache_folder.cache_clear()
    assert told[2].startswith("compiling the kernels of moves: "), "the others are there already"


def test_where_nothing_can_be_kept_it_is_told_of_every_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    cache_folder.cache_clear()
    told: list[str] = []
    for _ in range(2):
        with compiling([tmp_path / "plans"], told.append):
            pass
    cache_folder.cache_clear()
    assert len(told) == 2
