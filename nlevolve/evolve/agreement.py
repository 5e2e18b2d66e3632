"""When rules that all fit are believed: enough of them, found apart, give the same grids on the test inputs. Pure.

The idea is that of Imbue's Darwinian Evolver, and of Johan Land's solver, where such agreement was right in 36 of 37 cases. No
test output is known here: what is compared is what several rules make of the same inputs.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

from nlevolve.evolve.population import Candidate, Population
from nlevolve.puzzle.grids import Grid


def agreement(seen: Population, number: int) -> tuple[int, ...]:
    """The births that agree first, in order, `number` of them; empty while there are not so many.

    They are perfect on the training pairs, differ in words, were found apart, and give the same grids on all test inputs.
    """
    alike: dict[tuple[Grid, ...], list[int]] = defaultdict(list)
    for k in sorted(c.index for c in fitting(seen)):
        grids = seen.on_tests(k)
        if grids is None:
            continue
        for others in combinations(alike[grids], number - 1):
            if _apart(seen, [*others, k]):
                return (*others, k)
        alike[grids].append(k)
    return ()


def fitting(seen: Population) -> list[Candidate]:
    """Perfect candidates in the order of their births, the first of each wording."""
    first: dict[str, Candidate] = {}
    for k in sorted(seen.members):
        candidate = seen.members[k]
        if candidate.fitness.perfect:
            first.setdefault(candidate.description.normalised, candidate)
    return list(first.values())


def ideas(seen: Population) -> list[Candidate]:
    """Perfect candidates, best first, without those that give a parent's very grids."""
    return [c for c in seen.perfect() if seen.echoed(c.index) is None]


def _apart(seen: Population, births: list[int]) -> bool:
    """Whether no description that fits every pair stands behind two of them, or is one of them and stands behind another."""
    lines = [_line(seen, k) for k in births]
    return sum(map(len, lines)) == len(frozenset().union(*lines))


def _line(seen: Population, birth: int) -> frozenset[int]:
    """The birth and its forebears, those of them that are perfect; an alternative that is a rule of its own is its own line."""
    line, left = set[int](), [birth]
    while left:
        k = left.pop()
        # a parent is older than its child; a log that says otherwise is not followed in circles
        if k in seen.members and k not in line:
            line.add(k)
            left += [p for p in seen.members[k].forebears if p in seen.members and not _another(seen, k, p)]
    return frozenset(k for k in line if seen.members[k].fitness.perfect)


def _another(seen: Population, child: int, parent: int) -> bool:
    return seen.members[child].says_another(seen.members[parent])
