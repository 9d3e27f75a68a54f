# SPDX-License-Identifier: Apache-2.0
"""Who takes which role: the role that fewest can take chooses first. Pure, and of names alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def choose(able: Mapping[str, Sequence[str]]) -> dict[str, str] | None:
    """For each role one of those able to take it, none for two; None if that cannot be.

    The earlier in its list the better. Only as many of each list are looked at as there are roles: the
    others take all but one of them at most.
    """
    return _choose({role: list(names[: len(able)]) for role, names in able.items()})


def _choose(able: dict[str, list[str]]) -> dict[str, str] | None:
    if len({name for names in able.values() for name in names}) < len(able):
        return None
    if not able:
        return {}
    scarcest = min(able, key=lambda role: len(able[role]))
    for choice in able[scarcest]:
        rest = {
            role: [name for name in names if name != choice]
            for role, names in able.items()
            if role != scarcest
        }
        if (chosen := _choose(rest)) is not None:
            return {scarcest: choice, **chosen}
    return None
