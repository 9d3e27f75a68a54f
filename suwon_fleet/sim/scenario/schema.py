# SPDX-License-Identifier: Apache-2.0
"""The JSON schema of scenario files: sim/scenario.schema.json is what ``python -m`` of this module prints.

For editors, which complete keys and underline mistakes by it. What a schema cannot say, such as which
places there are, is checked when a scenario is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from suwon_fleet.core.jobs import JobKind
from suwon_fleet.core.sitemap import PlaceKind
from suwon_fleet.sim.faults.effects import EFFECTS, Param, params
from suwon_fleet.sim.faults.model import LONGEST_S
from suwon_fleet.sim.scenario import entries, read, read_expect
from suwon_fleet.sim.scenario.demand import Arrivals
from suwon_fleet.sim.scenario.expect import Happening, Metric, Op
from suwon_fleet.sim.scenario.matrix import MOST_WEIGHT
from suwon_fleet.sim.scenario.model import Ends
from suwon_fleet.wire.fields import ID

Schema = dict[str, Any]

TEXT: Schema = {"type": ["string", "number", "boolean"]}
"""A name; numbers and truth values are read as the text they are written as."""
NAME: Schema = {**TEXT, "pattern": f"^({ID.pattern})$"}


def document() -> Schema:
    """The whole schema."""
    top = {
        "format": {"const": read.FORMAT},
        "id": NAME,
        "title": {"type": "object", "additionalProperties": TEXT},
        "site": TEXT,
        "robots": TEXT,
        "seed": _whole(read.LARGEST_SEED),
        "duration_s": number(1.0, LONGEST_S),
        "ends": one_of(Ends),
        "people": _people(),
        "operator": mapping({"after_s": number(1.0, LONGEST_S)}, read.OPERATOR_KEYS),
        "fleets": _list(_fleet()),
        "jobs": _list(_job()),
        "demands": _list(_demand()),
        "faults": _list(_fault()),
        "expect": _list({"anyOf": [_figure(), _event()]}),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "suwon_fleet scenario",
        "description": "See docs/scenarios.md.",
        **mapping(top, read.NEEDS),
    }


def mapping(properties: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    """A mapping with these keys and no others; a value may be left empty unless it is required."""
    needs = list(required)
    values = {
        key: one if key in needs else {"anyOf": [one, {"type": "null"}]}
        for key, one in properties.items()
    }
    rest = {"required": needs} if needs else {}
    return {"type": "object", "properties": values, "additionalProperties": False, **rest}


def number(low: float, high: float) -> Schema:
    """From one number to another, both included."""
    return {"type": "number", "minimum": low, "maximum": high}


def span(low: float, high: float) -> Schema:
    """Two numbers, the smaller one first; one stands for both."""
    one = number(low, high)
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 2, "maxItems": 2}]}


def one_of(words: Iterable[StrEnum]) -> Schema:
    """One of these words."""
    return {"enum": [str(word) for word in words]}


def _whole(high: int) -> Schema:
    return {"type": "integer", "minimum": 0, "maximum": high}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _people() -> Schema:
    most = read.MOST_OF_PEOPLE
    numbers = {key: number(0.0, high) for key, high in most.items()}
    return mapping(numbers | {"walking": _whole(read.MOST_WALKING), "walking_in": _list(TEXT)})


def _selection() -> Schema:
    return mapping({"kinds": _list(one_of(PlaceKind)), "zones": _list(TEXT), "places": _list(TEXT)})


def _fleet() -> Schema:
    keys = {
        "id": NAME,
        "kind": TEXT,
        "count": _whole(entries.MOST_ROBOTS),
        "start": _selection(),
        "charge": span(0.0, 1.0),
    }
    return mapping(keys, ("id", "kind", "count"))


def _job() -> Schema:
    keys = {
        "at_s": number(0.0, LONGEST_S),
        "kind": one_of(JobKind),
        "places": _list(TEXT),
        "rounds": _whole(entries.MOST_ROUNDS),
        "payload_kg": number(0.0, entries.MOST_KG),
        "object": TEXT,
        "priority": {"enum": list(entries.PRIORITIES)},
        "deadline_s": number(0.0, LONGEST_S),
        "robot": TEXT,
        "id": NAME,
        "after": _list(TEXT),
        "roles": _list(_role()),
    }
    return mapping(keys, ("at_s", "kind"))


def _role() -> Schema:
    keys = {
        "kind": one_of(JobKind),
        "places": _list(TEXT),
        "meet_at": _list(TEXT),
        "payload_kg": number(0.0, entries.MOST_KG),
        "object": TEXT,
        "robot": TEXT,
    }
    return mapping(keys, ("kind", "places"))


def _demand() -> Schema:
    matrix = {"type": "object", "additionalProperties": number(0.0, MOST_WEIGHT)}
    weights = {priority: number(0.0, MOST_WEIGHT) for priority in entries.PRIORITIES}
    keys = {
        "id": NAME,
        "kind": {"enum": [str(kind) for kind in JobKind if kind is not JobKind.JOINT]},
        "count": _whole(entries.MOST_JOBS),
        "per_hour": number(0.0, entries.MOST_PER_HOUR),
        "window_s": span(0.0, LONGEST_S),
        "arrivals": one_of(Arrivals),
        "from": _selection(),
        "to": _selection(),
        "at": _selection(),
        "od": {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": matrix}]},
        "within_m": number(0.1, entries.LONGEST_TRIP_M),
        "stops": _whole(entries.MOST_STOPS),
        "rounds": _whole(entries.MOST_ROUNDS),
        "priorities": mapping(weights),
        "deadline_s": span(1.0, LONGEST_S),
        "payload_kg": span(0.0, entries.MOST_KG),
        "object": TEXT,
    }
    return mapping(keys, ("id", "kind", "window_s"))


def _fault() -> Schema:
    frame = {
        "id": NAME,
        "at_s": number(0.0, LONGEST_S),
        "for_s": number(0.1, LONGEST_S),
        "target": {"anyOf": [TEXT, _list(TEXT)]},
        "probability": number(0.0, 1.0),
    }
    sorts = {
        str(sort): mapping({one.name: _param(one) for one in params(kind)})
        for sort, kind in EFFECTS.items()
    }
    needs_one = [{"required": [sort]} for sort in sorts]
    return {**mapping({**frame, **sorts}, ("at_s", "target")), "oneOf": needs_one}


def _param(one: Param) -> Schema:
    """A parameter of a fault."""
    if one.words:
        return one_of(one.words)
    if one.span:
        return number(*one.span)
    return span(*one.ends) if one.ends else {"type": "boolean"}


def _figure() -> Schema:
    most = read_expect.MOST
    keys = {"metric": one_of(Metric), "op": one_of(Op), "value": number(-most, most)}
    return mapping(keys, read_expect.FIGURE_KEYS)


def _event() -> Schema:
    keys = {
        "event": one_of(Happening),
        "of": TEXT,
        "is": TEXT,
        "after_s": number(0.0, LONGEST_S),
        "before_s": number(0.0, LONGEST_S),
        "op": one_of(Op),
        "value": number(0.0, read_expect.MOST),
    }
    return mapping(keys, ("event",))


def text() -> str:
    """The schema as sim/scenario.schema.json holds it."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(text(), end="")
