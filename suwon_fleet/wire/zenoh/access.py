# SPDX-License-Identifier: Apache-2.0
"""Who may say and hear what, as Zenoh's access control has it: all is denied but what is named here.

A subject is known by the common name of its certificate. A rule allows a message if the rule's key
expression *includes* the message's: what a manager asks by ``*`` goes by rules that have the ``*`` too.
That is why rules on what is handed out to a robot (``egress``) are wide where they only tell that
somebody listens or asks, and narrow where they carry what is said. `**` never stands for a chunk that
begins with ``@``; advanced publishers, as those of events are, keep their beats, caches and tokens behind
``@adv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from suwon_fleet.wire.zenoh.doctor import DOCTOR
from suwon_fleet.wire.zenoh.keys import ALIVE, FLEET, ROOT, Channel
from suwon_fleet.wire.zenoh.lockstep import TICK, TICKED

SAID = (Channel.FACTSHEET, Channel.STATE, Channel.EVENTS, Channel.ANSWER, Channel.ALARM)
"""Channels a robot writes."""
TOLD = (Channel.COMMAND, Channel.GRANT, Channel.STOP)
"""Channels the fleet writes."""
LASTING = (Channel.FACTSHEET, Channel.STATE)
"""Channels whose newest value others may keep and give to whoever asks."""

_ADVANCED = "@adv/**"
_LIVELINESS = ("@/*/@ros2_lv/**",)
"""What zenoh-bridge-ros2dds tells of itself."""
_SAYS = ("put", "delete", "reply")
_WATCHES = ("liveliness_query", "declare_liveliness_subscriber")
_LISTENS = ("declare_subscriber", "query", *_WATCHES)
_OFFERS = ("declare_queryable", "liveliness_token")
_ALL = (*_SAYS, *_OFFERS, *_LISTENS)
_IN, _OUT = ("ingress",), ("egress",)
_BOTH = (*_IN, *_OUT)

LONGEST_NAME = 64
"""Letters of a certificate's common name, as X.509 has it; a longer one has lost part of its name."""
_ROBOTS = re.compile(r"([a-z0-9_-]+)\.([a-z0-9_-]+)\.([a-z0-9][a-z0-9_-]*)\.[0-9a-f]{16}")


class Role(StrEnum):
    """What a certificate is for."""

    ROBOT = "robot"
    """Speaks under its own key, hears what it is told."""
    MANAGER = "manager"
    """Owns zones: hears their robots and tells them, speaks with other managers."""
    BRIDGE = "bridge"
    """A manager's rights, and the topics of ROS namespaces."""
    OPERATOR = "operator"
    """Hears all, asks managers, tells robots nothing."""
    ROUTER = "router"
    """Carries all between others, which it holds to these rules."""


@dataclass(frozen=True, slots=True)
class Member:
    """One that may speak: by which certificates, and for what."""

    role: Role
    name: str
    """Of a robot ``site/zone/robot``; else an id."""
    common_names: tuple[str, ...]
    """Of all its certificates that are good."""
    zones: tuple[str, ...] = ()
    """``site/zone`` that a manager or a bridge owns; either may be ``*``."""
    takes: tuple[str, ...] = ()
    """Other zones whose robots it may hear and tell while they are with it."""
    namespaces: tuple[str, ...] = ()
    """Of robots and bridges: ROS namespaces carried by zenoh-bridge-ros2dds."""


def robot_of(common_name: str) -> str | None:
    """``site/zone/robot``, if a certificate is a robot's and has its whole name."""
    found = _ROBOTS.fullmatch(common_name)
    return "/".join(found.groups()) if found and len(common_name) < LONGEST_NAME else None


def access_control(members: Iterable[Member]) -> dict[str, Any]:
    """Zenoh's ``access_control`` for whoever lets these in. Without members it lets nobody in."""
    listed = [member for member in members if member.common_names]
    shared = _everyone() if listed else []
    rules = [*shared]
    subjects, policies = [], []
    for member in listed:
        subject = f"{member.role.value} {member.name}"
        own = [_rule(f"{subject}: {what}", *rest) for what, *rest in _rights(member)]
        rules += own
        subjects.append({"id": subject, "cert_common_names": [*member.common_names]})
        ids = [rule["id"] for rule in (*shared, *own)]
        policies.append({"id": subject, "rules": ids, "subjects": [subject]})
    return {
        "enabled": True,
        "default_permission": "deny",
        "rules": rules,
        "subjects": subjects,
        "policies": policies,
    }


_Right = tuple[str, Sequence[str], Sequence[str], Sequence[str]]
"""What for, messages, flows, key expressions."""


def _rule(
    name: str, messages: Sequence[str], flows: Sequence[str], keys: Sequence[str]
) -> dict[str, Any]:
    return {
        "id": name,
        "permission": "allow",
        "messages": [*messages],
        "flows": [*flows],
        "key_exprs": [*keys],
    }


def _everyone() -> list[dict[str, Any]]:
    """What all may do: see which owners live, ask their doctors, and be handed others' interest.

    That is that others listen to what they may say, ask for what they offer, and answer.
    """
    interest = (*_LISTENS, "declare_queryable")
    owners, doctors = [f"{ROOT}/*/*/{FLEET}/{ALIVE}"], [f"{ROOT}/*/*/{FLEET}/{DOCTOR}"]
    rights: list[_Right] = [
        ("is asked and listened to", interest, _OUT, _with_advanced(f"{ROOT}/**")),
        ("watches owners", _WATCHES, _IN, owners),
        ("sees owners", ("liveliness_token",), _OUT, owners),
        ("asks doctors", ("query",), _IN, doctors),
        ("hears doctors", ("reply",), _OUT, doctors),
    ]
    return [_rule(f"everyone: {what}", *rest) for what, *rest in rights]


def _rights(member: Member) -> Iterator[_Right]:
    match member.role:
        case Role.ROBOT:
            yield from _of_robot(member.name)
        case Role.MANAGER | Role.BRIDGE:
            yield from _of_manager(member)
        case Role.OPERATOR:
            yield from _of_operator()
        case Role.ROUTER:
            everything = ("**", "**/" + _ADVANCED, "@/**", *_LIVELINESS)
            yield "carries all", _ALL, _BOTH, everything
    if member.namespaces or member.role is Role.BRIDGE:
        topics = [f"{namespace}/**" for namespace in member.namespaces]
        yield "carries ROS", _ALL, _BOTH, [*_with_advanced(*topics), *_LIVELINESS]


def _of_robot(name: str) -> Iterator[_Right]:
    own = f"{ROOT}/{name}"
    said = [f"{own}/{channel.value}" for channel in SAID]
    told = [*(f"{own}/{channel.value}" for channel in TOLD), f"{own}/{TICK}"]
    events = f"{own}/{Channel.EVENTS.value}"
    kept = [f"{own}/{channel.value}" for channel in LASTING]
    beats = f"{events}/@adv/pub/**"
    yield "says", ("put", "reply"), _IN, [*said, beats, f"{own}/{DOCTOR}", f"{own}/{TICKED}"]
    yield "offers", ("declare_queryable",), _IN, [*kept, f"{events}/{_ADVANCED}"]
    yield "lives", ("liveliness_token",), _IN, [f"{own}/{ALIVE}", beats]
    yield "listens", ("declare_subscriber", "query"), _IN, told
    yield "is told", _SAYS, _OUT, told


def _of_manager(member: Member) -> Iterator[_Right]:
    driven = [f"{ROOT}/{zone}" for zone in (*member.zones, *member.takes)]
    inside = _with_advanced(*(f"{zone}/**" for zone in driven))
    told = [f"{zone}/*/{channel}" for zone in driven for channel in (*TOLD, TICK)]
    kept = [f"{zone}/*/{channel.value}" for zone in driven for channel in LASTING]
    own = _with_advanced(*(f"{ROOT}/{zone}/{FLEET}/**" for zone in member.zones))
    owners = _with_advanced(f"{ROOT}/*/*/{FLEET}/**")
    yield "listens", _LISTENS, _IN, [*inside, *owners]
    yield "hears", (*_SAYS, *_OFFERS), _OUT, [*inside, *owners]
    yield "tells", ("put",), _IN, told
    yield "keeps", ("declare_queryable", "reply"), _IN, kept
    yield "speaks", (*_SAYS, *_OFFERS), _IN, own


def _of_operator() -> Iterator[_Right]:
    everything = _with_advanced(f"{ROOT}/**")
    owners = _with_advanced(f"{ROOT}/*/*/{FLEET}/**")
    kept = [f"{ROOT}/*/*/*/{channel.value}" for channel in LASTING]
    history = [f"{ROOT}/*/*/*/{channel.value}/{_ADVANCED}" for channel in SAID]
    yield "listens", ("declare_subscriber", *_WATCHES), _IN, everything
    yield "hears", (*_SAYS, *_OFFERS), _OUT, everything
    yield "asks", ("query",), _IN, [*owners, *kept, *history]


def _with_advanced(*keys: str) -> list[str]:
    """Key expressions that end in ``**``, and what advanced publishers keep under them."""
    return [form for key in keys for form in (key, f"{key}/{_ADVANCED}")]
