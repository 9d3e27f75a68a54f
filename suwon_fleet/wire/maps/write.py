# SPDX-License-Identifier: Apache-2.0
"""A SiteMap as a document of docs/maps.md: as YAML text, and as GeoJSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

from suwon_fleet.core.geodesy import TangentPlane
from suwon_fleet.core.sitemap import GROUND, LaneKind, Level, Lift, Node, Place, SiteMap, Zone
from suwon_fleet.wire.maps.frame import NOWHERE
from suwon_fleet.wire.maps.site import FORMAT
from suwon_fleet.wire.maps.ways import Way, ways_of

try:
    from yaml import CSafeDumper as _Dumper
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeDumper as _Dumper  # type: ignore[assignment]

Entry = dict[str, Any]
Tell = Callable[[float, float], list[float]]
"""Turns a point of the map frame into a position of the file."""


def write_site(site: SiteMap) -> str:
    """The site as YAML of ours: in degrees if it has an origin, else in metres.

    Positions are rounded to 0.1 mm; reading the text gives the same site but for that.
    """
    if site.origin is None:
        return _dump(_document(site, _in_metres))
    return _dump(_document(site, _in_degrees(site.origin)))


def to_geojson(site: SiteMap) -> Entry:
    """The site as a GeoJSON feature collection (RFC 7946), ready for `json.dumps`.

    A map without an origin is put at latitude 0, longitude 0, so that any viewer shows it true in
    shape and size; `suwon_fleet.frame.kind` then says `local`.
    """
    tell = _in_degrees(site.origin or NOWHERE)
    document = _document(site, tell)
    at = {node.id: tell(node.x_m, node.y_m)[::-1] for node in site.nodes}
    features = [_zone_feature(entry) for entry in document.pop("zones", [])]
    for node_id, entry in document.pop("nodes", {}).items():
        level = {"level": entry["level"]} if isinstance(entry, dict) else {}
        features.append(_feature("node", "Point", at[node_id], {"id": node_id, **level}))
    for entry in document.pop("places", []):
        entry.pop("at", None)
        features.append(_feature("place", "Point", at[entry.get("node", entry["id"])], entry))
    for entry in document.pop("lanes", []):
        line = [at[node_id] for node_id in entry["path"]]
        features.append(_feature("lane", "LineString", line, entry))
    return {"type": "FeatureCollection", "suwon_fleet": document, "features": features}


def _zone_feature(entry: Entry) -> Entry:
    ring = [position[::-1] for position in entry.pop("polygon")]
    return _feature("zone", "Polygon", [[*ring, ring[0]]], entry)


def _feature(kind: str, shape: str, coordinates: list[Any], properties: Entry) -> Entry:
    return {
        "type": "Feature",
        "properties": {"type": kind, **properties},
        "geometry": {"type": shape, "coordinates": coordinates},
    }


def _in_metres(x_m: float, y_m: float) -> list[float]:
    return [round(x_m, 4) + 0.0, round(y_m, 4) + 0.0]  # + 0.0 makes -0.0 into 0.0


def _in_degrees(origin: tuple[float, float]) -> Tell:
    """Latitude and longitude, to 1e-9 degrees."""
    plane = TangentPlane(*origin)
    return lambda x_m, y_m: [round(degrees, 9) + 0.0 for degrees in plane.to_wgs84(x_m, y_m)]


def _document(site: SiteMap, tell: Tell) -> Entry:
    """The site in the shape of our YAML. Rides are left to the reader to make again."""
    own = {place.id for place in site.places if place.node == place.id}
    first = site.levels[0].id
    drawn = [lane for lane in site.lanes if lane.kind is not LaneKind.LIFT]
    return {
        "format": FORMAT,
        "id": site.id,
        **_said(title=dict(site.title)),
        "frame": _frame(site),
        **_said(
            levels=[] if site.levels == (Level(GROUND),) else list(map(_level, site.levels)),
            zones=[_zone(zone, tell) for zone in site.zones],
            nodes={n.id: _node(n, first, tell) for n in site.nodes if n.id not in own},
            places=[_place(place, site, tell) for place in site.places],
            lanes=list(map(_way, ways_of(drawn))),
            doors=[{"id": door.id, "opening_s": door.opening_s} for door in site.doors],
            lifts=[_lift(lift) for lift in site.lifts],
        ),
    }


def _said(**values: Any) -> Entry:
    """Entries without those that say nothing."""
    return {key: value for key, value in values.items() if value not in (None, [], {})}


def _frame(site: SiteMap) -> Entry:
    if site.origin is None:
        return {"kind": "local"}
    return {"kind": "wgs84", "origin": list(site.origin)}


def _level(level: Level) -> Entry:
    return {"id": level.id, "elevation_m": level.elevation_m}


def _zone(zone: Zone, tell: Tell) -> Entry:
    return {
        "id": zone.id,
        "kind": zone.kind.value,
        "polygon": [tell(*corner) for corner in zone.polygon],
        **_said(
            level=zone.level,
            capacity=zone.capacity,
            open=None if zone.is_open else False,
            speed_limit_mps=zone.speed_limit_mps,
            permit=zone.permit,
            title=dict(zone.title),
        ),
    }


def _node(node: Node, first_level: str, tell: Tell) -> Any:
    at = tell(node.x_m, node.y_m)
    return at if node.level == first_level else {"at": at, "level": node.level}


def _place(place: Place, site: SiteMap, tell: Tell) -> Entry:
    entry: Entry = {"id": place.id, "node": place.node}
    if place.node == place.id:
        node = site.node_by_id[place.node]
        level = {} if node.level == site.levels[0].id else {"level": node.level}
        entry = {"id": place.id, "at": tell(node.x_m, node.y_m), **level}
    kinds = sorted(kind.value for kind in place.kinds)
    return {**entry, "kinds": kinds, **_said(title=dict(place.title))}


def _way(way: Way) -> Entry:
    return {
        "id": way.id,
        "path": list(way.path),
        "kind": way.kind.value,
        **_said(
            two_way=None if way.two_way else False,
            width_m=way.width_m,
            speed_limit_mps=way.speed_limit_mps,
            slope=way.slope or None,
            door=way.door,
            mutex=way.mutex,
            height_m=way.height_m,
        ),
    }


def _lift(lift: Lift) -> Entry:
    return {
        "id": lift.id,
        "cabins": dict(lift.cabins),
        "seconds_per_level": lift.seconds_per_level,
        "door_s": lift.door_s,
    }


@dataclass(frozen=True, slots=True)
class _Flow:
    """A list or mapping to be written on one line, with all inside it."""

    value: Any


class _SiteDumper(_Dumper):
    """Writes each thing of the map on a line of its own."""


def _represent_flow(dumper: _SiteDumper, flow: _Flow) -> yaml.Node:
    if isinstance(flow.value, dict):
        return dumper.represent_mapping("tag:yaml.org,2002:map", flow.value, flow_style=True)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", flow.value, flow_style=True)


_SiteDumper.add_representer(_Flow, _represent_flow)


def _dump(document: Entry) -> str:
    lines = {key: _one_line_each(key, section) for key, section in document.items()}
    return yaml.dump(
        lines, Dumper=_SiteDumper, sort_keys=False, allow_unicode=True, width=1_000_000
    )


def _one_line_each(key: str, section: Any) -> Any:
    if isinstance(section, list):
        return [_Flow(entry) for entry in section]
    if key == "nodes":
        return {node_id: _Flow(entry) for node_id, entry in section.items()}
    return _Flow(section) if isinstance(section, dict) else section
