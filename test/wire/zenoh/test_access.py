# SPDX-License-Identifier: Apache-2.0
"""Rules of access control, applied as Zenoh does: what must be allowed, and what must never be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("zenoh", reason="Zenoh is not installed")

import zenoh

from suwon_fleet.wire.zenoh.access import SAID, TOLD, Member, Role, access_control

IDS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,9}", fullmatch=True)
ROBOTS = st.tuples(IDS, IDS, IDS).map("/".join)
WRITES = ("put", "delete", "reply", "declare_queryable", "liveliness_token")


def allowed(control: dict[str, Any], name: str, message: str, flow: str, key: str) -> bool:
    """As Zenoh decides: denied unless a rule of a policy of one's subject includes it."""
    rules = {rule["id"]: rule for rule in control["rules"]}
    subjects = {s["id"] for s in control["subjects"] if name in s["cert_common_names"]}
    return any(
        message in rules[rule]["messages"]
        and flow in rules[rule]["flows"]
        and any(zenoh.KeyExpr(p).includes(zenoh.KeyExpr(key)) for p in rules[rule]["key_exprs"])
        for policy in control["policies"]
        if subjects & set(policy["subjects"])
        for rule in policy["rules"]
    )


@given(
    one=ROBOTS, other=ROBOTS, channel=st.sampled_from([*SAID, *TOLD]), write=st.sampled_from(WRITES)
)
def test_no_robot_speaks_or_listens_for_another(
    one: str, other: str, channel: str, write: str
) -> None:
    members = [Member(Role.ROBOT, name, (f"cn {name}",)) for name in {one, other}]
    control = access_control(members)
    for key in (f"{other}/{channel}", f"{other}/alive", f"{other}/{channel}/@adv/pub/1/2/_"):
        key = f"suwon/v1/{key}"
        mine = one == other
        if not mine:
            assert not allowed(control, f"cn {one}", write, "ingress", key)
            assert not allowed(control, f"cn {one}", "declare_subscriber", "ingress", key)
            assert not allowed(control, f"cn {one}", "query", "ingress", key)
            assert not allowed(control, f"cn {one}", "put", "egress", key)
            assert not allowed(control, f"cn {one}", "reply", "egress", key)
    assert allowed(control, f"cn {one}", "put", "ingress", f"suwon/v1/{one}/state")
    assert allowed(control, f"cn {one}", "put", "egress", f"suwon/v1/{one}/grant")


@pytest.mark.parametrize("message", ["put", "declare_subscriber", "query", "liveliness_token"])
@pytest.mark.parametrize("key", ["**", "*/**", "suwon/**", "suwon/v1/**", "x", "@/**"])
@pytest.mark.parametrize("role", [Role.ROBOT, Role.MANAGER, Role.BRIDGE, Role.OPERATOR])
def test_only_routers_say_what_is_wider_than_their_keys(role: Role, key: str, message: str) -> None:
    name = "a/b/c" if role is Role.ROBOT else "m"
    zones = ("a/b",) if role in (Role.MANAGER, Role.BRIDGE) else ()
    control = access_control([Member(role, name, ("cn",), zones=zones)])
    hears_all = (
        role is Role.OPERATOR and message == "declare_subscriber" and key.startswith("suwon/v1/")
    )
    assert allowed(control, "cn", message, "ingress", key) == hears_all


def test_managers_of_other_zones_neither_hear_nor_tell_unless_they_may_take() -> None:
    key = "suwon/v1/suseo/lab/r"
    strangers = [
        Member(Role.MANAGER, "near", ("near",), zones=("suseo/plaza",), takes=("suseo/lab",)),
        Member(Role.MANAGER, "far", ("far",), zones=("suseo/plaza",)),
        Member(Role.MANAGER, "all", ("all",), zones=("*/*",)),
    ]
    control = access_control(strangers)
    for name, may in (("near", True), ("far", False), ("all", True)):
        assert allowed(control, name, "put", "ingress", f"{key}/grant") == may
        assert allowed(control, name, "put", "egress", f"{key}/state") == may
        assert not allowed(control, name, "put", "ingress", f"{key}/state")
    own = "suwon/v1/suseo/lab/_fleet/jobs"
    assert not allowed(control, "near", "put", "ingress", own)
    assert allowed(control, "far", "query", "ingress", own)


def test_who_has_no_good_certificate_is_not_in_it() -> None:
    control = access_control([Member(Role.ROBOT, "a/b/c", ()), Member(Role.OPERATOR, "k", ("cn",))])
    assert [subject["id"] for subject in control["subjects"]] == ["operator k"]
    assert "a/b/c" not in str(control)


def test_without_members_all_is_denied() -> None:
    control = access_control([])
    assert (control["enabled"], control["default_permission"]) == (True, "deny")
    assert control["rules"] == control["subjects"] == control["policies"] == []


def test_ids_are_unique_and_canonical() -> None:
    members = [Member(role, "a/b/c", (role.value,), ("a/b",), ("c/d",), ("ns",)) for role in Role]
    control = access_control(members)
    for part in ("rules", "subjects", "policies"):
        ids = [entry["id"] for entry in control[part]]
        assert len(set(ids)) == len(ids)
    for key in {key for rule in control["rules"] for key in rule["key_exprs"]}:
        assert str(zenoh.KeyExpr(key)) == key  # raises for one that is not canonical
