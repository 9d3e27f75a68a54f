# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suwon_fleet.core.errors import BadInput, Problem, Severity
from suwon_fleet.core.robots.kind import Capability, Family, RobotKind
from suwon_fleet.core.sitemap import LaneKind
from suwon_fleet.wire.kinds import FORMAT, load_kinds, read_kind

SHIPPED = Path(__file__).parents[2] / "config" / "robots"

KIND = f"""\
format: {FORMAT}
id: cart
family: delivery
title: {{en: Cart, ko: 수레}}
length_m: 0.8
width_m: 0.6
height_m: 1
radius_m: 0.5
mass_kg: 50
payload_kg: 10
max_speed_mps: 1.5
indoor_speed_mps: 1.0
acceleration_mps2: 0.5
deceleration_mps2: 1.0
turn_rate_radps: 1.0
stopping_distance_m: 1.6
max_slope: 0.1
lane_kinds: [sidewalk, indoor]
capabilities: [deliver, go_to]
compartments: 1
battery:
  capacity_wh: 1000
  idle_w: 50
  drive_w: 150
  charge_w: 400
"""
WALKER = (
    KIND.replace("family: delivery", "family: humanoid")
    .replace("deliver, go_to", "manipulate")
    .replace("compartments: 1\n", "")
    + "  swap_s: 180\n"
)


def read(tmp_path: Path, text: str) -> tuple[RobotKind | None, tuple[Problem, ...]]:
    path = tmp_path / "k.yaml"
    path.write_text(text, encoding="utf-8")
    return read_kind(path)


def test_permits(tmp_path: Path) -> None:
    kind, problems = read(tmp_path, KIND + "permits: [hospital, night]\n")
    assert kind is not None
    assert (kind.permits, problems) == (frozenset({"hospital", "night"}), ())
    kind, problems = read(tmp_path, KIND + "permits: [a b]\n")
    assert (kind, problems[0].code) == (None, "bad-id")


def test_a_kind(tmp_path: Path) -> None:
    kind, problems = read(tmp_path, KIND)
    assert problems == ()
    assert kind is not None
    assert (kind.id, kind.family, kind.height_m) == ("cart", Family.DELIVERY, 1.0)
    assert kind.lane_kinds == {LaneKind.SIDEWALK, LaneKind.INDOOR}
    assert kind.capabilities == {Capability.DELIVER, Capability.GO_TO}
    assert kind.title == {"en": "Cart", "ko": "수레"}
    assert (kind.battery.capacity_wh, kind.battery.low_soc) == (1000, 0.3)
    assert kind.battery.swap_s is None


def test_title_and_compartments_may_be_left_out(tmp_path: Path) -> None:
    kind, problems = read(tmp_path, re.sub("title.*\n", "", WALKER))
    assert problems == ()
    assert kind is not None
    assert (kind.title, kind.compartments, kind.battery.swap_s) == ({}, 0, 180)


BAD = [
    # what is written instead, where it is told, as what
    ("format: .*", "format: other@1", "1:9", "wrong-format"),
    ("id: cart", "id: _cart", "2:5", "bad-id"),
    ("family: delivery", "family: delivry", "3:9", "unknown-value"),
    ("length_m: 0.8", "lenght_m: 0.8", "5:1", "unknown-key"),
    ("length_m: 0.8\n", "", "1:1", "missing-key"),
    ("height_m: 1", "height_m: tall", "7:11", "not-a-number"),
    ("mass_kg: 50", "mass_kg: -50", "9:10", "out-of-range"),
    ("mass_kg: 50", "mass_kg: .nan", "9:10", "not-a-number"),
    ("radius_m: 0.5", "radius_m: 0.3", "8:11", "radius-too-small"),
    ("indoor_speed_mps: 1.0", "indoor_speed_mps: 2.0", "12:19", "indoor-too-fast"),
    ("radius_m: 0.5", "radius_m: 0.5\ncarrying_speed_mps: 9", "9:21", "carries-too-fast"),
    ("stopping_distance_m: 1.6", "stopping_distance_m: 1.0", "16:22", "stops-too-soon"),
    ("sidewalk, indoor", "sidewalk, stair", "18:24", "unknown-value"),
    (r"\[sidewalk, indoor\]", "[]", "18:13", "empty-list"),
    (r"\[sidewalk, indoor\]", "sidewalk", "18:13", "wrong-type"),
    ("sidewalk, indoor", "sidewalk, lift", "18:13", "lift-half-said"),
    ("deliver, go_to", "go_to, lift", "18:13", "lift-half-said"),
    ("deliver, go_to", "manipulate", "19:15", "no-hands"),
    ("compartments: 1", "compartments: 0", "19:15", "no-compartment"),
    ("compartments: 1", "compartments: 1.5", "20:15", "not-whole"),
    ("family: delivery", "family: humanoid", "20:15", "no-lids"),
    ("family: delivery", "family: humanoid", "22:3", "no-swap"),
    ("  idle_w: 50\n", "", "22:3", "missing-key"),
    ("  idle_w: 50", "  idle: 50", "23:3", "unknown-key"),
    ("  idle_w: 50", "  low_soc: 0.05\n  idle_w: 50", "22:3", "thresholds-out-of-order"),
    ("battery:\n(  .*\n)*", "battery: 5\n", "21:10", "wrong-type"),
    ("id: cart", "id: cart\nid: dog", "3:1", "duplicate-key"),
    ("en: Cart", "english: Cart", "4:9", "bad-language"),
    ("family: delivery", "family: [", "5:1", "yaml-syntax"),
]


@pytest.mark.parametrize(("written", "instead", "place", "code"), BAD)
def test_a_mistake_is_told_at_its_place(
    tmp_path: Path, written: str, instead: str, place: str, code: str
) -> None:
    text, changed = re.subn(written, instead, KIND, count=1)
    assert changed
    kind, problems = read(tmp_path, text)
    assert kind is None
    told = [(problem.where, problem.code) for problem in problems]
    assert (f"{tmp_path}/k.yaml:{place}", code) in told
    assert all(problem.mend for problem in problems)


def test_a_typo_is_met_with_a_guess(tmp_path: Path) -> None:
    _, problems = read(tmp_path, KIND.replace("width_m", "widht_m"))
    assert "did you mean 'width_m'?" in [problem.mend for problem in problems]


def test_many_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = KIND.replace("mass_kg: 50", "mass_kg: x").replace("id: cart", "id: '?'")
    _, problems = read(tmp_path, text)
    assert {problem.code for problem in problems} == {"bad-id", "not-a-number"}


def test_a_slow_reaction_is_only_a_warning(tmp_path: Path) -> None:
    kind, problems = read(tmp_path, KIND.replace("distance_m: 1.6", "distance_m: 9"))
    assert kind is not None
    assert [(p.code, p.severity) for p in problems] == [("slow-reaction", Severity.WARNING)]


@pytest.mark.parametrize("content", ["", "# nothing\n", "[]", "a", "- 1", "? [a]\n: b", "a: *b"])
def test_what_is_no_kind_at_all(tmp_path: Path, content: str) -> None:
    kind, problems = read(tmp_path, content)
    assert kind is None
    assert problems


@settings(deadline=None)
@given(cut=st.integers(0, len(KIND)), garbage=st.text(max_size=5))
def test_no_file_raises(tmp_path_factory: pytest.TempPathFactory, cut: int, garbage: str) -> None:
    text = KIND[:cut] + garbage + KIND[cut:]
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    kind, problems = read_kind(path)
    assert (kind is None) == any(problem.severity is Severity.ERROR for problem in problems)


def test_loading_names_the_errors_of_all_files(tmp_path: Path) -> None:
    for name, text in {"a": KIND, "b": KIND, "c": "{}", "d": WALKER}.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as bad:
        load_kinds(tmp_path)
    codes = {(Path(p.where.split(":")[0]).name, p.code) for p in bad.value.problems}
    assert {("b.yaml", "duplicate-kind"), ("c.yaml", "missing-key")} <= codes
    assert "a.yaml" not in {name for name, _ in codes}


def test_loading_one_file_and_some(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text(KIND, encoding="utf-8")
    two.write_text(WALKER.replace("id: cart", "id: walker"), encoding="utf-8")
    assert list(load_kinds(one)) == ["cart"]
    assert list(load_kinds([two, one])) == ["walker", "cart"]


def test_loading_nothing(tmp_path: Path) -> None:
    for where in (tmp_path, [], tmp_path / "none.yaml"):
        with pytest.raises(BadInput):
            load_kinds(where)


def shipped() -> list[RobotKind]:
    return list(load_kinds(SHIPPED).values())


def test_the_shipped_kinds() -> None:
    assert {kind.id: kind.family for kind in shipped()} == {
        "delivery_indoor": Family.DELIVERY,
        "delivery_outdoor": Family.DELIVERY,
        "humanoid": Family.HUMANOID,
    }
    assert all(read_kind(path)[1] == () for path in SHIPPED.glob("*.yaml"))


@pytest.mark.parametrize("kind", shipped(), ids=lambda kind: kind.id)
def test_shipped_kinds_stop_as_physics_lets_them(kind: RobotKind) -> None:
    braking_m = kind.max_speed_mps**2 / (2 * kind.deceleration_mps2)
    reaction_s = (kind.stopping_distance_m - braking_m) / kind.max_speed_mps
    assert 0.2 <= reaction_s <= 1.0


@pytest.mark.parametrize("kind", shipped(), ids=lambda kind: kind.id)
def test_shipped_kinds_are_named_and_sidewalk_sized(kind: RobotKind) -> None:
    assert set(kind.title) == {"en", "ko"}
    assert kind.width_m <= 0.8
    assert LaneKind.STAIRS not in kind.lane_kinds
    assert kind.mass_kg + kind.payload_kg <= 100


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere: error: no such file or folder .*a folder with"):
        load_kinds(tmp_path / "nowhere")
