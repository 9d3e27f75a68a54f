# SPDX-License-Identifier: Apache-2.0
"""Whether a group may give a zone away by itself, whatever others give each other at the same time.

A cut is clean where any two pieces of ground on which robots could touch have an owner in common. A gift
may take from such a pair the ground that it has in common only if other ground of the giver's, or of the
gift, still is. What third groups have in common is not relied on, as they might be giving that away just
now: so no two gifts that are clean each make a cut that is not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.errors import Reason
from suwon_fleet.traffic.borders import Borders
from suwon_fleet.traffic.conflicts import Conflicts
from suwon_fleet.traffic.roadmap import Ints, Roadmap

Mask = NDArray[np.bool_]


def why_not(
    roadmap: Roadmap, conflicts: Conflicts, before: Borders, after: Borders, own: str, zone_id: str
) -> Reason | None:
    """Why the group `own` may not make of one cut another by giving a zone."""
    is_own: Mask = before.vertex == before.names.index(own)
    moved: Mask = before.vertex != after.vertex
    if not moved.any() or not is_own[moved].all():
        return Reason.of("zone-not-ours", zone=zone_id, group=own)
    if (number := _zone_divided(roadmap, moved)) is not None:
        zone = roadmap.site.zones[number].id
        return Reason.of("gift-divides-zone", zone=zone_id, other=zone)
    if pair := _touching(conflicts, before.ends, moved, is_own & ~moved):
        one, other = map(before.name_of, pair)
        return Reason.of("gift-touches", zone=zone_id, one=one, other=other)
    return None


def _zone_divided(roadmap: Roadmap, moved: Mask) -> int | None:
    """A zone that takes so many robots, and of which some ground is given and some is not."""
    rows, zones = roadmap.zones_of(np.arange(roadmap.vertex_count, dtype=np.int32))
    for number, zone in enumerate(roadmap.site.zones):
        inside = moved[rows[zones == number]]
        if zone.capacity is not None and inside.any() and not inside.all():
            return number
    return None


def _touching(
    conflicts: Conflicts, ends: tuple[Ints, Ints], moved: Mask, kept: Mask
) -> tuple[int, int] | None:
    """Two pieces of ground on which robots could touch, and of which no owner would know both."""
    tail, head = ends
    is_moved, is_kept = (mask[tail] | mask[head] for mask in (moved, kept))
    for ptr in conflicts.ptr:
        one = np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))
        other = conflicts.elements[ptr[0] : ptr[-1]]
        loses = is_moved[one] & is_kept[other]  # each pair is there both ways round
        one, other = one[loses], other[loses]
        meets = (tail[one] == tail[other]) | (tail[one] == head[other])
        meets |= (head[one] == tail[other]) | (head[one] == head[other])
        shares = (is_moved[one] & is_moved[other]) | (is_kept[one] & is_kept[other]) | meets
        if not shares.all():
            worst = int(np.argmin(shares))
            return int(one[worst]), int(other[worst])
    return None
