# SPDX-License-Identifier: Apache-2.0
"""Worlds and models for Gazebo, written from a site map and kinds of robots."""
