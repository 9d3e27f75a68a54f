# SPDX-License-Identifier: Apache-2.0
"""Groups of zones out of a YAML file, with every problem at its line; `config/groups` has an example."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.federation.groups import NAME, REST, Groups
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.wire.document import Item, parse_yaml
from suwon_fleet.wire.fields import Fields, id_of, list_of
from suwon_fleet.wire.files import read_text
from suwon_fleet.wire.findings import Findings, Mark, shown

FORMAT = "suwon_fleet/groups@1"
MOST_BYTES = 256 * 1024
_KEYS = ("format", "site", "rest", "groups")


def load_groups(path: str | PathLike[str], site: SiteMap) -> Groups:
    """The groups of a site. Raises BadInput with every error in the file."""
    findings = Findings(str(path))
    text = read_text(Path(path), findings, what="file of groups", most_bytes=MOST_BYTES)
    root = None if text is None else parse_yaml(text, findings)
    groups = None if root is None else _groups(Fields(root, findings, "groups", _KEYS), site)
    if groups is None or findings.has_errors:
        raise BadInput(findings.problems)
    return groups


def _groups(entry: Fields, site: SiteMap) -> Groups | None:
    if not entry.require("format", "groups"):
        return None
    findings = entry.findings
    if (told := entry.text("format")) != FORMAT:
        mend = f"write 'format: {FORMAT}'"
        findings.error(entry.entries["format"].mark, "wrong-format", f"format '{told}'", mend)
    if (meant := entry.id("site")) not in (None, site.id):
        what = f"these are groups of site '{meant}', not of '{site.id}'"
        mark = entry.entries["site"].mark
        findings.error(mark, "wrong-site", what, "name the file that belongs to the map")
    owner: dict[str, str] = {}
    listed = {}
    for name, item in entry.pairs("groups"):
        _check_name(name, item.key, findings)
        zones = [_zone(one, site, owner, findings) for one in list_of(item, findings, name)]
        listed[name] = tuple(zone for zone in zones if zone)
        owner |= dict.fromkeys(listed[name], name)
    rest = entry.text("rest") or REST
    _check_name(rest, entry.entries["rest"].mark if "rest" in entry.entries else None, findings)
    return Groups(listed, rest)


def _check_name(name: str, mark: Mark | None, findings: Findings) -> None:
    """A group's name is a part of keys."""
    if not NAME.fullmatch(name):
        mend = (
            "use small letters, digits, _ and -, up to 64 in all, and neither of the last two first"
        )
        findings.error(mark, "bad-group", f"{shown(name)} cannot be a group's name", mend)


def _zone(item: Item, site: SiteMap, owner: dict[str, str], findings: Findings) -> str | None:
    """A zone of the map that no group has yet."""
    zone = id_of(item, findings)
    if zone is None:
        return None
    if zone not in site.zone_by_id:
        near = findings.likely(zone, site.zone_by_id.keys())
        mend = f"did you mean '{near}'?" if near else "name a zone of the map"
        findings.error(item.mark, "no-such-zone", f"no zone {shown(zone)} on the map", mend)
    elif zone in owner:
        what = f"zone '{zone}' is already in group '{owner[zone]}'"
        findings.error(item.mark, "zone-in-two-groups", what, "keep it in one of them")
    else:
        return zone
    return None
