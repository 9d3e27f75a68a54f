# SPDX-License-Identifier: Apache-2.0
"""SDF files read whole: worlds, models, and what they include from other files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path

from suwon_fleet.core.errors import BadInput, Problem, Severity
from suwon_fleet.wire.files import read_text
from suwon_fleet.wire.findings import Findings, Mark, shown
from suwon_fleet.wire.sdf.actors import read_actor
from suwon_fleet.wire.sdf.model import Actor, Model, World
from suwon_fleet.wire.sdf.reader import Found, Reader
from suwon_fleet.wire.sdf.subset import warn_of_others
from suwon_fleet.wire.sdf.values import Values
from suwon_fleet.wire.sdf.xml import Element, parse_xml

MOST_BYTES = 32 * 1024 * 1024
MOST_FILES = 1000
DEEPEST_INCLUDE = 16
NEWEST = (1, 9)
"""The newest version that Gazebo Fortress reads; later Gazebos read it too."""
_LONGEST_NAME = 200
_THINGS = ("world", "model", "actor", "include")


@dataclass(frozen=True, slots=True)
class SdfFile:
    """What a file holds: one of a world, a model or an actor."""

    path: Path
    content: World | Model | Actor


def read_sdf(
    path: str | PathLike[str], *, models: Sequence[Path] = ()
) -> tuple[SdfFile | None, tuple[Problem, ...]]:
    """What a file holds, or None, with all that is wrong. `models` are folders of ``model://``."""
    loader = _Loader(models)
    file = Path(path)
    return _kept(file, loader.load(file), loader.problems)


def _kept(
    path: Path, content: World | Actor | Found | None, problems: tuple[Problem, ...]
) -> tuple[SdfFile | None, tuple[Problem, ...]]:
    if content is None or any(problem.severity is Severity.ERROR for problem in problems):
        return None, problems
    return SdfFile(path, content.model if isinstance(content, Found) else content), problems


def read_sdf_text(
    text: str, *, models: Sequence[Path] = (), name: str = "sdf"
) -> tuple[SdfFile | None, tuple[Problem, ...]]:
    """The same of a text that is in no file; `name` is what messages call it."""
    loader = _Loader(models)
    return _kept(Path(name), loader.parse(text, Path(name)), loader.problems)


def load_world(path: str | PathLike[str], *, models: Sequence[Path] = ()) -> World:
    """The world in a file. Raises BadInput with all that is wrong."""
    read, problems = read_sdf(path, models=models)
    if read is None:
        raise BadInput(problems)
    if not isinstance(read.content, World):
        what = "no <world> in the file"
        raise BadInput([Problem("no-world", str(path), what, "name a file with a world")])
    return read.content


class _Loader:
    """Reads files once each, and keeps what was wrong in them."""

    def __init__(self, models: Sequence[Path]) -> None:
        self._models = models
        self._findings: dict[Path, Findings] = {}
        self._loaded: dict[Path, World | Actor | Found | None] = {}
        self._open: list[Path] = []

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Of all files, in the order they were met."""
        return tuple(p for findings in self._findings.values() for p in findings.problems)

    def load(self, path: Path) -> World | Actor | Found | None:
        """What a file holds; None after saying why it cannot be used."""
        key = path.absolute()
        if key not in self._loaded:
            findings = self._findings[key] = Findings(str(path))
            self._open.append(key)
            self._loaded[key] = self._read(path, findings)
            self._open.pop()
        return self._loaded[key]

    def parse(self, text: str, path: Path) -> World | Actor | Found | None:
        """What a text holds; relative names in it are looked for from `path`."""
        findings = self._findings[path.absolute()] = Findings(str(path))
        if len(text) > MOST_BYTES:
            what = f"the text is longer than {MOST_BYTES // 1024} KiB"
            findings.error(None, "too-large", what, "a model is smaller")
            return None
        return self._parsed(text, path, findings)

    def _read(self, path: Path, findings: Findings) -> World | Actor | Found | None:
        text = read_text(path, findings, what="file in SDF", most_bytes=MOST_BYTES)
        return self._parsed(text, path, findings) if text is not None else None

    def _parsed(self, text: str, path: Path, findings: Findings) -> World | Actor | Found | None:
        root = parse_xml(text, findings)
        if root is None or not _is_sdf(root, findings):
            return None
        warn_of_others(root, findings)
        things = [child for child in root.children if child.tag in _THINGS]
        if len(things) != 1:
            what = f"{len(things)} worlds, models or actors in one file"
            findings.error(root.mark, "not-one", what, "put one into each file")
            return None
        reader = Reader(partial(self._include, path, findings), path, findings)
        match things[0].tag:
            case "world":
                return reader.world(things[0])
            case "model":
                return reader.model(things[0])
            case "include":
                return reader.include(things[0])
            case _:
                return read_actor(things[0], Values(findings))

    def _include(
        self, path: Path, findings: Findings, uri: str, mark: Mark
    ) -> Actor | Found | None:
        """What a file or ``model://`` names; None after saying why it cannot be used."""
        found = self._find(uri, path, mark, findings)
        if found is None:
            return None
        key = found.absolute()
        if key in self._open:
            ring = " -> ".join(file.name for file in (*self._open[self._open.index(key) :], key))
            what = f"files include each other in a ring: {ring}"
            findings.error(mark, "include-ring", what, "take one <include> out")
            return None
        if len(self._open) >= DEEPEST_INCLUDE or len(self._loaded) >= MOST_FILES:
            what = f"more than {DEEPEST_INCLUDE} files deep, or {MOST_FILES} files"
            findings.error(mark, "too-deep", what, "include less")
            return None
        content = self.load(found)
        if isinstance(content, World):
            findings.error(mark, "bad-include", f"{shown(uri)} is a world", "include a model")
            return None
        if self._findings[key].has_errors:
            what = f"{shown(uri)} cannot be used; see {found}"
            findings.error(mark, "bad-include", what, "mend that file")
        return content

    def _find(self, uri: str, path: Path, mark: Mark, findings: Findings) -> Path | None:
        scheme, is_uri, rest = uri.partition("://")
        if not uri or len(uri) > _LONGEST_NAME or "\0" in uri:
            findings.error(mark, "bad-uri", f"<uri> {shown(uri)}", "name a file or model://NAME")
            return None
        if not is_uri:
            folders, rest = [path.parent], uri
        elif scheme == "file":
            folders = [Path("/") if rest.startswith("/") else path.parent]
        elif scheme == "model":
            folders = [*self._models, path.parent, path.parent.parent]
        else:
            what = f"{shown(uri)} is not on this machine"
            mend = "get the model into a folder of its own, and include model://NAME"
            findings.error(mark, "bad-uri", what, mend)
            return None
        for folder in folders:
            if (file := _model_file(folder / rest)) is not None:
                return file
        searched = ", ".join(map(str, folders))
        what = f"there is no {shown(rest)} in {searched}"
        findings.error(
            mark, "no-file", what, "mend the <uri>, or name its folder with --models DIR"
        )
        return None


def _model_file(path: Path) -> Path | None:
    """The file itself, or that of a model's folder; None without one."""
    if path.is_file():
        return path
    config = path / "model.config"
    if config.is_file():
        findings = Findings(str(config))
        text = read_text(config, findings, what="model.config", most_bytes=1024 * 1024)
        root = parse_xml(text, findings) if text is not None else None
        named = [element.text for element in root.all("sdf")] if root is not None else []
        if named and (path / named[-1]).is_file():
            return path / named[-1]
    return path / "model.sdf" if (path / "model.sdf").is_file() else None


def _is_sdf(root: Element, findings: Findings) -> bool:
    version = root.attributes.get("version", "")
    parts = version.split(".")
    if root.tag != "sdf" or len(parts) != 2 or not all(part.isdecimal() for part in parts):
        what = f"<{root.tag} version={shown(version)}> where <sdf version=…> is needed"
        findings.error(root.mark, "not-sdf", what, 'begin with <sdf version="1.9">')
        return False
    if (int(parts[0]), int(parts[1])) > NEWEST:
        mend = 'write <sdf version="1.9">, which all of them read'
        findings.error(root.mark, "too-new", f"version {version}: Gazebo Fortress refuses it", mend)
    return True
