# SPDX-License-Identifier: Apache-2.0
"""Ids out of names that other formats allow and ours does not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Sequence
from itertools import chain, count

LONGEST = 64


def id_from(name: str, otherwise: str) -> str:
    """The nearest id to a name: accents dropped, what else ids may not have turned into ``-``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    word = re.sub(r"[^A-Za-z0-9_.:]+", "-", plain).lstrip("_.:-")[:LONGEST].rstrip("-")
    return word or otherwise


def free_id(wanted: str, suffixes: Sequence[str], taken: Container[str]) -> str:
    """`wanted` if it is free, else with the first of the suffixes, or the first number, that is."""
    for suffix in chain(("", *suffixes), (f"-{n}" for n in count(2))):
        candidate = wanted[: LONGEST - len(suffix)] + suffix
        if candidate not in taken:
            return candidate
    raise AssertionError("unreachable: numbers do not end")
