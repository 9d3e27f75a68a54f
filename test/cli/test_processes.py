# SPDX-License-Identifier: Apache-2.0
"""Child processes live together, and none is left behind."""

import signal
import subprocess
import sys

import pytest
from waiting import LONGEST_S, wait_for

from suwon_fleet.cli import processes
from suwon_fleet.cli.processes import ChildEnded, Processes, interruptible, node_command

IGNORES_SIGINT = (
    "import signal, time; signal.signal(2, signal.SIG_IGN); print('up'); time.sleep(60)"
)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not yet waited for does not."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # it may also end while that is read
        return False


def test_lines_come_with_the_name_of_who_printed_them() -> None:
    lines: list[tuple[str, str]] = []
    with Processes(lambda *line: lines.append(line)) as group:
        group.start(
            "one", python("import sys; print('a'); print('b', file=sys.stderr); sys.exit(3)")
        )
        with pytest.raises(ChildEnded) as ended:
            group.watch(LONGEST_S)
    assert sorted(lines) == [("one", "a"), ("one", "b")]
    assert (ended.value.name, ended.value.code) == ("one", 3)
    assert "one ended with exit code 3" in str(ended.value)
    assert "a" in str(ended.value).splitlines()


def test_when_one_ends_the_others_are_ended() -> None:
    said: list[str] = []
    talk = "import os, time; print(os.getpid()); time.sleep(60)"
    with Processes(lambda _, line: said.append(line)) as group:
        group.start("long", python(talk))
        wait_for(lambda: bool(said))
        group.start("short", python(""))
        with pytest.raises(ChildEnded, match="short ended with exit code 0"):
            group.watch(LONGEST_S)
    assert not lives(int(said[0]))


def test_a_killed_child_is_named_with_its_signal() -> None:
    with Processes(lambda *_: None) as group:
        group.start("one", python("import os; os.kill(os.getpid(), 9)"))
        with pytest.raises(ChildEnded, match="one ended by SIGKILL"):
            group.watch(LONGEST_S)


def test_a_child_killed_by_us_is_missed_by_nobody_and_may_be_started_again() -> None:
    said: list[str] = []
    talk = "import os, time; print(os.getpid()); time.sleep(60)"
    with Processes(lambda _, line: said.append(line)) as group:
        group.start("one", python(talk))
        wait_for(lambda: bool(said))
        group.kill("one")
        assert not lives(int(said[0]))
        group.watch(0.01)
        group.start("one", python(talk))
        wait_for(lambda: len(said) == 2)


def test_a_paused_child_does_nothing_until_it_goes_on() -> None:
    said: list[str] = []
    with Processes(lambda _, line: said.append(line)) as group:
        group.start("one", python("import sys\nwhile True: print(1, flush=True)"))
        wait_for(lambda: bool(said))
        group.pause("one", is_paused=True)
        pid = group._children["one"].pid
        wait_for(lambda: state_of(pid) == "T")
        group.pause("one", is_paused=False)
        wait_for(lambda: state_of(pid) != "T")


def state_of(pid: int) -> str:
    """A process's state as the kernel tells it: T is stopped."""
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0]


def test_watch_gives_up_in_time_when_all_live() -> None:
    with Processes(lambda *_: None) as group:
        group.start("one", python("import time; time.sleep(60)"))
        group.watch(0.01)


def test_a_child_that_takes_no_notice_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "ENDINGS", ((signal.SIGINT, 0.05),))
    heard: list[str] = []
    with Processes(lambda _, line: heard.append(line)) as group:
        group.start("deaf", python(IGNORES_SIGINT))
        wait_for(lambda: heard == ["up"])
        deaf = group._children["deaf"]
    assert deaf.returncode == -signal.SIGKILL


def test_children_end_when_their_parent_is_killed() -> None:
    code = (
        "import sys, time\n"
        "from suwon_fleet.cli.processes import Processes\n"
        "group = Processes(lambda name, line: print(line, flush=True))\n"
        "talk = 'import os, time; print(os.getpid()); time.sleep(60)'\n"
        "group.start('child', [sys.executable, '-c', talk])\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(python(code), stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert lives(child)
        parent.kill()
    wait_for(lambda: not lives(child))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_ways_to_end_are_as_an_interrupt(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with interruptible(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)
    assert signal.getsignal(number) is before


def test_parameters_are_written_as_ros_reads_them() -> None:
    command = node_command(
        "simulator",
        {"a": "it's", "b": True, "c": 2, "d": 0.5, "e": ["x:1", "y:2"], "f": "5"},
    )
    assert command[1:4] == ["-m", "suwon_fleet.nodes.simulator", "--ros-args"]
    assert command[4:] == [
        *("-p", "a:='it''s'", "-p", "b:=true", "-p", "c:=2", "-p", "d:=0.5"),
        *("-p", "e:=['x:1', 'y:2']", "-p", "f:='5'"),
    ]
