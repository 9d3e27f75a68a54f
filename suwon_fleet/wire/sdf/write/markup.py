# SPDX-License-Identifier: Apache-2.0
"""Elements of SDF and their text: the same elements always give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from suwon_fleet.wire.sdf.pose import Vector
from suwon_fleet.wire.sdf.xml import Element

VERSION = "1.9"
Colour = tuple[float, float, float]
_WIDTH = 100
_NOWHERE = (0, 0)


def tag(
    name: str, /, *children: Element | Iterable[Element], text: object = "", **attributes: object
) -> Element:
    """An element; children may come in lists."""
    flat = [child for part in children for child in ([part] if isinstance(part, Element) else part)]
    told = {key: str(value) for key, value in attributes.items()}
    return Element(name, told, _NOWHERE, words(text), flat)


def words(value: object) -> str:
    """A value as SDF writes it: numbers to a tenth of a millimetre, short, never -0."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{round(value, 4) + 0.0:.10g}"
    if isinstance(value, tuple):
        return " ".join(map(words, value))
    return str(value)


def values(**numbers: object) -> list[Element]:
    """One element for each name and value."""
    return [tag(name, text=value) for name, value in numbers.items()]


def pose(
    x: float, y: float, z: float = 0.0, roll: float = 0.0, pitch: float = 0.0, yaw: float = 0.0
) -> Element:
    """A <pose>; angles are written finer than metres, for they move what is far."""
    at = words((float(x), float(y), float(z)))
    turn = " ".join(f"{round(angle, 9) + 0.0:.10g}" for angle in (roll, pitch, yaw))
    return tag("pose", text=f"{at} {turn}")


def box(x: float, y: float, z: float) -> Element:
    return tag("geometry", tag("box", tag("size", text=(float(x), float(y), float(z)))))


def sphere(radius: float) -> Element:
    return tag("geometry", tag("sphere", tag("radius", text=float(radius))))


def cylinder(radius: float, length: float) -> Element:
    return tag("geometry", tag("cylinder", *values(radius=float(radius), length=float(length))))


def solid(name: str, geometry: Element, at: Element | None = None, *more: Element) -> Element:
    """A <collision>. Whatever is in a link must have a name of its own, so what it is, is in it."""
    return tag("collision", [at] if at else [], geometry, *more, name=f"{name}_collision")


def visual(name: str, geometry: Element, colour: Colour, at: Element | None = None) -> Element:
    paint = tag("material", *values(ambient=(*colour, 1.0), diffuse=(*colour, 1.0)))
    return tag("visual", [at] if at else [], geometry, paint, name=f"{name}_visual")


def inertial(mass: float, size: Vector) -> Element:
    """Mass and moments of an even block of that size."""
    x, y, z = (side * side for side in size)
    share = mass / 12
    moments = {"ixx": share * (y + z), "ixy": 0.0, "ixz": 0.0, "iyy": share * (x + z), "iyz": 0.0}
    moments["izz"] = share * (x + y)
    told = [tag(name, text=f"{value:.6g}") for name, value in moments.items()]
    return tag("inertial", tag("mass", text=float(mass)), tag("inertia", told))


def plugin(system: str, file: str, *children: Element) -> Element:
    """One of Gazebo's systems, by the names that Fortress 6.16 and all later ones know."""
    return tag(
        "plugin", *children, filename=f"gz-sim-{file}-system", name=f"gz::sim::systems::{system}"
    )


def document(thing: Element, comment: str) -> str:
    """The text of a file."""
    lines = ['<?xml version="1.0"?>', *(f"<!-- {line} -->" for line in comment.splitlines())]
    lines += _lines(tag("sdf", thing, version=VERSION), 0)
    return "\n".join(lines) + "\n"


def _lines(element: Element, depth: int) -> Iterator[str]:
    indent = "  " * depth
    short = _one_line(element)
    if len(indent) + len(short) <= _WIDTH and not any(child.children for child in element.children):
        yield indent + short
        return
    yield f"{indent}{_opening(element)}>{escape(element.text)}"
    for child in element.children:
        yield from _lines(child, depth + 1)
    yield f"{indent}</{element.tag}>"


def _opening(element: Element) -> str:
    told = (f" {name}={quoteattr(value)}" for name, value in element.attributes.items())
    return f"<{element.tag}{''.join(told)}"


def _one_line(element: Element) -> str:
    if not element.text and not element.children:
        return f"{_opening(element)}/>"
    inner: Sequence[str] = [_one_line(child) for child in element.children]
    return f"{_opening(element)}>{escape(element.text)}{''.join(inner)}</{element.tag}>"
