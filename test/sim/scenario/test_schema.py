# SPDX-License-Identifier: Apache-2.0
"""The shipped schema is what the code says, and says what the reader says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from sim.day import SCENARIO

from suwon_fleet.core.errors import BadInput
from suwon_fleet.resources import resource_path
from suwon_fleet.sim.scenario import entries, load_scenario, read, read_expect, schema

SHIPPED = sorted(resource_path("sim/scenarios").glob("*.yaml"))
VALIDATOR = jsonschema.Draft202012Validator(schema.document())


def is_valid(text: str) -> bool:
    return VALIDATOR.is_valid(yaml.safe_load(text))


def test_the_shipped_schema_is_up_to_date() -> None:
    shipped = resource_path("sim/scenario.schema.json").read_text("utf-8")
    assert shipped == schema.text(), "run `make docs`"


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema.document())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios_keep_to_it(path: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(path.read_text("utf-8")))


def properties(*way: str) -> Iterable[str]:
    """The keys that the schema knows at some place below the top."""
    at: Any = schema.document()
    for step in way:
        at = at["properties"][step]
        at = at.get("anyOf", [at])[0]
        at = at.get("items", at)
    return list(at["properties"])


@pytest.mark.parametrize(
    ("way", "keys"),
    [
        ((), read.KEYS),
        (("people",), read.PEOPLE_KEYS),
        (("operator",), read.OPERATOR_KEYS),
        (("fleets",), entries.FLEET_KEYS),
        (("fleets", "start"), entries.SELECTION_KEYS),
        (("jobs",), entries.JOB_KEYS),
        (("jobs", "roles"), entries.ROLE_KEYS),
        (("demands",), entries.DEMAND_KEYS),
    ],
)
def test_it_knows_the_keys_that_the_reader_knows(way: tuple[str, ...], keys: Iterable[str]) -> None:
    assert set(properties(*way)) == set(keys)


def test_it_knows_the_keys_of_expectations() -> None:
    expect = schema.document()["properties"]["expect"]["anyOf"][0]["items"]["anyOf"]
    assert [set(one["properties"]) for one in expect] == [
        set(read_expect.FIGURE_KEYS),
        set(read_expect.EVENT_KEYS),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("seed: 3", "seed: -1"),
        ("seed: 3", "sead: 3"),
        ("duration_s: 600", "duration_s: long"),
        ("kind: go_to", "kind: goto"),
        ("count: 3", "count: 1.5"),
        ("priority: urgent", "priority: now"),
        ("id: cart", "id: -cart"),
        ("duration_s: 600\n", ""),
        ("charge: [0.5, 0.6]", "charge: [0.5, 1.6]"),
        ("seed: 3", "seed: 3\nends: never"),
        (
            "    from: {kinds: [pickup]}\n    to: {kinds: [dropoff]}",
            "    od: {shop: {desk: 1.0e+7}}",
        ),
        ("seed: 3", "seed: 3\nexpect: [{metric: luck, op: '==', value: 1}]"),
    ],
)
def test_it_refuses_what_the_reader_refuses(
    write: Callable[[str], Path], old: str, new: str
) -> None:
    text = SCENARIO.replace(old, new, 1)
    assert is_valid(SCENARIO)
    assert not is_valid(text)
    with pytest.raises(BadInput):
        load_scenario(write(text))
