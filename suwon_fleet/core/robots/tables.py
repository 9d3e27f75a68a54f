# SPDX-License-Identifier: Apache-2.0
"""The state table of each family, and what each must do."""

from __future__ import annotations

from collections.abc import Mapping

from suwon_fleet.core.robots import delivery, humanoid
from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.table import Table

TABLES: Mapping[Family, Table] = {
    Family.DELIVERY: delivery.TABLE,
    Family.HUMANOID: humanoid.TABLE,
}

REQUIREMENTS: Mapping[Family, tuple[str, ...]] = {
    Family.DELIVERY: delivery.REQUIREMENTS,
    Family.HUMANOID: humanoid.REQUIREMENTS,
}
"""Requirement n is at n - 1; rows name the number they serve."""
