# SPDX-License-Identifier: Apache-2.0
"""What holds for all tests."""

import pytest
from hypothesis import HealthCheck, settings

# Nothing fails for being slow: how fast a test is depends on what else the machine does.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# What `make test` and `make test-long` draw they draw each time, so that they fail for a change and not by
# chance. Whoever runs pytest, and `make test-longest`, draws anew.
settings.register_profile("same", settings.get_profile("patient"), derandomize=True)
settings.load_profile("patient")


def pytest_itemcollected(item: pytest.Item) -> None:
    """The longest tests are long ones too: what leaves those out leaves out both."""
    if item.get_closest_marker("longest"):
        item.add_marker(pytest.mark.long)
