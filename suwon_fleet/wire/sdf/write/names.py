# SPDX-License-Identifier: Apache-2.0
"""Names for the things of a world."""

from __future__ import annotations

import re
from collections.abc import Iterable


def plain_name(text: str) -> str:
    """A name that Gazebo and ROS both take."""
    return re.sub(r"[^A-Za-z0-9]+", "_", text)


class Names:
    """Names for the things of a map, each given once: ids that look alike get a number behind."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def of(self, prefix: str, *ids: object) -> str:
        """A name no other thing has."""
        base = name = plain_name("_".join((prefix, *map(str, ids))))
        number = 1
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._taken.add(name)
        return name
