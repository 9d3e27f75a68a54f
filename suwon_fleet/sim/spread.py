# SPDX-License-Identifier: Apache-2.0
"""How much something takes, over a long time in bounded memory: half, nearly all, and the most."""

from __future__ import annotations

import math
from collections import deque

_KEPT = 20_000


class Spread:
    """Seconds; `p50` and `p99` are of the newest twenty thousand, `most` of all."""

    def __init__(self) -> None:
        self.count = 0
        self.most_s = 0.0
        self._newest: deque[float] = deque(maxlen=_KEPT)

    def note(self, seconds: float) -> None:
        """One more."""
        self.count += 1
        self.most_s = max(self.most_s, seconds)
        self._newest.append(seconds)

    def share_s(self, share: float) -> float:
        """So large a share of the newest was no longer than this; 0 of none."""
        if not self._newest:
            return 0.0
        return sorted(self._newest)[math.ceil(share * len(self._newest)) - 1]

    def figures(self) -> dict[str, float]:
        """In milliseconds."""
        return {
            "p50_ms": round(self.share_s(0.5) * 1e3, 3),
            "p99_ms": round(self.share_s(0.99) * 1e3, 3),
            "max_ms": round(self.most_s * 1e3, 3),
        }
