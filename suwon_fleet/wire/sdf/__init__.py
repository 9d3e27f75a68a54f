# SPDX-License-Identifier: Apache-2.0
"""SDF files: what Gazebo loads, read as the simulator needs them."""
