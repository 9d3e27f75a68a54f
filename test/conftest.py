# SPDX-License-Identifier: Apache-2.0
"""What holds for all tests."""

from hypothesis import settings

# No example fails for being slow: how fast a test is depends on what else the machine does.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
