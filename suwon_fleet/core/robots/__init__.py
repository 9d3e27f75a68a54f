# SPDX-License-Identifier: Apache-2.0
"""Robots: what they tell (`report`), what they are asked (`command`), what they are (`kind`).

Their state machines: `states` (layers), `trigger`, `row` and `layers` (tables as data), `tables`
(one `Table` per family, to `fire` and to `follow`), `questions` (may it drive, act, take a job).
"""
