# SPDX-License-Identifier: Apache-2.0
"""ROS messages as the bytes DDS carries (CDR), without ROS: those that robots behind a bridge speak."""
