# SPDX-License-Identifier: Apache-2.0
"""Draws a site map as a picture: a panel for each level, with names, a legend and a scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from suwon_fleet.cli.console import writing
from suwon_fleet.cli.map_labels import family_for, readable
from suwon_fleet.cli.map_layers import LEGEND_ORDER, Legend, Panel
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.sitemap import SiteMap, Zone

DATES: dict[str, dict[str, None]] = {
    ".png": {},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}
"""The formats, and what keeps the date out of each, so that the same map gives the same file."""
LONGEST_IN = 13.0
SHORTEST_IN = 3.0
PAGE_ASPECT = 1.5
MARGIN = 0.05

Point = tuple[float, float]
Bounds = tuple[float, float, float, float]
"""West, south, east and north in metres."""


def draw(site: SiteMap, path: str | Path, *, zone: str | None = None, language: str = "en") -> None:
    """Write a picture of a site, or of one zone of it, to a PNG, SVG or PDF file.

    The path's suffix says which. Names are in `language` where the map and this machine's fonts
    have it. Raises BadInput when the suffix is none of these, when the zone is not on the map and
    when the file cannot be written.
    """
    target = Path(path)
    date = DATES.get(target.suffix.lower())
    if date is None:
        mend = f"name a file that ends in {', '.join(DATES)}"
        raise _bad("picture-format", str(target), "no format to draw in", mend)
    if zone is not None and zone not in site.zone_by_id:
        mend = f"name one of: {', '.join(site.zone_by_id) or 'this map has no zones'}"
        raise _bad("unknown-reference", site.id, f"no zone '{zone}'", mend)
    figure = picture(site, site.zone_by_id[zone] if zone else None, language)
    with writing(target), rc_context({"svg.hashsalt": site.id}):
        figure.savefig(target, dpi=150, bbox_inches="tight", metadata=date)


def _bad(code: str, where: str, what: str, mend: str) -> BadInput:
    return BadInput([Problem(code, where, what, mend)])


def picture(site: SiteMap, zone: Zone | None = None, language: str = "en") -> Figure:
    """The picture of a site, or of one zone of it, not yet written to a file."""
    windows = _windows(site, zone)
    columns, rows, size = _grid(len(windows), next(iter(windows.values())))
    figure = Figure(figsize=size)
    FigureCanvasAgg(figure)  # measures the labels
    figure.subplots_adjust(0.01, 0.01, 0.99, 0.94, wspace=0.03, hspace=0.1)
    panels = list(figure.subplots(rows, columns, squeeze=False).flat)
    legend: Legend = {}
    levels = [level for level in site.levels if level.id in windows]
    for axes, level in zip(panels, levels, strict=False):
        _set_up(axes, windows[level.id], level.id if len(levels) > 1 else "")
        Panel(axes, site, level, language, legend).draw()
        _draw_scale(axes, windows[level.id], has_north=site.origin is not None)
    for axes in panels[len(levels) :]:
        axes.remove()
    _write_title(panels[0], site, zone, language)
    _draw_legend(panels[columns - 1], legend)
    return figure


def _windows(site: SiteMap, zone: Zone | None) -> dict[str, Bounds]:
    """What to show of each level that has anything to show, all of one shape."""
    first = site.levels[0].id
    points: dict[str, list[Point]] = {level.id: [] for level in site.levels}
    for node in site.nodes:
        points[node.level].append((node.x_m, node.y_m))
    if zone is not None:
        window = _around(zone.polygon)
        inside = shapely.box(*window)
        on = {level for level, group in points.items() if inside.intersects(_points(group))}
        return dict.fromkeys(on or {zone.level or first}, window)
    for area in site.zones:
        points[area.level or first].extend(area.polygon)
    whole = _around([point for group in points.values() for point in group])
    return {level: _share(whole, _around(group)) for level, group in points.items() if group}


def _points(points: Sequence[Point]) -> shapely.MultiPoint:
    return shapely.MultiPoint(np.array(points).reshape(-1, 2))


def _around(points: Sequence[Point]) -> Bounds:
    """The bounds of points, with a margin."""
    west, south, east, north = _points(points or [(0.0, 0.0)]).bounds
    margin = MARGIN * max(east - west, north - south) or 1.0
    return west - margin, south - margin, east + margin, north + margin


def _share(whole: Bounds, part: Bounds) -> Bounds:
    """The whole, so that levels are shown alike; or, not to leave a small part lost in it, a window
    of the same shape around that part.
    """
    width, height = whole[2] - whole[0], whole[3] - whole[1]
    share = max((part[2] - part[0]) / width, (part[3] - part[1]) / height)
    if share > 0.5:
        return whole
    x_m, y_m = (part[0] + part[2]) / 2, (part[1] + part[3]) / 2
    half = share * width / 2, share * height / 2
    return x_m - half[0], y_m - half[1], x_m + half[0], y_m + half[1]


def _grid(count: int, bounds: Bounds) -> tuple[int, int, tuple[float, float]]:
    """Columns and rows for so many panels of a shape, and the size of the figure in inches."""
    west, south, east, north = bounds

    def shape(columns: int) -> tuple[float, float]:
        return columns * (east - west), math.ceil(count / columns) * (north - south)

    def unlike_a_page(columns: int) -> float:
        width, height = shape(columns)
        return abs(math.log(width / height / PAGE_ASPECT))

    columns = min(range(1, count + 1), key=unlike_a_page)
    width, height = shape(columns)
    scale = LONGEST_IN / max(width, height)
    size = max(width * scale, SHORTEST_IN), max(height * scale, SHORTEST_IN)
    return columns, math.ceil(count / columns), size


def _set_up(axes: Axes, bounds: Bounds, name: str) -> None:
    west, south, east, north = bounds
    axes.set(xlim=(west, east), ylim=(south, north), aspect="equal", xticks=[], yticks=[])
    axes.apply_aspect()
    axes.set_facecolor("#fcfcfa")
    for spine in axes.spines.values():
        spine.set_color("#c9c9c4")
    axes.text(0.01, 0.99, name, transform=axes.transAxes, va="top", fontsize=11, weight="bold")


def _draw_scale(axes: Axes, bounds: Bounds, *, has_north: bool) -> None:
    """A bar of a round length below the panel, and which way is north."""
    west, _, east, _ = bounds
    longest = 0.25 * (east - west)
    power = 10.0 ** math.floor(math.log10(longest))
    length = max(step * power for step in (1.0, 2.0, 5.0) if step * power <= longest)
    below = axes.get_xaxis_transform()
    style: dict[str, Any] = {"color": "black", "lw": 2.5, "solid_capstyle": "butt"}
    axes.plot([west, west + length], [-0.012, -0.012], transform=below, clip_on=False, **style)
    text = f"{length / 1000:g} km" if length >= 1000.0 else f"{length:g} m"
    text += "   north is up" if has_north else ""
    axes.annotate(
        text, (west + length, -0.012), (5, 0), xycoords=below, textcoords="offset points",
        va="center", fontsize=8, annotation_clip=False,
    )  # fmt: skip


def _write_title(axes: Axes, site: SiteMap, zone: Zone | None, language: str) -> None:
    title = readable(site.title, language, site.id)
    if zone is not None:
        title += f": {readable(zone.title, language, zone.id)}"
    parts: dict[str, Sequence[object]] = {
        "nodes": site.nodes,
        "lanes": site.lanes,
        "places": site.places,
        "zones": site.zones,
    }
    counts = "   ".join(f"{name} {len(things)}" for name, things in parts.items())
    above: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
    axes.annotate(title, (0, 1), (0, 20), fontsize=14, family=family_for(title), **above)
    axes.annotate(counts, (0, 1), (0, 6), fontsize=8, color="#57534e", **above)


def _draw_legend(axes: Axes, legend: Legend) -> None:
    names = [name for name in LEGEND_ORDER if name in legend]
    if names:
        axes.legend(
            [legend[name] for name in names], names, loc="upper left", bbox_to_anchor=(1.01, 1.0),
            borderaxespad=0.0, fontsize=8, frameon=False,
        )  # fmt: skip
