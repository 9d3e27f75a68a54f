# SPDX-License-Identifier: Apache-2.0
"""Robot kinds out of YAML files, with every problem at its line.

The keys are the fields of :class:`~suwon_fleet.core.robots.kind.RobotKind` and, under `battery`, of
:class:`~suwon_fleet.core.robots.kind.Battery`; `config/robots` has examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields
from os import PathLike
from pathlib import Path
from typing import TypeVar

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.robots.kind import Battery, Capability, Family, RobotKind
from suwon_fleet.core.sitemap import LaneKind
from suwon_fleet.wire.document import parse_yaml
from suwon_fleet.wire.fields import Fields, choice_of, id_of
from suwon_fleet.wire.files import read_text
from suwon_fleet.wire.findings import Findings

FORMAT = "suwon_fleet/robot_kind@1"
MOST_BYTES = 64 * 1024
MOST_COMPARTMENTS = 100
SLOWEST_REACTION_S = 1.5

_RANGES = {
    "length_m": (0.1, 5.0),
    "width_m": (0.1, 3.0),
    "height_m": (0.1, 4.0),
    "radius_m": (0.05, 5.0),
    "mass_kg": (1.0, 2000.0),
    "payload_kg": (0.0, 1000.0),
    "max_speed_mps": (0.05, 10.0),
    "indoor_speed_mps": (0.05, 10.0),
    "acceleration_mps2": (0.05, 10.0),
    "deceleration_mps2": (0.05, 10.0),
    "turn_rate_radps": (0.05, 10.0),
    "stopping_distance_m": (0.01, 50.0),
    "max_slope": (0.0, 1.0),
}
_BATTERY_RANGES = {
    "capacity_wh": (1.0, 100_000.0),
    "idle_w": (0.1, 10_000.0),
    "drive_w": (0.0, 50_000.0),
    "charge_w": (1.0, 100_000.0),
    "target_soc": (0.0, 1.0),
    "low_soc": (0.0, 1.0),
    "reserve_soc": (0.0, 1.0),
    "critical_soc": (0.0, 1.0),
    "swap_s": (1.0, 3600.0),
}
_BATTERY_NEEDS = tuple(field.name for field in fields(Battery) if field.default is MISSING)
_OPTIONAL = {"carrying_speed_mps": (0.05, 10.0)}
_OTHERS = ("format", "id", "family", "lane_kinds", "capabilities", "battery")
_KNOWN = (*_OTHERS, *_RANGES, *_OPTIONAL, "compartments", "permits", "title")

E = TypeVar("E", LaneKind, Capability)


def load_kinds(
    where: str | PathLike[str] | Iterable[str | PathLike[str]],
) -> dict[str, RobotKind]:
    """The kinds of some files, or of all ``*.yaml`` in a directory, by id.

    Raises BadInput with every error of every file; also if two kinds have one id, or there is none.
    """
    paths = _paths(where)
    kinds: dict[str, RobotKind] = {}
    errors: list[Problem] = []
    origins: dict[str, Path] = {}
    for path in paths:
        kind, problems = read_kind(path)
        if kind is None:
            errors += problems
        elif kind.id in kinds:
            what = f"kind '{kind.id}' is already in {origins[kind.id]}"
            errors.append(Problem("duplicate-kind", str(path), what, "rename one of the two"))
        else:
            kinds[kind.id], origins[kind.id] = kind, path
    if not paths:
        errors.append(Problem("no-kinds", str(where), "no robot kinds", "name *.yaml files"))
    if errors:
        raise BadInput(errors)
    return kinds


def _paths(where: str | PathLike[str] | Iterable[str | PathLike[str]]) -> list[Path]:
    if not isinstance(where, str | PathLike):
        return [Path(path) for path in where]
    path = Path(where)
    if not path.exists():
        what, mend = (
            "no such file or folder",
            "name a folder with robot kinds (*.yaml), or one kind",
        )
        raise BadInput([Problem("no-file", str(path), what, mend)])
    return sorted(path.glob("*.yaml")) if path.is_dir() else [path]


def read_kind(path: str | PathLike[str]) -> tuple[RobotKind | None, tuple[Problem, ...]]:
    """The kind in a file and all that is wrong with it; no kind if any of that is an error."""
    findings = Findings(str(path))
    text = read_text(Path(path), findings, what="robot kind", most_bytes=MOST_BYTES)
    root = None if text is None else parse_yaml(text, findings)
    kind = None if root is None else _kind(Fields(root, findings, "a robot kind", _KNOWN))
    return (None if findings.has_errors else kind), findings.problems


def _kind(entry: Fields) -> RobotKind | None:
    complete = entry.require(*_OTHERS, *_RANGES)
    _check_format(entry)
    numbers = {name: entry.number(name, *limits) for name, limits in (_RANGES | _OPTIONAL).items()}
    given = {name: value for name, value in numbers.items() if value is not None}
    kind_id = entry.id("id")
    family = entry.choice("family", Family)
    lane_kinds = frozenset(_choices(entry, "lane_kinds", LaneKind))
    capabilities = frozenset(_choices(entry, "capabilities", Capability))
    battery = _battery(entry)
    compartments = entry.whole("compartments", MOST_COMPARTMENTS)
    permits = [id_of(item, entry.findings) for item in entry.items("permits")]
    title = entry.title()
    if not complete or entry.findings.has_errors or not (kind_id and family and battery):
        return None
    kind = RobotKind(
        id=kind_id,
        family=family,
        lane_kinds=lane_kinds,
        capabilities=capabilities,
        battery=battery,
        compartments=compartments or 0,
        title=title,
        permits=frozenset(filter(None, permits)),
        **given,
    )
    _check_body(entry, kind)
    _check_motion(entry, kind)
    _check_abilities(entry, kind)
    return kind


def _check_format(entry: Fields) -> None:
    told = entry.text("format")
    if told not in (None, FORMAT):
        _wrong(entry, "format", "wrong-format", f"format '{told}'", f"write 'format: {FORMAT}'")


def _choices(entry: Fields, key: str, choices: type[E]) -> Iterator[E]:
    items = entry.items(key)
    if not items and entry.get(key):
        _wrong(entry, key, "empty-list", f"'{key}' is empty", f"some of: {', '.join(choices)}")
    for item in items:
        choice = choice_of(item, entry.findings, choices)
        if choice is not None:
            yield choice


def _battery(entry: Fields) -> Battery | None:
    item = entry.get("battery")
    if item is None:
        return None
    own = Fields(item, entry.findings, "'battery'", _BATTERY_RANGES)
    complete = own.require(*_BATTERY_NEEDS)
    numbers = {name: own.number(name, *limits) for name, limits in _BATTERY_RANGES.items()}
    if not complete or entry.findings.has_errors:
        return None
    battery = Battery(**{name: value for name, value in numbers.items() if value is not None})
    thresholds = (battery.critical_soc, battery.reserve_soc, battery.low_soc, battery.target_soc)
    if not thresholds[0] < thresholds[1] <= thresholds[2] < thresholds[3]:
        what = f"critical, reserve, low and target are {thresholds}"
        mend = "give critical_soc < reserve_soc <= low_soc < target_soc"
        entry.findings.error(own.mark, "thresholds-out-of-order", what, mend)
    return battery


def _check_body(entry: Fields, kind: RobotKind) -> None:
    least = max(kind.length_m, kind.width_m) / 2
    if kind.radius_m < least:
        what = f"a disc of {kind.radius_m} m does not hold {kind.length_m} x {kind.width_m} m"
        _wrong(entry, "radius_m", "radius-too-small", what, f"give at least {least:g}")


def _check_motion(entry: Fields, kind: RobotKind) -> None:
    if kind.indoor_speed_mps > kind.max_speed_mps:
        what = f"{kind.indoor_speed_mps} m/s indoors is more than max_speed_mps"
        _wrong(entry, "indoor_speed_mps", "indoor-too-fast", what, "give at most max_speed_mps")
    if kind.carrying_speed_mps is not None and kind.carrying_speed_mps > kind.max_speed_mps:
        what = f"{kind.carrying_speed_mps} m/s with its hands full is more than max_speed_mps"
        _wrong(entry, "carrying_speed_mps", "carries-too-fast", what, "give at most max_speed_mps")
    braking_m = kind.max_speed_mps**2 / (2 * kind.deceleration_mps2)
    reaction_s = (kind.stopping_distance_m - braking_m) / kind.max_speed_mps
    mend = f"braking alone takes {braking_m:.2f} m; add max_speed_mps times the reaction time"
    if reaction_s <= 0:
        what = f"it cannot stop within {kind.stopping_distance_m} m"
        _wrong(entry, "stopping_distance_m", "stops-too-soon", what, mend)
    elif reaction_s > SLOWEST_REACTION_S:
        what = f"{kind.stopping_distance_m} m means it reacts after {reaction_s:.1f} s"
        mark = entry.entries["stopping_distance_m"].mark
        entry.findings.warn(mark, "slow-reaction", what, mend)


def _check_abilities(entry: Fields, kind: RobotKind) -> None:
    able, is_humanoid = kind.capabilities, kind.family is Family.HUMANOID
    if Capability.DELIVER in able and not kind.compartments:
        what = "'deliver' without a compartment"
        _wrong(entry, "capabilities", "no-compartment", what, "add 'compartments: 1' or drop it")
    if Capability.MANIPULATE in able and not is_humanoid:
        what = f"'manipulate', which family '{kind.family}' cannot"
        _wrong(entry, "capabilities", "no-hands", what, "drop it, or use family 'humanoid'")
    if is_humanoid and kind.compartments:
        what = "a humanoid with compartments"
        _wrong(entry, "compartments", "no-lids", what, "drop it: humanoids carry in their hands")
    if is_humanoid and kind.battery.swap_s is None:
        what = "a humanoid that does not swap packs"
        _wrong(entry, "battery", "no-swap", what, "add 'swap_s', the seconds a swap takes")
    if (Capability.LIFT in able) != (LaneKind.LIFT in kind.lane_kinds):
        what = "'lift' is in one of capabilities and lane_kinds only"
        _wrong(entry, "lane_kinds", "lift-half-said", what, "add it to both, or to neither")


def _wrong(entry: Fields, key: str, code: str, what: str, mend: str) -> None:
    entry.findings.error(entry.entries[key].mark, code, what, mend)
