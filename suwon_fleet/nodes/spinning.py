# SPDX-License-Identifier: Apache-2.0
"""Running a node: the executor, the end, and errors told in a line."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from types import FrameType
from typing import TypeVar

import rclpy
from rclpy.clock import Clock, ClockType
from rclpy.executors import Executor, SingleThreadedExecutor
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import remove_ros_args

from suwon_fleet.core.errors import BadInput, Problem

FAILED, BAD_INPUT = 1, 2
_CHECK_S = 1.0
_LOOK_S = 0.2
"""How soon at the latest it is seen that the process was asked to end."""
_NEW_OBJECTS = 100_000
"""More than those of one turn with thousands of robots."""
_ENDINGS = (signal.SIGINT, signal.SIGTERM)
_TRANSPORTS = ("FASTDDS_BUILTIN_TRANSPORTS", "UDPv4")
"""No shared memory: a process that is killed while it writes there leaves those who hear it deaf, for a
second or for ever."""

RCLError = rclpy_implementation.RCLError
UnknownROSArgsError = rclpy_implementation.UnknownROSArgsError
N = TypeVar("N", bound=Node)


def executor_for(node: Node) -> Executor:
    """An executor that spins `node`: the events executor where this rclpy has one that works.

    It costs a ninth of the default one per message. In some releases its `spin` does nothing, so it is
    driven by `spin_once`, and tried first.
    """
    try:
        from rclpy.experimental import EventsExecutor
    except ImportError:
        return _with(SingleThreadedExecutor(context=node.context), node)
    events = _with(EventsExecutor(context=node.context), node)
    fired: list[None] = []
    steady = Clock(clock_type=ClockType.STEADY_TIME)  # simulated time may stand still
    timer = node.create_timer(0.001, lambda: fired.append(None), clock=steady)
    deadline = time.monotonic() + _CHECK_S
    while not fired and time.monotonic() < deadline:
        events.spin_once(timeout_sec=0.05)
    node.destroy_timer(timer)
    if fired:
        return events
    events.remove_node(node)
    node.get_logger().warning("the events executor does not work here; using the default one")
    return _with(SingleThreadedExecutor(context=node.context), node)


def _with(executor: Executor, node: Node) -> Executor:
    executor.add_node(node)
    return executor


def spare_the_collector() -> None:
    """For a node that takes in thousands of messages at a time and lets them go.

    So many new objects make Python look for cycles time and again, of which there are none: a tenth of the
    time it takes to read them.
    """
    gc.collect()
    gc.freeze()  # what has been loaded stays
    gc.set_threshold(_NEW_OBJECTS, 20, 50)


@contextmanager
def asked_to_end() -> Iterator[Event]:
    """Within it, SIGINT and SIGTERM set the event, so that what is under way comes to its end."""
    asked = Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        for number in _ENDINGS:  # a second one amid `set`, which holds a lock, would wait for ever
            signal.signal(number, signal.SIG_IGN)
        asked.set()

    before = {n: signal.signal(n, ask) for n in _ENDINGS}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def spin_until_asked(executor: Executor) -> None:
    """Do what comes until the process is asked to end."""
    with asked_to_end() as asked:
        while not asked.is_set():
            executor.spin_once(timeout_sec=_LOOK_S)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(make: Callable[[], N], work: Callable[[N], int], args: Sequence[str] | None) -> int:
    """Make a node and let it work until it is asked to end; the exit code of its process.

    `args` are the command line's, without the program's name. `make` and `work` may raise BadInput (told
    line by line; exit code 2) and OSError (exit code 1).
    """
    node = None
    for number in _ENDINGS:
        signal.signal(number, _interrupt)
    try:
        _init(sys.argv[1:] if args is None else args)
        node = make()
        return work(node)
    except KeyboardInterrupt:
        return 0
    except BadInput as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return BAD_INPUT
    except OSError as error:
        print(f"ended: {error}", file=sys.stderr)
        return FAILED
    finally:
        if node is not None:
            node.destroy_node()
        rclpy.try_shutdown()


def _init(args: Sequence[str]) -> None:
    """Join ROS, leaving signals to us. Raises BadInput for arguments that mean nothing."""
    os.environ.setdefault(*_TRANSPORTS)  # who has set it wants what it says
    mend = "give parameters as --ros-args -p NAME:=VALUE, or --params-file FILE"
    try:
        rclpy.init(args=list(args), signal_handler_options=SignalHandlerOptions.NO)
        strange = remove_ros_args(args=args)
    except (RCLError, UnknownROSArgsError) as error:
        what = str(error).split(", at /")[0]
        raise BadInput([Problem("bad-arguments", "command line", what, mend)]) from error
    if strange:
        what = f"{' '.join(strange)!r} means nothing here"
        raise BadInput([Problem("unknown-argument", "command line", what, mend)])
