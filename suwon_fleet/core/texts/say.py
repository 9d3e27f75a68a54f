# SPDX-License-Identifier: Apache-2.0
"""From a reason to a sentence: the catalogue's template, filled with the reason's facts.

A template's fields name facts. `{robot}` is the fact as it is, `{mission:state}` the word for it in
the catalogue's vocabulary, `{waited:time}` seconds as people say them, `{why:reason}` the sentence of
the reason it quotes (see `Reason.because`). A Korean field may end in a particle, as in
`{robot:+이/가}`, which takes the form that follows the word; `{robot:particle+이/가}` is the particle
alone, for a word in quotes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from suwon_fleet.core.errors import Reason
from suwon_fleet.core.texts import en, ko, words_en, words_ko
from suwon_fleet.core.texts.particles import particle_for

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = ("en", "ko")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language: sentences by reason code, words by vocabulary, and how times are said."""

    sentences: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    time: Callable[[float], str]


CATALOGUES: Mapping[Language, Catalogue] = {
    "en": Catalogue(en.SENTENCES, words_en.WORDS, words_en.time),
    "ko": Catalogue(ko.SENTENCES, words_ko.WORDS, words_ko.time),
}


def say(reason: Reason, language: Language) -> str:
    """The sentence for a reason; a reason no catalogue knows is told by its code and facts."""
    catalogue = CATALOGUES[language]
    fields: dict[str, _Fact] = {}
    for index, (name, value) in enumerate(reason.facts, start=1):
        fields[name] = _Fact(value, reason.facts[index:], language)
        if name == "why":
            break  # what follows are the facts of the quoted reason
    template = catalogue.sentences.get(reason.code)
    try:
        if template is not None:
            return template.format_map(fields)
    except (KeyError, ValueError, OverflowError):
        pass  # written by another version, with other facts
    told = ", ".join(f"{name} {value}" for name, value in reason.facts)
    return f"{reason.code} ({told})" if told else reason.code


@dataclass(frozen=True, slots=True)
class _Fact:
    """A fact that knows how to be written as its field asks."""

    value: str
    later: tuple[tuple[str, str], ...]
    """The facts after it."""
    language: Language

    def __format__(self, spec: str) -> str:
        how, _, particles = spec.partition("+")
        if how == "particle":
            return particle_for(self.value, particles)
        word = self._word(how)
        return word + particle_for(word, particles) if particles else word

    def _word(self, how: str) -> str:
        if how == "":
            return self.value
        if how == "time":
            return CATALOGUES[self.language].time(float(self.value))
        if how == "reason":
            return say(Reason(self.value, self.later), self.language)
        if how == "states":
            return ", ".join(map(self._layer_and_state, self.value.split(", ")))
        words = CATALOGUES[self.language].words[how]
        return "; ".join(_look_up(words, part) for part in self.value.split(", "))

    def _layer_and_state(self, pair: str) -> str:
        layer, _, state = pair.partition(" ")
        words = CATALOGUES[self.language].words
        return f"{_look_up(words['layer'], layer)} {_look_up(words['state'], state)}"


def _look_up(words: Mapping[str, str], value: str) -> str:
    return words.get(value, value.replace("_", " "))
