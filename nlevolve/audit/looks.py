"""What births gave, by how the task was shown to whoever wrote: added up anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from nlevolve.audit.worth import Worth
from nlevolve.records import CandidateChecked, MoveFailed

Looks = dict[str, dict[str, Any]]


def looks(members: Mapping[int, Worth], failed: Iterable[MoveFailed], best: Worth | None, copied: float) -> Looks:
    """Of one task; `copied`: the mean share of cells that copying the input gets right."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for one in members.values():
        birth = one.event.birth
        if birth.operator != "given":
            money = round((one.event.generator_usd or 0.0) * 1e9)
            found[_look(one.event)].update(births=1, exact=one.perfect, cost=money, best=one is best)
        if birth.operator != "given" and one.event.unseen:
            found[birth.look].update(unseen=1)
    for move in failed:
        found[_look(move)].update(births=1)
        if move.unseen:
            found[move.birth.look].update(unseen=1)
    gains = {name: sum(_gain(one, members, copied) for one in members.values() if _look(one.event) == name) for name in found}
    tried = {name for name, row in found.items() if row["births"]}
    fit = {name for name in tried if found[name]["exact"]}
    return {
        name: {
            **{figure: row[figure] for figure in ("births", "exact", "best", "unseen")},
            "gain": round(gains[name], 6),
            "cost_usd": round(row["cost"] / 1e9, 6),
            "tasks": int(name in tried),
            "fits": int(name in fit),
            "alone": int(fit == {name} and tried != {name}),
        }
        for name, row in found.items()
    }


def _look(event: CandidateChecked | MoveFailed) -> str:
    """How the task was really shown: what was left out of the prompt was not seen."""
    birth, left = event.birth, event.unseen
    eye = "" if birth.eye == "none" or "pictures" in left else f" pictures:{birth.eye}"
    return birth.grids + " facts" * (birth.facts and "facts" not in left) + eye


def all_looks(tasks: Iterable[Looks]) -> Looks:
    """Of all tasks."""
    total: Looks = {}
    for task in tasks:
        for name, row in task.items():
            before = total.get(name, dict.fromkeys(row, 0))
            total[name] = {figure: round(before[figure] + value, 6) for figure, value in row.items()}
    return total


def _gain(one: Worth, members: Mapping[int, Worth], copied: float) -> float:
    birth = one.event.birth
    if birth.operator not in ("write", "restart", "revise", "recombine"):
        return 0.0
    parents = [members[k] for k in birth.parents if k in members] if birth.operator in ("revise", "recombine") else []
    before = max((_worth(parent) for parent in parents), default=copied / 2)
    return max(0.0, _worth(one) - before)


def _worth(one: Worth) -> float:
    return (one.exact / len(one.shares) + one.cells) / 2
