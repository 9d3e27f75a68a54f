# SPDX-License-Identifier: Apache-2.0
"""Plans for all robots some steps ahead, made better while there is time."""
