# SPDX-License-Identifier: Apache-2.0
"""Whether a robot or a rig keeps the contract, clause by clause: `suwon-fleet conform`; docs/hil.md."""
