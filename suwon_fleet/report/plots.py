# SPDX-License-Identifier: Apache-2.0
"""The plots of a report, each as SVG. Texts stay texts, so that a browser shows them in its own fonts."""

from __future__ import annotations

import io
from itertools import groupby
from typing import Any

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from suwon_fleet.core.robots.states import LEGS
from suwon_fleet.report.recording import SILENT, STOPPED, UNKNOWN, Recording
from suwon_fleet.sim.scenario.expect import Happening

WIDTH_IN = 9.0
MINUTE = 60.0
BLUE, ORANGE, GREEN, RED, GREY = "#2f6db3", "#e08214", "#3a9d5d", "#c0392b", "#b8bec6"
COLOURS = {
    "idle": "#e3e7ec",
    "to_pickup": "#9ecae1",
    "at_pickup": "#4292c6",
    "to_dropoff": "#fdbe85",
    "at_dropoff": "#e6750d",
    "returning": "#c994c7",
    "at_return": "#980043",
    "to_stop": "#a1d99b",
    "at_stop": "#31a354",
    "to_parking": "#cfd4da",
    "to_dock": "#ffe680",
    "docking": "#f2c80f",
    "charging": "#d4a900",
    "undocking": "#f2c80f",
    "battery_swap": "#8c6d00",
    STOPPED: RED,
    SILENT: "#404040",
    UNKNOWN: "#ffffff",
}
"""Of what robots do, and of what keeps them from it."""
MARGIN_M = 15.0
NEAR_M = 3.0
"""A robot farther from every lane is on none."""

_STYLE: Any = {
    "svg.fonttype": "none",
    "font.size": 9,
    "font.family": "sans-serif",
    "font.sans-serif": ["Noto Sans", "Helvetica", "Arial", "sans-serif", "DejaVu Sans"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8a929c",
    "axes.labelcolor": "#3b424a",
    "xtick.color": "#3b424a",
    "ytick.color": "#3b424a",
    "svg.hashsalt": "suwon_fleet",
}


def throughput(recording: Recording) -> str:
    """Jobs asked for and jobs finished, as they add up."""
    figure, axes = _axes(2.8)
    end = recording.samples[-1].at_s / MINUTE
    for word, colour, label in (
        ("accepted", BLUE, "asked for"),
        ("finished", GREEN, "finished"),
        ("failed", RED, "failed"),
    ):
        times = [t / MINUTE for t in _times(recording, Happening.JOB, word)]
        if times or word != "failed":
            steps = [0.0, *times, end], [0, *range(1, len(times) + 1), len(times)]
            axes.step(*steps, where="post", color=colour, label=label, linewidth=1.8)
    axes.set(xlabel="minutes", ylabel="jobs")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, loc="upper left")
    _shade_faults(axes, recording)
    return _svg(figure)


def waiting(recording: Recording) -> str:
    """For each job: how long until a robot set out for it, and until it was done."""
    asked, set_out, done = (_first(recording, word) for word in ("accepted", "running", "finished"))
    figure, axes = _axes(2.8)
    for job, at_s in asked.items():
        begun, ended = set_out.get(job), done.get(job)
        x = at_s / MINUTE
        if begun is not None:
            axes.plot([x, x], [0, (begun - at_s) / MINUTE], color=ORANGE, linewidth=2.2)
        if begun is not None and ended is not None:
            axes.plot([x, x], [(begun - at_s) / MINUTE, (ended - at_s) / MINUTE], color=GREY)
            axes.plot(x, (ended - at_s) / MINUTE, "o", color=GREEN, markersize=3.5)
    axes.set(xlabel="asked for, minutes", ylabel="minutes")
    axes.set_ylim(bottom=0)
    handles = [
        Patch(color=c, label=t) for c, t in ((ORANGE, "waits"), (GREY, "served"), (GREEN, "done"))
    ]
    axes.legend(handles=handles, frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0, 1))
    return _svg(figure)


def battery(recording: Recording) -> str:
    """The charge of every robot; those that sink lowest are named."""
    figure, axes = _axes(2.8)
    times, socs = recording.times_s() / MINUTE, recording.row(3) * 100.0
    lowest = np.argsort(socs.min(axis=0))[:3]
    for index, name in enumerate(recording.robots):
        is_low = index in lowest
        axes.plot(
            times,
            socs[:, index],
            color=None if is_low else GREY,
            linewidth=1.8 if is_low else 0.8,
            label=name if is_low else None,
            zorder=3 if is_low else 2,
        )
    axes.set(xlabel="minutes", ylabel="charge, %", ylim=(0, 105))
    axes.legend(frameon=False, ncols=3, loc="lower right")
    _shade_faults(axes, recording)
    return _svg(figure)


def gantt(recording: Recording) -> str:
    """What each robot did when."""
    names = recording.robots
    figure, axes = _axes(0.9 + 0.22 * len(names))
    times = [*(sample.at_s / MINUTE for sample in recording.samples)]
    times.append(times[-1] + recording.every_s / MINUTE)
    used: dict[str, None] = {}
    for row, _ in enumerate(names):
        at = 0
        for state, run in groupby(sample.states[row] for sample in recording.samples):
            count = len(list(run))
            used[state] = None
            axes.barh(
                row, times[at + count] - times[at], left=times[at], height=0.8, color=COLOURS[state]
            )
            at += count
    axes.set(xlabel="minutes", xlim=(0, times[-1]), ylim=(len(names) - 0.4, -0.6))
    axes.set_yticks(range(len(names)), names)
    shown = [state for state in COLOURS if state in used]
    handles = [
        Patch(facecolor=COLOURS[s], edgecolor=GREY, label=s.replace("_", " ")) for s in shown
    ]
    axes.legend(
        handles=handles,
        frameon=False,
        ncols=8,
        fontsize=7.5,
        loc="lower left",
        bbox_to_anchor=(0, 1),
    )
    return _svg(figure)


def heat_map(recording: Recording) -> str:
    """How long robots on their way were on each lane, by levels; '' if nobody was on his way."""
    used = {
        level
        for sample in recording.samples
        for level, state in zip(sample.levels, sample.states, strict=True)
        if state in LEGS
    }
    levels = [level.id for level in recording.site.levels if level.id in used]
    if not levels:
        return ""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH_IN, 4.2 * len(levels)), layout="constrained")
        for number, level in enumerate(levels, start=1):
            axes = figure.add_subplot(len(levels), 1, number)
            lines = _lanes_of_level(axes, recording, level)
            axes.set_title(level, loc="left", fontsize=9)
            figure.colorbar(lines, ax=axes, label="robot-minutes", shrink=0.8)
    return _svg(figure)


def _lanes_of_level(axes: Axes, recording: Recording, level: str) -> LineCollection:
    """Draw the lanes of a level by how long robots were on each, both directions together."""
    ends = {
        tuple(sorted(((a.x_m, a.y_m), (b.x_m, b.y_m))))
        for lane in recording.site.lanes
        if (a := recording.site.node_by_id[lane.start]).level == level
        and (b := recording.site.node_by_id[lane.end]).level == level
    }
    pieces = sorted(ends)
    points = np.array(
        [
            sample.values[:2, index]
            for sample in recording.samples
            for index, where in enumerate(sample.levels)
            if where == level and sample.states[index] in LEGS
        ]
    ).reshape(-1, 2)
    tree = shapely.STRtree([shapely.LineString(piece) for piece in pieces])
    found = tree.query_nearest(shapely.points(points), max_distance=NEAR_M, all_matches=False)
    minutes = np.bincount(found[1], minlength=len(pieces)) * recording.every_s / MINUTE
    axes.add_collection(LineCollection(pieces, colors="#dfe3e8", linewidths=1.0))
    used = np.flatnonzero(minutes)
    order = used[np.argsort(minutes[used])]
    lines = LineCollection(
        [pieces[index] for index in order], array=minutes[order], cmap="plasma_r", linewidths=3.5
    )
    lines.set_capstyle("round")
    axes.add_collection(lines)
    (west, south), (east, north) = points.min(axis=0) - MARGIN_M, points.max(axis=0) + MARGIN_M
    axes.set(xlim=(west, east), ylim=(south, north), aspect="equal", xlabel="m", ylabel="m")
    axes.set_anchor("W")
    return lines


def _axes(height_in: float) -> tuple[Figure, Axes]:
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
        return figure, figure.add_subplot()


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    with mpl.rc_context(_STYLE):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    whole = text.getvalue()
    return whole[whole.index("<svg") :]


def _times(recording: Recording, sort: Happening, word: str) -> list[float]:
    return [one.at_s for one in recording.happened if one.sort is sort and word in one.words]


def _first(recording: Recording, word: str) -> dict[str, float]:
    """When something first became of each job."""
    found: dict[str, float] = {}
    for one in recording.happened:
        if one.sort is Happening.JOB and word in one.words:
            found.setdefault(one.names[0], one.at_s)
    return found


def _shade_faults(axes: Axes, recording: Recording) -> None:
    """The times at which something is wrong."""
    begun: dict[str, float] = {}
    spans: list[tuple[float, float]] = []
    for one in recording.happened:
        if one.sort is Happening.FAULT:
            if "began" in one.words:
                begun[one.names[0]] = one.at_s
            else:
                spans.append((begun.pop(one.names[0]), one.at_s))
    spans += [(at_s, recording.samples[-1].at_s) for at_s in begun.values()]
    for first, last in spans:
        axes.axvspan(first / MINUTE, last / MINUTE, color=RED, alpha=0.07, linewidth=0)
