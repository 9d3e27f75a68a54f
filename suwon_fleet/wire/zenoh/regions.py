# SPDX-License-Identifier: Apache-2.0
"""Regions: the sites of a star, each a Zenoh peer with its own robots, that a router in the middle joins.

Routers among themselves would do it too, by trees that they compute at most every 0.1 s. A link that
breaks and is back before they have is no change in the tree, so what was declared over it is not declared
again: one side stays deaf until the next break (eclipse-zenoh/zenoh#1886). Between a router and the peers
of its regions there are no trees.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def joining(regions: Iterable[str]) -> dict[str, Any]:
    """Zenoh's `gateway` of a router between regions, and its own clients."""
    clients = {"filters": [{"modes": ["client"]}]}
    return {"south": [clients, *({"filters": [{"region_names": [name]}]} for name in regions)]}
