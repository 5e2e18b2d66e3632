"""Strategies of parent choice: tiny pure functions behind one protocol, chosen by name in a preset.

Others come from outside: from an installed package, by its entry point in the group `nlevolve.parents`, or from the program that
calls `nlevolve.solve(parents=function)`, and are then named module:function.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from nlevolve import plugins
from nlevolve.errors import UsageError
from nlevolve.evolve.population import Candidate, Population
from nlevolve.records import Followed


class Parents(Protocol):
    """The one parent that a move starts from. `candidates` is the pool, best first and not empty; `turn` counts such moves.

    Pure: it draws from `rng` alone, so that a run that is resumed or repeated chooses the same.
    """

    def __call__(self, candidates: Sequence[Candidate], turn: int, seen: Population, rng: Random) -> Candidate: ...


def top(candidates: Sequence[Candidate], turn: int, seen: Population, rng: Random) -> Candidate:
    """Each of the best in turn (Berman v2)."""
    return candidates[turn % len(candidates)]


def pareto(candidates: Sequence[Candidate], turn: int, seen: Population, rng: Random) -> Candidate:
    """From the candidates that lead on some training pair, weighted by the pairs they lead (GEPA)."""
    pairs = range(len(candidates[0].attempts))
    best = [max(c.attempts[p].cells for c in candidates) for p in pairs]
    leads = [sum(c.attempts[p].cells == best[p] for p in pairs) for c in candidates]
    return rng.choices(candidates, weights=leads)[0]


def weighted(candidates: Sequence[Candidate], turn: int, seen: Population, rng: Random) -> Candidate:
    """Sigmoid of the score's distance from the median in units of the MAD, divided by 1 + children (ShinkaEvolve)."""
    scores = [c.fitness.exact + c.fitness.cells for c in candidates]
    median = statistics.median(scores)
    spread = statistics.median(abs(s - median) for s in scores) or 1.0
    weights = [
        1 / (1 + math.exp(-max(-30.0, min(30.0, (s - median) / spread)))) / (1 + _children(c, seen))
        for c, s in zip(candidates, scores, strict=True)
    ]
    return rng.choices(candidates, weights=weights)[0]


def geometric(candidates: Sequence[Candidate], turn: int, seen: Population, rng: Random) -> Candidate:
    """Down the rank, each next candidate three quarters as often as the one before it (Greenblatt)."""
    return rng.choices(candidates, weights=[0.75**place for place in range(len(candidates))])[0]


PARENTS: dict[str, Parents] = {"top": top, "pareto": pareto, "weighted": weighted, "geometric": geometric}


@dataclass(frozen=True)
class Outside:
    """A strategy that is not ours. Raises UsageError where it fails, or chooses what it was not offered."""

    name: str
    choose: Parents

    def __call__(self, candidates: Sequence[Candidate], turn: int, seen: Population, rng: Random) -> Candidate:
        try:
            chosen = self.choose(candidates, turn, seen, rng)
        except Exception as error:
            raise UsageError(f"the parents strategy {self.name} failed: {type(error).__name__}: {error}") from error
        if not any(chosen is candidate for candidate in candidates):
            raise UsageError(f"the parents strategy {self.name} chose {chosen!r:.60}, which is none of the candidates")
        return chosen


def check_named(name: str) -> None:
    """Raises UsageError for a strategy that is nowhere; a function of a program, module:function, may be."""
    if name not in PARENTS and ":" not in name and name not in plugins.installed(plugins.PARENTS):
        there = ", ".join([*PARENTS, *plugins.installed(plugins.PARENTS)])
        raise UsageError(f"policy.parents names {name!r}, and no installed package brings such a strategy; there are: {there}")


def name_of(function: Parents) -> str:
    """Under which name a function from a program is recorded."""
    return f"{function.__module__}:{getattr(function, '__qualname__', type(function).__qualname__)}"


def strategy(name: str, given: Parents | None = None) -> Parents:
    """The strategy that settings name; `given` is the function that a program brings. Raises UsageError when it is not there."""
    if name in PARENTS:
        return PARENTS[name]
    check_named(name)
    if ":" not in name:
        return Outside(name, plugins.load(plugins.PARENTS, name))
    if given is None or name_of(given) != name:
        raise UsageError(f"policy.parents names {name!r}, a function that only a program can bring: nlevolve.solve(parents=…)")
    return Outside(name, given)


def cover(lead: Candidate, candidates: Sequence[Candidate], most: int, tokens: int) -> list[Candidate]:
    """The lead and those that complement it: every pair that somebody solved gets a solver, while `most` and `tokens` allow.

    Places left go to the best whose grids differ from those already chosen.
    """
    chosen = [lead]
    rest = [c for c in candidates if c is not lead]
    while rest and len(chosen) < most:
        solved = frozenset().union(*(c.solved for c in chosen))
        # max keeps the first of equals, and the pool is ordered best first
        complement = max(rest, key=lambda c: (len(c.solved - solved), c.behaviour not in {d.behaviour for d in chosen}))
        rest.remove(complement)
        if sum(map(estimated_tokens, [*chosen, complement])) <= tokens:
            chosen.append(complement)
    return chosen


def estimated_tokens(candidate: Candidate) -> int:
    """About what a parent takes in a prompt: its words, and each wrong grid twice (as it came, and as a difference)."""
    grids = [a.grid for a in candidate.attempts if isinstance(a, Followed) and not a.exact]
    return candidate.description.words * 4 // 3 + sum(4 * len(g) * len(g[0]) for g in grids)


def _children(candidate: Candidate, seen: Population) -> int:
    return sum(candidate.index in c.birth.parents for c in seen.members.values())
