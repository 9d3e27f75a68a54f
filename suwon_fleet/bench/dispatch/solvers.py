# SPDX-License-Identifier: Apache-2.0
"""Solvers from PyPI as peers: OR-tools' routing and CP-SAT, PyVRP, lapx. Each may be missing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.bench.dispatch.instance import Instance
from suwon_fleet.bench.dispatch.peers import Plan, cheapest_insertion

TENTHS = 10
"""CP-SAT reckons in whole tenths of a second, the others in whole seconds."""
LONGEST_S = 100_000


def lapx_match(cost: NDArray[np.float64]) -> tuple[Any, Any]:
    """The cheapest matching by lapx."""
    import lap

    _, column_of, _ = lap.lapjv(cost, extend_cost=True)
    rows = np.flatnonzero(column_of >= 0)
    return rows, column_of[rows]


def exact(instance: Instance, limit_s: float) -> tuple[float, bool]:
    """The least mean completion by CP-SAT, and whether that was proven; for a dozen jobs or so.

    One circuit through all jobs and robots: what follows a robot, up to the next robot, is its queue.
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    robots, jobs = range(instance.robots), range(instance.jobs)
    ends = [model.new_int_var(0, LONGEST_S * TENTHS, "") for _ in jobs]
    arcs = [(r, s, model.new_bool_var("")) for r in robots for s in robots if r != s]

    def tenths(seconds: float) -> int:
        return round(seconds * TENTHS)

    for job in jobs:
        node = instance.robots + job
        for robot in robots:
            arcs.append((node, robot, model.new_bool_var("")))
            leads = model.new_bool_var("")
            arcs.append((robot, node, leads))
            alone_s = instance.first_s[robot, job] + instance.work_s[job]
            model.add(ends[job] >= tenths(alone_s)).only_enforce_if(leads)
        for before in jobs:
            if before != job:
                follows = model.new_bool_var("")
                arcs.append((instance.robots + before, node, follows))
                more_s = instance.hop_s[before, job] + instance.work_s[job]
                model.add(ends[job] >= ends[before] + tenths(more_s)).only_enforce_if(follows)
    model.add_circuit(arcs)
    model.minimize(sum(ends))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = limit_s
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    return solver.objective_value / TENTHS / instance.jobs, status == cp_model.OPTIMAL


def routing(instance: Instance, limit_s: float) -> Plan:
    """OR-tools' routing: guided local search on the sum of ends, from what cheapest insertion gives.

    It starts from that peer's plan: its own first solutions are far worse for this sum.
    """
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    count = instance.robots + instance.jobs + 1  # robots, jobs, and where all of them end
    home = count - 1
    starts = list(range(instance.robots))
    manager = pywrapcp.RoutingIndexManager(count, instance.robots, starts, [home] * instance.robots)
    model = pywrapcp.RoutingModel(manager)
    transit = model.RegisterTransitMatrix(_seconds(instance).tolist())
    model.AddDimension(transit, 0, LONGEST_S, True, "time")
    time = model.GetDimensionOrDie("time")
    for job in range(instance.jobs):
        # Time at a job's node is when its robot is at its start: work comes after, and is the same always.
        index = manager.NodeToIndex(instance.robots + job)
        time.SetCumulVarSoftUpperBound(index, 0, 1)
    options = pywrapcp.DefaultRoutingSearchParameters()
    search = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    options.local_search_metaheuristic = search
    options.time_limit.FromMilliseconds(int(limit_s * 1000))
    model.CloseModelWithParameters(options)
    start = cheapest_insertion(instance)
    nodes = [[instance.robots + job for job in queue] for queue in start]
    given = model.ReadAssignmentFromRoutes(nodes, True)
    solution = model.SolveFromAssignmentWithParameters(given, options)
    if solution is None:
        return start
    plan: Plan = [[] for _ in range(instance.robots)]
    for robot in range(instance.robots):
        index = solution.Value(model.NextVar(model.Start(robot)))
        while not model.IsEnd(index):
            plan[robot].append(manager.IndexToNode(index) - instance.robots)
            index = solution.Value(model.NextVar(index))
    return plan


def vehicle_routing(instance: Instance, limit_s: float) -> Plan:
    """PyVRP (hybrid genetic search): it makes travel short, not waiting."""
    import pyvrp

    seconds = _seconds(instance)[:-1, :-1]
    seconds[:, : instance.robots] = 0  # robots end where they are
    data = pyvrp.ProblemData(
        [pyvrp.Location(x, y) for x, y in np.vstack([instance.starts, instance.picks]).round()],
        [pyvrp.Client(instance.robots + job) for job in range(instance.jobs)],
        [pyvrp.Depot(robot) for robot in range(instance.robots)],
        [
            pyvrp.VehicleType(1, start_depot=robot, end_depot=robot)
            for robot in range(instance.robots)
        ],
        [seconds],
        [seconds],
    )
    found = pyvrp.solve(data, pyvrp.stop.MaxRuntime(limit_s), display=False)
    plan: Plan = [[] for _ in range(instance.robots)]
    for route in found.best.routes():
        stops = route.schedule()
        plan[route.vehicle_type()] = [stop.idx for stop in stops if stop.is_client()]
    return plan


def _seconds(instance: Instance) -> NDArray[np.int64]:
    """Whole seconds from robots and jobs (work included) to jobs; nothing to the end, the last one."""
    robots, jobs = instance.robots, instance.jobs
    seconds = np.zeros((robots + jobs + 1, robots + jobs + 1), dtype=np.int64)
    seconds[:robots, robots:-1] = instance.first_s.round()
    seconds[robots:-1, robots:-1] = (instance.work_s[:, None] + instance.hop_s).round()
    np.fill_diagonal(seconds, 0)
    return seconds
