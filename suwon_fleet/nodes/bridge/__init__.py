# SPDX-License-Identifier: Apache-2.0
"""The parts of the zenoh_bridge: routes in both directions, robots, diagnostics."""
