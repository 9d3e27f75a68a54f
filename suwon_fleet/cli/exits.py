# SPDX-License-Identifier: Apache-2.0
"""Exit codes of the program: scripts may trust them."""

from enum import IntEnum


class Exit(IntEnum):
    """What the process ends with."""

    GOOD = 0
    FAILED = 1
    """What was asked for was not done: jobs failed, robots collided, a request was refused."""
    BAD_INPUT = 2
    """Wrong arguments, or a file that cannot be used."""
    UNREACHABLE = 3
    """No fleet manager answers."""
    INTERRUPTED = 130
