# SPDX-License-Identifier: Apache-2.0
"""A TLS handshake by hand: where Zenoh only cannot connect, it tells which side refused what."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.wire.zenoh.secured import Files

SOON_DAYS = 30
_CONNECT_S = 3.0
_ALERT_S = 1.0
"""A server that refuses a certificate says so at once; one that took it waits for us."""

Told = tuple[str, str, str]
"""A verdict (good, note, bad), what was found, how to mend it."""

_OURS = "issue this machine a certificate of the fleet's authority: `suwon-fleet keys issue`"
_ALERTS = (
    (
        "CERTIFICATE_REQUIRED",
        "it wants a certificate, and none is shown",
        "name certificate and key",
    ),
    ("UNKNOWN_CA", "it does not take our certificate: not of its authority", _OURS),
    ("CERTIFICATE_EXPIRED", "it does not take our certificate: it has expired", "`keys rotate` it"),
    ("BAD_CERTIFICATE", "it does not take our certificate", _OURS),
    ("CERTIFICATE_UNKNOWN", "it does not take our certificate", _OURS),
    ("DECRYPT_ERROR", "it does not take our certificate: signed by another authority", _OURS),
    ("WRONG_VERSION_NUMBER", "it does not speak TLS", "use tcp/, or make it listen on tls/"),
    ("RECORD_LAYER_FAILURE", "it does not speak TLS", "use tcp/, or make it listen on tls/"),
)
"""What OpenSSL calls them; a refusal may come as any of them, by the library on the other side."""


def shake_hands(host: str, port: int, files: Files | None) -> Told:
    """Whether both sides take each other's certificate. Raises BadInput for files that cannot be used."""
    context = _context(files or Files())
    try:
        with (
            socket.create_connection((host, port), _CONNECT_S) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            certificate = secure.getpeercert() or {}
            secure.settimeout(_ALERT_S)
            try:
                if not secure.recv(1):
                    return "bad", "it closed the connection after the handshake", _OURS
            except TimeoutError:
                pass
            return _told(secure.version() or "TLS", certificate)
    except ssl.SSLCertVerificationError as error:
        return "bad", f"we do not take its certificate: {error.verify_message}", _mend(error)
    except ssl.SSLError as error:
        for name, what, mend in _ALERTS:
            if name in (error.reason or str(error)).upper():
                return "bad", what, mend
        return (
            "bad",
            f"no handshake: {error.reason or error}",
            "compare both sides' settings of TLS",
        )
    except TimeoutError:
        return "bad", "it does not answer a handshake", "use tcp/, or make it listen on tls/"
    except OSError as error:
        return "bad", f"no handshake: {error.strerror or error}", "does it speak TLS?"


def _context(files: Files) -> ssl.SSLContext:
    for path in (files.authority, files.certificate, files.key):
        if path and not Path(path).is_file():
            mend = "name the files that `suwon-fleet keys list` tells"
            raise BadInput([Problem("no-file", path, "no such file", mend)])
    if bool(files.certificate) != bool(files.key):
        mend = "name both, or neither"
        raise BadInput([Problem("missing", "key", "a certificate goes with its key", mend)])
    try:
        context = ssl.create_default_context(cafile=files.authority or None)
        if files.certificate:
            context.load_cert_chain(files.certificate, files.key)
    except (OSError, ssl.SSLError) as error:
        where = files.certificate or files.authority
        mend = "name files in PEM; the key must be the certificate's"
        raise BadInput([Problem("unusable", where, error.strerror or str(error), mend)]) from error
    return context


def _told(version: str, certificate: dict[str, Any]) -> Told:
    name = next((v for part in certificate["subject"] for k, v in part if k == "commonName"), "")
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
    what = f"{version}, both certificates taken; that of {name} is good until {until:%Y-%m-%d}"
    if (until - datetime.now(UTC)).days < SOON_DAYS:
        return "note", what, "`suwon-fleet keys rotate` it in time"
    return "good", what, ""


def _mend(error: ssl.SSLCertVerificationError) -> str:
    said = error.verify_message.lower()
    if "mismatch" in said:
        return "connect by a name it has, or issue it one with this --host"
    if "expired" in said or "not yet valid" in said:
        return "look at both clocks, or rotate it"
    return "name the certificate of the fleet's authority (ca.pem)"
