# SPDX-License-Identifier: Apache-2.0
"""LaCAM over ground with size: a complete search for moves that bring all robots to their goals.

Lazy constraints addition search (Okumura, "LaCAM: Search-Based Algorithm for Quick Multi-Agent
Pathfinding", AAAI 2023) with PIBT (Okumura et al., AIJ 2022) as the generator of configurations. Two
things differ from the papers, because our robots have bodies and are late:

- robots move *one after another*: a move is legal when no other robot stands where the mover's body
  sweeps. A plan is a sequence of such moves, so any number of them may be under way at once as long as
  each waits for the earlier ones it conflicts with (`precedence.py`). There are no rotations.
- a robot that is pushed must end clear of the ground its pushers are about to sweep.

Each configuration is reachable from a neighbour by moving single robots, and the search tries every
combination of constraints, so it finds a plan when there is one (given enough nodes).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import kernel
from suwon_fleet.traffic.conflicts import Conflicts
from suwon_fleet.traffic.roadmap import Ints, Roadmap

NO = -1
STAY = -2
_UNDECIDED, _DECIDING, _DECIDED = 0, 1, 2

_AWAY = 1e6
"""Added to the key of an option that leads no nearer to the goal; far above any travel time (s)."""

SOLVED, IMPOSSIBLE, GAVE_UP = 0, 1, 2


class Graph(NamedTuple):
    """What of a roadmap the kernels need."""

    out_ptr: Ints
    out_edges: Ints
    edge_from: Ints
    edge_to: Ints
    edge_segment: Ints
    edge_time: NDArray[np.float64]
    zone_ptr: Ints
    zone_ids: Ints
    vertex_count: int
    conflicts: Conflicts

    @classmethod
    def of(cls, roadmap: Roadmap, conflicts: Conflicts) -> Graph:
        """Pick the arrays out of a roadmap."""
        return cls(
            roadmap.out_ptr,
            roadmap.out_edges,
            roadmap.edge_from,
            roadmap.edge_to,
            roadmap.edge_segment,
            roadmap.edge_time,
            roadmap.zone_ptr,
            roadmap.zone_ids,
            roadmap.vertex_count,
            conflicts,
        )


class Problem(NamedTuple):
    """N robots to plan for.

    `start[i]` is the vertex robot `i` stands on once it has done all it was granted. A robot that `aims`
    is drawn down `rows[i]`, seconds to its goal by vertex; one that does not only makes way. Neither goes
    where its row is infinite: it would not get back from there. Some time in the plan every robot must be
    content: no more than `until[i]` seconds from its goal (0 asks that it arrives, infinity asks
    nothing); from then on it only makes way. `rank[i]` is the greater the more urgent. `is_open` is
    (K, E): edges that may be used by each kind. `room` is, per zone, how many more robots may be inside
    it than stand inside at the start. `bias` (E,) multiplies edge times where options are compared;
    robots that are `polite` let others out of narrow ways first.
    """

    start: Ints
    kind: Ints
    aims: NDArray[np.bool_]
    rows: NDArray[np.float32]
    until: NDArray[np.float32]
    rank: NDArray[np.float64]
    is_open: NDArray[np.bool_]
    room: Ints
    bias: NDArray[np.float64]
    polite: bool


class _Step(NamedTuple):
    """The configuration being generated, robots moving one after another."""

    position: Ints
    aims: NDArray[np.bool_]
    standing: Ints
    status: NDArray[np.int8]
    claims: Ints
    only: Ints
    room: Ints
    options: Ints
    keys: NDArray[np.float64]
    counts: Ints
    choice: Ints
    trying: Ints
    partner: Ints
    stack: Ints
    moves: Ints
    moved: Ints


@kernel
def _full(graph: Graph, step: _Step, tail: int, head: int) -> bool:
    """Whether a zone that holds `head` but not `tail` has no room left."""
    for slot in range(graph.zone_ptr[head], graph.zone_ptr[head + 1]):
        zone = graph.zone_ids[slot]
        if step.room[zone] <= 0 and not _holds(graph, tail, zone):
            return True
    return False


@kernel
def _holds(graph: Graph, vertex: int, zone: int) -> bool:
    for slot in range(graph.zone_ptr[vertex], graph.zone_ptr[vertex + 1]):
        if graph.zone_ids[slot] == zone:
            return True
    return False


@kernel
def _count_zones(graph: Graph, room: Ints, vertex: int, change: int) -> None:
    for slot in range(graph.zone_ptr[vertex], graph.zone_ptr[vertex + 1]):
        room[graph.zone_ids[slot]] += change


@kernel
def _claim(graph: Graph, claims: Ints, kind: int, edge: int, change: int) -> None:
    """Mark the vertices where nobody may end up while a robot of `kind` means to drive `edge`."""
    conflicts = graph.conflicts
    element = graph.vertex_count + graph.edge_segment[edge]
    for other in range(claims.shape[0]):
        pair = conflicts.pair[kind, other]
        for slot in range(conflicts.ptr[pair, element], conflicts.mid[pair, element]):
            claims[other, conflicts.elements[slot]] += change


@kernel
def _in_the_way(graph: Graph, problem: Problem, step: _Step, robot: int, edge: int) -> int:
    """A robot that stands where `robot` would sweep along `edge`, or NO."""
    conflicts = graph.conflicts
    element = graph.vertex_count + graph.edge_segment[edge]
    for other_kind in range(conflicts.pair.shape[0]):
        pair = conflicts.pair[problem.kind[robot], other_kind]
        for slot in range(conflicts.ptr[pair, element], conflicts.mid[pair, element]):
            other = step.standing[conflicts.elements[slot]]
            if other != NO and other != robot and problem.kind[other] == other_kind:
                return int(other)
    return NO


@kernel
def _may_drive(graph: Graph, problem: Problem, robot: int, edge: int) -> bool:
    """Whether an edge is open to a robot and leads nowhere it must not go."""
    head = graph.edge_to[edge]
    is_open = problem.is_open[problem.kind[robot], edge]
    return bool(is_open and problem.rows[robot, head] < np.inf)


@kernel
def _way_on(graph: Graph, problem: Problem, robot: int, vertex: int, back: int) -> tuple[int, int]:
    """How many ways lead a robot on from `vertex` other than to `back`, and one of them."""
    ways, onward = 0, NO
    for slot in range(graph.out_ptr[vertex], graph.out_ptr[vertex + 1]):
        edge = graph.out_edges[slot]
        if graph.edge_to[edge] != back and _may_drive(graph, problem, robot, edge):
            ways += 1
            onward = graph.edge_to[edge]
    return ways, onward


@kernel
def _is_drawn(problem: Problem, step: _Step, robot: int, here: int, there: int) -> bool:
    """Whether a robot aims for what lies nearer to `there` than to `here`."""
    row = problem.rows[robot]
    return bool(step.aims[robot] and row[there] < row[here])


@kernel
def _meets_oncoming(
    graph: Graph, problem: Problem, step: _Step, robot: int, here: int, head: int
) -> bool:
    """Whether a robot comes towards `here` along the narrow way that begins with `head`.

    Only asked at a fork: a robot that is in a narrow way already cannot let another out by waiting.
    """
    row = problem.rows[robot]
    ways, _ = _way_on(graph, problem, robot, here, head)
    if ways < 2:
        return False
    behind, ahead = here, head
    while row[ahead] < row[behind]:
        other = step.standing[ahead]
        if other != NO and _is_drawn(problem, step, other, ahead, behind):
            return True
        ways, onward = _way_on(graph, problem, robot, ahead, behind)
        if ways != 1:
            return False
        behind, ahead = ahead, onward
    return False


@kernel
def _rank_options(graph: Graph, problem: Problem, step: _Step, robot: int, pusher: int) -> int:
    """Fill `step.options[robot]` with edges and STAY, best first; return how many.

    A robot that aims prefers what brings it nearer, then staying, then a narrow way somebody comes out
    of, then the rest. One that only makes way prefers staying, then ground off its pusher's way. Both
    prefer empty ground among equals.
    """
    here = step.position[robot]
    options, keys = step.options[robot], step.keys[robot]
    kind, row, only = problem.kind[robot], problem.rows[robot], step.only[robot]
    aims = step.aims[robot]
    count = 0
    for slot in range(graph.out_ptr[here], graph.out_ptr[here + 1]):
        edge = graph.out_edges[slot]
        if not _may_drive(graph, problem, robot, edge) or (only != NO and only != edge):
            continue
        head = graph.edge_to[edge]
        key = 1e-3 if step.standing[head] != NO else 0.0
        if aims:
            key += graph.edge_time[kind, edge] * problem.bias[edge] + row[head]
        elif pusher != NO and problem.rows[pusher, head] < problem.rows[pusher, here]:
            key += 1.0
        if not (aims and row[head] < row[here]):
            key += _AWAY
        elif problem.polite and _meets_oncoming(graph, problem, step, robot, here, head):
            key += 0.75 * _AWAY
        options[count], keys[count] = edge, key
        count += 1
    if only in (NO, STAY):
        options[count], keys[count] = STAY, _AWAY / 2 if aims else 0.0
        count += 1
    # insertion sort: a vertex has few edges, and equal keys keep their order
    for slot in range(1, count):
        option, key = options[slot], keys[slot]
        place = slot
        while place > 0 and keys[place - 1] > key:
            options[place], keys[place] = options[place - 1], keys[place - 1]
            place -= 1
        options[place], keys[place] = option, key
    return count


@kernel
def _must_swap(graph: Graph, problem: Problem, step: _Step, pusher: int, pushed: int) -> bool:
    """Whether pushing `pushed` on only drives it into a dead end where `pusher` wants to go.

    After the swap operation of LaCAM* (Okumura, IJCAI 2023), on directed graphs.
    """
    row = problem.rows[pusher]
    behind, ahead = step.position[pusher], step.position[pushed]
    while row[ahead] < row[behind]:
        ways, onward = _way_on(graph, problem, pushed, ahead, behind)
        if ways >= 2:
            return False
        if ways == 0:
            return True
        behind, ahead = ahead, onward
    return _is_drawn(problem, step, pushed, ahead, behind)


@kernel
def _can_swap(graph: Graph, problem: Problem, step: _Step, pusher: int, pushed: int) -> bool:
    """Whether `pusher`, backing off from `pushed`, comes to a fork where one lets the other pass."""
    front, here = step.position[pushed], step.position[pusher]
    for _ in range(graph.vertex_count):
        ways, onward = _way_on(graph, problem, pusher, here, front)
        if ways != 1:
            return ways >= 2
        front, here = here, onward
    return False


@kernel
def _partner(graph: Graph, problem: Problem, step: _Step, robot: int) -> int:
    """The robot in front of `robot` with which it has to change places by backing off, or NO."""
    option = step.options[robot, 0]
    if option == STAY or step.only[robot] != NO or not step.aims[robot]:
        return NO
    other = step.standing[graph.edge_to[option]]
    if other == NO or step.status[other] != _UNDECIDED:
        return NO
    if not _must_swap(graph, problem, step, robot, other):
        return NO
    return int(other) if _can_swap(graph, problem, step, robot, other) else NO


@kernel
def _follow(graph: Graph, problem: Problem, step: _Step, robot: int, vertex: int) -> None:
    """Let `robot` come after its swap partner, into `vertex`, if that is legal now."""
    here = step.position[robot]
    if step.only[robot] != NO or step.status[robot] != _UNDECIDED:
        return
    for slot in range(graph.out_ptr[here], graph.out_ptr[here + 1]):
        edge = graph.out_edges[slot]
        if graph.edge_to[edge] != vertex or not _may_drive(graph, problem, robot, edge):
            continue
        if step.claims[problem.kind[robot], vertex] > 0 or _full(graph, step, here, vertex):
            continue
        if _in_the_way(graph, problem, step, robot, edge) == NO:
            _move(graph, step, robot, edge)
            step.status[robot] = _DECIDED
            return


@kernel
def _move(graph: Graph, step: _Step, robot: int, edge: int) -> None:
    tail, head = graph.edge_from[edge], graph.edge_to[edge]
    step.standing[tail] = NO
    step.standing[head] = robot
    step.position[robot] = head
    _count_zones(graph, step.room, tail, 1)
    _count_zones(graph, step.room, head, -1)
    step.moves[step.moved[0], 0] = robot
    step.moves[step.moved[0], 1] = edge
    step.moved[0] += 1


@kernel
def _begin(graph: Graph, problem: Problem, step: _Step, robot: int, depth: int) -> None:
    """Put a robot on the stack of those deciding."""
    pusher = NO if depth == 0 else step.stack[depth - 1]
    step.status[robot] = _DECIDING
    step.stack[depth] = robot
    step.choice[robot] = -1
    step.trying[robot] = NO
    step.counts[robot] = _rank_options(graph, problem, step, robot, pusher)
    step.partner[robot] = _partner(graph, problem, step, robot)
    if step.partner[robot] != NO:
        count = step.counts[robot]
        step.options[robot, :count] = step.options[robot, :count][::-1].copy()


@kernel
def _pibt(graph: Graph, problem: Problem, step: _Step, first: int) -> None:
    """Let robot `first` take its best option, pushing others on.

    Every robot on the stack is tried on one option and waits for the next robot up to get out of its
    way. A robot decides once per step; one that finds no option clear of its pushers stays.
    """
    _begin(graph, problem, step, first, 0)
    depth = 1
    while depth > 0:
        robot = step.stack[depth - 1]
        kind = problem.kind[robot]
        here = step.position[robot]
        edge = step.trying[robot]
        if edge != NO:
            other = _in_the_way(graph, problem, step, robot, edge)
            if other != NO and step.status[other] == _UNDECIDED:
                _begin(graph, problem, step, other, depth)
                depth += 1
                continue
            step.trying[robot] = NO
            _claim(graph, step.claims, kind, edge, -1)
            if other == NO and not _full(graph, step, here, graph.edge_to[edge]):
                _move(graph, step, robot, edge)
                step.status[robot] = _DECIDED
                depth -= 1
                if step.partner[robot] != NO:
                    _follow(graph, problem, step, step.partner[robot], here)
                continue
        step.choice[robot] += 1
        if step.choice[robot] == step.counts[robot]:
            step.status[robot] = _DECIDED
            depth -= 1
            continue
        option = step.options[robot, step.choice[robot]]
        if option == STAY:
            if step.claims[kind, here] == 0:
                step.status[robot] = _DECIDED
                depth -= 1
            continue
        head = graph.edge_to[option]
        if step.claims[kind, head] == 0 and not _full(graph, step, here, head):
            step.trying[robot] = option
            _claim(graph, step.claims, kind, option, 1)


@kernel
def _take_configuration(
    graph: Graph,
    problem: Problem,
    step: _Step,
    configuration: Ints,
    content: NDArray[np.bool_],
    room: Ints,
) -> None:
    """Set `step` to a configuration in which nobody has decided yet."""
    for robot in range(len(configuration)):
        step.standing[step.position[robot]] = NO
    for robot in range(len(configuration)):
        is_done = content[robot] and problem.until[robot] < np.inf
        step.aims[robot] = problem.aims[robot] and not is_done
        step.position[robot] = configuration[robot]
        step.standing[configuration[robot]] = robot
        step.status[robot] = _UNDECIDED
        step.only[robot] = NO
    step.room[:] = room
    step.moved[0] = 0


@kernel
def _generate(
    graph: Graph,
    problem: Problem,
    step: _Step,
    order: Ints,
    constraint: int,
    constraints: Ints,
    depth: int,
) -> bool:
    """Make the next configuration in `step` under a chain of constraints; False if it breaks one."""
    link = constraint
    while link != NO and constraints[link, 1] != NO:
        step.only[constraints[link, 1]] = constraints[link, 2]
        link = constraints[link, 0]
    for place in range(len(order)):  # constrained robots are the first in `order`, and go first
        if step.status[order[place]] == _UNDECIDED:
            _pibt(graph, problem, step, order[place])
    for place in range(depth):
        robot = order[place]
        wish = step.only[robot]
        if wish != STAY and step.position[robot] != graph.edge_to[wish]:
            return False
    return True


class _Tree(NamedTuple):
    """The configurations found so far (high-level nodes) and their queues of constraints.

    A node is a configuration and who has been content on the way to it.

    `constraints[c]` is (constraint it extends, robot, option, next in queue); `moves[m]` is
    (robot, edge), and node `x` was reached from its parent by moves `span[x, 0]` to `span[x, 1]`.
    """

    configuration: Ints
    content: NDArray[np.bool_]
    order: Ints
    rank: NDArray[np.float64]
    parent: Ints
    span: Ints
    first: Ints
    last: Ints
    constraints: Ints
    depth: Ints
    moves: Ints
    slots: Ints
    used: Ints


_NODES, _CONSTRAINTS, _MOVES = 0, 1, 2


@kernel
def _slot_of(tree: _Tree, configuration: Ints, content: NDArray[np.bool_]) -> int:
    """The hash slot that holds a node, or the empty one it belongs in."""
    code = np.uint64(1469598103934665603)
    for robot in range(len(configuration)):
        part = 2 * configuration[robot] + content[robot]
        code = (code ^ np.uint64(part)) * np.uint64(1099511628211)
        code ^= code >> np.uint64(29)
    slot = np.int64(code % np.uint64(len(tree.slots)))
    while tree.slots[slot] != NO:
        node = tree.slots[slot]
        same = np.array_equal(tree.configuration[node], configuration)
        if same and np.array_equal(tree.content[node], content):
            break
        slot = (slot + 1) % len(tree.slots)
    return int(slot)


@kernel
def _enqueue(tree: _Tree, node: int, link: int, robot: int, option: int, depth: int) -> None:
    constraint = tree.used[_CONSTRAINTS]
    if constraint == len(tree.constraints):
        return  # out of room: the search is then no longer complete, and says GAVE_UP
    tree.used[_CONSTRAINTS] += 1
    tree.constraints[constraint, 0] = link
    tree.constraints[constraint, 1] = robot
    tree.constraints[constraint, 2] = option
    tree.constraints[constraint, 3] = NO
    tree.depth[constraint] = depth
    if tree.first[node] == NO:
        tree.first[node] = constraint
    else:
        tree.constraints[tree.last[node], 3] = constraint
    tree.last[node] = constraint


@kernel
def _now_content(
    problem: Problem, configuration: Ints, before: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Who has been content by now."""
    content = before.copy()
    for robot in range(len(configuration)):
        if problem.rows[robot, configuration[robot]] <= problem.until[robot]:
            content[robot] = True
    return content


@kernel
def _add_node(
    tree: _Tree, problem: Problem, configuration: Ints, content: NDArray[np.bool_], parent: int
) -> int:
    """Add a node with its order of robots: those that have waited longest to be content first."""
    node = int(tree.used[_NODES])
    tree.used[_NODES] += 1
    tree.configuration[node] = configuration
    tree.content[node] = content
    tree.parent[node] = parent
    tree.first[node] = NO
    for robot in range(len(configuration)):
        rank = problem.rank[robot] if parent == NO else tree.rank[parent, robot]
        if not problem.aims[robot]:
            rank = -1.0
        elif content[robot]:
            rank -= np.floor(rank)
        else:
            rank += 1.0
        tree.rank[node, robot] = rank
    tree.order[node] = np.argsort(-tree.rank[node], kind="mergesort")
    _enqueue(tree, node, NO, NO, NO, 0)
    return node


@kernel
def _expand(graph: Graph, problem: Problem, tree: _Tree, node: int, constraint: int) -> None:
    """Queue the constraints one deeper: each option of the next robot in the node's order."""
    depth = tree.depth[constraint]
    if depth == len(problem.start):
        return
    robot = tree.order[node, depth]
    here = tree.configuration[node, robot]
    for slot in range(graph.out_ptr[here], graph.out_ptr[here + 1]):
        edge = graph.out_edges[slot]
        if _may_drive(graph, problem, robot, edge):
            _enqueue(tree, node, constraint, robot, edge, depth + 1)
    _enqueue(tree, node, constraint, robot, STAY, depth + 1)


@kernel
def _room_in(graph: Graph, problem: Problem, configuration: Ints) -> Ints:
    """Room left in each zone when robots stand as in `configuration`."""
    room = problem.room.copy()
    for robot in range(len(configuration)):
        _count_zones(graph, room, problem.start[robot], 1)
        _count_zones(graph, room, configuration[robot], -1)
    return room


@kernel
def _moves_to(tree: _Tree, node: int) -> Ints:
    total = 0
    at = node
    while at != NO:
        total += tree.span[at, 1] - tree.span[at, 0]
        at = tree.parent[at]
    moves = np.empty((total, 2), dtype=np.int32)
    at = node
    while at != NO:
        count = tree.span[at, 1] - tree.span[at, 0]
        moves[total - count : total] = tree.moves[tree.span[at, 0] : tree.span[at, 1]]
        total -= count
        at = tree.parent[at]
    return moves


@kernel
def solve(graph: Graph, problem: Problem, node_limit: int) -> tuple[int, Ints]:
    """Find moves, (M, 2) rows of robot and edge in a legal order, in which all robots become content.

    Returns SOLVED with the moves; IMPOSSIBLE when no order of moves makes all content; GAVE_UP when
    `node_limit` configurations were not enough.
    """
    robots = len(problem.start)
    widest = 1
    for vertex in range(graph.vertex_count):
        widest = max(widest, graph.out_ptr[vertex + 1] - graph.out_ptr[vertex] + 1)
    kinds = graph.conflicts.pair.shape[0]
    step = _Step(
        position=problem.start.copy(),
        aims=problem.aims.copy(),
        standing=np.full(graph.vertex_count, NO, dtype=np.int32),
        status=np.zeros(robots, dtype=np.int8),
        claims=np.zeros((kinds, graph.vertex_count), dtype=np.int32),
        only=np.full(robots, NO, dtype=np.int32),
        room=problem.room.copy(),
        options=np.empty((robots, widest), dtype=np.int32),
        keys=np.empty((robots, widest), dtype=np.float64),
        counts=np.zeros(robots, dtype=np.int32),
        choice=np.zeros(robots, dtype=np.int32),
        trying=np.full(robots, NO, dtype=np.int32),
        partner=np.full(robots, NO, dtype=np.int32),
        stack=np.empty(robots, dtype=np.int32),
        moves=np.empty((robots, 2), dtype=np.int32),
        moved=np.zeros(1, dtype=np.int32),
    )
    links = 8 * node_limit + 64
    tree = _Tree(
        configuration=np.empty((node_limit, robots), dtype=np.int32),
        content=np.zeros((node_limit, robots), dtype=np.bool_),
        order=np.empty((node_limit, robots), dtype=np.int32),
        rank=np.empty((node_limit, robots), dtype=np.float64),
        parent=np.empty(node_limit, dtype=np.int32),
        span=np.zeros((node_limit, 2), dtype=np.int32),
        first=np.empty(node_limit, dtype=np.int32),
        last=np.empty(node_limit, dtype=np.int32),
        constraints=np.empty((links, 4), dtype=np.int32),
        depth=np.empty(links, dtype=np.int32),
        moves=np.empty((node_limit * robots, 2), dtype=np.int32),
        slots=np.full(2 * node_limit + 1, NO, dtype=np.int32),
        used=np.zeros(3, dtype=np.int32),
    )
    content = _now_content(problem, problem.start, np.zeros(robots, dtype=np.bool_))
    slot = _slot_of(tree, problem.start, content)
    tree.slots[slot] = _add_node(tree, problem, problem.start, content, NO)
    stack = [0]
    attempts = 0
    while len(stack) > 0:
        node = stack[-1]
        if tree.content[node].all():
            return SOLVED, _moves_to(tree, node)
        constraint = tree.first[node]
        if constraint == NO:
            stack.pop()
            continue
        attempts += 1
        if tree.used[_NODES] == node_limit or attempts > 2 * node_limit:
            return GAVE_UP, np.empty((0, 2), dtype=np.int32)
        tree.first[node] = tree.constraints[constraint, 3]
        _expand(graph, problem, tree, node, constraint)
        room = _room_in(graph, problem, tree.configuration[node])
        _take_configuration(
            graph, problem, step, tree.configuration[node], tree.content[node], room
        )
        if not _generate(
            graph,
            problem,
            step,
            tree.order[node],
            constraint,
            tree.constraints,
            tree.depth[constraint],
        ):
            continue
        content = _now_content(problem, step.position, tree.content[node])
        slot = _slot_of(tree, step.position, content)
        if tree.slots[slot] != NO:
            if tree.slots[slot] != node:
                stack.append(int(tree.slots[slot]))
            continue
        child = _add_node(tree, problem, step.position, content, node)
        tree.slots[slot] = child
        count = step.moved[0]
        tree.span[child, 0] = tree.used[_MOVES]
        tree.moves[tree.used[_MOVES] : tree.used[_MOVES] + count] = step.moves[:count]
        tree.used[_MOVES] += count
        tree.span[child, 1] = tree.used[_MOVES]
        stack.append(child)
    if tree.used[_CONSTRAINTS] == len(tree.constraints):
        return GAVE_UP, np.empty((0, 2), dtype=np.int32)
    return IMPOSSIBLE, np.empty((0, 2), dtype=np.int32)
