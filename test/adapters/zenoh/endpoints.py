# SPDX-License-Identifier: Apache-2.0
"""Zenoh sessions of tests: on this machine, at endpoints of their own, found by nobody else."""

from __future__ import annotations

import json
import socket
from typing import Any

import zenoh


def free_endpoint() -> str:
    """A TCP endpoint that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp/127.0.0.1:{probe.getsockname()[1]}"


def open_session(*, listen: str = "", connect: str = "") -> Any:
    """A peer that listens, or connects."""
    config = zenoh.Config()
    config.insert_json5("scouting/multicast/enabled", "false")
    config.insert_json5("listen/endpoints", json.dumps([listen] if listen else []))
    config.insert_json5("connect/endpoints", json.dumps([connect] if connect else []))
    return zenoh.open(config)
