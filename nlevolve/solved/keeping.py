"""How a library grows and is kept small: entries put together, and those that nothing is lost with. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlevolve.puzzle.kinship import pairs_of
from nlevolve.records import Entry

IN_VAIN = 12
"""Births that have been shown an entry, and of which none fitted: it is no help."""


@dataclass(frozen=True)
class Pruned:
    """What is left of a library, and what goes."""

    kept: list[Entry]
    gone: list[tuple[Entry, str]]
    """Each with why."""


def joined(entries: Iterable[Entry], more: Iterable[Entry]) -> list[Entry]:
    """All of them, each once, in their order; what became of one in different runs is put together."""
    found: dict[str, Entry] = {}
    for one in (*entries, *more):
        known = found.get(one.id)
        found[one.id] = known.model_copy(update={"uses": {**known.uses, **one.uses}}) if known else one
    return list(found.values())


def pruned(entries: Sequence[Entry], in_vain: int = IN_VAIN) -> Pruned:
    """Without what never helped in `in_vain` births or more, and with one entry of each task, however turned or recoloured: the
    one with which most births fitted, of equals the shortest."""
    gone = {one.id: f"shown to {one.shown} births, and none fitted" for one in entries if one.shown >= in_vain and not one.fitted}
    had: dict[str, str] = {}
    for one in sorted(entries, key=lambda one: (-one.fitted, one.description.words)):
        pairs = pairs_of(one.fingerprints)
        twin = next((had[pair] for pair in sorted(pairs) if pair in had), None)
        if one.id not in gone and twin is not None:
            gone[one.id] = f"its task has {twin}, too"
        elif one.id not in gone:
            had.update(dict.fromkeys(pairs, one.id))
    return Pruned([one for one in entries if one.id not in gone], [(one, gone[one.id]) for one in entries if one.id in gone])
