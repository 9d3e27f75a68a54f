# SPDX-License-Identifier: Apache-2.0
"""Korean particles, whose form depends on the sound that the word before them ends in."""

from __future__ import annotations

import re

_FIRST, _LAST = ord("가"), ord("힣")
_FINALS = 28
_RIEUL = 8
"""Index of the final ㄹ among the finals of a Hangul syllable."""
_SPOKEN = {"0": 21, "1": 8, "3": 16, "6": 1, "7": 8, "8": 8, "l": 8, "m": 16, "n": 4, "r": 8}
"""The final that a digit's or a Latin letter's Korean name ends in; the others end in a vowel."""
_BRACKETED = re.compile(r"\s*\([^()]*\)$")


def particle_for(word: str, pair: str) -> str:
    """That particle of `pair` (as "이/가": after a consonant, after a vowel) that follows `word`."""
    after_consonant, after_vowel = pair.split("/")
    final = _final_of(word)
    takes_vowel_form = final == 0 or (final == _RIEUL and after_vowel == "로")
    return after_vowel if takes_vowel_form else after_consonant


def _final_of(word: str) -> int:
    """Which final consonant the spoken word ends in, 0 for none; what is in brackets is not spoken."""
    spoken = _BRACKETED.sub("", word).rstrip(" .,…)%\"'”’")
    if not spoken:
        return 0
    last = spoken[-1]
    if _FIRST <= ord(last) <= _LAST:
        return (ord(last) - _FIRST) % _FINALS
    return _SPOKEN.get(last.lower(), 0)
