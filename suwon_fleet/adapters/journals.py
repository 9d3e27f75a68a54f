# SPDX-License-Identifier: Apache-2.0
"""Journals by where they are: a file."""

from __future__ import annotations

from pathlib import Path

from suwon_fleet.adapters.chained_journal import RecordStore
from suwon_fleet.adapters.sqlite_journal import SqliteStore


def open_store(where: str) -> RecordStore:
    """The records of a journal that is there, as they are. Raises BadInput when there is none to be had."""
    return SqliteStore(Path(where).expanduser(), is_new=False)
