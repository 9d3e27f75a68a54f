# SPDX-License-Identifier: Apache-2.0
"""Robots in a process of their own: see :mod:`.robots`."""

from suwon_fleet.bench.bridge.robots import main

main()
