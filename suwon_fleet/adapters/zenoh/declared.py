# SPDX-License-Identifier: Apache-2.0
"""Keys that something is put by again and again."""

from __future__ import annotations

import zenoh


class DeclaredKeys:
    """Declares each key to Zenoh once. Any thread.

    For a put by a key that was not declared Zenoh looks through all keys it knows, every time: with 2,000
    robots for more than a millisecond. What is declared is the session's, and ends with it.
    """

    def __init__(self, session: zenoh.Session) -> None:
        self._session = session
        self._declared: dict[str, zenoh.KeyExpr] = {}

    def of(self, key: str) -> zenoh.KeyExpr:
        """The key as it was declared."""
        declared = self._declared.get(key)
        if declared is None:  # two threads at once may both declare it: it is one all the same
            declared = self._declared[key] = self._session.declare_keyexpr(key)
        return declared
