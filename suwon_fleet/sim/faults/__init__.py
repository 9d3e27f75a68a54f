# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in the simulated world: faults on a timeline, and those put in while it runs."""

from suwon_fleet.sim.faults.model import Fault
from suwon_fleet.sim.faults.read import read_fault, read_fault_text

__all__ = ["Fault", "read_fault", "read_fault_text"]
