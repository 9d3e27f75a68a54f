# SPDX-License-Identifier: Apache-2.0
"""fleet_managers to be killed: forked from a process that has imported all, they start in half a second."""

from __future__ import annotations

import faulthandler
import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

from suwon_fleet.nodes import fleet_manager

_FORGE = multiprocessing.get_context("forkserver")
_FORGE.set_forkserver_preload(["suwon_fleet.nodes.fleet_manager"])


def forged(command: Sequence[str]) -> BaseProcess:
    """A fleet_manager at work, by the command that would run it."""
    arguments = list(command[command.index("--ros-args") :])
    process = _FORGE.Process(target=fleet_manager.main, args=(arguments,))
    process.start()
    return process


@contextmanager
def told_when_it_hangs(after_s: float) -> Iterator[None]:
    """Within it, all stacks are printed should the test take far too long."""
    faulthandler.dump_traceback_later(after_s, file=sys.__stderr__)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
