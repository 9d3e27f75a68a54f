# SPDX-License-Identifier: Apache-2.0
"""Who does what: what a robot would cost for a job, and which robots get which jobs."""

from suwon_fleet.dispatch.horizon import RollingHorizon

__all__ = ["RollingHorizon"]
