# SPDX-License-Identifier: Apache-2.0
"""`fleet_manager --keep`: should it die, another is at work at once, forked from one that has loaded all.

Loading Python's packages and the kernels takes seconds of a start; here it is done before anything goes
wrong. The keeper itself does nothing else, and has no ROS, threads or files that a child could inherit.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable, Collection
from types import FrameType

FLAG = "--keep"
PAUSE_S = 2.0
"""Whoever ended by itself may not be able to live, as on a full disk: the next is not started at once."""
_ENDINGS = {signal.SIGINT, signal.SIGTERM}
_FAILED = 1
_PR_SET_PDEATHSIG = 1


class Keeper:
    """Lets `work` live in child processes, one after the other, until one ends as it should. Main thread.

    Exit codes in `good` are such an end. SIGINT and SIGTERM are passed on to the child, and its end is ours
    then.
    """

    def __init__(self, work: Callable[[], int], good: Collection[int]) -> None:
        self._work, self._good = work, good
        self._child = 0
        self._is_asked = False

    def run(self) -> int:
        """Return the exit code of the last one."""
        before = {number: signal.signal(number, self._pass_on) for number in _ENDINGS}
        try:
            while True:
                code = self._live()
                if self._is_asked or code in self._good:
                    return code if code >= 0 else _FAILED
                died = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
                _say(f"keeper: the fleet_manager ended {died}; starting another")
                if code > 0:
                    self._pause()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _pause(self) -> None:
        """Wait a little, or until it is asked to end."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
        if signal.sigtimedwait(_ENDINGS, PAUSE_S):
            self._is_asked = True
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS)

    def _live(self) -> int:
        """One life: its exit code, or the number of the signal that killed it, negative."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)  # none is lost between fork and `_child`
        try:
            if self._is_asked:
                return 0
            self._child = os.fork()
            if not self._child:
                self._be_child()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS)
        _, status = os.waitpid(self._child, 0)
        self._child = 0
        return os.waitstatus_to_exitcode(status)

    def _be_child(self) -> None:
        """Work, and end: nothing of the keeper's goes on here."""
        code = _FAILED
        try:
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            for number in _ENDINGS:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS)
            code = self._work()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _pass_on(self, number: int, _frame: FrameType | None) -> None:
        self._is_asked = True
        if self._child:
            os.kill(self._child, number)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
