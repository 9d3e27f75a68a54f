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

    def figures(self) -> dict[str, float]:
        """In milliseconds; 0 of none."""
        in_order = sorted(self._newest) or [0.0]
        p50_s, p99_s = (in_order[math.ceil(share * len(in_order)) - 1] for share in (0.5, 0.99))
        return {
            "p50_ms": round(p50_s * 1e3, 3),
            "p99_ms": round(p99_s * 1e3, 3),
            "max_ms": round(self.most_s * 1e3, 3),
        }

    def in_words(self) -> str:
        """The same for people."""
        p50_ms, p99_ms, most_ms = self.figures().values()
        return f"{p50_ms:.1f} ms (p50), {p99_ms:.1f} ms (p99), {most_ms:.1f} ms (most)"
