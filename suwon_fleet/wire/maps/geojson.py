# SPDX-License-Identifier: Apache-2.0
"""GeoJSON (RFC 7946) to a SiteMap.

The features are put into the shape of our YAML document, each with its place in the file, so that
both formats have one reader.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, groupby

from suwon_fleet.core.geodesy import TangentPlane
from suwon_fleet.core.sitemap import GROUND, SiteMap
from suwon_fleet.wire.document import Item
from suwon_fleet.wire.fields import Fields, list_of
from suwon_fleet.wire.findings import Findings, Mark, shown
from suwon_fleet.wire.maps.frame import NOWHERE, Frame, FrameKind, degrees_of
from suwon_fleet.wire.maps.joints import Joints
from suwon_fleet.wire.maps.site import FORMAT, read_site_document

_GEOMETRY_OF = {"zone": "Polygon", "node": "Point", "place": "Point", "lane": "LineString"}
_MEMBER_KEYS = ("format", "id", "title", "levels", "defaults", "doors", "lifts", "frame")


@dataclass(slots=True)
class _Feature:
    """One feature: its properties without `type`, and the coordinates of its geometry."""

    properties: dict[str, Item]
    coordinates: Item
    mark: Mark | None


def read_geojson(root: Item, findings: Findings, site_id: str) -> SiteMap | None:
    """The site of a feature collection; None after reporting all that is wrong with it.

    `site_id` is the map's id where the collection does not give one.
    """
    collection = Fields(root, findings, "the collection")
    member = Fields(collection.get("suwon_fleet"), findings, "'suwon_fleet'", _MEMBER_KEYS)
    features = _features(collection)
    frame, is_local = _frame(member, features)
    entries = {key: item for key, item in member.entries.items() if key != "frame"}
    entries.setdefault("format", Item(FORMAT, root.mark))
    entries.setdefault("id", Item(site_id, root.mark))
    entries["zones"] = _list(_zone(feature, findings) for feature in features["zone"])
    entries["places"] = _list(_placed(feature) for feature in features["place"])
    entries["nodes"], entries["lanes"] = _network(features, frame, member)
    site = read_site_document(Item(entries, root.mark), findings, frame)
    return replace(site, origin=None) if site and is_local else site


def _list(items: Iterator[Item]) -> Item:
    return Item(list(items), None)


def _features(collection: Fields) -> dict[str, list[_Feature]]:
    """The features by their `type` property."""
    by_type: dict[str, list[_Feature]] = {name: [] for name in _GEOMETRY_OF}
    if collection.require("features"):
        for item in collection.items("features"):
            feature = Fields(item, collection.findings, "a feature")
            if feature.require("properties", "geometry"):
                _sort_in(feature, by_type)
    return by_type


def _sort_in(feature: Fields, by_type: dict[str, list[_Feature]]) -> None:
    findings = feature.findings
    properties = Fields(feature.get("properties"), findings, "'properties'")
    geometry = Fields(feature.get("geometry"), findings, "'geometry'")
    if not properties.require("type") or not geometry.require("type", "coordinates"):
        return
    name, shape = properties.text("type"), geometry.text("type")
    if name not in by_type:
        near = findings.likely(name or "", by_type)
        mend = f"did you mean '{near}'?" if near else f"one of: {', '.join(by_type)}"
        what = f"a feature of type {properties.entries['type'].kind}"
        findings.error(properties.entries["type"].mark, "unknown-value", what, mend)
    elif shape != _GEOMETRY_OF[name]:
        what = f"a {name} is a {_GEOMETRY_OF[name]}, not {geometry.entries['type'].kind}"
        mend = f"draw it as one {_GEOMETRY_OF[name]} each"
        findings.error(geometry.entries["type"].mark, "wrong-geometry", what, mend)
    else:
        # Editors such as QGIS give every feature every column, and null where it does not apply.
        said = {k: v for k, v in properties.entries.items() if k != "type" and not v.is_null}
        coordinates = geometry.entries["coordinates"]
        by_type[name].append(_Feature(said, coordinates, properties.mark))


def _frame(member: Fields, features: dict[str, list[_Feature]]) -> tuple[Frame, bool]:
    """The frame of the positions, and whether the map is a local one put nowhere."""
    fields = Fields(member.get("frame"), member.findings, "the frame", ("kind", "origin"))
    kind = fields.choice("kind", FrameKind)
    origin_item = fields.get("origin")
    if kind is FrameKind.LOCAL:
        origin: tuple[float, float] | None = NOWHERE
    elif origin_item is not None:
        origin = degrees_of(origin_item, member.findings)
    else:
        origin = _middle(features)
    plane = TangentPlane(*origin) if origin else None
    return Frame(FrameKind.WGS84, plane, longitude_first=True), kind is FrameKind.LOCAL


def _middle(features: dict[str, list[_Feature]]) -> tuple[float, float] | None:
    """The mean of all positions that are well formed."""
    ignored = Findings("")
    positions = [
        position
        for group in features.values()
        for feature in group
        for item in _positions(feature.coordinates)
        if (position := degrees_of(item, ignored, longitude_first=True))
    ]
    if not positions:
        return None
    latitudes, longitudes = zip(*positions, strict=True)
    mean = [round(math.fsum(values) / len(values), 7) for values in (latitudes, longitudes)]
    return mean[0], mean[1]


def _positions(coordinates: Item) -> Iterator[Item]:
    """The positions in a Point's, a LineString's or a Polygon's coordinates."""
    if isinstance(coordinates.data, list):
        if any(isinstance(item.data, list) for item in coordinates.data):
            for item in coordinates.data:
                yield from _positions(item)
        else:
            yield coordinates


def _zone(feature: _Feature, findings: Findings) -> Item:
    rings = list_of(feature.coordinates, findings, "coordinates")
    if len(rings) > 1:
        mend = "draw it as a ring without holes"
        findings.error(rings[1].mark, "bad-polygon", "a zone with a hole", mend)
    ring = rings[0] if rings else feature.coordinates
    return Item({**feature.properties, "polygon": ring}, feature.mark)


def _placed(feature: _Feature) -> Item:
    """A place, or a node: with its position, unless it sits on another node."""
    at = {} if "node" in feature.properties else {"at": feature.coordinates}
    return Item({**feature.properties, **at}, feature.mark)


def _network(
    features: dict[str, list[_Feature]], frame: Frame, member: Fields
) -> tuple[Item, Item]:
    """The `nodes:` and the `lanes:` of the document."""
    levels = [Fields(item, Findings(""), "") for item in member.items("levels")]
    first_level = levels[0].text("id") if levels else None
    network = _Network(frame, member.findings, first_level or GROUND)
    for feature in features["node"]:
        network.add_node(feature)
    for feature in features["place"]:
        network.remember(feature)
    lanes = [lane for feature in features["lane"] if (lane := network.lane(feature))]
    return Item(network.nodes, None), Item(lanes, None)


class _Network:
    """The nodes of the collection, and the lanes by the names of the nodes at their vertices."""

    def __init__(self, frame: Frame, findings: Findings, first_level: str) -> None:
        self.nodes: dict[str, Item] = {}
        self._frame = frame
        self._findings = findings
        self._first_level = first_level
        self._joints = Joints()
        self._taken: set[str] = set()
        self._free_names = (f"node-{n}" for n in count(1) if f"node-{n}" not in self._taken)

    def add_node(self, feature: _Feature) -> None:
        """Take in a node feature."""
        item = _placed(feature)
        fields = Fields(item, self._findings, "a node")
        name = fields.text("id") if fields.require("id") else None
        if name is None:
            return
        key = fields.entries["id"].mark
        if name in self.nodes:
            first = self._findings.where(self.nodes[name].key)
            what = f"id {shown(name)} is already used at {first}"
            self._findings.error(key, "duplicate-id", what, "give one of the two another id")
            return
        entries = {k: value for k, value in fields.entries.items() if k != "id"}
        self.nodes[name] = Item(entries, item.mark, key=key)
        self.remember(feature)

    def remember(self, feature: _Feature) -> None:
        """Let lanes join a node or a place that has a position of its own."""
        name = feature.properties.get("id")
        if name is None or not isinstance(name.data, str):
            return
        self._taken.add(name.data)
        point = self._frame.position(feature.coordinates, Findings(""))  # judged by the reader
        if point and "node" not in feature.properties:
            self._joints.add(name.data, *point, self._level(feature))

    def _level(self, feature: _Feature) -> str:
        item = feature.properties.get("level")
        return item.data if item and isinstance(item.data, str) else self._first_level

    def lane(self, feature: _Feature) -> Item | None:
        """The lane with its path by name; None if its vertices are not positions."""
        entries = {key: item for key, item in feature.properties.items() if key != "level"}
        if "path" not in entries:
            vertices = list_of(feature.coordinates, self._findings, "coordinates")
            path = [self._node_at(vertex, feature) for vertex in vertices]
            if not all(path):
                return None
            found = [name for name in path if name]
            distinct = [next(same) for _, same in groupby(found, _text)]
            entries["path"] = Item(distinct, feature.coordinates.mark)
        return Item(entries, feature.mark)

    def _node_at(self, vertex: Item, feature: _Feature) -> Item | None:
        """The name of the node at a vertex, which is made if there is none."""
        point = self._frame.position(vertex, self._findings)
        if point is None:
            return None
        level = self._level(feature)
        name = self._joints.nearest(*point, level)
        if name is None:
            name = next(self._free_names)
            self._joints.add(name, *point, level)
            told = {"level": feature.properties["level"]} if "level" in feature.properties else {}
            self.nodes[name] = Item({"at": vertex, **told}, vertex.mark)
        return Item(name, vertex.mark, plain=False)


def _text(item: Item) -> str:
    return str(item.data)
