# SPDX-License-Identifier: Apache-2.0
"""A folder of keys: the authority's, and for each member a folder with its certificates and keys.

::

    ca.pem, ca.key                       the authority; only this machine has the key
    register.json                        what all certificates are for, and which are good
    robots/suseo.lab.lab-1/2.pem, 2.key  the second certificate of suseo/lab/lab-1; goes to that robot

Private keys are written once, for their owner's eyes only, and never shown. What is made is written
before the register says that it is good; what is revoked is good for nothing from then on.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from suwon_fleet.adapters.keys import certificates, register
from suwon_fleet.adapters.keys.register import Certificate, Register, State
from suwon_fleet.adapters.keys.terms import Terms
from suwon_fleet.core.errors import BadInput, Problem, Reason, Rejected

AUTHORITY = "ca.pem"


class KeyFolder:
    """The keys of one fleet. Raises BadInput for what the disk refuses, Rejected for what may not be."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path, fleet: str, now: datetime, days: int) -> KeyFolder:
        """Make an authority in a folder that has none."""
        folder = cls(path)
        with _told(path):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            with folder._alone():
                folder._make_authority(fleet, now, days)
        return folder

    def _make_authority(self, fleet: str, now: datetime, days: int) -> None:
        """Its key is put in its place last: one that was cut off before has signed nothing."""
        key, certificate = self.path / register.AUTHORITY_KEY, self.path / AUTHORITY
        new, listed = key.with_name(f".{key.name}.new"), self.path / register.FILE
        is_free = new.exists() or not (certificate.exists() or listed.exists())
        if key.exists() or not is_free:
            raise Rejected(Reason.of("keys-exist", folder=self.path))
        for left in (certificate, listed, new):
            left.unlink(missing_ok=True)
        expires = now + timedelta(days=days)
        pair = certificates.make_authority(fleet, now, expires)
        _write(new, pair.key_pem(), 0o600)
        _write(certificate, pair.certificate_pem(), 0o644)
        register.save(self.path, Register(fleet=fleet, expires=expires))
        os.replace(new, key)
        register.sync(self.path)

    def register(self) -> Register:
        """What there is."""
        with _told(self.path):
            return register.load(self.path)

    def issue(self, wanted: Sequence[Terms], now: datetime, days: int) -> list[Certificate]:
        """Certificates for those who have none that is good; for all, or for none."""
        with _told(self.path), self._alone():
            known = register.load(self.path)
            for terms in wanted:
                last = known.newest(terms.name)
                if last and last.is_good(now):
                    role = last.role.value
                    raise Rejected(Reason.of("certificate-exists", name=last.name, role=role))
            return self._make(known, wanted, now, days)

    def rotate(self, name: str, now: datetime, days: int, *, at_once: bool) -> Certificate:
        """Another certificate with the same rights; the last one stays good, unless `at_once`."""
        with _told(self.path), self._alone():
            known = register.load(self.path)
            last = self._newest(known, name)
            if last.state is State.REVOKED:
                raise Rejected(Reason.of("certificates-revoked", name=name))
            ended = _revoked(known, name, now) if at_once else _replaced(known, name)
            terms = Terms(last.role, name, last.hosts, last.zones, last.takes, last.namespaces)
            return self._make(ended, [terms], now, days)[0]

    def revoke(self, name: str, now: datetime, *, only_replaced: bool) -> list[Certificate]:
        """End somebody's certificates, or only those that were replaced; those that were ended."""
        with _told(self.path), self._alone():
            known = register.load(self.path)
            self._newest(known, name)
            ended = _revoked(known, name, now, only_replaced=only_replaced)
            if ended == known:
                raise Rejected(Reason.of("nothing-to-revoke", name=name))
            register.save(self.path, ended)
            before = set(known.certificates)
            return [certificate for certificate in ended.certificates if certificate not in before]

    def newest(self, name: str) -> Certificate:
        """What somebody has now."""
        return self._newest(self.register(), name)

    def files(self, certificate: Certificate) -> tuple[Path, Path]:
        """Its certificate and its private key."""
        folder = self.path / f"{certificate.role.value}s" / certificate.name.replace("/", ".")
        return folder / f"{certificate.generation}.pem", folder / f"{certificate.generation}.key"

    def _make(
        self, known: Register, wanted: Sequence[Terms], now: datetime, days: int
    ) -> list[Certificate]:
        """Make files, and only then the register that says they are good."""
        authority = self._authority(known, now)
        expires = min(now + timedelta(days=days), known.expires)
        made: dict[str, Certificate] = {}
        generations = {c.name: c.generation for c in known.certificates}
        for terms in wanted:
            pair, common_name = certificates.make(
                authority,
                fleet=known.fleet,
                role=terms.role.value,
                name=terms.name,
                hosts=terms.hosts,
                now=now,
                expires=expires,
            )
            certificate = Certificate(
                role=terms.role,
                name=terms.name,
                generation=generations.get(terms.name, 0) + 1,
                common_name=common_name,
                serial=f"{pair.certificate.serial_number:x}",
                issued=now,
                expires=expires,
                hosts=terms.hosts,
                zones=terms.zones,
                takes=terms.takes,
                namespaces=terms.namespaces,
            )
            made[terms.name] = self._keep(certificate, pair)
        homes = {self.files(certificate)[0].parent for certificate in made.values()}
        for folder in (*homes, *{home.parent for home in homes}):
            register.sync(folder)  # a register that survives must find its files
        everything = (*known.certificates, *made.values())
        register.save(self.path, replace(known, certificates=everything))
        return [*made.values()]

    def _keep(self, certificate: Certificate, pair: certificates.Pair) -> Certificate:
        """Write a certificate and its key under the first generation that has no files yet."""
        while any(
            file.exists() for file in self.files(certificate)
        ):  # left by one that was cut off
            certificate = replace(certificate, generation=certificate.generation + 1)
        public, private = self.files(certificate)
        public.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(private, pair.key_pem(), 0o600)
        _write(public, pair.certificate_pem(), 0o644)
        return certificate

    def _authority(self, known: Register, now: datetime) -> certificates.Pair:
        key, certificate = self.path / register.AUTHORITY_KEY, self.path / AUTHORITY
        try:
            pair = certificates.load(key.read_bytes(), certificate.read_bytes())
        except ValueError as error:
            mend = "restore it and ca.key from a copy"
            raise BadInput(
                [Problem("bad-authority", str(certificate), str(error), mend)]
            ) from error
        if known.expires <= now:
            raise Rejected(Reason.of("authority-over", folder=self.path))
        return pair

    def _newest(self, known: Register, name: str) -> Certificate:
        certificate = known.newest(name)
        if certificate is None:
            raise Rejected(Reason.of("no-such-certificate", name=name))
        return certificate

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other program changes the folder meanwhile."""
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise register.nothing_in(self.path) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _revoked(known: Register, name: str, now: datetime, *, only_replaced: bool = False) -> Register:
    wanted = (State.REPLACED,) if only_replaced else (State.REPLACED, State.VALID)
    return _changed(known, name, wanted, state=State.REVOKED, revoked=now)


def _replaced(known: Register, name: str) -> Register:
    return _changed(known, name, (State.VALID,), state=State.REPLACED)


def _changed(
    known: Register, name: str, of: tuple[State, ...], **changes: State | datetime
) -> Register:
    return replace(
        known,
        certificates=tuple(
            replace(c, **changes) if c.name == name and c.state in of else c
            for c in known.certificates
        ),
    )


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What the disk refuses, told as a problem."""
    try:
        yield
    except OSError as error:
        what = f"cannot be used: {error.strerror or error}"
        mend = "check the folder and its permissions"
        raise BadInput([Problem("unusable", str(error.filename or path), what, mend)]) from error


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write a file that is not there yet, with these permissions from its first byte."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)
