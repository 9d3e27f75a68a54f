# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet run --report DIR`: what the run looked like, as a page and as a recording."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from suwon_fleet.cli.console import write_text, writing

if TYPE_CHECKING:
    from suwon_fleet.cli.simulate import Result, Simulation
    from suwon_fleet.report.recording import Recording

PAGE, MCAP = "report.html", "run.mcap"
NO_MCAP = (
    f"{MCAP} is left out: the package mcap is not installed (pip install 'suwon-fleet[report]')"
)


def follow(simulation: Simulation) -> Recording:
    """A recording of a run that has not begun; give it a look after every turn."""
    from suwon_fleet.report.recording import Recording

    robots = simulation.world.robots.values()
    kinds = {robot.robot_id: robot.kind for robot in robots}
    recording = Recording(simulation.scenario.site, kinds)
    simulation.listeners.append(recording.note)
    recording.look(simulation.world, simulation.core.state)
    return recording


def write(recording: Recording, simulation: Simulation, result: Result, folder: Path) -> list[str]:
    """Write page and recording; what was written, or why not, in a line each."""
    from suwon_fleet.report.page import page
    from suwon_fleet.report.recording import Outcome

    outcome = Outcome(
        title=simulation.scenario.title,
        scenario=result.scenario,
        facts={
            "scenario": f"{result.scenario} on {result.site}",
            "seed": str(result.seed),
            "robots": str(result.robots),
            "simulated": f"{result.sim_s / 60:.0f} min",
        },
        metrics={str(name): value for name, value in result.metrics.items()},
        verdicts=result.verdicts,
    )
    write_text(folder / PAGE, page(recording, outcome))
    if find_spec("mcap") is None:
        return [str(folder / PAGE), NO_MCAP]
    from suwon_fleet.report.foxglove import write_mcap

    with writing(folder / MCAP):
        write_mcap(recording, folder / MCAP)
    return [str(folder / PAGE), str(folder / MCAP)]
