# SPDX-License-Identifier: Apache-2.0
"""Events of every kind with any values their annotations allow."""

from __future__ import annotations

import types
from dataclasses import is_dataclass
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from msgspec import Struct

from suwon_fleet.core.engine.events import Event

KINDS: tuple[type, ...] = get_args(Event)

_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=8),
    bytes: st.binary(max_size=8),
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False),
    type(None): st.none(),
}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a type annotation, optional fields filled in as well."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    if get_origin(hint) in (Union, types.UnionType):
        return st.one_of([values_of(one) for one in get_args(hint)])
    if get_origin(hint) is tuple:
        first, *more = get_args(hint)
        if more == [...]:
            return st.lists(values_of(first), max_size=3).map(tuple)
        return st.tuples(values_of(first), *map(values_of, more))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if is_dataclass(hint) or (isinstance(hint, type) and issubclass(hint, Struct)):
        hints = get_type_hints(hint)
        return st.builds(hint, **{name: values_of(hints[name]) for name in hint.__match_args__})
    raise TypeError(f"{hint} is not something an event should hold")


any_event: st.SearchStrategy[Event] = st.one_of([values_of(kind) for kind in KINDS])
