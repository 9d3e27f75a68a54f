# SPDX-License-Identifier: Apache-2.0
"""Text of a file somebody wrote: bounded, UTF-8, and every way it can fail told as a problem."""

from __future__ import annotations

from pathlib import Path

from suwon_fleet.wire.findings import Findings


def read_text(path: Path, findings: Findings, *, what: str, most_bytes: int) -> str | None:
    """The text, or None after reporting why not. `what` it should be, for the message."""
    try:
        if not path.is_file():  # nor a pipe or a device, which may never end
            is_dir = path.is_dir()
            seen, code = ("a directory", "not-a-file") if is_dir else ("no such file", "no-file")
            findings.error(None, code, seen, f"name a {what}")
            return None
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
        if len(content) <= most_bytes:
            return content.decode("utf-8-sig")
        too_large = f"the file is larger than {most_bytes // 1024} KiB"
        findings.error(None, "too-large", too_large, f"a {what} is smaller; check the path")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        mark = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        byte = f"byte 0x{error.object[error.start]:02X} is not UTF-8 text"
        findings.error(mark, "not-utf-8", byte, "save the file as UTF-8")
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        why = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        findings.error(None, "unreadable", why, "check the path and its permissions")
    return None
