# SPDX-License-Identifier: Apache-2.0
"""Benchmarks: each module has `run(options)` that yields figures as they are measured."""
