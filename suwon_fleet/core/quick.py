# SPDX-License-Identifier: Apache-2.0
"""Frozen dataclasses of which tens of thousands are made in a second."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypeVar

T = TypeVar("T")


def quick(kind: type[T]) -> type[T]:
    """Let a frozen dataclass with slots, and no default factories, be made in half the time.

    The `__init__` that dataclasses write looks up every field by its name to get past the freeze. This one
    takes the same arguments and calls what fills each slot.
    """
    names: dict[str, Any] = {}
    arguments, body = [], []
    for field in fields(kind):  # type: ignore[arg-type]
        names[f"_set_{field.name}"] = getattr(kind, field.name).__set__
        names[f"_default_{field.name}"] = field.default
        default = "" if field.default is MISSING else f"=_default_{field.name}"
        arguments.append(field.name + default)
        body.append(f"_set_{field.name}(self, {field.name})")
    exec(f"def __init__(self, {', '.join(arguments)}): {'; '.join(body)}", names)
    init, before = names["__init__"], kind.__init__
    init.__qualname__, init.__module__ = before.__qualname__, kind.__module__
    init.__annotations__ = before.__annotations__
    kind.__init__ = init  # type: ignore[method-assign]
    return kind
