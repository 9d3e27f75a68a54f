# SPDX-License-Identifier: Apache-2.0
"""What other bridges tell of, by liveliness tokens."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Generic, TypeVar

import zenoh

from suwon_fleet.core.errors import BadInput
from suwon_fleet.wire.bridge.tokens import ServiceToken, Token

TOKENS = 10_000
"""Taken at a time, at most."""
T = TypeVar("T", Token, ServiceToken)


class Others(Generic[T]):
    """Tokens of one sort, but our own. One thread's."""

    def __init__(self, session: zenoh.Session, keys: str, parse: Callable[[str], T]) -> None:
        """Hear tokens by key expression; `parse` raises BadInput for one of a version to come."""
        self._session = session
        self._parse: Callable[[str], T] = parse
        self._there: dict[str, T] = {}
        self._tokens = session.liveliness().declare_subscriber(
            keys, zenoh.handlers.FifoChannel(TOKENS), history=True
        )

    @property
    def tokens(self) -> Collection[T]:
        """Those there were when we last heard."""
        return self._there.values()

    def hear(self) -> None:
        """Take what has come and gone since."""
        own = str(self._session.info.zid())
        for _ in range(TOKENS):
            if (sample := self._tokens.try_recv()) is None:
                return
            text = str(sample.key_expr)
            if sample.kind == zenoh.SampleKind.DELETE:
                self._there.pop(text, None)
                continue
            try:
                token = self._parse(text)
            except BadInput:
                continue
            if token.zid != own:
                self._there[text] = token

    def close(self) -> None:
        """Hear no more."""
        self._tokens.undeclare()
