# SPDX-License-Identifier: Apache-2.0
"""Bad input for every door: good input with something wrong in it, the same for the same seed."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgpack

from suwon_fleet.bench.measure import resident_mb
from suwon_fleet.bench.reliability.doors import Door

_ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, 2**64 - 1, -(2**63), 1e308, float("nan"), float("inf"),
    "", "x" * 300, "\x00", "\ud55c", b"\xff", [], {}, [[]], {"a": 1},
)  # fmt: skip
_ODD_TEXT = (
    b"nan", b"1e999", b"-1", b"99999999999999999999", b"~", b"''", b"[]", b"{}", b"&a", b"*a",
    b"!!python", b"<", b">", b"]]>", b"\x00", b"\xff\xfe", b"---", b"\t", b":", b"- ", b"[" * 60,
    b"{a: " * 60, b"\xed\xa0\x80",
)  # fmt: skip
_MOST_TOLD = 5


@dataclass(slots=True)
class Tried:
    """What a door made of it."""

    cases: int = 0
    refused: int = 0
    slowest_ms: float = 0.0
    """CPU of one case: on a busy machine any of so many may have to wait."""
    grown_mb: float = 0.0
    crashes: list[str] = field(default_factory=list)
    """The first that were anything but the error the door names, and the bytes that did it."""


def fuzz(door: Door, cases: int, seed: int) -> Tried:
    """Try a door with so much bad input."""
    tried = Tried()
    before_mb = resident_mb()
    for payload in bad_input(door, cases, seed):
        tried.cases += 1
        began_s = time.thread_time()
        try:
            door.read(payload)
        except door.error:
            tried.refused += 1
        except Exception as error:
            if len(tried.crashes) < _MOST_TOLD:
                tried.crashes.append(f"{door.name}: {error!r} for {payload[:200]!r}")
        tried.slowest_ms = max(tried.slowest_ms, (time.thread_time() - began_s) * 1e3)
    tried.grown_mb = resident_mb() - before_mb
    return tried


def bad_input(door: Door, cases: int, seed: int) -> Iterator[bytes]:
    """Bytes for a door; most are nearly right, some are nothing at all."""
    chance = random.Random(f"{door.name} {seed}")
    for _ in range(cases):
        sample = chance.choice(door.samples)
        if chance.random() < 0.05:
            yield chance.randbytes(chance.randrange(200))
        elif door.is_text:
            yield _bad_text(sample, chance)
        else:
            yield _bad_bytes(sample, chance)


def _bad_bytes(sample: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        try:
            value = msgpack.unpackb(sample)
        except (ValueError, TypeError):
            pass
        else:
            return bytes(msgpack.packb(_changed(value, chance)))
    told = bytearray(sample)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(len(told) + 1)
        match chance.randrange(4):
            case 0:
                told[at : at + 1] = chance.randbytes(1)
            case 1:
                del told[at : at + chance.randrange(1, 9)]
            case 2:
                told[at:at] = chance.randbytes(chance.randrange(1, 9))
            case _:
                told[at : at + 4] = b"\xff\xff\xff\x7f"
    return bytes(told)


def _changed(value: Any, chance: random.Random) -> Any:
    """A value with something else somewhere in it."""
    if isinstance(value, list) and value and chance.random() < 0.85:
        at = chance.randrange(len(value))
        if chance.random() < 0.15:
            return value[:at] + value[at + 1 :]
        return [*value[:at], _changed(value[at], chance), *value[at + 1 :]]
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key = chance.choice(list(value))
        return {**value, key: _changed(value[key], chance)}
    return chance.choice(_ODD)


def _bad_text(sample: bytes, chance: random.Random) -> bytes:
    lines = sample.split(b"\n")
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(lines))
        line = lines[at]
        cut = chance.randrange(len(line) + 1)
        match chance.randrange(5):
            case 0:
                del lines[at : at + 1]
                lines = lines or [b""]
            case 1:
                lines.insert(at, chance.choice(lines))
            case 2:
                lines[at] = line[:cut] + chance.choice(_ODD_TEXT) + line[cut:]
            case 3:
                lines[at] = line[:cut] + line[cut + chance.randrange(1, 9) :]
            case _:
                words = line.split(b" ")
                words[chance.randrange(len(words))] = chance.choice(_ODD_TEXT)
                lines[at] = b" ".join(words)
    return b"\n".join(lines)
