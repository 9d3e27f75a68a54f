# SPDX-License-Identifier: Apache-2.0
"""Where to look things up instead of going through all robots, jobs and alerts.

It says nothing that the rest of the state does not say; :mod:`.evolve` keeps both, event by event.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Ids = dict[str, None]
"""A set that keeps its order."""


@dataclass(slots=True)
class Index:
    """Ids, in the order in which they came to be there.

    `open_jobs` are not over, joint ones and their parts too. `alerts` are the open ones by subject.
    `ends_at` are robots by the vertex where their ground ends, `bound_for` by the place they go to, and
    `low` those that have to charge before they do anything else.
    """

    open_jobs: Ids = field(default_factory=dict)
    alerts: dict[str, Ids] = field(default_factory=dict)
    ends_at: dict[str, Ids] = field(default_factory=dict)
    bound_for: dict[str, Ids] = field(default_factory=dict)
    low: Ids = field(default_factory=dict)


def put(table: dict[str, Ids], key: str, id: str) -> None:
    """Enter an id under a key."""
    table.setdefault(key, {})[id] = None


def take(table: dict[str, Ids], key: str, id: str) -> None:
    """Strike out an id under a key, and the key with the last of them."""
    ids = table[key]
    del ids[id]
    if not ids:
        del table[key]
