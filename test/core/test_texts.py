# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import suwon_fleet
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import NEEDS, JobKind, JobStatus, compose
from suwon_fleet.core.jobs import JobRequest as Request
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.states import Layer, Mission
from suwon_fleet.core.robots.tables import TABLES
from suwon_fleet.core.robots.trigger import Trigger
from suwon_fleet.core.texts import LANGUAGES, describe, say
from suwon_fleet.core.texts.particles import particle_for
from suwon_fleet.core.texts.say import CATALOGUES

PACKAGE = Path(suwon_fleet.__file__).parent
DOCUMENT = PACKAGE.parent / "docs" / "reasons.md"
EN, KO = (CATALOGUES[language] for language in LANGUAGES)
CHECKS = {"_in": {"state"}, "_not_in": {"state"}}
"""Calls that name a reason's code first, and the facts they will give it."""


def strings_of(node: ast.expr, scope: ast.AST) -> list[str]:
    """The strings an expression may be: literals, either side of an if, or a name set to those."""
    match node:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.IfExp():
            return strings_of(node.body, scope) + strings_of(node.orelse, scope)
        case ast.Name():
            values = [
                one.value
                for one in ast.walk(scope)
                if isinstance(one, ast.Assign)
                and any(isinstance(t, ast.Name) and t.id == node.id for t in one.targets)
            ]
            return [text for value in values for text in strings_of(value, scope)]
    return []


def reasons_in(tree: ast.Module) -> Iterator[tuple[list[str], set[str], int]]:
    """Codes and facts of all reasons a module makes, and the line where it does."""
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for scope in (*functions, tree):
        for call in ast.walk(scope):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            if scope is tree and id(call) in inside:
                continue
            facts = {word.arg for word in call.keywords if word.arg}
            match call.func:
                case ast.Attribute(value=ast.Name(id="Reason"), attr="of"):
                    pass
                case ast.Name(id=("_in" | "_not_in") as name):
                    facts = CHECKS[name]
                case _:
                    continue
            yield strings_of(call.args[0], scope), facts, call.lineno


def made() -> list[tuple[str, set[str], str]]:
    """Every reason the package makes: code, facts, place."""
    found: list[tuple[str, set[str], str]] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for codes, facts, line in reasons_in(ast.parse(path.read_text(encoding="utf-8"))):
            where = f"{path.relative_to(PACKAGE)}:{line}"
            # What questions.py makes of a check has the code of that check.
            assert codes or where.startswith("core/robots/questions.py"), f"{where}: which code?"
            found += [(code, facts, where) for code in codes]
    return found


MADE = made()


def fields_of(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def specs_of(template: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(template) if name}


def test_the_collector_finds_reasons() -> None:
    codes = {code for code, _, _ in MADE}
    assert {"no-such-place", "battery-too-low", "robot-not-online", "soonest-done"} <= codes
    assert len(codes) > 90


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_a_sentence_whose_fields_are_its_facts(language: str) -> None:
    sentences = CATALOGUES[language].sentences  # type: ignore[index]
    for code, facts, where in MADE:
        assert code in sentences, f"{where}: no {language} sentence for {code!r}"
        missing = fields_of(sentences[code]) - facts - {"why"}
        assert not missing, f"{where}: {code!r} lacks {missing}"


def test_no_sentence_is_for_nothing() -> None:
    codes = {code for code, _, _ in MADE}
    assert set(EN.sentences) - codes == set()


def test_both_languages_tell_the_same() -> None:
    assert list(EN.sentences) == list(KO.sentences)
    for code, template in EN.sentences.items():
        assert fields_of(template) == fields_of(KO.sentences[code]), code
        assert template.endswith((".", "}")), code


def test_fields_ask_for_what_there_is() -> None:
    for catalogue in (EN, KO):
        for code, template in catalogue.sentences.items():
            for _, spec in specs_of(template):
                how = spec.partition("+")[0]
                special = ("", "time", "reason", "states", "particle")
                assert how in special or how in catalogue.words, (code, spec)


def test_values_have_korean_words() -> None:
    words = KO.words
    machines = [machine for table in TABLES.values() for machine in table.machines.values()]
    guards = {
        g.__name__.replace("_", "-") for t in TABLES.values() for r in t.rows for g in r.guards
    }
    phases = {p.name for kind in NEEDS for p in compose(Request(kind, ("a", "b")[: _count(kind)]))}
    wanted = {
        "state": {state.value for machine in machines for state in machine.states},
        "layer": set(Layer),
        "trigger": set(Trigger),
        "guard": guards,
        "action": set(ActionKind),
        "phase": phases,
        "job": set(JobKind),
        "status": set(JobStatus),
        "needs": set(NEEDS.values()),
    }
    for vocabulary, values in wanted.items():
        assert values <= set(words[vocabulary]), (vocabulary, values - set(words[vocabulary]))
    assert set(words["trigger"]) == set(Trigger)
    assert set(words["phase"]) == set(EN.words["phase"]) == wanted["phase"] | {"returning"}
    assert set(words["guard"]) == guards
    assert set(words) == set(EN.words)
    assert set(EN.words["action"]) == set(ActionKind)
    assert set(EN.words["state"]) == set(Mission)


def _count(kind: JobKind) -> int:
    return 1 if kind is JobKind.GO_TO else 2


@pytest.mark.parametrize(
    ("word", "pair", "told"),
    [
        ("로봇", "이/가", "이"),
        ("휴머노이드", "이/가", "가"),
        ("r1", "은/는", "은"),
        ("r2", "은/는", "는"),
        ("job-10", "을/를", "을"),
        ("hall", "으로/로", "로"),
        ("r1", "으로/로", "로"),
        ("r3", "으로/로", "으로"),
        ("서울", "으로/로", "로"),
        ("r4 (indoor)", "이/가", "가"),
        ("", "이/가", "가"),
    ],
)
def test_particles_follow_the_sound(word: str, pair: str, told: str) -> None:
    assert particle_for(word, pair) == told


def test_times_are_said_as_people_do() -> None:
    said = [(EN.time(seconds), KO.time(seconds)) for seconds in (0, 99, 100, 5999, 7500)]
    assert said == [
        ("0 s", "0초"),
        ("99 s", "99초"),
        ("2 min", "2분"),
        ("1 h 40 min", "1시간 40분"),
        ("2 h 5 min", "2시간 5분"),
    ]


def test_a_sentence() -> None:
    reason = Reason.of("robots-cannot", count=2, robots="r1, r2").because(
        Reason.of("payload-too-heavy", robot="r1", payload=40.0, most=30.0)
    )
    assert (
        say(reason, "en")
        == "r1, r2 (2): 40.0 kg is too heavy for r1, which carries 30.0 kg at most."
    )
    assert "30.0 kg까지" in say(reason, "ko")


def test_a_quoted_reason_keeps_its_own_facts() -> None:
    """Outer and inner reason may name the same fact."""
    outer = Reason.of("robot-held-up", robot="r1").because(Reason.of("wait-ground", robot="r2"))
    assert say(outer, "en") == "r1 cannot go on: r2 is still on the ground ahead."


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (Reason.of("no-such-code", a=1, b="x"), "no-such-code (a 1, b x)"),
        (Reason.of("no-such-code"), "no-such-code"),
        (Reason.of("no-such-place", other=1), "no-such-place (other 1)"),
        (Reason.of("job-ends-in", left="soon"), "job-ends-in (left soon)"),
    ],
)
def test_what_no_catalogue_knows_is_told_as_it_is(reason: Reason, told: str) -> None:
    assert say(reason, "en") == say(reason, "ko") == told


@given(
    code=st.sampled_from(sorted(EN.sentences)),
    facts=st.dictionaries(
        st.sampled_from(sorted(set.union(*map(fields_of, EN.sentences.values())))),
        st.text() | st.sampled_from(["-", "nan", "inf", "1e999", "{x}", "a, b"]),
    ),
    language=st.sampled_from(LANGUAGES),
)
def test_saying_never_fails(code: str, facts: dict[str, str], language: str) -> None:
    assert say(Reason(code, tuple(facts.items())), language)  # type: ignore[arg-type]


def test_the_document_is_what_the_catalogues_say() -> None:
    told = "docs/reasons.md is not what the catalogues say; write it anew with `make docs`"
    assert DOCUMENT.read_text(encoding="utf-8") == describe.markdown(), told
