# SPDX-License-Identifier: Apache-2.0
"""Geometry of collisions, and the boxes around shapes and models."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

from suwon_fleet.wire.sdf.mesh import mesh_bounds
from suwon_fleet.wire.sdf.model import (
    Bounds,
    Box,
    Cylinder,
    Mesh,
    Model,
    Plane,
    Shape,
    Sphere,
)
from suwon_fleet.wire.sdf.pose import Pose, Vector
from suwon_fleet.wire.sdf.values import Values
from suwon_fleet.wire.sdf.xml import Element

_LEAST, _MOST = 1e-6, 1e6
KINDS = ("box", "cylinder", "sphere", "plane", "mesh")


def read_shape(geometry: Element, values: Values, file: Path) -> Shape | None:
    """The shape of a <geometry>; None after saying why there is none."""
    found = [child for child in geometry.children if child.tag in KINDS]
    for child in geometry.children:
        if child.tag not in KINDS:
            what = f"<{child.tag}> is not read: nothing touches this shape"
            mend = f"use one of {', '.join(KINDS)}"
            values.findings.warn(child.mark, "not-read", what, mend)
    if not found:
        return None
    element = found[0]
    match element.tag:
        case "box":
            return Box(_vector(element, "size", values, (1.0, 1.0, 1.0), positive=True))
        case "cylinder":
            radius = _positive(element, "radius", values, 1.0)
            return Cylinder(radius, _positive(element, "length", values, 1.0))
        case "sphere":
            return Sphere(_positive(element, "radius", values, 1.0))
        case "plane":
            normal = _vector(element, "normal", values, (0.0, 0.0, 1.0), is_needed=False)
            size = element.child("size")
            sides = values.numbers(size, 2) if size is not None else None
            return Plane(normal, (sides[0], sides[1]) if sides else (1.0, 1.0))
        case _:
            return _mesh(element, values, file)


def _mesh(element: Element, values: Values, file: Path) -> Mesh:
    uri = values.text(element, "uri")
    scale = _vector(element, "scale", values, (1.0, 1.0, 1.0), is_needed=False)
    bounds = mesh_bounds(file.parent / uri, scale) if uri and "://" not in uri else None
    if bounds is None:
        what = f"the mesh {uri} cannot be measured: nothing touches this shape"
        mend = "collide with a box, a cylinder or a sphere"
    else:
        what, mend = f"the mesh {uri} is taken as the box around it", "collide with a box to say so"
    values.findings.warn(element.mark, "mesh", what, mend)
    return Mesh(uri, bounds)


def _positive(element: Element, tag: str, values: Values, default: float) -> float:
    if element.child(tag) is None:
        _missing(element, tag, values)
    return values.number(element, tag, default, _LEAST, _MOST)


def _vector(
    element: Element,
    tag: str,
    values: Values,
    default: Vector,
    *,
    positive: bool = False,
    is_needed: bool = True,
) -> Vector:
    child = element.child(tag)
    if child is None:
        if is_needed:
            _missing(element, tag, values)
        return default
    numbers = values.numbers(child, 3)
    if numbers is None:
        return default
    if positive and not all(_LEAST <= number <= _MOST for number in numbers):
        mend = f"give sizes from {_LEAST:g} to {_MOST:g} m"
        values.findings.error(child.mark, "out-of-range", f"a size of {child.text}", mend)
    return numbers[0], numbers[1], numbers[2]


def _missing(element: Element, tag: str, values: Values) -> None:
    what = f"<{element.tag}> has no <{tag}>"
    values.findings.error(element.mark, "missing-tag", what, f"add <{tag}>…</{tag}>")


def shape_bounds(shape: Shape) -> Bounds | None:
    """The box around a shape in its own frame; None for a plane, which has no end."""
    match shape:
        case Box(size_m=(x, y, z)):
            half = (x / 2, y / 2, z / 2)
        case Cylinder(radius_m=radius, length_m=length):
            half = (radius, radius, length / 2)
        case Sphere(radius_m=radius):
            half = (radius, radius, radius)
        case Mesh(bounds=bounds):
            return bounds
        case Plane():
            return None
    return (-half[0], -half[1], -half[2]), half


def model_bounds(model: Model) -> Bounds | None:
    """The box around all that can be touched of a model, in its frame; None without any."""
    corners: list[Vector] = []
    for pose, link in model.parts:
        for collision in link.collisions:
            corners += _corners(pose.then(collision.pose), collision.shape)
    if not corners:
        return None
    xs, ys, zs = zip(*corners, strict=True)
    return (min(xs), min(ys), min(zs)), (max(xs), max(ys), max(zs))


def _corners(pose: Pose, shape: Shape) -> list[Vector]:
    """Points whose box is that around a shape."""
    x, y, z = pose.x, pose.y, pose.z
    if isinstance(shape, Sphere):
        r = shape.radius_m
        return [(x - r, y - r, z - r), (x + r, y + r, z + r)]
    if isinstance(shape, Cylinder):
        axis = pose.turned((0.0, 0.0, 1.0))
        a, b, c = (
            abs(part) * shape.length_m / 2 + shape.radius_m * math.sqrt(max(0.0, 1 - part * part))
            for part in axis
        )
        return [(x - a, y - b, z - c), (x + a, y + b, z + c)]
    bounds = shape_bounds(shape)
    if bounds is None:
        return []
    (x0, y0, z0), (x1, y1, z1) = bounds
    return [pose.at(corner) for corner in itertools.product((x0, x1), (y0, y1), (z0, z1))]
