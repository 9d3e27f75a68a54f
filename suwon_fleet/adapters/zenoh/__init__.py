# SPDX-License-Identifier: Apache-2.0
"""Robots over Zenoh: sessions, and the link that hears and tells them."""
