# SPDX-License-Identifier: Apache-2.0
"""Who may move where: ground is owned, granted ahead of robots and never taken back."""

from suwon_fleet.traffic.checker import Checker
from suwon_fleet.traffic.coordinator import Coordinator
from suwon_fleet.traffic.group import GroupCoordinator

__all__ = ["Checker", "Coordinator", "GroupCoordinator"]
