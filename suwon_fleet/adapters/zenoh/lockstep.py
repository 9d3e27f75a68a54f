# SPDX-License-Identifier: Apache-2.0
"""Participants of a lockstep, and controllers' robots, over Zenoh."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import zenoh
from zenoh import CongestionControl, Priority

from suwon_fleet.adapters.zenoh.queues import Inbox
from suwon_fleet.adapters.zenoh.session import SessionSettings, open_session
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.ports import Answer, Place, Tick
from suwon_fleet.wire.zenoh.keys import Channel, all_robots, parse
from suwon_fleet.wire.zenoh.lockstep import ANSWERS, TICK, TICKED, TICKS, PlaceBody, TickBody
from suwon_fleet.wire.zenoh.reports import decode_state

_MOST = 10_000


class ZenohTicks:
    """A TickLink over a session of its own, which joins those who connect to it with each other."""

    def __init__(
        self, listen: list[str], connect: list[str], site: str, external: frozenset[str]
    ) -> None:
        """Join; `external` are robots of controllers, which report to the fleet.

        Raises BadInput for endpoints and sites that cannot be, Unreachable when nobody is there.
        """
        mode = "router" if listen else "client"
        keys = all_robots(site, "*", TICKED), all_robots(site, "*", Channel.STATE)
        self.unusable = 0
        self._external = external
        self._session = open_session(SessionSettings(mode=mode, listen=listen, connect=connect))
        self._homes: dict[str, str] = {}
        """Of participants, by name: the key that their ticks are told on."""
        self._answers, self._states = (self._hear(key) for key in keys)

    def _hear(self, key: str) -> Inbox:
        inbox = Inbox(_MOST)
        return inbox.of(self._session.declare_subscriber(key, inbox.handler))

    def tell(self, tick: Tick, names: Iterable[str]) -> None:
        """As :class:`.TickLink` has it; who has not been heard has no key yet."""
        body = TickBody(tick.run, tick.number, tick.now_ns, tick.step_ns)
        payload = TICKS.encode(tick.number, tick.now_ns, body)
        for name in names:
            if (key := self._homes.get(name)) is not None:
                self._session.put(
                    key,
                    payload,
                    congestion_control=CongestionControl.DROP,
                    priority=Priority.INTERACTIVE_HIGH,
                    express=True,
                )

    def answers(self) -> list[Answer]:
        """As :class:`.TickLink` has it."""
        return [answer for sample in self._answers.drain() for answer in self._answer(sample)]

    def _answer(self, sample: zenoh.Sample) -> Iterator[Answer]:
        key = str(sample.key_expr)
        try:
            address, _ = parse(key)
            body = ANSWERS.decode(sample.payload.to_bytes(), key).body
        except BadInput:
            self.unusable += 1
            return
        if body.participant != address.robot:
            self.unusable += 1
            return
        self._homes[body.participant] = f"{address}/{TICK}"
        yield Answer(
            body.participant, body.run, body.tick, _place(body.place) if body.place else None
        )

    def places(self) -> list[tuple[str, Place]]:
        """As :class:`.TickLink` has it: by the newest state of each."""
        newest: dict[str, Any] = {str(one.key_expr): one for one in self._states.drain()}
        told = []
        for key, sample in newest.items():
            name = key.split("/")[-2]
            if name not in self._external:  # a site has many robots
                continue
            try:
                report = decode_state(sample.payload.to_bytes(), key)
            except BadInput:
                self.unusable += 1
                continue
            if report.robot_id != name:
                self.unusable += 1
                continue
            told.append((name, Place(report.pose, report.speed_mps, report.path_index)))
        return told

    def close(self) -> None:
        """Leave."""
        self._session.close()


def _place(body: PlaceBody) -> Place:
    return Place(Pose(body.x_m, body.y_m, body.yaw_rad, body.level), body.speed_mps)
