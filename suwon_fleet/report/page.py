# SPDX-License-Identifier: Apache-2.0
"""A run as one HTML page that needs nothing else: plots, tables, headings in English and Korean."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from html import escape

from suwon_fleet.core.texts import say
from suwon_fleet.report import plots
from suwon_fleet.report.recording import Note, Outcome, Recording
from suwon_fleet.sim.scenario.expect import Happening, Metric

MOST_ROWS = 200
"""Of a table of alerts or faults."""

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 "Noto Sans KR", "Noto Sans CJK KR", "Noto Sans", system-ui, sans-serif;
  color: #20262d; background: #f4f6f8; margin: 0; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; margin: 0; }
h1 small { color: #66707b; font-weight: 400; font-size: 1.1rem; }
h2 { font-size: 1.1rem; margin: 0 0 .6rem; }
h2 small { color: #66707b; font-weight: 400; margin-left: .5rem; }
.lead { color: #4a535d; margin: .2rem 0 1rem; }
section { background: #fff; border: 1px solid #dfe3e8; border-radius: 8px; padding: 1rem 1.2rem;
  margin: 1rem 0; }
svg { width: 100%; height: auto; display: block; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th { text-align: left; color: #66707b; font-weight: 600; border-bottom: 1px solid #dfe3e8; }
td, th { padding: .25rem .8rem .25rem 0; vertical-align: top; }
tr + tr td { border-top: 1px solid #eef1f4; }
.verdict { display: inline-block; border-radius: 4px; padding: .1rem .6rem; color: #fff;
  font-weight: 600; }
.met { background: #2e8b57; }
.missed { background: #c0392b; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .8rem; }
.card b { display: block; font-size: 1.35rem; }
.card span { color: #66707b; font-size: .8rem; }
code { font-size: .88em; }
"""
_CARDS = (
    (Metric.JOBS_FINISHED, "jobs finished", "완료한 작업", "{:.0f}"),
    (Metric.JOBS_UNDONE, "jobs undone", "못 마친 작업", "{:.0f}"),
    (Metric.JOBS_PER_HOUR, "jobs an hour", "시간당 작업", "{:.1f}"),
    (Metric.WAIT_MEAN_S, "mean wait", "평균 대기", "{:.0f} s"),
    (Metric.SERVICE_P95_S, "95 % done in", "95 % 완료 시간", "{:.0f} s"),
    (Metric.DISTANCE_KM, "driven", "주행 거리", "{:.1f} km"),
    (Metric.SOC_MIN, "lowest charge", "최저 충전량", "{:.0%}"),
    (Metric.COLLISIONS, "collisions", "충돌", "{:.0f}"),
    (Metric.ALERTS_RAISED, "alerts", "알림", "{:.0f}"),
)


def page(recording: Recording, outcome: Outcome) -> str:
    """The whole page."""
    title, korean = outcome.title.get("en", outcome.scenario), outcome.title.get("ko", "")
    good = all(verdict.is_met for verdict in outcome.verdicts)
    word, kind = (
        ("all expectations met · 모두 충족", "met") if good else ("missed · 미충족", "missed")
    )
    facts = " · ".join(f"{name} {value}" for name, value in outcome.facts.items())
    sections = (
        _section("Expectations", "기대", _expectations(outcome)),
        _section("Figures", "지표", _cards(outcome)),
        _section("Throughput", "처리량", plots.throughput(recording)),
        _section("Waiting", "대기 시간", plots.waiting(recording)),
        _section("Battery", "배터리", plots.battery(recording)),
        _section("Robots", "로봇별 시간표", plots.gantt(recording)),
        _section("Lanes", "차로 이용", lanes) if (lanes := plots.heat_map(recording)) else "",
        _section("Faults", "장애", _faults(recording)) if _has_faults(recording) else "",
        _section("Alerts", "알림", _alerts(recording)) if recording.alerts else "",
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>\n"
        f"<h1>{escape(title)} <small>{escape(korean)}</small></h1>\n"
        f'<p class="lead"><span class="verdict {kind}">{word}</span> {escape(facts)}</p>\n'
        f"{''.join(sections)}</main></body></html>\n"
    )


def _section(english: str, korean: str, body: str) -> str:
    return f'<section><h2>{english}<small lang="ko">{korean}</small></h2>\n{body}\n</section>\n'


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Cells are HTML already."""
    head = "".join(f"<th>{column}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    return f"<table><tr>{head}</tr>\n{body}</table>"


def _expectations(outcome: Outcome) -> str:
    marks = {
        True: '<span class="verdict met">met</span>',
        False: '<span class="verdict missed">missed</span>',
    }
    rows = (
        (marks[one.is_met], f"<code>{escape(one.expected)}</code>", escape(one.seen))
        for one in outcome.verdicts
    )
    return _table(("", "expected · 기대", "seen · 결과"), rows)


def _cards(outcome: Outcome) -> str:
    cards = []
    for metric, english, korean, form in _CARDS:
        value = outcome.metrics[metric]
        shown = "–" if math.isnan(value) else form.format(value)
        cards.append(f'<div class="card"><b>{shown}</b><span>{english} · {korean}</span></div>')
    return f'<div class="cards">{"".join(cards)}</div>'


def _has_faults(recording: Recording) -> bool:
    return any(one.sort is Happening.FAULT for one in recording.happened)


def _faults(recording: Recording) -> str:
    """Each fault, from when to when."""
    ends = {
        one.names[0]: _clock(one.at_s)
        for one in recording.happened
        if one.sort is Happening.FAULT and "ended" in one.words
    }
    rows = [
        (f"<code>{escape(name)}</code>", _clock(one.at_s), ends.get(name, "–"))
        for one in recording.happened
        if one.sort is Happening.FAULT and "began" in one.words
        for name in one.names[:1]
    ]
    return _table(("fault · 장애", "from · 시작", "to · 끝"), rows[:MOST_ROWS])


def _alerts(recording: Recording) -> str:
    """The first alert of each sort about each robot or job, and how many there were."""
    first: dict[tuple[str, str], Note] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for one in recording.alerts.values():
        key = (one.subject, one.reason.code)
        first.setdefault(key, one)
        counts[key] += 1
    rows = [
        (
            _clock(one.at_s),
            f"<code>{escape(one.subject)}</code>",
            f"{counts[key]} ×" if counts[key] > 1 else "",
            f'{escape(say(one.reason, "en"))}<br><span lang="ko">{escape(say(one.reason, "ko"))}</span>',
        )
        for key, one in first.items()
    ]
    return _table(("first · 처음", "about · 대상", "", "alert · 알림"), rows[:MOST_ROWS])


def _clock(at_s: float) -> str:
    minutes, seconds = divmod(round(at_s), 60)
    return f"{minutes}:{seconds:02d}"
