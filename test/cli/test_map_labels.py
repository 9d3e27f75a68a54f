# SPDX-License-Identifier: Apache-2.0
"""Names on pictures: fonts, and room."""

from __future__ import annotations

import itertools

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from suwon_fleet.cli import map_labels
from suwon_fleet.cli.map_labels import Label, family_for, place_labels, readable


@pytest.fixture
def axes() -> Axes:
    figure = Figure(figsize=(4, 4))
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.set(xlim=(0, 100), ylim=(0, 100))
    return axes


def label(text: str, x_m: float, y_m: float, *, beside: bool = True) -> Label:
    return Label(text, x_m, y_m, "black", 8.0, beside)


def test_a_font_has_all_letters_of_its_text() -> None:
    assert family_for("Locker 1") == "DejaVu Sans"
    assert family_for("\U0010fffd") is None


@pytest.mark.parametrize("has_korean", [True, False])
def test_names_fall_back_to_what_can_be_drawn(
    monkeypatch: pytest.MonkeyPatch, has_korean: bool
) -> None:
    latin = frozenset(range(32, 127))
    hangul = frozenset(range(0xAC00, 0xD7A4)) | latin
    fonts = (("Latin", latin), *((("Korean", hangul),) if has_korean else ()))
    monkeypatch.setattr(map_labels, "_fonts", lambda: fonts)
    both = {"en": "Locker", "ko": "보관함"}
    assert readable(both, "ko", "l-1") == ("보관함" if has_korean else "Locker")
    assert readable({"ko": "보관함"}, "ko", "l-1") == ("보관함" if has_korean else "l-1")
    assert readable({"ko": "보관함"}, "en", "l-1") == ("보관함" if has_korean else "l-1")
    assert readable(both, "en", "l-1") == "Locker"
    assert readable({}, "en", "l-1") == "l-1"


def test_labels_cover_neither_each_other_nor_leave_the_panel(axes: Axes) -> None:
    labels = [label(f"place {n}", 48 + n % 4, 48 + n // 4) for n in range(16)]
    place_labels(axes, [*labels, label("edge", 99, 50), label("corner", 0, 0)], [])
    boxes = [text.get_window_extent() for text in axes.texts]
    assert 4 < len(boxes) < 18
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    assert all(axes.bbox.contains(*box.min) and axes.bbox.contains(*box.max) for box in boxes)


def test_labels_keep_off_lines_where_they_can(axes: Axes) -> None:
    place_labels(axes, [label("place", 50, 50)], [((50, 50), (100, 50)), ((50, 50), (0, 50))])
    (text,) = axes.texts
    assert text.get_ha() == "center"


def test_labels_out_of_view_are_not_written(axes: Axes) -> None:
    place_labels(axes, [label("away", 500, 50), label("zone", 50, 50, beside=False)], [])
    assert [text.get_text() for text in axes.texts] == ["zone"]
