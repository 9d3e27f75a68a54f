# SPDX-License-Identifier: Apache-2.0
"""The fleet's own certificate authority: a folder of keys, and the register of what they are for."""
