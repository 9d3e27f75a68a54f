# SPDX-License-Identifier: Apache-2.0
"""X.509 as Zenoh's TLS (rustls) takes it: P-256 keys in PKCS #8, certificates signed by one authority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from suwon_fleet.wire.zenoh.access import LONGEST_NAME

EARLIER = timedelta(hours=1)
"""Certificates begin so long ago: a robot's clock may be late."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its private key."""

    key: EllipticCurvePrivateKey
    certificate: x509.Certificate

    def certificate_pem(self) -> bytes:
        """What others may see."""
        return self.certificate.public_bytes(Encoding.PEM)

    def key_pem(self) -> bytes:
        """What nobody else may see."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def load(key_pem: bytes, certificate_pem: bytes) -> Pair:
    """A pair from its files. Raises ValueError when these are not one."""
    key = load_pem_private_key(key_pem, password=None)
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise ValueError("the key is not one of an elliptic curve")
    if certificate.public_key() != key.public_key():
        raise ValueError("the key is not the certificate's")
    return Pair(key, certificate)


def make_authority(fleet: str, now: datetime, expires: datetime) -> Pair:
    """The authority of a fleet: it signs the others, and nothing that signs."""
    key = generate_private_key(SECP256R1())
    subject = _subject(fleet, "authority", f"{fleet} fleet")
    usage = _usage(digital_signature=False, signs=True)
    builder = (
        _builder(subject, subject, key, x509.random_serial_number(), now, expires)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
    )
    return Pair(key, builder.sign(key, hashes.SHA256()))


def make(
    authority: Pair,
    *,
    fleet: str,
    role: str,
    name: str,
    hosts: Sequence[str],
    now: datetime,
    expires: datetime,
) -> tuple[Pair, str]:
    """A certificate and its common name, which no other has: it ends in digits of the serial number."""
    key = generate_private_key(SECP256R1())
    serial = x509.random_serial_number()
    ending = f".{serial & (1 << 64) - 1:016x}"
    common_name = name.replace("/", ".")[: LONGEST_NAME - len(ending)] + ending
    both_ends = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    issuer, subject = authority.certificate.subject, _subject(fleet, role, common_name)
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = (
        _builder(subject, issuer, key, serial, now, expires)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(both_ends), critical=False)
        .add_extension(signer, critical=False)
    )
    if hosts:
        names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    return Pair(key, builder.sign(authority.key, hashes.SHA256())), common_name


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: EllipticCurvePrivateKey,
    serial: int,
    now: datetime,
    expires: datetime,
) -> x509.CertificateBuilder:
    own_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - EARLIER)
        .not_valid_after(expires)
        .add_extension(own_id, critical=False)
    )


def _subject(fleet: str, role: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, fleet),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, role),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*, digital_signature: bool, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
