"""The routes planned for each formation, once a case; and how long the attacker's axes are.

Every formation gets up to ROUTES *trees* towards its destination, in order of preference:
the quickest; and the quickest that avoid what might close (the places that a plan of the
attacker may take, the territory of each nation it would cross, each narrow place of the
first). A tree says the next edge from every state on it, so that a formation whose way is
cut goes on from where it stands.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vallum.models.theatre.network import (
    AIR,
    FLYING,
    GROUND,
    LAYERS,
    LINKS,
    NOTHING,
    PEOPLE,
    ROUTES,
    Edge,
    Network,
    all_edges,
    cell,
    place_rows,
    planned_minutes,
    real_ids,
    state,
)
from vallum.spec import Rows, Tables

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64, Int


def plan_network(tables: Tables) -> Network:
    """Plan every formation's routes.

    Parameters
    ----------
    tables : mapping of str to Rows
        As declared; rows of padding are left out.

    Returns
    -------
    Network
        A formation without a way has no hop at its start: it never closes.
    """
    edges = all_edges(tables)
    minutes = np.array([planned_minutes(edge, tables) for edge in edges])
    formations, place = tables["formations"], place_rows(tables["nodes"])
    nations = {id: bit for bit, id in enumerate(real_ids(tables["nations"]))}
    doomed = sorted({place[str(node)] for node in tables["node_losses"].columns["node"] if node is not None})
    if len(nations) > 32 or len(doomed) > 32:
        raise ValueError(f"{len(nations)} nations, {len(doomed)} places that may fall: at most 32 of each")
    home = np.array([nations[str(x)] for x in tables["nodes"].columns["nation"] if x is not None])
    graph = _Graph(edges, minutes, len(home), home, doomed)
    movers = [row for row, _ in enumerate(real_ids(formations)) if _moves(formations, row)]
    starts = [
        state(place[cell(formations, "origin", m)], PEOPLE if cell(formations, "kit", m) else GROUND) for m in movers
    ]
    goals = [state(place[cell(formations, "destination", m)], GROUND) for m in movers]
    trees = [
        graph.trees(start, goal, _allowed(formations, m, edges, place), nations[cell(formations, "nation", m)])
        for m, start, goal in zip(movers, starts, goals, strict=True)
    ]
    return _assemble(edges, movers, starts, goals, trees, doomed, len(home) * LAYERS)


def with_losses(tables: Tables) -> Tables:
    """The tables with `node_losses`: a campaign has none, its places fall with the segments that they lie at.

    Its rows name no plan: the front says when such a place falls, whatever the plan.
    """
    if "node_losses" in tables:
        return tables
    nodes = tuple(str(node) for node in tables["segments"].columns["node"] if node not in (None, ""))
    ids = tuple(f"segment-{x}" for x in range(len(nodes)))
    return {**tables, "node_losses": Rows(ids, {"plan": ("",) * len(nodes), "node": nodes})}


MOST_MOVERS, MOST_STATES = 512, 65_536  # what fits beside a minute in one number; see `deployment`


class _Tree(NamedTuple):
    """One route of a formation from wherever it may stand: by state the edge, the nations and the places ahead."""

    cost: float
    hop: dict[int, int]
    crosses: dict[int, int]
    passes: dict[int, int]


class _Graph:
    """The states, and the quickest ways between them."""

    def __init__(
        self,
        edges: Sequence[Edge],
        minutes: Float64[np.ndarray, " edge"],
        nodes: int,
        home: Int[np.ndarray, " node"],
        doomed: Sequence[int],
    ) -> None:
        self.minutes, self.nodes, self.home = minutes, nodes, home
        self.edges = tuple(edges)
        self.bit = {node: 1 << place for place, node in enumerate(doomed)}
        self.ends = np.array([(e.start, e.end) for e in edges], np.int64).reshape(-1, 2)
        self.edge_nodes = self.ends // LAYERS

    def trees(self, start: int, goal: int, allowed: Bool[np.ndarray, " edge"], own: int) -> list[_Tree]:
        """Up to ROUTES trees in order of preference; where there is one, one that avoids each nation crossed."""
        first = self._tree(start, goal, allowed, own)
        if first is None:
            return []
        found, lacking = [first], self._transit(first, start, goal)
        way = self._way(first, start, goal)
        candidates = [x for x in self._detours(first, start, goal, allowed, own) if self._way(x, start, goal) != way]
        candidates.sort(key=lambda x: x.cost)
        while candidates and len(found) < ROUTES:
            best = self._most_useful(candidates, found, lacking, start)
            found.append(best)
            candidates = [x for x in candidates if self._way(x, start, goal) != self._way(best, start, goal)]
            lacking = [bit for bit in lacking if best.crosses[start] >> bit & 1]
        return self._closed(found, start)

    def _most_useful(
        self, candidates: Sequence[_Tree], found: Sequence[_Tree], lacking: Sequence[int], start: int
    ) -> _Tree:
        """What avoids most nations not avoided yet; then places that may fall, if none does yet; then the quickest."""
        threatened = all(x.passes[start] for x in found)

        def use(tree: _Tree) -> tuple[int, bool, float]:
            avoided = sum(not tree.crosses[start] >> bit & 1 for bit in lacking)
            return avoided, threatened and not tree.passes[start], -tree.cost

        return max(candidates, key=use)

    def _detours(
        self, first: _Tree, start: int, goal: int, allowed: Bool[np.ndarray, " edge"], own: int
    ) -> Iterable[_Tree]:
        """The quickest trees that avoid nations, places that may fall, and narrow places of the first."""
        nations = self._transit(first, start, goal)
        shut = [np.isin(self.home[self.edge_nodes], bits).any(axis=1) for bits in ([x] for x in nations)]
        shut += [np.isin(self.home[self.edge_nodes], bits).any(axis=1) for bits in itertools.combinations(nations, 2)]
        shut.append(np.isin(self.home[self.edge_nodes], nations).any(axis=1))
        shut.append(np.isin(self.edge_nodes, list(self.bit)).any(axis=1))
        for number in self._way(first, start, goal):
            edge = self.edges[number]
            if edge.kind != NOTHING and edge.table:
                taken = [(x.table, x.row) == (edge.table, edge.row) for x in self.edges]
                shut.append(np.array(taken))
        for closed in shut:
            tree = self._tree(start, goal, allowed & ~closed, own)
            if tree is not None:
                yield tree

    def _tree(self, start: int, goal: int, allowed: Bool[np.ndarray, " edge"], own: int) -> _Tree | None:
        numbers = np.flatnonzero(allowed)
        order = numbers[np.lexsort((numbers, self.minutes[numbers]))]  # of parallel edges the quickest
        pairs = self.ends[order][:, ::-1]
        _, keep = np.unique(pairs @ np.array([self.nodes * LAYERS, 1]), return_index=True)
        order, pairs = order[keep], pairs[keep]
        size = self.nodes * LAYERS
        distance, before = _shortest(pairs, self.minutes[order] + 1e-6, size, goal)
        if not math.isfinite(distance[start]):
            return None
        number = {(int(b), int(a)): int(e) for e, (b, a) in zip(order, pairs, strict=True)}
        hop: dict[int, int] = {}
        crosses, passes = {goal: self._nation(goal, own)}, {goal: self._place(goal)}
        for x in np.argsort(distance, kind="stable"):
            if before[x] >= 0:
                x, y = int(x), int(before[x])
                hop[x] = number[y, x]
                crosses[x], passes[x] = crosses[y] | self._nation(x, own), passes[y] | self._place(x)
        return _Tree(float(distance[start]), hop, crosses, passes)

    def _nation(self, x: int, own: int) -> int:
        nation = int(self.home[x // LAYERS])
        return 0 if nation == own else 1 << nation

    def _transit(self, tree: _Tree, start: int, goal: int) -> list[int]:
        """The nations that a tree crosses on its way to another one's territory."""
        return self._bits(tree.crosses[start] & ~tree.crosses[goal])

    def _place(self, x: int) -> int:
        return self.bit.get(x // LAYERS, 0)

    def _bits(self, word: int) -> list[int]:
        return [bit for bit in range(32) if word >> bit & 1]

    def _way(self, tree: _Tree, start: int, goal: int) -> tuple[int, ...]:
        found: list[int] = []
        while start != goal:
            found.append(tree.hop[start])
            start = self.edges[found[-1]].end
        return tuple(found)

    def _closed(self, trees: Sequence[_Tree], start: int) -> list[_Tree]:
        """The trees without the states where the formation can never stand."""
        reached, new = {start}, {start}
        while new:
            new = {self.edges[t.hop[x]].end for x in new for t in trees if x in t.hop} - reached
            reached |= new
        return [t._replace(hop={x: e for x, e in t.hop.items() if x in reached}) for t in trees]


def _assemble(
    edges: Sequence[Edge],
    movers: Sequence[int],
    starts: Sequence[int],
    goals: Sequence[int],
    trees: Sequence[Sequence[_Tree]],
    doomed: Sequence[int],
    states: int,
) -> Network:
    """Arrays of what is used: edges, states and capacities are numbered anew."""
    used = sorted({e for mine in trees for tree in mine for e in tree.hop.values()})
    kept = sorted({*starts, *goals, *(x for e in used for x in edges[e][:2])})
    renumber_edge = {e: n for n, e in enumerate(used)}
    renumber = {x: n for n, x in enumerate(kept)}
    shape = len(movers), ROUTES, len(kept)
    hop, crosses, passes = np.full(shape, -1, np.int32), np.zeros(shape, np.uint32), np.zeros(shape, np.uint32)
    for m, mine in enumerate(trees):
        for r, tree in enumerate(mine):
            for x, e in tree.hop.items():
                place = m, r, renumber[x]
                hop[place] = renumber_edge[e]
                crosses[place], passes[place] = tree.crosses[x], tree.passes[x]
    mine = tuple(edges[e]._replace(start=renumber[edges[e].start], end=renumber[edges[e].end]) for e in used)
    if len(movers) > MOST_MOVERS or len(kept) > MOST_STATES:
        raise ValueError(
            f"{len(movers)} formations that move over {len(kept)} states: at most {MOST_MOVERS} and {MOST_STATES}"
        )
    takes = [_capacity(e) for e in mine]
    resources = tuple(dict.fromkeys(takes))
    return Network(
        edges=mine,
        resource=np.array([resources.index(x) for x in takes], np.int32),
        resources=tuple((table, row) for table, row, _ in resources),
        movers=np.array(movers, np.int64),
        start=np.array([renumber[x] for x in starts], np.int32),
        goal=np.array([renumber[x] for x in goals], np.int32),
        hop=hop,
        crosses=crosses,
        passes=passes,
        doomed=np.array(doomed, np.int64),
    )


def _capacity(edge: Edge) -> tuple[str, int, bool]:
    """What traffic shares: each way of a link, a place's ramps, a port, a gauge break."""
    if edge.kind == NOTHING:
        return "", -1, False
    return edge.table, edge.row, edge.back and edge.table in LINKS


def _moves(formations: Rows, row: int) -> bool:
    return bool(cell(formations, "kit", row)) or cell(formations, "origin", row) != cell(formations, "destination", row)


def _allowed(formations: Rows, row: int, edges: Sequence[Edge], place: Mapping[str, int]) -> Bool[np.ndarray, " edge"]:
    """The edges a formation may take: heavy equipment does not fly, and only its own kit can be drawn."""
    kit = cell(formations, "kit", row)
    store = place[kit] if kit else -1
    flies = cell(formations, "heaviness", row) in FLYING

    def may(edge: Edge) -> bool:
        if edge.table == "draw":
            return edge.row == store
        return flies or AIR not in (edge.start % LAYERS, edge.end % LAYERS)

    return np.array([may(edge) for edge in edges], bool)


def axis_lengths(tables: Tables) -> Float64[np.ndarray, " axis"]:
    """Length of each axis by road, km, whoever uses the roads; infinite where there are none."""
    place, roads, axes = place_rows(tables["nodes"]), tables["roads"], tables["axes"]
    number = len(real_ids(roads))
    start, end = ([place[cell(roads, x, row)] for row in range(number)] for x in ("start", "end"))
    shortest: dict[tuple[int, int], float] = {}
    for row, (a, b) in enumerate(zip(start, end, strict=True)):
        for pair in ((a, b), (b, a)):
            shortest[pair] = min(shortest.get(pair, math.inf), float(cell(roads, "length", row)))
    ends, km = np.array(list(shortest), np.int64).reshape(-1, 2), np.array(list(shortest.values()))
    lengths = np.full(len(axes), np.inf)
    for row in range(len(real_ids(axes))):
        distance, _ = _shortest(ends, km, len(place), place[cell(axes, "start", row)])
        lengths[row] = distance[place[cell(axes, "objective", row)]]
    return lengths


def _shortest(
    pairs: Int[np.ndarray, "edge 2"], lengths: Float64[np.ndarray, " edge"], size: int, source: int
) -> tuple[Float64[np.ndarray, " point"], Int[np.ndarray, " point"]]:
    """Distance of every point from one, and the point before it on the way."""
    from scipy.sparse import csgraph, csr_array

    search: Any = csgraph  # SciPy has no types for it
    matrix: Any = csr_array((lengths, (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    return search.dijkstra(matrix, indices=source, return_predecessors=True)
