# SPDX-License-Identifier: Apache-2.0
"""Execution of traffic under delays, mixed speeds and failures, ours beside other ways (B2)."""

from suwon_fleet.bench.traffic.suite import run as run
