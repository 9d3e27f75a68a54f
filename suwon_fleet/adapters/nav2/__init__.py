# SPDX-License-Identifier: Apache-2.0
"""Robots that Nav2 drives, as state machines: what is heard and time come in, what is to be asked goes out.

Nothing here knows what carries the bytes.
"""
