# SPDX-License-Identifier: Apache-2.0
"""Execution of traffic under delays, mixed speeds and failures (benchmark B2)."""
