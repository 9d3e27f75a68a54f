# SPDX-License-Identifier: Apache-2.0
"""A fleet at work in this process, with robots over Zenoh; no multicast, and ports nobody else has."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zenoh_net import free_endpoint

from suwon_fleet.adapters.clocks import WallClock
from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.adapters.zenoh.link import ZenohLink
from suwon_fleet.adapters.zenoh.session import SessionSettings, open_session
from suwon_fleet.bench.bridge.cuts import HOME, SITE
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.jobs import JobKind, JobRequest
from suwon_fleet.resources import resource_path
from suwon_fleet.service.assemble import assemble
from suwon_fleet.service.fleet_service import FleetService
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.maps import load_site

LONGEST_S = 60.0


@dataclass
class ZenohFleet:
    """A corridor's fleet; `until` turns it."""

    endpoint: str
    link: ZenohLink
    service: FleetService
    told: list[m.Heard] = field(default_factory=list)

    @classmethod
    @contextmanager
    def in_folder(cls, folder: Path, listen: str = "", connect: str = "") -> Iterator[ZenohFleet]:
        """At work on its own endpoint, or by a router."""
        (folder / "corridor.yaml").write_text(SITE)
        site = load_site(folder / "corridor.yaml")
        core = assemble(site, load_kinds(resource_path("config/robots")))
        endpoint = connect or listen or free_endpoint()
        ways = {"connect": [connect]} if connect else {"listen": [endpoint]}
        with closing(open_session(SessionSettings(**ways))) as session:
            clock = WallClock()
            link = ZenohLink(session, clock, HOME[0])
            service = FleetService(core, MemoryJournal(), link, clock)
            yield cls(endpoint, link, service)
            service.close()
            link.close()

    def until(self, what: Callable[[], Any], timeout_s: float = LONGEST_S) -> None:
        """Turn until something is so."""
        deadline = time.monotonic() + timeout_s
        while not what():
            assert time.monotonic() < deadline, f"not so after {timeout_s} s"
            self.turn()

    def turn(self) -> None:
        """One turn, and a little time for what is under way."""
        self.service.turn()
        time.sleep(0.02)

    def ask(self, request: Any) -> m.Answer:
        answer = self.service.ask(request)
        self.until(answer.done)
        return answer.result()

    def submit(self, kind: JobKind, *places: str) -> str:
        answer = self.ask(m.SubmitJob("", JobRequest(kind, places)))
        assert answer.reason is None, answer.reason
        return answer.id

    @property
    def state(self) -> Any:
        return self.service.fleet.state

    def alerts(self) -> list[str]:
        """Codes of what is open."""
        return sorted(alert.reason.code for alert in self.state.alerts.values())
