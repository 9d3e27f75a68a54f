# SPDX-License-Identifier: Apache-2.0
"""Keys that are declared once."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

import zenoh
from zenoh_net import session_at

from suwon_fleet.adapters.zenoh.declared import DeclaredKeys


class Counted:
    """A session that notes what is declared."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.declared: list[str] = []

    def declare_keyexpr(self, key: str) -> Any:
        self.declared.append(key)
        return self._session.declare_keyexpr(key)


def test_a_key_is_declared_once_and_means_the_same() -> None:
    with session_at() as session:
        counted = Counted(session)
        keys = DeclaredKeys(counted)  # type: ignore[arg-type]
        heard = session.declare_subscriber("yard/*", zenoh.handlers.FifoChannel(10))
        for number in range(3):
            for key in ("yard/a", "yard/b"):
                session.put(keys.of(key), f"{key} {number}")
        told = [heard.recv() for _ in range(6)]
        assert counted.declared == ["yard/a", "yard/b"]
        assert all(one.payload.to_string().startswith(str(one.key_expr)) for one in told)


def test_two_who_declare_the_same_key_may_both_use_it() -> None:
    with session_at() as session:
        one, other = DeclaredKeys(session).of("yard/a"), DeclaredKeys(session).of("yard/a")
        heard = session.declare_subscriber("yard/a", zenoh.handlers.FifoChannel(10))
        session.put(one, "one")
        session.put(other, "other")
        assert [heard.recv().payload.to_string() for _ in range(2)] == ["one", "other"]
