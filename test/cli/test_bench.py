# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from suwon_fleet.bench import packages
from suwon_fleet.bench.figure import Figure, Options
from suwon_fleet.cli.bench import NAMES
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main
from suwon_fleet.core.errors import BadInput, Problem

Capture = pytest.CaptureFixture[str]
asked: list[Options] = []


def figure(**more: object) -> Figure:
    facts = {"bench": "scale", "case": "a city", "what": "CPU", "by": "suwon_fleet", "value": 1.5}
    return Figure(**{**facts, "unit": "ms", **more})  # type: ignore[arg-type]


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Stands in for `scale`: yields, or raises, what is put in it."""
    what_comes: list[object] = []

    def run(options: Options) -> Iterator[Figure]:
        asked.append(options)
        options.tell("one of two")
        for one in what_comes:
            if isinstance(one, BaseException):
                raise one
            assert isinstance(one, Figure)
            yield one

    module = ModuleType("suwon_fleet.bench.scale")
    module.run = run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "suwon_fleet.bench.scale", module)
    asked.clear()
    return what_comes


def test_json_is_one_object_a_line(benchmark: list[object], capsys: Capture) -> None:
    benchmark += [figure(spread=(1.0, 2.0), seeds=3, target=5.0), figure(by="peer")]
    assert main(["bench", "scale", "--json", "--seeds", "3", "--quick"]) == Exit.GOOD
    ours, peer = map(json.loads, capsys.readouterr().out.splitlines())
    assert ours == {
        "bench": "scale", "case": "a city", "what": "CPU", "by": "suwon_fleet", "value": 1.5,
        "unit": "ms", "spread": [1.0, 2.0], "seeds": 3, "target": 5.0,
    }  # fmt: skip
    assert peer["by"] == "peer"
    assert (asked[0].seeds, asked[0].quick) == (3, True)


def test_measurements_have_six_digits(benchmark: list[object], capsys: Capture) -> None:
    third = 1 / 3
    benchmark.append(
        figure(value=1000 * third, spread=(third, 1e9 * third), bound=third, cpu_ms=third, seeds=12)
    )
    assert main(["bench", "scale", "--json"]) == Exit.GOOD
    told = json.loads(capsys.readouterr().out)
    assert (told["value"], told["bound"], told["cpu_ms"]) == (333.333, 0.333333, 0.333333)
    assert (told["spread"], told["seeds"]) == ([0.333333, 333333000.0], 12)


def test_a_benchmark_of_what_is_not_installed_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    for module in [name for name in sys.modules if name.startswith("suwon_fleet.bench.bridge")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "zenoh", None)
    assert main(["bench", "bridge", "--quick"]) == Exit.BAD_INPUT
    assert "zenoh is not installed" in capsys.readouterr().err


def test_peers_that_are_missing_are_named(
    benchmark: list[object], monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setitem(packages.MODULES, "networkx", "not_to_be_found")
    monkeypatch.setitem(packages.MODULES, "rustworkx", "json")
    monkeypatch.setitem(packages.MODULES, "ortools", "not_to_be_found")  # another benchmark's
    benchmark.append(figure())
    assert main(["bench", "scale", "--json"]) == Exit.GOOD
    told = capsys.readouterr()
    assert told.err.splitlines()[:2] == [
        "peers left out, for they are not installed: networkx",
        "  to have them: make bench, or: pip install networkx",
    ]
    assert json.loads(told.out)


def test_table(benchmark: list[object], capsys: Capture) -> None:
    benchmark += [figure(spread=(1.0, 2.0), target=5.0, bound=0.25), figure(by="peer", note="slow")]
    assert main(["bench", "scale"]) == Exit.GOOD
    heading, ours, peer = capsys.readouterr().out.splitlines()
    assert heading.split() == [
        "case",
        "what",
        "by",
        "value",
        "unit",
        "least",
        "most",
        "to",
        "reach",
        "at",
        "best",
        "note",
    ]
    assert ours.split() == ["a", "city", "CPU", "suwon_fleet", "1.5", "ms", "1", "2", "5", "0.25"]
    assert peer.split() == ["peer", "1.5", "ms", "slow"]


def test_large_figures_and_times_in_the_table(benchmark: list[object], capsys: Capture) -> None:
    benchmark += [figure(value=42591.4, cpu_ms=0.12345, wall_ms=1234.5), figure(value=float("inf"))]
    assert main(["bench", "scale"]) == Exit.GOOD
    heading, first, second = capsys.readouterr().out.splitlines()
    assert heading.split("  ")[-1].strip() == "wall ms", "columns that nobody fills are left out"
    assert first.split()[-4:] == ["42,591", "ms", "0.1235", "1,234"]
    assert second.split()[-2:] == ["inf", "ms"]


def test_what_never_may_happen_is_a_failure(benchmark: list[object], capsys: Capture) -> None:
    benchmark += [figure(fault=True, note="2 robots"), figure()]
    assert main(["bench", "scale"]) == Exit.FAILED
    assert "went wrong; 2 robots" in capsys.readouterr().out


def test_what_was_measured_is_shown_when_it_ends_early(
    benchmark: list[object], capsys: Capture
) -> None:
    benchmark += [figure(), KeyboardInterrupt()]
    assert main(["bench", "scale"]) == Exit.INTERRUPTED
    assert "a city" in capsys.readouterr().out


def test_a_file_that_cannot_be_used(benchmark: list[object], capsys: Capture) -> None:
    benchmark.append(
        BadInput([Problem("unreadable", "day.yaml", "is no scenario", "give another")])
    )
    assert main(["bench", "scale"]) == Exit.BAD_INPUT
    assert "day.yaml" in capsys.readouterr().err


def test_a_benchmark_named_twice_runs_once(benchmark: list[object]) -> None:
    main(["bench", "scale", "scale"])
    assert len(asked) == 1


@pytest.mark.parametrize(
    "argv", [["bench"], ["bench", "speed"], ["bench", "scale", "--seeds", "0"]]
)
def test_wrong_arguments(argv: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == Exit.BAD_INPUT
    assert "bench" in capsys.readouterr().err


def test_help_names_every_benchmark(capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "--help"])
    told = capsys.readouterr().out
    assert all(f"  {name} " in told for name in NAMES)
