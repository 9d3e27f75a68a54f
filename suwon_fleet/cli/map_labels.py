# SPDX-License-Identifier: Apache-2.0
"""Names on a drawn map: in a font that has their letters, and where they hide nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties, findfont, fontManager
from matplotlib.ft2font import FT2Font
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

FAMILIES = (
    "DejaVu Sans",  # comes with matplotlib
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "NanumGothic",
    "NanumBarunGothic",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "AppleGothic",
    "UnDotum",
    "Baekmuk Gulim",
)
HANGUL = "가"
"""A font that has this letter has the others too."""
MOST_LABELS = 400
MARK_PX = 8.0
"""Side of the square about a point that labels keep free."""
Spot = tuple[int, int, str, str]
_BESIDE: tuple[Spot, ...] = (
    (5, 0, "left", "center"),
    (-5, 0, "right", "center"),
    (0, 5, "center", "bottom"),
    (0, -5, "center", "top"),
    (4, 4, "left", "bottom"),
    (4, -4, "left", "top"),
    (-4, 4, "right", "bottom"),
    (-4, -4, "right", "top"),
)
"""Where a label may stand, best first: shift in typographical points, and alignment."""
_ON: tuple[Spot, ...] = ((0, 0, "center", "center"),)

Line = tuple[tuple[float, float], tuple[float, float]]


@lru_cache(maxsize=1)
def _fonts() -> tuple[tuple[str, frozenset[int]], ...]:
    """Those of `FAMILIES` that this machine has, with the characters of each."""
    present = {font.name for font in fontManager.ttflist}
    return tuple((name, _characters(name)) for name in FAMILIES if name in present)


def _characters(family: str) -> frozenset[int]:
    return frozenset(FT2Font(findfont(FontProperties(family=family))).get_charmap())


def family_for(text: str) -> str | None:
    """A font family that has every letter of a text, if this machine has one."""
    letters = {ord(letter) for letter in text}
    return next((family for family, characters in _fonts() if letters <= characters), None)


def readable(titles: Mapping[str, str], language: str, otherwise: str) -> str:
    """The title in a language if it can be drawn here; else the English one, else `otherwise`."""
    wanted = (titles.get(language), titles.get("en"), *titles.values())
    return next((text for text in wanted if text and family_for(text)), otherwise)


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a point of the map; `beside` it, or on it."""

    text: str
    x_m: float
    y_m: float
    colour: str
    size_pt: float
    beside: bool = True


def place_labels(axes: Axes, labels: Sequence[Label], lines: Sequence[Line]) -> None:
    """Write labels in order, each where it hides no mark, no earlier label and the fewest lines.

    Those for which there is no room are left out. Call when the axes have their final limits.
    """
    here = [label for label in labels if axes.viewLim.contains(label.x_m, label.y_m)]
    here = here[:MOST_LABELS]
    drawn = axes.transData.transform(np.array(lines).reshape(-1, 2)).reshape(-1, 2, 2)
    tree = shapely.STRtree(np.asarray(shapely.linestrings(drawn)))
    taken = [_around_mark(axes, label) for label in here if label.beside]
    for label in here:
        annotation = _write(axes, label)
        spots = _BESIDE if label.beside else _ON
        boxes = {spot: _moved(annotation, spot) for spot in spots}
        free = [spot for spot in spots if _is_free(boxes[spot], axes, taken)]
        if free:
            best = min(free, key=lambda spot: _count_in(boxes[spot], tree))
            taken.append(_moved(annotation, best))
        else:
            annotation.remove()


def _around_mark(axes: Axes, label: Label) -> Bbox:
    x, y = axes.transData.transform((label.x_m, label.y_m))
    return Bbox.from_bounds(x - MARK_PX / 2, y - MARK_PX / 2, MARK_PX, MARK_PX)


def _write(axes: Axes, label: Label) -> Annotation:
    return axes.annotate(
        label.text,
        (label.x_m, label.y_m),
        (0, 0),
        textcoords="offset points",
        color=label.colour,
        fontsize=label.size_pt,
        family=family_for(label.text),
        path_effects=[withStroke(linewidth=1.5, foreground="white")],
        zorder=6,
    )


def _moved(annotation: Annotation, spot: Spot) -> Bbox:
    """Put the text to a spot; the box in pixels that it then covers."""
    dx, dy, horizontal, vertical = spot
    annotation.xyann = (dx, dy)
    annotation.set(ha=horizontal, va=vertical)
    return annotation.get_window_extent()


def _is_free(box: Bbox, axes: Axes, taken: Sequence[Bbox]) -> bool:
    is_inside = axes.bbox.contains(*box.min) and axes.bbox.contains(*box.max)
    return is_inside and not any(box.overlaps(other) for other in taken)


def _count_in(box: Bbox, tree: shapely.STRtree) -> int:
    return len(tree.query(shapely.box(*box.extents), predicate="intersects"))
