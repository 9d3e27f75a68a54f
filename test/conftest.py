# SPDX-License-Identifier: Apache-2.0
"""What holds for all tests."""

from hypothesis import HealthCheck, settings

# Nothing fails for being slow: how fast a test is depends on what else the machine does.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# What `make test` draws it draws each time, so that it fails for a change and not by chance. Whoever runs
# pytest, and `make test-long`, draws anew.
settings.register_profile("same", settings.get_profile("patient"), derandomize=True)
settings.load_profile("patient")
