# SPDX-License-Identifier: Apache-2.0
"""Who does which job, beside other ways to decide it and the best there is (B3)."""

from suwon_fleet.bench.dispatch.suite import run as run
