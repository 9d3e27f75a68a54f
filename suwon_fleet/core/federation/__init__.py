# SPDX-License-Identifier: Apache-2.0
"""Several fleets on one map: who owns which ground, and how robots and jobs go from one to another."""
