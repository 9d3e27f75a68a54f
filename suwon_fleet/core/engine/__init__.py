# SPDX-License-Identifier: Apache-2.0
"""The deterministic heart: state and inputs go in, events and effects come out."""
