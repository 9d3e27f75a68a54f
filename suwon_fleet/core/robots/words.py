# SPDX-License-Identifier: Apache-2.0
"""An enumeration whose members say what they mean, so that the printed tables can say it too."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """Members are written ``NAME = "name", "What it means."``."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        word = str.__new__(cls, value)
        word._value_ = value
        word.meaning = meaning
        return word
