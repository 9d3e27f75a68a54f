# SPDX-License-Identifier: Apache-2.0
"""A fleet with keys, and its router that holds all to their rights."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import zenoh
from zenoh_net import Open, free_endpoint

from suwon_fleet.adapters.keys.folder import AUTHORITY, KeyFolder
from suwon_fleet.wire.zenoh.secured import Files, configuration

NOW = datetime.now(UTC)


class Fleet:
    """Keys of a fleet, and its router."""

    def __init__(self, folder: KeyFolder, opened: Open) -> None:
        self.folder, self.opened = folder, opened
        self.endpoint = free_endpoint("tls")

    def config(self, name: str, **ends: list[str]) -> dict[str, Any]:
        """The configuration that `suwon-fleet keys config` writes."""
        role = self.folder.newest(name).role
        return configuration(role, self.files(name), self.folder.register().members(NOW), **ends)

    def files(self, name: str) -> Files:
        """Where the newest certificate of somebody is."""
        own = self.folder.files(self.folder.newest(name))
        return Files(str(self.folder.path / AUTHORITY), *map(str, own))

    def start_router(self) -> zenoh.Session:
        return self.opened(self.config("hub", listen=[self.endpoint]))

    def join(self, name: str) -> zenoh.Session:
        return self.opened(self.config(name, connect=[self.endpoint]))
