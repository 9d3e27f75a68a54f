# SPDX-License-Identifier: Apache-2.0
"""What is cut off a journal is kept beside it, for people to look at."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.wire.journal_chain import Record, raw


def keep_records(journal: Path, records: Sequence[Record]) -> str:
    """Write records, damaged ones too, as JSON lines into a new file; its name."""
    return keep_bytes(journal, "".join(f"{json.dumps(raw(one))}\n" for one in records).encode())


def keep_bytes(journal: Path, content: bytes) -> str:
    """Write bytes into a new file `JOURNAL.cut-N`, durably; its name. Raises BadInput if that fails."""
    try:
        for number in count(1):
            path = journal.with_name(f"{journal.name}.cut-{number}")
            try:
                with path.open("xb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
            except FileExistsError:
                continue
            return str(path)
    except OSError as error:
        what = f"its damaged end cannot be kept aside: {error}"
        mend = "make room, and let the folder be written"
        raise BadInput([Problem("journal-not-accessible", str(journal), what, mend)]) from error
    raise AssertionError("count has no end")
