# SPDX-License-Identifier: Apache-2.0
"""What came of a scenario, wherever it was played: figures, a verdict, and rows of a table."""

from __future__ import annotations

from dataclasses import dataclass

_ENDS = ("finished", "refused", "failed", "cancelled", "unfinished")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFigures:
    """`wall_s` is the run itself, `setup_s` what went before it."""

    scenario: str
    site: str
    seed: int
    robots: int
    jobs_submitted: int
    jobs_finished: int
    jobs_refused: int
    jobs_failed: int
    jobs_cancelled: int
    jobs_unfinished: int
    collisions: int
    deadlocks: int
    illegal_grants: int
    sim_s: float
    wall_s: float
    setup_s: float
    state_hash: str

    @property
    def is_clean(self) -> bool:
        """All jobs finished or were refused, and nothing happened that must not."""
        undone = self.jobs_failed + self.jobs_cancelled + self.jobs_unfinished
        return not undone and not self.collisions + self.deadlocks + self.illegal_grants

    def rows(self) -> list[tuple[str, str]]:
        """What was done, and how it went."""
        speed = self.sim_s / self.wall_s if self.wall_s else 0.0
        took = f"{self.sim_s:.0f} s in {self.wall_s:.1f} s, {speed:.0f} times as fast"
        return [
            ("scenario", f"{self.scenario} on {self.site}, seed {self.seed}"),
            ("robots", str(self.robots)),
            ("jobs", self._jobs()),
            ("collisions", str(self.collisions)),
            ("deadlocks", str(self.deadlocks)),
            ("illegal grants", str(self.illegal_grants)),
            ("simulated", took),
        ]

    def _jobs(self) -> str:
        counts = [(getattr(self, f"jobs_{end}"), end) for end in _ENDS]
        told = ", ".join(f"{count} {end}" for count, end in counts if count or end == "finished")
        return f"{self.jobs_submitted} submitted: {told}"
