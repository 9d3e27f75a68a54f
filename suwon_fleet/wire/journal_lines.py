# SPDX-License-Identifier: Apache-2.0
"""Records of a journal as people and other programs read them: JSON, one record per line."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from suwon_fleet.wire.journal import decode
from suwon_fleet.wire.journal_chain import Record


def as_data(record: Record, where: str) -> dict[str, Any]:
    """Number, event and fields of a record, and its hashes. Raises BadInput when it cannot be read.

    No event has a field that is called as one of these.
    """
    fields = msgspec.to_builtins(decode(record.name, record.body, where))
    return {
        "record": record.number,
        "event": record.name,
        **fields,
        "before": record.before.hex(),
        "hash": record.hash.hex(),
    }


def as_line(record: Record, where: str) -> str:
    """A record as one line of JSON, without the end of the line."""
    return json.dumps(as_data(record, where), ensure_ascii=False, separators=(",", ":"))
