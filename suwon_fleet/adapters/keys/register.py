# SPDX-License-Identifier: Apache-2.0
"""Which certificates there are, whose they are and whether they are still good: ``register.json``.

Zenoh knows no revocation list. So every certificate has a common name of its own, and access control
lets in those of the register that are good.
"""

from __future__ import annotations

import os
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.wire.files import read_text
from suwon_fleet.wire.findings import Findings
from suwon_fleet.wire.zenoh.access import Member, Role

FILE = "register.json"
AUTHORITY_KEY = "ca.key"
FORMAT = "suwon_fleet/keys@1"
_MOST_BYTES = 64 << 20


class State(StrEnum):
    """How good a certificate is."""

    VALID = "valid"
    REPLACED = "replaced"
    """There is a newer one; this one is good until it is revoked, so that nobody is cut off between."""
    REVOKED = "revoked"


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """One certificate, and what it is for."""

    role: Role
    name: str
    generation: int
    common_name: str
    serial: str
    issued: datetime
    expires: datetime
    state: State = State.VALID
    revoked: datetime | None = None
    hosts: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()

    def is_good(self, now: datetime) -> bool:
        """Whether it is neither revoked nor over."""
        return self.state is not State.REVOKED and now < self.expires


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """All certificates, oldest first."""

    format: str = FORMAT
    fleet: str
    expires: datetime
    """When the authority is over; nothing it signed is good for longer."""
    certificates: tuple[Certificate, ...] = ()

    def newest(self, name: str) -> Certificate | None:
        """The one that somebody has now, good or not."""
        return next((c for c in reversed(self.certificates) if c.name == name), None)

    def members(self, now: datetime) -> list[Member]:
        """Who may speak, by certificates that are good; rights are those of the newest."""
        good: dict[str, list[Certificate]] = {}
        for certificate in self.certificates:
            if certificate.is_good(now):
                good.setdefault(certificate.name, []).append(certificate)
        return [
            Member(
                role=of_one[-1].role,
                name=name,
                common_names=tuple(certificate.common_name for certificate in of_one),
                zones=of_one[-1].zones,
                takes=of_one[-1].takes,
                namespaces=of_one[-1].namespaces,
            )
            for name, of_one in good.items()
        ]


def load(folder: Path) -> Register:
    """The register of a folder. Raises BadInput when there is none, or it cannot be used."""
    path = folder / FILE
    if not path.exists():
        raise nothing_in(folder)
    findings = Findings(str(path))
    text = read_text(path, findings, what="register of keys", most_bytes=_MOST_BYTES)
    if text is None:
        raise BadInput(findings.problems)
    try:
        register = msgspec.json.decode(text, type=Register)
        wrong = "" if register.format == FORMAT else f"its format is not {FORMAT}"
    except (msgspec.MsgspecError, ValueError) as error:
        wrong = str(error)
    if wrong:
        mend = "restore it from a copy; certificates are refused by what it says"
        raise BadInput([Problem("bad-register", str(path), wrong, mend)])
    return register


def nothing_in(folder: Path) -> BadInput:
    """There are no keys in a folder."""
    mend = "make them with `suwon-fleet keys init`, or name their folder with --dir"
    if (folder / AUTHORITY_KEY).exists():
        mend = f"restore {FILE} from a copy, or name another folder with --dir"
    return BadInput([Problem("no-keys", str(folder), "there is no register of keys here", mend)])


def save(folder: Path, register: Register) -> None:
    """Put it in the place of the last one, whole or not at all."""
    new = folder / f".{FILE}.new"
    content = msgspec.json.format(msgspec.json.encode(register), indent=1)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync(folder)  # with what lies beside it
    os.replace(new, folder / FILE)
    sync(folder)


def sync(folder: Path) -> None:
    """Have the disk know which files are in a folder."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
