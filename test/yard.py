# SPDX-License-Identifier: Apache-2.0
"""The small yard in which fleets are tested, and benchmarks kill their managers."""

from suwon_fleet.bench.reliability.yard import PLACES, ROBOTS, SITE, Yard

__all__ = ["PLACES", "ROBOTS", "SITE", "Yard"]
