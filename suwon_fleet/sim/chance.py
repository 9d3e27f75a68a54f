# SPDX-License-Identifier: Apache-2.0
"""Random numbers that are the same in every run: one stream for each thing that needs them."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, *names: str) -> np.random.Generator:
    """The stream of the thing these names name; adding a thing changes no other's stream."""
    key = tuple(zlib.crc32(name.encode()) for name in names)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
