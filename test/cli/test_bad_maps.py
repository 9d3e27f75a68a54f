# SPDX-License-Identifier: Apache-2.0
"""A map full of traps, through the commands: each is named, and no robot is sent into one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main
from suwon_fleet.resources import resource_path

SITE = """\
format: suwon_fleet/site@1
id: traps
frame: {kind: local}
defaults: {lane: {kind: sidewalk, width_m: 2.0}}
nodes: {b: [40, 0], d: [0, 40], e: [80, 0], n: [340, 300]}
places:
  - {id: shop, at: [0, 0], kinds: [pickup]}
  - {id: desk, at: [40, 40], kinds: [dropoff]}
  - {id: charger-in-the-street, node: b, kinds: [charger]}
  - {id: blind-end, at: [120, 0], kinds: [dropoff]}
  - {id: island, at: [300, 300], kinds: [dropoff]}
  - {id: hole, at: [-40, 0], kinds: [dropoff]}
  - {id: alley, at: [-40, 40], kinds: [dropoff]}
  - {id: low, at: [0, 80], kinds: [dropoff]}
  - {id: hill, at: [40, 80], kinds: [dropoff]}
  - {id: lonely, at: [200, 300], kinds: [dropoff]}
lanes:
  - {path: [shop, b, desk, d, shop], id: ring}
  - {path: [b, e, blind-end], id: spur}
  - {path: [island, n], id: far}
  - {path: [shop, hole], two_way: false}
  - {path: [d, alley], width_m: 0.55, id: to-alley}
  - {path: [d, low], height_m: 0.8, id: to-low}
  - {path: [desk, hill], slope: 0.3, id: to-hill}
"""
SCENARIO = """\
format: suwon_fleet/scenario@1
id: traps
site: traps.yaml
duration_s: 1200
fleets: [{id: cart, kind: delivery_outdoor, count: 2, start: {places: [shop, desk]}}]
jobs:
"""
REFUSED = {
    "island": "unreachable",
    "lonely": "unreachable",
    "alley": "lane-not-for-robot",
    "low": "lane-not-for-robot",
    "hill": "lane-not-for-robot",
    "hole": "no-way-back",
}
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "traps.yaml"
    path.write_text(SITE)
    return path


def test_the_check_names_each_trap(site: Path, capsys: Capture) -> None:
    assert main(["map", "check", str(site)]) == Exit.GOOD
    said = capsys.readouterr().err.splitlines()
    for where, what, code in (
        ("node hole", "can be entered from the rest of the map but not left", "cut-off"),
        ("node n", "island are cut off from the rest of the map", "cut-off"),
        ("node lonely", "no lane begins or ends at 1 node with the place lonely", "no-lane"),
        ("place charger-in-the-street", "in the way of others", "charger-in-the-way"),
        ("node e", "one way in and out for 2 nodes with the place blind-end", "dead-end"),
        ("lane to-alley", "too narrow for delivery_outdoor", "too-narrow"),
        ("lane to-low", "too low for delivery_outdoor", "too-low"),
        ("lane to-hill", "too steep for delivery_outdoor", "too-steep"),
    ):
        lines = [line for line in said if line.startswith(f"{where}: warning: ")]
        assert any(what in line and f"[{code}]; " in line for line in lines), where


def test_no_robot_is_sent_into_one(site: Path, capsys: Capture) -> None:
    """Each job into one is refused with the reason; one that can be done is."""
    jobs = [f"  - {{at_s: 1, kind: delivery, places: [shop, {place}]}}\n" for place in REFUSED]
    jobs.append("  - {at_s: 1, kind: delivery, places: [shop, blind-end], payload_kg: 2}\n")
    path = site.with_name("scenario.yaml")
    path.write_text(SCENARIO + "".join(jobs))
    assert main(["run", str(path), "--json", "-"]) == Exit.GOOD
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert (told["jobs_refused"], told["jobs_finished"]) == (len(REFUSED), 1)
    assert told["collisions"] + told["deadlocks"] + told["illegal_grants"] == 0
    ended = [(job["reason"], job["code"]) for job in told["not_finished"]]
    for (reason, code), (place, wanted) in zip(ended, REFUSED.items(), strict=True):
        assert f" {place}" in reason
        assert code == wanted
    reasons = " ".join(reason for reason, _ in ended)
    assert "lane to-alley is too narrow for it." in reasons
    assert "lane to-low is too low for it." in reasons
    assert "lane to-hill is too steep for it." in reasons
    assert "lane to-alley: warning: too narrow" in err


def test_robots_do_not_start_where_they_cannot_get_about(site: Path, capsys: Capture) -> None:
    path = site.with_name("scenario.yaml")
    path.write_text(SCENARIO.replace("[shop, desk]", "[lonely, hole]") + "  []\n")
    assert main(["run", str(path)]) == Exit.BAD_INPUT
    assert "scenario.yaml" in capsys.readouterr().err


def test_a_zone_is_for_robots_with_its_permit(site: Path, capsys: Capture) -> None:
    zone = "{id: ward, kind: hall, permit: hospital, polygon: [[60,-9], [130,-9], [130,9], [60,9]]}"
    site.write_text(f"{SITE}zones: [{zone}]\n")
    kinds = site.with_name("kinds")
    kinds.mkdir()
    cart = resource_path("config/robots/delivery_outdoor.yaml").read_text(encoding="utf-8")
    (kinds / "cart.yaml").write_text(cart)
    (kinds / "nurse.yaml").write_text(cart.replace("delivery_outdoor", "nurse") + PERMIT)
    path = site.with_name("scenario.yaml")
    both = FLEETS.replace("count: 2", "count: 1") + NURSE
    jobs = "jobs: [{at_s: 1, kind: delivery, places: [shop, blind-end]}]\n"
    top = SCENARIO.partition("fleets:")[0] + "robots: kinds\n"
    for fleets, ended in ((FLEETS, "jobs_refused"), (both, "jobs_finished")):
        path.write_text(f"{top}fleets:\n{fleets}{jobs}")
        assert main(["run", str(path), "--json", "-"]) == Exit.GOOD
        told = json.loads(capsys.readouterr().out)
        assert told[ended] == 1
        assert told["illegal_grants"] == 0
        if told["not_finished"]:
            assert told["not_finished"][0]["code"] == "permit-needed"
            assert "no permit (hospital)" in told["not_finished"][0]["reason"]


PERMIT = "\npermits: [hospital]\n"
FLEETS = "  - {id: cart, kind: delivery_outdoor, count: 2, start: {places: [shop, desk]}}\n"
NURSE = "  - {id: nurse, kind: nurse, count: 1, start: {places: [desk]}}\n"
