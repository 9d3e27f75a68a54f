# SPDX-License-Identifier: Apache-2.0
"""The fleet's words in ROS messages and back, and robots met over ROS topics."""
