# SPDX-License-Identifier: Apache-2.0
"""What a fleet_manager needs before it is configured: a core, and the journal for itself."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rclpy.node import Node

from suwon_fleet.adapters.group_journal import GroupJournal
from suwon_fleet.adapters.journals import is_in_use, open_journal
from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.core.engine.core import FleetCore
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.federation.groups import Groups
from suwon_fleet.core.maplint import lint
from suwon_fleet.core.mapnetwork import MapNetwork
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.nodes.fleet_parameters import FleetParameters
from suwon_fleet.ports import Journal
from suwon_fleet.resources import resource_path
from suwon_fleet.service.assemble import prepare
from suwon_fleet.service.warm_up import settle, warm_up
from suwon_fleet.wire.groups import load_groups
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.maps import load_site, to_geojson


@dataclass(frozen=True, slots=True)
class _Given:
    site: SiteMap
    kinds: Mapping[str, RobotKind]
    groups: Groups | None


class TakingOver:
    """Opens a journal and makes the fleet it tells of; while another process has it, stands by.

    `on_kept` is called by the journal's thread whenever it has kept more.
    """

    def __init__(
        self, node: Node, parameters: FleetParameters, on_kept: Callable[[], None]
    ) -> None:
        self._log, self._parameters, self._on_kept = node.get_logger(), parameters, on_kept
        self._given: _Given | None = None
        self._core: FleetCore | None = None
        self._journal: Journal | None = None

    def stand_by(self, wait: Callable[[], None]) -> None:
        """Return once no other process has the journal, which is ours then; `wait` waits a little.

        What else is wrong is told by `take`. Meanwhile all is made that takes long, so
        that only the journal has to be read then.
        """
        while True:
            try:
                given = self._load()
                self._journal = self._open(patience_s=0.0)
                return
            except BadInput as error:
                if not is_in_use(error):
                    return
                if self._core is None:
                    self._log.warning(f"standing by: {error}")
                    self._core = self._prepare(given)
                    to_geojson(given.site)  # what it needs is loaded when it is told to all
                    settle()
                    self._log.info("standing by: ready")
            wait()

    def take(self) -> tuple[FleetCore, Journal]:
        """The fleet, as its journal tells, and the journal. Raises BadInput."""
        given = self._load()
        journal = self._journal or self._open()
        self._journal = None
        try:
            core = self._core or self._prepare(given)
            core.resume(journal.read())
        except BaseException:
            journal.close()
            raise
        self._core = self._given = None
        return core, journal

    def close(self) -> None:
        """Let go of a journal that was not taken."""
        if self._journal:
            self._journal.close()
            self._journal = None

    def _open(self, **options: float) -> Journal:
        if not self._parameters.journal:
            return MemoryJournal()
        journal = open_journal(self._parameters.journal, **options)
        for surprise in journal.surprises:
            self._log.error(f"journal: {surprise}")
        if self._parameters.journal_sync == "always":
            return journal
        return GroupJournal(journal, self._on_kept)

    def _load(self) -> _Given:
        """What files say; once, so that a journal is not made for a map that cannot be used."""
        if self._given is None:
            told = self._parameters
            site, kinds = load_site(told.site), load_kinds(told.robots)
            for surprise in lint(MapNetwork(site), kinds.values()):
                self._log.warning(f"map: {surprise}")
            self._given = _Given(
                site, kinds, load_groups(told.groups, site) if told.groups else None
            )
        return self._given

    def _prepare(self, given: _Given) -> FleetCore:
        warm_up(next(iter(given.kinds.values())), self._log.info)
        return prepare(given.site, given.kinds, groups=given.groups, own=self._parameters.group)


def load_ahead() -> None:
    """Do what takes long and is the same in every process; a fork has it."""
    kinds = load_kinds(resource_path("config/robots"))
    warm_up(next(iter(kinds.values())), lambda line: print(line, file=sys.stderr))
    importlib.import_module("pyproj")  # maps that lie somewhere on Earth need it
    inspect.getframeinfo(inspect.stack()[0].frame)  # rclpy's logger asks; the first answer is slow
    settle()  # also: a collection in a child would copy all of this
