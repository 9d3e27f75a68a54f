# SPDX-License-Identifier: Apache-2.0
"""Robots over Zenoh, version 1: keys, envelopes and bodies as bytes and back; docs/zenoh.md tells it."""
