# SPDX-License-Identifier: Apache-2.0
"""XML as Gazebo reads it: comments with dashes, places of every element, and nothing that grows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwon_fleet.wire.findings import Findings
from suwon_fleet.wire.sdf import xml
from suwon_fleet.wire.sdf.xml import Element, parse_xml


def parse(text: str) -> tuple[Element | None, list[tuple[str, str]]]:
    findings = Findings("w.sdf")
    root = parse_xml(text, findings)
    return root, [(problem.code, problem.where) for problem in findings.problems]


def test_elements_know_their_place_and_their_text() -> None:
    root, problems = parse(
        '<?xml version="1.0"?>\n<sdf version="1.9">\n  <a> 1 <b x="2"/>\n</a></sdf>'
    )
    assert root is not None
    assert problems == []
    (a,) = root.children
    assert (root.tag, root.attributes, root.mark) == ("sdf", {"version": "1.9"}, (2, 1))
    assert (a.text, a.mark) == ("1", (3, 3))
    assert (a.children[0].attributes, a.children[0].mark) == ({"x": "2"}, (3, 9))


def test_comments_may_hold_dashes_and_move_nothing() -> None:
    root, problems = parse("<a><!-- gz topic -t /x --json\n -- two lines --> <b/></a>")
    assert root is not None
    assert problems == []
    assert root.children[0].mark == (2, 19)


def test_a_comment_in_cdata_is_text() -> None:
    root, _ = parse("<a><![CDATA[<!-- x -->]]></a>")
    assert root is not None
    assert root.text == "<!-- x -->"


def test_a_declaration_may_stand_behind_blank_lines_and_name_any_encoding() -> None:
    root, problems = parse('\n <?xml version="1.0" encoding="iso-8859-1"?>\n<a>문</a>')
    assert root is not None
    assert problems == []
    assert (root.text, root.mark) == ("문", (3, 1))


BOMB = '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]>\n<a>&y;</a>'


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("", "xml-syntax", "w.sdf:1:1"),
        ("<a>\n<b></a>", "xml-syntax", "w.sdf:2:6"),
        ("<a>\n<!-- never ends", "xml-syntax", "w.sdf:2:1"),
        ("<a/>\n<b/>", "xml-syntax", "w.sdf:2:1"),
        ("<a b=1/>", "xml-syntax", "w.sdf:1:6"),
        ("<a>&nothing;</a>", "xml-syntax", "w.sdf:1:4"),
        ('<a x="1" x="2"/>', "xml-syntax", "w.sdf:1:10"),
        (BOMB, "doctype", "w.sdf:1:"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "doctype", "w.sdf:1:"),
        ("<a>" * 65 + "</a>" * 65, "too-deep", "w.sdf:1:193"),
    ],
)
def test_what_is_no_xml_of_ours_is_refused_with_its_place(text: str, code: str, where: str) -> None:
    root, ((told, place),) = parse(text)
    assert root is None
    assert told == code
    assert place.startswith(where)


def test_the_number_of_elements_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MOST_ELEMENTS", 10)
    root, ((code, _),) = parse("<a>" + "<b/>" * 10 + "</a>")
    assert (root, code) == (None, "too-large")


@given(st.text(alphabet="<>/ab! -[]?CDAT\"'&;=\n", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    root, problems = parse(text)
    assert (root is None) == bool(problems)
