# SPDX-License-Identifier: Apache-2.0
"""Pictures of maps: the file, the windows shown, and what is on them."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.quiver import Quiver

from suwon_fleet.cli.draw_map import draw, picture
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.sitemap import (
    Door,
    Lane,
    LaneKind,
    Level,
    Lift,
    Node,
    Place,
    PlaceKind,
    SiteMap,
    Zone,
    ZoneKind,
)
from suwon_fleet.wire.maps import load_site

DATA = Path(__file__).parents[2].parent / "shared" / "data"
EXAMPLES = [
    *sorted((DATA / "rmf_demos").glob("*.building.yaml")),
    *sorted((DATA / "lorr").glob("*/maps/*-32-*.map")),
]


@pytest.fixture
def site() -> SiteMap:
    nodes = (
        Node("a", 0, 0, "G"),
        Node("b", 40, 0, "G"),
        Node("c", 40, 30, "G"),
        Node("f", 40, 30, "F2"),
        Node("g", 0, 30, "F2"),
    )
    lanes = (
        Lane("ab", "a", "b", LaneKind.SIDEWALK),
        Lane("ab.r", "b", "a", LaneKind.SIDEWALK),
        Lane("bc", "b", "c", LaneKind.INDOOR, door="door"),
        Lane("lift:G:F2", "c", "f", LaneKind.LIFT),
        Lane("lift:F2:G", "f", "c", LaneKind.LIFT),
        Lane("fg", "f", "g", LaneKind.INDOOR),
    )
    places = (
        Place("plug", "a", frozenset({PlaceKind.PARKING, PlaceKind.CHARGER}), {"ko": "충전기"}),
        Place("desk", "g", frozenset({PlaceKind.WAYPOINT}), {"en": "Desk"}),
    )
    ring = ((-5.0, -5.0), (20.0, -5.0), (20.0, 12.0), (-5.0, 12.0))
    zones = (
        Zone("yard", ZoneKind.PLAZA, ring, "G", is_open=False, title={"en": "Yard", "ko": "마당"}),
    )
    levels = (Level("G"), Level("cellar"), Level("F2"))
    lifts = (Lift("lift", {"G": "c", "F2": "f"}),)
    title = {"en": "House", "ko": "집"}
    return SiteMap(
        "site", levels, nodes, lanes, places, zones, (Door("door"),), lifts, (37.5, 127.1), title
    )


def texts(figure: Figure) -> set[str]:
    return {text.get_text() for axes in figure.axes for text in axes.texts} - {""}


def legend(figure: Figure) -> list[str]:
    found = [axes.get_legend() for axes in figure.axes]
    return [text.get_text() for box in found if box for text in box.get_texts()]


def test_each_level_with_anything_on_it_is_a_panel(site: SiteMap) -> None:
    figure = picture(site)
    assert len(figure.axes) == 2
    assert {"G", "F2", "House", "Yard", "plug", "Desk", "lift"} <= texts(figure)
    assert "10 m   north is up" in texts(figure)
    assert any("nodes 5   lanes 6" in text for text in texts(figure))


def test_the_legend_has_what_is_drawn_and_no_more(site: SiteMap) -> None:
    assert legend(picture(site)) == [
        "plaza (zone)",
        "closed zone",
        "sidewalk",
        "indoor",
        "one way",
        "door",
        "charger",
        "waypoint",
        "lift",
    ]


def test_lanes_are_drawn_once_and_arrows_are_on_one_way_ones(site: SiteMap) -> None:
    ground = picture(site).axes[0]
    lines = [c for c in ground.collections if isinstance(c, LineCollection)]
    assert sum(len(c.get_segments()) for c in lines) == 2
    (arrow,) = [c for c in ground.collections if isinstance(c, Quiver)]
    assert (arrow.X.tolist(), arrow.Y.tolist()) == ([40.0], [15.0])
    assert (arrow.U.tolist(), arrow.V.tolist()) == ([0.0], [1.0])
    marks = [c for c in ground.collections if isinstance(c, PathCollection)]
    assert [40.0, 15.0] in [spot.tolist() for c in marks for spot in c.get_offsets()]


def test_panels_are_drawn_alike_unless_one_would_be_lost(site: SiteMap) -> None:
    ground, upstairs = picture(site).axes
    assert ground.viewLim.extents == pytest.approx(upstairs.viewLim.extents)
    far = (*site.nodes, Node("far", 4000.0, 3000.0, "G"))
    wide = SiteMap("site", site.levels, far, site.lanes, site.places, lifts=site.lifts)
    ground, upstairs = picture(wide).axes
    assert upstairs.viewLim.width < ground.viewLim.width / 20
    ratio = ground.viewLim.width / ground.viewLim.height
    assert upstairs.viewLim.width / upstairs.viewLim.height == pytest.approx(ratio)


def test_a_panel_without_a_level_is_left_out() -> None:
    levels = tuple(Level(name) for name in "ABCDE")
    nodes = tuple(Node(level.id, 10.0 * index, 7.0, level.id) for index, level in enumerate(levels))
    assert len(picture(SiteMap("tower", levels, nodes, ())).axes) == 5


def test_a_zone_alone(site: SiteMap) -> None:
    figure = picture(site, site.zones[0])
    (axes,) = figure.axes
    assert axes.viewLim.width == pytest.approx(27.5)
    assert "House: Yard" in texts(figure)
    assert "lift" not in texts(figure)


@pytest.mark.parametrize(
    ("suffix", "magic"),
    [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF"), (".PNG", b"\x89PNG")],
)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_pictures_are_files_of_the_format_asked_for(
    site: SiteMap, tmp_path: Path, suffix: str, magic: bytes, language: str
) -> None:
    path = tmp_path / f"map{suffix}"
    draw(site, path, language=language)
    first = path.read_bytes()
    assert first.startswith(magic)
    draw(site, path, language=language)
    assert path.read_bytes() == first


def test_a_map_of_one_node(tmp_path: Path) -> None:
    site = SiteMap("one", (Level("G"),), (Node("a", 5.0, 5.0, "G"),), ())
    draw(site, tmp_path / "one.png")
    assert imread(tmp_path / "one.png").std() > 0


def test_what_cannot_be_drawn(site: SiteMap, tmp_path: Path) -> None:
    for path, code in (
        (tmp_path / "map.gif", "picture-format"),
        (tmp_path / "map", "picture-format"),
        (tmp_path / "none" / "map.png", "unwritable"),
    ):
        with pytest.raises(BadInput) as caught:
            draw(site, path)
        assert [problem.code for problem in caught.value.problems] == [code]
    with pytest.raises(BadInput, match="name one of: yard"):
        draw(site, tmp_path / "map.png", zone="garden")


@pytest.mark.skipif(not EXAMPLES, reason=f"no {DATA}")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_real_maps_are_drawn(path: Path, tmp_path: Path) -> None:
    site = load_site(path)
    draw(site, tmp_path / "map.png")
    drawn = imread(tmp_path / "map.png")
    assert min(drawn.shape[:2]) > 300
    assert drawn.std() > 0.01
