# SPDX-License-Identifier: Apache-2.0
"""The fleet_manager's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rclpy.node import Node

from suwon_fleet.core.engine.fleet import Settings
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.nodes import zenoh_robots
from suwon_fleet.nodes.parameters import Parameter, declare
from suwon_fleet.nodes.zenoh_robots import ZenohParameters
from suwon_fleet.resources import GROUPS, SITES, named_file, resource_path

_DEFAULTS = Settings()

SETTINGS = (
    Parameter(
        "join_within_m",
        _DEFAULTS.join_within_m,
        "How far from a lane, in metres, a robot may stand when it joins.",
        within=(0.1, 50.0),
        read_only=False,
    ),
    Parameter(
        "resend_s",
        _DEFAULTS.resend_s,
        "A command that a robot's reports do not show as heard is sent again after so many seconds.",
        within=(0.1, 60.0),
        read_only=False,
    ),
    Parameter(
        "park_after_s",
        _DEFAULTS.park_after_s,
        "An idle robot leaves the way after so many seconds.",
        within=(0.0, 3600.0),
        read_only=False,
    ),
    Parameter(
        "charge_idle_below",
        _DEFAULTS.charge_idle_below,
        "An idle robot with less charge than this (0..1) parks at a charger rather than elsewhere.",
        within=(0.0, 1.0),
        read_only=False,
    ),
    Parameter(
        "reassign_after_s",
        _DEFAULTS.reassign_after_s,
        "A job goes to another robot when its own has been held up for so many seconds and has not"
        " fetched anything.",
        within=(1.0, 3600.0),
        read_only=False,
    ),
    Parameter(
        "reassign_silent_after_s",
        _DEFAULTS.reassign_silent_after_s,
        "The same when its own has not been heard for so many seconds.",
        within=(1.0, 3600.0),
        read_only=False,
    ),
    Parameter(
        "remember_ended_s",
        _DEFAULTS.remember_ended_s,
        "A job that has ended is known, and its request id answered the same, for so many seconds at"
        " least; after that the journal alone has it.",
        within=(60.0, 2_592_000.0),
        read_only=False,
    ),
    Parameter(
        "remember_jobs",
        _DEFAULTS.remember_jobs,
        "So many of the jobs that ended last are known however long ago that was.",
        within=(0, 1_000_000),
        read_only=False,
    ),
)
"""One for each of the core's Settings, by the same name."""

PARAMETERS = (
    Parameter(
        "site",
        "belt",
        "The map: a file, or the name of a site shipped in config/sites.",
    ),
    Parameter(
        "robots",
        "",
        "Folder with the robot kinds (*.yaml); empty: those shipped in config/robots.",
    ),
    Parameter(
        "groups",
        "",
        "How the map is divided among several fleet managers: a file, or the name of one shipped in"
        " config/groups; empty: this one owns the whole map.",
    ),
    Parameter(
        "group",
        "",
        "The group of zones that this one owns, if the map is divided; it meets the others over Zenoh.",
    ),
    Parameter(
        "journal",
        "~/.ros/suwon_fleet/journal.sqlite",
        "File that keeps all that was decided, or the URL of a PostgreSQL database"
        " (postgresql://HOST/DATABASE#NAME); started again with it, the fleet goes on where it was. While"
        " another process has it, this one stands by. Empty: nothing is kept beyond the process.",
    ),
    Parameter(
        "journal_sync",
        "group",
        "When what was decided is kept, also from a power cut. group: turns go on while the disk syncs, and"
        " the next sync keeps all they decided; always: each turn waits for its own. Neither is acted on"
        " before it is kept.",
        choices=("always", "group"),
    ),
    Parameter(
        "autostart",
        True,
        "Configure and activate at the start, and end if that fails; false: wait for transitions.",
    ),
    Parameter(
        "tick_s",
        0.1,
        "Seconds between turns: of wall time while robots are silent, of fleet time while they report.",
        within=(0.01, 5.0),
    ),
    Parameter(
        "state_hz",
        2.0,
        "How often state, zones and markers are published, per second of wall time.",
        within=(0.1, 50.0),
    ),
    Parameter(
        "requests_per_s",
        200.0,
        "So many requests a second one requester may put for long, stop requests aside; more are refused.",
        within=(1.0, 100_000.0),
    ),
    *zenoh_robots.PARAMETERS,
    *SETTINGS,
)


@dataclass(frozen=True, slots=True)
class FleetParameters:
    """What the fleet_manager was told at its start."""

    site: Path
    robots: Path
    groups: Path | None
    group: str
    journal: str
    journal_sync: str
    requests_per_s: float
    autostart: bool
    tick_s: float
    state_hz: float
    zenoh: ZenohParameters
    settings: Settings


def declare_parameters(node: Node) -> FleetParameters:
    """Declare them all on a node and read them. Raises BadInput with all that is wrong."""
    values = declare(node, PARAMETERS)
    zenoh = ZenohParameters({p.name: values[p.name] for p in zenoh_robots.PARAMETERS})
    _check_groups(values, zenoh)
    return FleetParameters(
        site=named_file(values["site"], "site", "parameter site", SITES),
        robots=Path(values["robots"]) if values["robots"] else resource_path("config/robots"),
        groups=_groups_file(values["groups"]),
        group=values["group"],
        journal=values["journal"],
        journal_sync=values["journal_sync"],
        requests_per_s=values["requests_per_s"],
        autostart=values["autostart"],
        tick_s=values["tick_s"],
        state_hz=values["state_hz"],
        zenoh=zenoh,
        settings=settings_of(values),
    )


def _groups_file(value: str) -> Path | None:
    return named_file(value, "file of groups", "parameter groups", GROUPS) if value else None


def _check_groups(values: Mapping[str, Any], zenoh: ZenohParameters) -> None:
    """Who owns a group knows which, and can meet the owners of the others."""
    given = [name for name in ("groups", "group") if values[name]]
    if len(given) == 1:
        what, mend = f"'{given[0]}' is given alone", "give 'groups' and 'group', or neither"
        raise BadInput([Problem("group-half-given", f"parameter {given[0]}", what, mend)])
    if given and not zenoh.is_used:
        what = "the owners of other groups cannot be met"
        mend = "give zenoh_listen, zenoh_connect or zenoh_config"
        raise BadInput([Problem("group-alone", "parameter group", what, mend)])


def settings_of(values: Mapping[str, Any]) -> Settings:
    """The core's settings out of parameters by name."""
    return Settings(**{field.name: values[field.name] for field in fields(Settings)})
