# SPDX-License-Identifier: Apache-2.0
"""Waiting for what other threads and processes bring about: until it is so, and no longer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

LONGEST_S = 60.0
"""Only who fails waits so long: a busy machine may stand still for many seconds."""
_LOOK_S = 0.01


def wait_for(what: Callable[[], Any], timeout_s: float = LONGEST_S) -> None:
    """Wait until something is so; it fails the test when that takes too long."""
    deadline = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < deadline, f"not so after {timeout_s} s"
        time.sleep(_LOOK_S)
