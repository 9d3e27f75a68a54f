# SPDX-License-Identifier: Apache-2.0
"""The layers of a drawn map: zones, lanes and places of a level, and their part of the legend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon
from matplotlib.transforms import Bbox

from suwon_fleet.cli.map_labels import Label, Line, place_labels, readable
from suwon_fleet.core.sitemap import (
    Lane,
    LaneKind,
    Level,
    PlaceKind,
    SiteMap,
    ZoneKind,
)


class Mark(NamedTuple):
    """How a point is drawn: matplotlib's marker, colour and area in square points."""

    marker: str
    colour: str
    size: float


ZONE_COLOURS = {
    ZoneKind.CAMPUS: "#f2d5a7",
    ZoneKind.BUILDING: "#d9cfe8",
    ZoneKind.HALL: "#efc9d4",
    ZoneKind.PLAZA: "#f5e79e",
    ZoneKind.PARK: "#bfe3b4",
    ZoneKind.STREET: "#d6dbe0",
    ZoneKind.ROAD: "#bcc6cf",
}
LANE_STYLES: dict[LaneKind, tuple[str, Literal["-", "--", ":"]]] = {
    LaneKind.SIDEWALK: ("#3a6ea5", "-"),
    LaneKind.CROSSING: ("#d1495b", "-"),
    LaneKind.STREET: ("#5c677d", "-"),
    LaneKind.PATH: ("#3f8f4f", "-"),
    LaneKind.INDOOR: ("#7b5ea7", "-"),
    LaneKind.RAMP: ("#e08e45", "--"),
    LaneKind.STAIRS: ("#9c6644", ":"),
}
PLACE_MARKS = {
    PlaceKind.CHARGER: Mark("P", "#15803d", 60),
    PlaceKind.PICKUP: Mark("^", "#d97706", 40),
    PlaceKind.DROPOFF: Mark("v", "#b91c1c", 40),
    PlaceKind.WORKCELL: Mark("D", "#a21caf", 30),
    PlaceKind.GATE: Mark("s", "#0f766e", 30),
    PlaceKind.PARKING: Mark("o", "#2563eb", 32),
    PlaceKind.WAYPOINT: Mark("o", "#4b5563", 16),
}
"""The first of these kinds that a place has gives its mark."""
LIFT_MARK = Mark("X", "#111827", 60)
DOOR_MARK = Mark("d", "#92400e", 30)
NODE_MARK = Mark("o", "#374151", 4)
INK = "#1f2937"
EDGE = "#8f8a80"
ARROW_PX = 24.0
"""Of arrows in one direction there is one in each square of this side."""
MOST_NODES = 2000
"""More nodes than these on a level would hide the lanes."""

CLOSED, ONE_WAY, DOOR, LIFT = "closed zone", "one way", "door", "lift"
LEGEND_ORDER = (
    *(f"{kind} (zone)" for kind in ZoneKind),
    CLOSED,
    *LANE_STYLES,
    ONE_WAY,
    DOOR,
    *PLACE_MARKS,
    LIFT,
)
Legend = dict[str, Artist]
Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Panel:
    """One level of a site on one matplotlib panel; what it draws it enters in the legend."""

    axes: Axes
    site: SiteMap
    level: Level
    language: str
    legend: Legend

    def draw(self) -> None:
        """Draw all that is on the level, and write as many names as there is room for."""
        zones = self._draw_zones()
        lines = self._draw_lanes()
        self._draw_nodes()
        places = self._draw_places()
        lifts = self._draw_lifts()
        place_labels(self.axes, [*zones, *lifts, *places], lines)

    def _draw_zones(self) -> list[Label]:
        labels: list[Label] = []
        for zone in sorted(self.site.zones, key=lambda zone: list(ZONE_COLOURS).index(zone.kind)):
            if zone.level in (None, self.level.id) and self._is_in_view(zone.polygon):
                style: dict[str, Any] = {"fc": ZONE_COLOURS[zone.kind], "ec": EDGE, "alpha": 0.8}
                hatch = None if zone.is_open else "///"
                patch = Polygon(zone.polygon, lw=0.7, hatch=hatch, zorder=1, **style)
                self.axes.add_patch(patch)
                self.legend.setdefault(f"{zone.kind} (zone)", Patch(**style))
                if hatch:
                    self.legend.setdefault(CLOSED, Patch(fc="white", ec=EDGE, hatch=hatch))
                middle = shapely.Polygon(zone.polygon).representative_point()
                text = readable(zone.title, self.language, zone.id)
                labels.append(Label(text, middle.x, middle.y, "#57534e", 9.0, beside=False))
        return labels

    def _draw_lanes(self) -> list[Line]:
        """Lanes that begin on the level, by kind; arrows on those that go one way only."""
        pairs = {(lane.start, lane.end) for lane in self.site.lanes}
        lanes = [
            lane
            for lane in self.site.lanes
            if lane.kind is not LaneKind.LIFT
            and self.site.node_by_id[lane.start].level == self.level.id
            and (lane.start < lane.end or (lane.end, lane.start) not in pairs)
            and self._is_in_view(self._line(lane))
        ]
        # Thinner where there are so many that they would cover each other.
        width = float(np.interp(len(lanes), (100, 20_000), (1.5, 0.3)))
        for kind, (colour, dashes) in LANE_STYLES.items():
            lines = [self._line(lane) for lane in lanes if lane.kind is kind]
            if lines:
                style: dict[str, Any] = {"colors": colour, "linestyles": dashes}
                self.axes.add_collection(LineCollection(lines, linewidths=width, **style))
                self.legend.setdefault(kind, Line2D([], [], color=colour, ls=dashes))
        one_way = [self._line(lane) for lane in lanes if (lane.end, lane.start) not in pairs]
        self._draw_arrows(one_way)
        doors = [np.mean(self._line(lane), axis=0) for lane in lanes if lane.door]
        self._draw_marks(DOOR_MARK, [(x, y) for x, y in doors], DOOR)
        return [self._line(lane) for lane in lanes]

    def _draw_arrows(self, lines: Sequence[Line]) -> None:
        """Arrow heads in the middle of lines, of one size at any scale, and nowhere crowded."""
        if not lines:
            return
        ends = np.array(lines)
        middle, along = ends.mean(axis=1), ends[:, 1] - ends[:, 0]
        along = along / np.hypot(*along.T)[:, None]
        cells = self.axes.transData.transform(middle) // ARROW_PX
        _, kept = np.unique(np.column_stack([cells, along.round()]), axis=0, return_index=True)
        self.axes.quiver(
            *middle[kept].T, *along[kept].T, color=INK, units="inches", scale_units="inches",
            scale=14.0, width=0.012, headwidth=6, headlength=6, headaxislength=5, pivot="mid",
            zorder=3,
        )  # fmt: skip
        arrow = Line2D([], [], color=INK, marker=">", markersize=5, linestyle="none")
        self.legend.setdefault(ONE_WAY, arrow)

    def _draw_nodes(self) -> None:
        nodes = [node.id for node in self.site.nodes if node.level == self.level.id]
        if len(nodes) <= MOST_NODES:
            self._draw_marks(NODE_MARK, self._points(nodes), "node")

    def _draw_places(self) -> list[Label]:
        labels: list[Label] = []
        left = [place for place in self.site.places if self._is_here(place.node)]
        for kind, mark in PLACE_MARKS.items():
            drawn = [place for place in left if kind in place.kinds]
            left = [place for place in left if kind not in place.kinds]
            self._draw_marks(mark, self._points([place.node for place in drawn]), kind)
            for place in drawn:
                text = readable(place.title, self.language, place.id)
                labels.append(self._label(place.node, text, mark))
        return labels

    def _draw_lifts(self) -> list[Label]:
        cabins = {
            lift.id: node
            for lift in self.site.lifts
            if (node := lift.cabins.get(self.level.id)) and self._is_here(node)
        }
        self._draw_marks(LIFT_MARK, self._points(cabins.values()), LIFT)
        return [self._label(node, lift, LIFT_MARK) for lift, node in cabins.items()]

    def _draw_marks(self, mark: Mark, points: Points, name: str) -> None:
        if points:
            x_m, y_m = zip(*points, strict=True)
            style: dict[str, Any] = {"marker": mark.marker, "zorder": 4}
            edge = 0.5 if mark is not NODE_MARK else 0.0
            self.axes.scatter(x_m, y_m, s=mark.size, c=mark.colour, lw=edge, ec="white", **style)
            entry = Line2D([], [], ls="none", ms=mark.size**0.5, color=mark.colour, mec="white")
            entry.set_marker(mark.marker)
            self.legend.setdefault(name, entry)

    def _label(self, node_id: str, text: str, mark: Mark) -> Label:
        node = self.site.node_by_id[node_id]
        return Label(text, node.x_m, node.y_m, mark.colour, 6.5)

    def _points(self, node_ids: Iterable[str]) -> Points:
        nodes = [self.site.node_by_id[node_id] for node_id in node_ids]
        return [(node.x_m, node.y_m) for node in nodes]

    def _line(self, lane: Lane) -> Line:
        start, end = self.site.node_by_id[lane.start], self.site.node_by_id[lane.end]
        return (start.x_m, start.y_m), (end.x_m, end.y_m)

    def _is_here(self, node_id: str) -> bool:
        """Whether a node is on the level and in view."""
        node = self.site.node_by_id[node_id]
        in_view = bool(self.axes.viewLim.contains(node.x_m, node.y_m))
        return in_view and node.level == self.level.id

    def _is_in_view(self, points: Sequence[tuple[float, float]]) -> bool:
        """Whether the bounds of points meet those of the panel."""
        x_m, y_m = zip(*points, strict=True)
        bounds = Bbox.from_extents(min(x_m), min(y_m), max(x_m), max(y_m))
        return bool(bounds.overlaps(self.axes.viewLim))
