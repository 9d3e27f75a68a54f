# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from waiting import wait_for
from zenoh_net import free_endpoint, session_at

from suwon_fleet.adapters.allowance import Allowance
from suwon_fleet.adapters.clocks import WallClock
from suwon_fleet.adapters.zenoh.peers import ZenohPeers
from suwon_fleet.core.engine.messages import PeerSaid, Tell
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.federation.messages import NotNow, Promise


def test_owners_hear_what_others_tell_them_and_nothing_else() -> None:
    endpoint = free_endpoint()
    with session_at(listen=[endpoint]) as one, session_at(connect=[endpoint]) as other:
        west = ZenohPeers(one, WallClock(), "town", "west")
        east = ZenohPeers(other, WallClock(), "town", "east")
        heard: list[PeerSaid] = []

        def has_come() -> bool:
            east.tell([Tell("west", Promise("r@west>east.1")), Tell("north", Promise("x"))])
            heard.extend(west.drain())
            return bool(heard)

        wait_for(has_come)
        assert set(heard) == {PeerSaid("east", Promise("r@west>east.1"))}
        west.tell([Tell("east", NotNow("s@east>west.1", "r"))])
        wait_for(lambda: east.drain() == [PeerSaid("west", NotNow("s@east>west.1", "r"))])
        alive = [str(reply.ok.key_expr) for reply in one.liveliness().get("suwon/v1/town/**")]
        assert sorted(alive) == [
            "suwon/v1/town/east/_fleet/alive",
            "suwon/v1/town/west/_fleet/alive",
        ]
        other.put("suwon/v1/town/east/_fleet/to-west", b"gossip")
        other.put("suwon/v1/town/The East/_fleet/to-west", b"gossip")
        wait_for(lambda: not west.drain() and sum(west.counts.unusable.values()) == 2)
        west.close()
        east.close()


def test_who_is_told_something_is_woken_and_finds_it() -> None:
    endpoint = free_endpoint()
    with session_at(listen=[endpoint]) as one, session_at(connect=[endpoint]) as other:
        found: list[PeerSaid] = []
        west = ZenohPeers(one, WallClock(), "town", "west", lambda: found.extend(west.drain()))
        east = ZenohPeers(other, WallClock(), "town", "east")

        def has_come() -> bool:
            east.tell([Tell("west", Promise("r@west>east.1"))])
            return bool(found)

        wait_for(has_come)
        east.tell([Tell("west", Promise("last"))])
        wait_for(lambda: found[-1] == PeerSaid("east", Promise("last")))
        assert found[0] == PeerSaid("east", Promise("r@west>east.1"))
        assert west.drain() == []
        west.close()
        east.close()


def test_an_owner_that_says_too_much_is_heard_as_far_as_its_allowance_goes() -> None:
    endpoint, most = free_endpoint(), 10
    with session_at(listen=[endpoint]) as one, session_at(connect=[endpoint]) as other:
        west = ZenohPeers(one, WallClock(), "town", "west")
        west.counts.allowance = Allowance(per_s=0.0, burst=most)
        loud = ZenohPeers(other, WallClock(), "town", "loud")
        calm = ZenohPeers(other, WallClock(), "town", "calm")
        heard: list[PeerSaid] = []

        def is_turned_away() -> bool:
            loud.tell([Tell("west", Promise("again"))])
            heard.extend(west.drain())
            return west.counts.allowance.turned_away.total() > 0

        wait_for(is_turned_away)
        assert len(heard) == most
        calm.tell([Tell("west", Promise("once"))])
        wait_for(lambda: PeerSaid("calm", Promise("once")) in west.drain())
        for peers in (west, loud, calm):
            peers.close()


def test_groups_have_names_that_can_be_part_of_keys() -> None:
    with session_at() as session, pytest.raises(BadInput, match="bad-key"):
        ZenohPeers(session, WallClock(), "town", "The West")
