# SPDX-License-Identifier: Apache-2.0
"""Reading a map file of any format we know."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.wire.document import Item, parse_json, parse_yaml
from suwon_fleet.wire.findings import Findings
from suwon_fleet.wire.maps.geojson import read_geojson
from suwon_fleet.wire.maps.movingai import read_movingai
from suwon_fleet.wire.maps.names import id_from
from suwon_fleet.wire.maps.rmf import read_building
from suwon_fleet.wire.maps.site import FORMAT, read_site_document

MOST_BYTES = 16 * 1024 * 1024


def load_site(path: str | PathLike[str], *, graph: Sequence[int] | None = None) -> SiteMap:
    """The site of a file, as :func:`read_site`; raises BadInput with every problem the file has."""
    site, problems = read_site(path, graph=graph)
    if site is None:
        raise BadInput(problems)
    return site


def read_site(
    path: str | PathLike[str], *, graph: Sequence[int] | None = None
) -> tuple[SiteMap | None, tuple[Problem, ...]]:
    """The site of a file and all that is wrong with it; no site if any of that is an error.

    The format is told by the content: our YAML, our GeoJSON, an Open-RMF building, a MovingAI grid.
    `graph` picks the navigation graphs of an Open-RMF building by index; None takes all of them.
    Never raises for what is in the file, nor for a file that is not there.
    """
    findings = Findings(str(path))
    text = _text(Path(path), findings)
    site = None if text is None else _read(text, Path(path), graph, findings)
    return (None if findings.has_errors else site), findings.problems


def _text(path: Path, findings: Findings) -> str | None:
    """The text of a file of bounded size."""
    try:
        if not path.is_file():  # neither a pipe nor a device, which may never end
            is_dir = path.is_dir()
            seen, code = ("a directory", "not-a-file") if is_dir else ("no such file", "no-file")
            findings.error(None, code, seen, "name a map file")
            return None
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        what = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        findings.error(None, "unreadable", what, "check the path and its permissions")
        return None
    if len(content) <= MOST_BYTES:
        return _decoded(content, findings)
    what = f"larger than {MOST_BYTES // 2**20} MiB"
    findings.error(None, "too-large", what, "split the site into several maps")
    return None


def _decoded(content: bytes, findings: Findings) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        mark = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        what = f"byte 0x{content[error.start]:02X} is not UTF-8 text"
        findings.error(mark, "not-utf-8", what, "save the file as UTF-8")
        return None


def _read(text: str, path: Path, graph: Sequence[int] | None, findings: Findings) -> SiteMap | None:
    site_id = id_from(path.stem.removesuffix(".building"), "site")
    suffix = path.suffix.lower()
    is_grid = suffix == ".map" or text.startswith("type ")
    root = None if is_grid else _parse(text, suffix, findings)
    is_building = root is not None and "levels" in (keys := _keys(root)) and "format" not in keys
    if graph is not None and not is_building and not findings.has_errors:
        mend = "leave the choice of graphs out"
        findings.error(None, "no-graph", "only Open-RMF buildings have several graphs", mend)
    if is_grid:
        return read_movingai(text, findings, site_id)
    if root is None:
        return None
    if is_building:
        return read_building(root, findings, site_id, graph)
    return _read_ours(root, findings, site_id)


def _parse(text: str, suffix: str, findings: Findings) -> Item | None:
    is_json = text.lstrip().startswith("{") and suffix not in {".yaml", ".yml"}
    is_json = is_json or suffix in {".json", ".geojson"}
    return parse_json(text, findings) if is_json else parse_yaml(text, findings)


def _read_ours(root: Item, findings: Findings, site_id: str) -> SiteMap | None:
    keys = _keys(root)
    if "format" in keys:
        return read_site_document(root, findings)
    if "features" in keys or "type" in keys:
        return read_geojson(root, findings, site_id)
    what = "not a map of any known format"
    mend = f"begin our YAML with 'format: {FORMAT}'; see docs/maps.md for the others"
    findings.error(root.mark, "unknown-format", what, mend)
    return None


def _keys(root: Item) -> dict[str, Item]:
    return root.data if isinstance(root.data, dict) else {}
