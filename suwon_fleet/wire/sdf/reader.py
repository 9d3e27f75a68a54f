# SPDX-License-Identifier: Apache-2.0
"""Worlds and models of one SDF file, read from their elements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from suwon_fleet.wire.findings import Findings, Mark, shown
from suwon_fleet.wire.sdf.actors import read_actor
from suwon_fleet.wire.sdf.frames import Frames, Scope, read_pose
from suwon_fleet.wire.sdf.model import Actor, Model, World
from suwon_fleet.wire.sdf.parts import read_joint, read_link
from suwon_fleet.wire.sdf.plugins import WORLD_SYSTEMS, Plugins, read_plugin, system_of
from suwon_fleet.wire.sdf.pose import Pose
from suwon_fleet.wire.sdf.sanity import warn_of_oddities
from suwon_fleet.wire.sdf.subset import warn_of_others
from suwon_fleet.wire.sdf.values import Values
from suwon_fleet.wire.sdf.xml import Element

MOST_PARTS = 200_000
"""Links, joints and frames in a file and all it includes; what is included twice is counted twice."""


@dataclass(frozen=True, slots=True)
class Found:
    """A model that was read, with the frames in it."""

    model: Model
    frames: Frames


Include = Callable[[str, Mark], "Actor | Found | None"]
"""Takes a <uri> and where it is; what it names, or None after saying why it cannot be used."""


class Reader:
    """Reads the elements of one file."""

    def __init__(self, include: Include, path: Path, findings: Findings) -> None:
        self._include_from, self._path, self._findings = include, path, findings
        self._values = Values(findings)
        self._parts = 0

    def world(self, element: Element) -> World:
        warn_of_others(element, self._findings)
        self._check_name(element)
        scope = Scope("world", self._findings)
        found = self._things(element, scope)
        for plugin in element.all("plugin"):
            if system_of(plugin) not in WORLD_SYSTEMS:
                what = f"plug-in {shown(plugin.name)} of the world does nothing here"
                mend = f"known here: {', '.join(sorted(WORLD_SYSTEMS))}"
                self._findings.warn(plugin.mark, "not-read", what, mend)
        physics = element.child("physics")
        if physics is not None:
            warn_of_others(physics, self._findings)
            step_s = self._values.number(physics, "max_step_size", 0.001, 1e-5, 1.0)
        else:
            step_s = 0.001
        actors = [read_actor(actor, self._values) for actor in element.all("actor")]
        for actor, where in zip(actors, element.all("actor"), strict=True):
            scope.declare(actor.name, Pose(), "", where.mark)
        models = tuple(
            replace(thing.model, pose=scope.pose_of(thing.model.name, mark))
            for thing, mark in found
            if isinstance(thing, Found)
        )
        actors += [thing for thing, _ in found if isinstance(thing, Actor)]
        scope.all()
        return World(element.name, step_s, models, tuple(actors))

    def model(self, element: Element) -> Found:
        warn_of_others(element, self._findings)
        self._check_name(element)
        values, findings = self._values, self._findings
        scope = Scope("__model__", findings)
        nested = [
            (thing, mark)
            for thing, mark in self._things(element, scope)
            if isinstance(thing, Found)
        ]
        self._declare(element, scope)
        links = tuple(read_link(child, scope, values, self._path) for child in element.all("link"))
        joints = tuple(read_joint(child, scope, values) for child in element.all("joint"))
        models = tuple(
            replace(thing.model, pose=scope.pose_of(thing.model.name, mark))
            for thing, mark in nested
        )
        is_static = values.flag(element, "static")
        if not links and not models and not is_static:
            what = f"model {shown(element.name)} has no link"
            findings.error(element.mark, "no-link", what, "add a <link>, or <static>true</static>")
        plugins = Plugins()
        for plugin in element.all("plugin"):
            read_plugin(plugin, plugins, values)
        if len(plugins.drives) > 1:
            what = f"model {shown(element.name)} has {len(plugins.drives)} drives"
            findings.error(element.mark, "two-drives", what, "leave one")
        frames = scope.all()
        pose, _ = read_pose(element, values)
        model = Model(
            name=element.name,
            pose=pose.then(self._placement(element, frames).inverse()),
            is_static=is_static,
            links=links,
            joints=joints,
            models=models,
            drive=plugins.drives[0] if plugins.drives else None,
            batteries=tuple(plugins.batteries),
            joint_states=plugins.joint_states,
            odometry=plugins.odometry,
            controls=tuple(plugins.controls),
            source=self._path,
        )
        warn_of_oddities(model, element, findings)
        return Found(model, frames)

    def _placement(self, element: Element, frames: Frames) -> Pose:
        """The frame of a model that its pose is told for."""
        name = element.attributes.get("placement_frame", "")
        if name and name not in frames:
            what = f"there is no frame {shown(name)} to place {shown(element.name)} by"
            self._findings.error(
                element.mark, "no-frame", what, "name a link or frame of the model"
            )
        return frames.get(name, Pose())

    def _declare(self, element: Element, scope: Scope) -> None:
        """The names of a model's links, frames and joints, before any of them is resolved."""
        for child in element.children:
            if child.tag not in ("link", "frame", "joint"):
                continue
            self._check_name(child)
            pose, relative_to = read_pose(child, self._values)
            if child.tag == "frame":
                relative_to = relative_to or child.attributes.get("attached_to", "")
            elif child.tag == "joint":
                relative_to = relative_to or self._values.text(child, "child")
                if relative_to not in scope and not any(
                    relative_to == other.name for other in element.children
                ):
                    relative_to = ""  # said where the joint is read
            scope.declare(child.name, pose, relative_to, child.mark)

    def _things(self, element: Element, scope: Scope) -> list[tuple[Found | Actor, Mark]]:
        """The models and actors a world or model has or includes; frames of a world, too."""
        found: list[tuple[Found | Actor, Mark]] = []
        for child in element.children:
            thing: Found | Actor | None = None
            if child.tag == "model":
                thing = self.model(child)
            elif child.tag == "include":
                thing = self.include(child)
            elif child.tag == "frame" and element.tag == "world":
                self._check_name(child)
                pose, relative_to = read_pose(child, self._values)
                relative_to = relative_to or child.attributes.get("attached_to", "")
                scope.declare(child.name, pose, relative_to, child.mark)
            if isinstance(thing, Found):
                _, relative_to = read_pose(child, self._values)
                model = thing.model
                scope.declare(model.name, model.pose, relative_to, child.mark, thing.frames)
            elif isinstance(thing, Actor):
                scope.declare(thing.name, Pose(), "", child.mark)
            if thing is not None:
                found.append((thing, child.mark))
        return found

    def include(self, element: Element) -> Found | Actor | None:
        """What another file holds, under the name and at the place told here."""
        warn_of_others(element, self._findings)
        if element.flag("merge"):
            what = "<include merge> is read as if it did not merge"
            self._findings.warn(element.mark, "not-read", what, "include without merge")
        uri = self._values.text(element, "uri")
        thing = self._include_from(uri, element.mark)
        name = self._values.text(element, "name")
        if isinstance(thing, Actor):
            pose, _ = read_pose(element, self._values)
            at = pose if element.child("pose") is not None else thing.pose
            return replace(thing, name=name or thing.name, pose=at)
        if thing is None or not self._has_room(len(thing.frames) + 1, element.mark):
            return None
        model = replace(thing.model, name=name or thing.model.name)
        if element.child("pose") is not None:
            pose, _ = read_pose(element, self._values)
            frame = self._values.text(element, "placement_frame")
            if frame and frame not in thing.frames:
                what = f"there is no frame {shown(frame)} in {shown(uri)}"
                self._findings.error(element.mark, "no-frame", what, "name one of its links")
            model = replace(model, pose=pose.then(thing.frames.get(frame, Pose()).inverse()))
        if element.child("static") is not None:
            model = replace(model, is_static=self._values.flag(element, "static"))
        return replace(thing, model=model)

    def _has_room(self, parts: int, mark: Mark) -> bool:
        """Count the parts of an included model; whether there may be so many."""
        before, self._parts = self._parts, self._parts + parts
        if before <= MOST_PARTS < self._parts:
            what = f"more than {MOST_PARTS} links, joints and frames are included"
            self._findings.error(mark, "too-large", what, "split the world")
        return self._parts <= MOST_PARTS

    def _check_name(self, element: Element) -> None:
        name = element.name
        is_reserved = name.startswith("__") and name.endswith("__")
        if not name or is_reserved or "::" in name or (name == "world" and element.tag != "world"):
            what = (
                f"<{element.tag}> is named {shown(name)}"
                if name
                else f"<{element.tag}> has no name"
            )
            mend = "give it a name without ::, not 'world' and none like __x__"
            self._findings.error(element.mark, "bad-name", what, mend)
