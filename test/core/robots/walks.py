# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategies: facts, reports and random walks."""

from __future__ import annotations

from core.robots.samples import SOC, SWAP_BATTERY, kind_of, report_of
from hypothesis import strategies as st

from suwon_fleet.core.robots.facts import Facts
from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.report import (
    Compartment,
    ControlMode,
    LiftSession,
    Navigation,
    OperatingMode,
    Posture,
    Power,
    RobotReport,
    StopState,
)
from suwon_fleet.core.robots.states import RobotStates

maybe = st.sampled_from([None, True, False])


def facts(family: Family) -> st.SearchStrategy[Facts]:
    """Anything the fleet may know or not."""
    return st.builds(
        Facts,
        soc=st.sampled_from([*SOC.values(), 0.95]),
        battery=st.sampled_from([kind_of(family).battery, SWAP_BATTERY]),
        localized=maybe,
        healthy=maybe,
        tries=st.sampled_from([None, 0, 1, 3]),
        person=st.sampled_from([None, "", "kim"]),
        acknowledged_at_robot=maybe,
        stop_held=maybe,
        unlock_asked=maybe,
        loaded=maybe,
        lift_door_open=maybe,
        lift_at_this_level=maybe,
        lift_session_is_mine=maybe,
        tilt_rad=st.sampled_from([None, 0.1, 1.5]),
        body_rate_radps=st.sampled_from([None, 0.1, 7.0]),
        face_down=maybe,
        posture_seen=st.sampled_from([None, *Posture]),
        floor_clear=maybe,
        people_away=maybe,
        fault_clearable=maybe,
        arms_free=maybe,
        on_gantry=maybe,
        pack_ok=maybe,
    )


@st.composite
def reports(draw: st.DrawFn, states: RobotStates) -> RobotReport:
    """Any report of a robot of this shape; a healthy one tells little news at once."""
    fields = {
        "mode": OperatingMode,
        "navigation": Navigation,
        "lift": LiftSession,
        "stop": StopState,
        "power": Power,
        "compartment": Compartment,
        "control": ControlMode,
        "posture": Posture,
    }
    news = draw(st.sets(st.sampled_from(sorted(fields)), max_size=3))
    changes: dict[str, object] = {
        name: draw(st.sampled_from([*fields[name]]))
        for name in sorted(news)
        if getattr(states, name) is not None
    }
    return report_of(states, **changes, battery_soc=draw(st.sampled_from([*SOC.values()])))
