"""Train-perfect but wrong: descriptions that fit every pair and miss the test, and what each mechanism makes of their tasks.

A task counts when the best description of `thrifty` fits all its pairs and neither answer is right. Other settings catch it
when they answer it right within two attempts. Every row is paired with thrifty's own: the same tasks, models and bank.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlevolve.config import RunConfig, configure
from nlevolve.view.statistics import mcnemar

GENERATORS: Mapping[str, Mapping[str, str]] = {
    "weak": {"generator": "offline/generator-weak", "checker": "offline/checker-weak"},
    "normal": {"generator": "offline/generator", "checker": "offline/checker"},
    "eager": {"generator": "offline/generator-eager", "checker": "offline/checker"},
}
SPLITS = ("training", "evaluation")

_AGREE = {"policy.stop_when": "agree"}
_MOVES = {"policy.after_perfect": ["generalise", "alternative", "restart"]}
_REVIEW = {"policy.review": "perfect"}
_JUDGE = {"answers.judge": "differ"}
MOVES_ALONE = {
    "policy.stop_perfect": 3,
    "policy.phases": [
        {"births": 6, "moves": ["write"], "overlap": 6},
        {"births": 10, "moves": ["generalise", "alternative", "revise", "write"], "overlap": 4},
    ],
}
"""The moves with no agreement to end the search: it ends with the third description that fits."""

MECHANISMS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "`thrifty`": ("thrifty", {}),
    "1 agreement stop": ("thrifty", _AGREE | {"policy.after_perfect": []}),
    "2 moves": ("thrifty", MOVES_ALONE),
    "3 review": ("thrifty", _REVIEW),
    "4 judge": ("thrifty", _JUDGE),
    "1 and 2": ("thrifty", _AGREE | _MOVES),
    "3 and 4": ("thrifty", _REVIEW | _JUDGE),
    "1 to 4: `careful`": ("careful", {}),
}


@dataclass(frozen=True)
class Result:
    """One schedule on one set of tasks."""

    solved: frozenset[str]
    fitted: frozenset[str]
    """Tasks whose best description fits every training pair."""
    calls: int

    @property
    def wrong(self) -> frozenset[str]:
        """Train-perfect, and wrong on the test in both attempts."""
        return self.fitted - self.solved


Solve = Callable[[str, RunConfig], Awaitable[Result]]
"""A selector and settings -> what came of them."""

HEAD = [
    "| mechanism | fit the pairs | of them wrong | caught of thrifty's wrong | solved | gained, lost | p | calls |",
    "|---|---|---|---|---|---|---|---|",
]


async def against_wrong(solve: Solve, tasks: int, generator: str) -> list[str]:
    """The table: each mechanism alone and together, paired with thrifty. Figures are of training + evaluation tasks."""
    lines = [*HEAD]
    base: list[Result] = []
    for mechanism, (preset, changes) in MECHANISMS.items():
        config = configure(preset, models=GENERATORS[generator], changes=changes)
        found = [await solve(f"arc1:{split}~{tasks}", config) for split in SPLITS]
        base = base or found
        lines.append(f"| {mechanism} | {row(found, base)} |")
        print(lines[-1], flush=True)
    return lines


def row(found: Sequence[Result], base: Sequence[Result]) -> str:
    """What settings came to on each set of tasks beside thrifty on the same."""
    pairs = list(zip(found, base, strict=True))
    gained = sum(len(one.solved - other.solved) for one, other in pairs)
    lost = sum(len(other.solved - one.solved) for one, other in pairs)
    calls = sum(one.calls for one in found)
    cells = [
        _each(len(one.fitted) for one in found),
        _each(len(one.wrong) for one in found),
        f"{_each(len(other.wrong & one.solved) for one, other in pairs)} of {_each(len(one.wrong) for one in base)}",
        _each(len(one.solved) for one in found),
        f"+{gained} -{lost}",
        f"{mcnemar(gained, lost):.2f}",
        f"{calls} ({calls / max(1, sum(one.calls for one in base)):.2f}×)",
    ]
    return " | ".join(cells)


def _each(counts: Iterable[int]) -> str:
    return " + ".join(map(str, counts))
