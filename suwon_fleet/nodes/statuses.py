# SPDX-License-Identifier: Apache-2.0
"""Statuses on /diagnostics, and that of what links over Zenoh count, which several nodes tell."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from suwon_fleet.adapters.zenoh.counts import Counts

OK, WARN = DiagnosticStatus.OK, DiagnosticStatus.WARN
OF_OWNERS = ("overruns",)
OF_ROBOTS = (
    "states",
    "conflated",
    *OF_OWNERS,
    "events",
    "events_missed",
    "events_doubled",
    "commands",
    "retries",
    "refused",
    "unanswered",
    "nowhere",
)
"""What of Counts is told."""
_WORST = 3


def status(name: str, level: bytes, text: str, **values: object) -> DiagnosticStatus:
    """One, with its values as text."""
    return DiagnosticStatus(
        name=name,
        hardware_id="suwon_fleet",
        level=level,
        message=text,
        values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
    )


class Since:
    """How much a count has grown since it was last asked for; with another source it begins anew."""

    def __init__(self) -> None:
        self._source: object = None
        self._count = 0

    def of(self, source: object, count: int) -> int:
        """What came on top, by the object that counts."""
        before = self._count if source is self._source else 0
        self._source, self._count = source, count
        return count - before


class LinkStatus:
    """The status of one or more links, which warns of what went wrong since the last."""

    def __init__(self, name: str, told: Sequence[str] = OF_ROBOTS) -> None:
        self._name, self._told = name, told
        self._since: defaultdict[int, Since] = defaultdict(Since)

    def of(self, links: Sequence[Counts], **more: object) -> DiagnosticStatus:
        """How they are now, and what else is to be told."""
        new = sum(
            self._since[number].of(counts, _lost(counts)) for number, counts in enumerate(links)
        )
        senders: Counter[str] = sum((counts.unusable for counts in links), Counter())
        last = [counts.last_fault for counts in links if counts.last_fault]
        sums = {name: sum(getattr(counts, name) for counts in links) for name in self._told}
        return status(
            self._name,
            WARN if new else OK,
            f"{new} messages were lost or could not be used" if new else "all is heard",
            **more,
            **sums,
            unusable=senders.total(),
            senders=worst_of(senders),
            too_many=sum(counts.allowance.turned_away.total() for counts in links),
            too_many_of=worst_of(sum((one.allowance.turned_away for one in links), Counter())),
            last=last[-1] if last else "",
        )


def worst_of(senders: Counter[str]) -> str:
    """Those who are in it most often."""
    return ", ".join(f"{key or '-'}: {number}" for key, number in senders.most_common(_WORST))


def _lost(counts: Counts) -> int:
    turned_away = counts.allowance.turned_away.total()
    return counts.unusable.total() + counts.overruns + counts.events_missed + turned_away
