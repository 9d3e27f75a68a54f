# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import fields

import pytest
from wire.events import KINDS

from suwon_fleet.core.federation.events import JobCancelAsked
from suwon_fleet.wire.journal import encode
from suwon_fleet.wire.journal_chain import Head, link
from suwon_fleet.wire.journal_lines import as_data

OWN = {"record", "event", "before", "hash"}


def test_a_record_has_its_number_and_its_event_all_its_fields() -> None:
    (record,) = link(Head(number=7), [encode(JobCancelAsked(5, "job-1", 3, "ana"))])
    told = as_data(record, "j:8")
    assert told.keys() == OWN | {"at_ns", "job_id", "number", "requester"}
    assert (told["record"], told["event"], told["number"]) == (8, "JobCancelAsked", 3)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_field_of_an_event_is_called_as_one_of_its_record(kind: type) -> None:
    assert not OWN & {field.name for field in fields(kind)}  # type: ignore[arg-type]
