"""How a library grows and is kept small: entries put together, and those that nothing is lost with. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from nlevolve.puzzle.kinship import pairs_of
from nlevolve.records import Entry, Use
from nlevolve.records.entries import MOST_USES
from nlevolve.solved.file import LARGEST, MOST, lines

IN_VAIN = 12
"""Births that have been shown an entry, and of which none fitted: it is no help."""
EARLIER = "earlier runs"
"""In the place of a run's id, where what became of an entry in many runs is put together."""


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
        found[one.id] = known.model_copy(update={"uses": shortened({**known.uses, **one.uses})}) if known else one
    return list(found.values())


def shortened(uses: Mapping[str, Use]) -> dict[str, Use]:
    """Those of many runs: what became of an entry in the earliest ones is put together."""
    runs = list(uses)
    early = runs[: 1 - MOST_USES] if len(runs) > MOST_USES else []
    told = [uses[run] for run in early]
    first = {EARLIER: Use(shown=sum(one.shown for one in told), fitted=sum(one.fitted for one in told))} if early else {}
    return first | {run: uses[run] for run in runs[len(early) :]}


def pruned(entries: Sequence[Entry], in_vain: int = IN_VAIN, most: int = MOST, largest: int = LARGEST) -> Pruned:
    """Without what never helped in `in_vain` births or more, and with one entry of each task, however turned or recoloured: the
    one with which most births fitted, of equals the shortest.

    Of what is left then `most` entries, and so many as have `largest` bytes together: those with which most births fitted, of
    equals those that were shown to fewest, and the shortest.
    """
    gone = {one.id: f"shown to {one.shown} births, and none fitted" for one in entries if one.shown >= in_vain and not one.fitted}
    had: dict[str, str] = {}
    for one in sorted(entries, key=lambda one: (-one.fitted, one.description.words)):
        pairs = pairs_of(one.fingerprints)
        twin = next((had[pair] for pair in sorted(pairs) if pair in had), None)
        if one.id not in gone and twin is not None:
            gone[one.id] = f"its task has {twin}, too"
        elif one.id not in gone:
            had.update(dict.fromkeys(pairs, one.id))
    gone |= _too_many([one for one in entries if one.id not in gone], most, largest)
    return Pruned([one for one in entries if one.id not in gone], [(one, gone[one.id]) for one in entries if one.id in gone])


def _too_many(entries: Sequence[Entry], most: int, largest: int) -> dict[str, str]:
    best = sorted(entries, key=lambda one: (-one.fitted, one.shown, one.description.words))
    sizes = accumulate(len(lines([one]).encode("utf-8", "replace")) for one in best)
    fit = sum(size <= largest for size in sizes)
    small = {one.id: f"{len(best) - fit} too many for a file of {largest:,} bytes" for one in best[fit:]}
    return small | {one.id: f"{len(best) - most} more than {most:,}" for one in best[most:]}
