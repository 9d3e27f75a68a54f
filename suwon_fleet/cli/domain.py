# SPDX-License-Identifier: Apache-2.0
"""A ROS domain of one's own on this machine."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from suwon_fleet.core.errors import Unreachable
from suwon_fleet.resources import resource_path

_DOMAIN, _RANGE = "ROS_DOMAIN_ID", "ROS_AUTOMATIC_DISCOVERY_RANGE"
_PROFILES = ("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE")
"""Where Fast DDS looks for its settings: in Jazzy, and later."""
HIGHEST = 101
"""Ports of higher domains meet those that Linux gives to whoever asks for any."""


@contextmanager
def isolated() -> Iterator[int]:
    """Within it, this process and its children form a ROS graph of their own; gives the domain.

    Raises Unreachable when every domain is in use.
    """
    with ExitStack() as stack:
        domain = next((d for d in _from_anywhere() if _is_ours(d, stack)), None)
        if domain is None:
            raise Unreachable(f"all ROS domains from 1 to {HIGHEST} are in use on this machine")
        chosen = {_DOMAIN: str(domain), **_on_this_machine()}
        before = {name: os.environ.get(name) for name in chosen}
        os.environ |= chosen
        try:
            yield domain
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def _on_this_machine() -> dict[str, str]:
    """What keeps a graph on this machine. ROS's own way always has Fast DDS use shared memory, by which a
    process that is killed leaves others deaf; settings of Fast DDS can do without."""
    if not os.environ.get("RMW_IMPLEMENTATION", "rmw_fastrtps_cpp").startswith("rmw_fastrtps"):
        return {_RANGE: "LOCALHOST"}
    settings = str(resource_path("config/dds/this_machine.xml"))
    return {_RANGE: "SUBNET"} | dict.fromkeys(_PROFILES, settings)


def _is_ours(domain: int, stack: ExitStack) -> bool:
    """Take a domain, until `stack` ends, if nobody has it: from its first port it cannot be seen that
    another process has chosen it as well, and has no node there yet."""
    path = Path(tempfile.gettempdir()) / f"suwon_fleet_domain_{domain}.lock"
    with ExitStack() as attempt, suppress(OSError):  # locked, or another user's
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        fcntl.flock(attempt.enter_context(open(handle)), fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_free(domain):
            stack.enter_context(attempt.pop_all())
            return True
    return False


def _from_anywhere() -> list[int]:
    """All domains, in an order that differs by process, so that two do not choose the same."""
    return [1 + (os.getpid() + step) % HIGHEST for step in range(HIGHEST)]


def _is_free(domain: int) -> bool:
    """Whether nobody here takes part in a domain: the first who does has its first port (DDSI-RTPS 9.6)."""
    port = 7400 + 250 * domain + 10
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
