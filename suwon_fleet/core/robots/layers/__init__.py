# SPDX-License-Identifier: Apache-2.0
"""State tables, one module per layer; :mod:`..delivery` and :mod:`..humanoid` put them together."""
