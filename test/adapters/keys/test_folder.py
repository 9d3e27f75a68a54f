# SPDX-License-Identifier: Apache-2.0
"""A folder of keys: what is made, what is refused, and that no secret leaves it."""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("cryptography", reason="cryptography is not installed")

from cryptography import x509

from suwon_fleet.adapters.keys import register
from suwon_fleet.adapters.keys.folder import KeyFolder
from suwon_fleet.adapters.keys.register import State
from suwon_fleet.adapters.keys.terms import Terms
from suwon_fleet.core.errors import BadInput, Rejected
from suwon_fleet.wire.zenoh.access import Role

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
ROBOT = Terms(Role.ROBOT, "suseo/lab/lab-1")
HUB = Terms(Role.ROUTER, "hub", hosts=("hub.example", "10.0.0.1"))


@pytest.fixture
def keys(tmp_path: Path) -> KeyFolder:
    return KeyFolder.create(tmp_path / "keys", "belt", NOW, 3650)


def common_names(keys: KeyFolder, now: datetime = NOW) -> dict[str, int]:
    """How many certificates of each member are let in."""
    members = keys.register().members(now)
    return {member.name: len(member.common_names) for member in members}


def content(keys: KeyFolder) -> dict[Path, bytes]:
    """All files."""
    return {file: file.read_bytes() for file in keys.path.rglob("*") if file.is_file()}


def test_private_keys_are_for_their_owner_only(keys: KeyFolder) -> None:
    keys.issue([ROBOT, HUB], NOW, 365)
    private = [*keys.path.rglob("*.key")]
    assert len(private) == 3
    for file in (*private, keys.path / register.FILE):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o700


def test_certificates_are_signed_and_say_whose_they_are(keys: KeyFolder) -> None:
    (hub,) = keys.issue([HUB], NOW, 365)
    authority = x509.load_pem_x509_certificate((keys.path / "ca.pem").read_bytes())
    certificate = x509.load_pem_x509_certificate(keys.files(hub)[0].read_bytes())
    certificate.verify_directly_issued_by(authority)
    (name,) = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert name.value == hub.common_name
    assert certificate.serial_number == int(hub.serial, 16)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(getattr(name, "value", name)) for name in names] == ["hub.example", "10.0.0.1"]
    assert (hub.expires, hub.issued) == (NOW + timedelta(days=365), NOW)


def test_the_longest_names_fit_and_stay_apart(keys: KeyFolder) -> None:
    longest = "/".join(["x" * 64] * 3)
    first, second = (
        keys.issue([Terms(Role.ROBOT, longest)], NOW, 9)[0],
        keys.issue([Terms(Role.ROBOT, longest[:-1] + "y")], NOW, 9)[0],
    )
    assert first.common_name != second.common_name
    assert len(first.common_name) == 64


def test_nothing_is_good_for_longer_than_its_authority(tmp_path: Path) -> None:
    keys = KeyFolder.create(tmp_path, "belt", NOW, 10)
    (robot,) = keys.issue([ROBOT], NOW, 365)
    assert robot.expires == NOW + timedelta(days=10)
    with pytest.raises(Rejected, match="authority-over"):
        keys.issue([HUB], NOW + timedelta(days=10), 1)


def test_keys_are_not_made_twice(keys: KeyFolder) -> None:
    keys.issue([ROBOT], NOW, 365)
    before = content(keys)
    with pytest.raises(Rejected, match="keys-exist"):
        KeyFolder.create(keys.path, "belt", NOW, 365)
    with pytest.raises(Rejected, match="certificate-exists"):
        keys.issue([HUB, ROBOT], NOW, 365)
    assert content(keys) == before


@pytest.mark.parametrize("cut_at", range(7))
def test_keys_whose_making_was_cut_off_are_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut_at: int
) -> None:
    left = itertools.count()

    def cutting(do: Callable[..., None]) -> Callable[..., None]:
        def cut(*what: object, **how: object) -> None:
            if next(left) == cut_at:
                raise KeyboardInterrupt
            do(*what, **how)

        return cut

    with monkeypatch.context() as patch:
        for function in ("fsync", "replace"):
            patch.setattr(os, function, cutting(getattr(os, function)))
        with pytest.raises(KeyboardInterrupt):
            KeyFolder.create(tmp_path, "belt", NOW, 365)
    KeyFolder.create(tmp_path, "belt", NOW, 365).issue([ROBOT], NOW, 365)
    assert [file for file in content(KeyFolder(tmp_path)) if "new" in file.name] == []


def test_an_authority_of_somebody_elses_making_is_left_alone(tmp_path: Path) -> None:
    for name in ("ca.key", "ca.pem"):
        theirs = tmp_path / name
        theirs.write_text("theirs", encoding="utf-8")
        with pytest.raises(Rejected, match="keys-exist"):
            KeyFolder.create(tmp_path, "belt", NOW, 365)
        assert theirs.read_text(encoding="utf-8") == "theirs"
        theirs.unlink()


def test_an_authority_that_has_signed_is_not_replaced_when_its_register_is_lost(
    keys: KeyFolder,
) -> None:
    keys.issue([ROBOT], NOW, 365)
    (keys.path / register.FILE).unlink()
    before = content(keys)
    with pytest.raises(Rejected, match="keys-exist"):
        KeyFolder.create(keys.path, "belt", NOW, 365)
    with pytest.raises(BadInput, match=r"restore register\.json from a copy"):
        keys.register()
    assert content(keys) == before


def test_what_a_register_names_is_on_the_disk_before_it(
    keys: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    replace = os.replace

    def replaced(*paths: Path) -> None:
        synced.append(paths[1])
        replace(*paths)

    monkeypatch.setattr(register, "sync", synced.append)
    monkeypatch.setattr(os, "replace", replaced)
    keys.issue([ROBOT], NOW, 365)
    robots, top = keys.path / "robots", keys.path
    assert synced == [robots / "suseo.lab.lab-1", robots, top, top / register.FILE, top]


def test_files_of_one_that_was_cut_off_are_not_overwritten(keys: KeyFolder) -> None:
    (made,) = keys.issue([ROBOT], NOW, 365)
    left = keys.path / "robots" / "suseo.lab.lab-1" / "2.key"
    left.write_text("left", encoding="utf-8")
    assert (made.generation, keys.rotate(ROBOT.name, NOW, 9, at_once=False).generation) == (1, 3)
    assert left.read_text(encoding="utf-8") == "left"


def test_a_rotated_certificate_is_good_until_it_is_revoked(keys: KeyFolder) -> None:
    keys.issue([ROBOT, HUB], NOW, 365)
    new = keys.rotate(ROBOT.name, NOW, 365, at_once=False)
    assert common_names(keys) == {ROBOT.name: 2, "hub": 1}
    (ended,) = keys.revoke(ROBOT.name, NOW, only_replaced=True)
    assert (ended.generation, ended.revoked) == (1, NOW)
    assert common_names(keys) == {ROBOT.name: 1, "hub": 1}
    assert keys.newest(ROBOT.name) == new
    with pytest.raises(Rejected, match="nothing-to-revoke"):
        keys.revoke(ROBOT.name, NOW, only_replaced=True)


def test_rotating_at_once_ends_all_before(keys: KeyFolder) -> None:
    bridge = Terms(
        Role.BRIDGE, "b", zones=("s/*",), takes=("t/z",), namespaces=("x",), hosts=("::1",)
    )
    (old,) = keys.issue([bridge], NOW, 365)
    new = keys.rotate("b", NOW, 100, at_once=True)
    states = [certificate.state for certificate in keys.register().certificates]
    assert states == [State.REVOKED, State.VALID]
    assert (new.zones, new.takes, new.namespaces, new.hosts) == (
        old.zones,
        old.takes,
        old.namespaces,
        old.hosts,
    )


def test_who_was_revoked_may_be_let_in_anew_and_no_sooner(keys: KeyFolder) -> None:
    keys.issue([ROBOT], NOW, 365)
    keys.revoke(ROBOT.name, NOW, only_replaced=False)
    assert common_names(keys) == {}
    with pytest.raises(Rejected, match="certificates-revoked"):
        keys.rotate(ROBOT.name, NOW, 9, at_once=False)
    keys.issue([ROBOT], NOW, 365)
    assert common_names(keys) == {ROBOT.name: 1}


def test_what_is_over_is_not_let_in(keys: KeyFolder) -> None:
    keys.issue([ROBOT], NOW, 10)
    assert common_names(keys, NOW + timedelta(days=10)) == {}


@pytest.mark.parametrize(
    "asks",
    [
        lambda keys: keys.rotate("nobody", NOW, 9, at_once=False),
        lambda keys: keys.revoke("nobody", NOW, only_replaced=False),
        lambda keys: keys.newest("nobody"),
    ],
)
def test_who_is_unknown_is_named(keys: KeyFolder, asks: Callable[[KeyFolder], object]) -> None:
    with pytest.raises(Rejected, match=r"no-such-certificate .*nobody"):
        asks(keys)


@pytest.mark.parametrize(
    "asks",
    [
        lambda keys: keys.issue([ROBOT], NOW, 9),
        lambda keys: keys.rotate("hub", NOW, 9, at_once=False),
        lambda keys: keys.register(),
    ],
)
def test_without_keys_it_says_how_to_make_them(
    tmp_path: Path, asks: Callable[[KeyFolder], object]
) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(BadInput, match="keys init"):
            asks(KeyFolder(folder))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        '{"format": "other", "fleet": "f", "expires": "2027-03-01T09:00:00Z"}',
        '{"format": "suwon_fleet/keys@1", "fleet": 3, "expires": "x"}',
        "\x00",
    ],
)
def test_a_damaged_register_lets_nobody_in(keys: KeyFolder, content: str) -> None:
    (keys.path / register.FILE).write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match="restore it from a copy"):
        keys.register()


@pytest.mark.parametrize("file", ["ca.key", "ca.pem"])
def test_a_damaged_authority_is_told(keys: KeyFolder, file: str) -> None:
    (keys.path / file).write_text("-----BEGIN NOTHING-----\n", encoding="utf-8")
    with pytest.raises(BadInput, match="bad-authority"):
        keys.issue([ROBOT], NOW, 9)


def test_the_key_of_another_authority_signs_nothing(keys: KeyFolder, tmp_path: Path) -> None:
    other = KeyFolder.create(tmp_path / "other", "belt", NOW, 9)
    (keys.path / "ca.key").write_bytes((other.path / "ca.key").read_bytes())
    with pytest.raises(BadInput, match="the key is not the certificate's"):
        keys.issue([ROBOT], NOW, 9)


@pytest.mark.parametrize(
    ("role", "name", "rights"),
    [
        (Role.ROBOT, "lab-1", {}),
        (Role.ROBOT, "a/b/c/d", {}),
        (Role.ROBOT, "suseo/lab/_fleet", {}),
        (Role.ROBOT, "suseo/lab/*", {}),
        (Role.ROBOT, "suseo/Lab/lab-1", {}),
        (Role.ROBOT, "suseo/lab/../x", {}),
        (Role.ROBOT, "a/b/c", {"zones": ("a/b",)}),
        (Role.ROBOT, "a/b/c", {"hosts": ("h",)}),
        (Role.ROBOT, "a/b/c", {"namespaces": ("suwon/v1",)}),
        (Role.ROBOT, "a/b/c", {"namespaces": ("**",)}),
        (Role.ROBOT, "a/b/c", {"namespaces": ("/a",)}),
        (Role.MANAGER, "m", {}),
        (Role.MANAGER, "m", {"zones": ("a",)}),
        (Role.MANAGER, "m", {"zones": ("a/b/c",)}),
        (Role.MANAGER, "m", {"zones": ("a/**",)}),
        (Role.MANAGER, "m", {"zones": ("a/b",), "namespaces": ("x",)}),
        (Role.MANAGER, "m/n", {"zones": ("a/b",)}),
        (Role.ROUTER, "r", {}),
        (Role.ROUTER, "r", {"hosts": ("not a host",)}),
        (Role.ROUTER, "r", {"hosts": ("x" * 254,)}),
        (Role.ROUTER, "", {"hosts": ("h",)}),
        (Role.OPERATOR, "kim", {"zones": ("a/b",)}),
        (Role.OPERATOR, "Kim", {}),
    ],
)
def test_what_cannot_be_asked_for_is_named(
    role: Role, name: str, rights: dict[str, tuple[str, ...]]
) -> None:
    with pytest.raises(BadInput, match=r"error: .*; "):
        Terms(role, name, **rights)
