# SPDX-License-Identifier: Apache-2.0
"""Two ROS domains in the test's own process, which bridges join."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nodes.in_process import Stage, stage
from zenoh_net import NOTHING_DROPPED, free_endpoint

from suwon_fleet.nodes.zenoh_bridge import ZenohBridge


@dataclass
class Sites:
    """Two domains, `here` and `there`, and what their bridges' files have in common."""

    folder: Path
    here: Stage
    there: Stage
    endpoint: str = field(default_factory=free_endpoint)

    def bridge(self, play: Stage, rules: str, *, listens: bool = False, mode: str = "peer") -> Any:
        """A bridge; those that do not listen connect to what does."""
        end = "listen" if listens else "connect"
        file = self.folder / f"bridge-{len(list(self.folder.iterdir()))}.yaml"
        settings = self.folder / "zenoh.json5"
        nobody: dict[str, Any] = {side: {"endpoints": []} for side in ("listen", "connect")}
        settings.write_text(json.dumps(nobody | {"qos": {"publication": NOTHING_DROPPED}}))
        zenoh = f"zenoh: {{mode: {mode}, {end}: ['{self.endpoint}'], file: '{settings}'}}\n"
        file.write_text(f"format: suwon_fleet/bridge@1\n{zenoh}{rules}")
        return play.add(ZenohBridge, {"config": file, "look_every_s": 0.05})

    def until(self, what: Callable[[], Any], step: Callable[[], object] = lambda: None) -> Any:
        def turn() -> None:
            step()
            self.there.turn()

        return self.here.until(what, step=turn)


@contextmanager
def joined(folder: Path) -> Iterator[Sites]:
    """Domains of their own, cleared afterwards."""
    with stage() as here:
        here.observer()  # takes its domain, so that the other stage gets another
        with stage() as there:
            yield Sites(folder, here, there)
