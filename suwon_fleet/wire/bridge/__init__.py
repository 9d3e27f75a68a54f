# SPDX-License-Identifier: Apache-2.0
"""The bridge's file: what crosses between ROS 2 and Zenoh, and the robots met behind other bridges."""
