# SPDX-License-Identifier: Apache-2.0
"""fleet_managers to be killed: forked from a process that has imported all, they start in half a second."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

from suwon_fleet.core.errors import Unreachable
from suwon_fleet.nodes import fleet_manager

_FORGE = multiprocessing.get_context("forkserver")
_FORGE.set_forkserver_preload(["suwon_fleet.nodes.fleet_manager"])
_PRINTED_S = 1.0
"""Whoever is not stuck outside Python has printed its stacks by then."""


def forged(command: Sequence[str]) -> BaseProcess:
    """A fleet_manager at work, by the command that would run it, in the environment of now.

    Of itself it would have that in which the first of all was made, and so perhaps another ROS domain.
    """
    arguments = list(command[command.index("--ros-args") :])
    process = _FORGE.Process(target=_run, args=(arguments, dict(os.environ)))
    process.start()
    return process


def _run(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """End with the exit code that the program would have; tell where it is when asked to."""
    os.environ.clear()
    os.environ.update(environment)
    faulthandler.register(signal.SIGUSR1, file=sys.__stderr__ or sys.stderr)
    sys.exit(fleet_manager.main(arguments))


@contextmanager
def told_where_they_are(processes: Callable[[], Iterable[BaseProcess]]) -> Iterator[None]:
    """Within it, all stacks of all processes are printed should one of them not answer."""
    try:
        yield
    except Unreachable:
        for process in processes():
            if process.pid and process.is_alive():
                os.kill(process.pid, signal.SIGUSR1)
                process.join(_PRINTED_S)
        raise


@contextmanager
def told_when_it_hangs(after_s: float) -> Iterator[None]:
    """Within it, all stacks are printed should the test take far too long."""
    faulthandler.dump_traceback_later(after_s, file=sys.__stderr__ or sys.stderr)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
