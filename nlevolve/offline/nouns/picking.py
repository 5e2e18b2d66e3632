"""Picking: the phrases that mean just the objects that are wanted, out of every choice worth trying on some scenes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations, islice

import numpy as np

from nlevolve.offline.nouns.colours import LeastCommon, MostCommon, Named
from nlevolve.offline.nouns.objects import (
    Both,
    Coloured,
    ColouredThat,
    Commonest,
    Every,
    Except,
    Extreme,
    Foremost,
    Kind,
    MostHoles,
    MostOf,
    Objects,
    OddOneOut,
    Rank,
    That,
)
from nlevolve.offline.nouns.traits import (
    Contains,
    Fact,
    HasColours,
    HasFact,
    HasHoles,
    HasSize,
    InLineWith,
    IsColour,
    IsLarger,
    IsSmaller,
    Touches,
    Trait,
)
from nlevolve.offline.operation import Examples
from nlevolve.offline.scene import Scene

Wanted = Sequence[Sequence[bool]]
"""For each pair, for each object of its scene: whether it is meant."""


def objects_for(examples: Examples, wanted: Wanted, *, most: int = 6) -> Iterator[Objects]:
    """Phrases that mean exactly the wanted objects in every pair, plainest first, at most `most`."""
    rows = [tuple(map(bool, row)) for row in wanted]
    fits = (p for p in candidates(examples) if all(picked(p, e.scene) == row for e, row in zip(examples, rows, strict=True)))
    found = tuple(islice(fits, most))
    return iter(found or _both(examples, rows))


def _both(examples: Examples, rows: Sequence[tuple[bool, ...]]) -> tuple[Objects, ...]:
    """Two facts that single the wanted objects out together, where nothing simpler does."""
    if max(map(len, rows)) > MOST_TOLD_APART:
        return ()
    wanted = np.array([meant for row in rows for meant in row])
    facts = []
    for fact in Fact:
        held = np.array([meant for e in examples for meant in picked(That(HasFact(fact)), e.scene)])
        if held[wanted].all():
            facts.append((HasFact(fact), held))
    pairs = combinations(facts, 2)
    return tuple(islice((Both(one, other) for (one, a), (other, b) in pairs if np.array_equal(a & b, wanted)), 3))


def one_object_for(examples: Examples, allowed: Wanted, *, most: int = 6) -> Iterator[Objects]:
    """Phrases that mean a single object in every pair, always one that is allowed, plainest first."""

    def fits(phrase: Objects, scene: Scene, row: Sequence[bool]) -> bool:
        meant = picked(phrase, scene)
        return sum(meant) == 1 and row[meant.index(True)]

    found = (p for p in candidates(examples) if all(fits(p, e.scene, row) for e, row in zip(examples, allowed, strict=True)))
    return islice(found, most)


def picked(phrase: Objects, scene: Scene) -> tuple[bool, ...]:
    """For each object of the scene whether the phrase means it."""

    def compute() -> tuple[bool, ...]:
        meant = {id(o) for o in phrase.of(scene)}
        return tuple(id(o) in meant for o in scene.objects)

    return scene.once(("picked", phrase), compute)


MOST_TOLD_APART = 60
"""Objects of a grid that are told apart by more than colour and rank; a grid with more of them is rather a texture."""


@lru_cache(maxsize=32)
def candidates(examples: Examples) -> tuple[Objects, ...]:
    """Every simple choice worth trying on these scenes, plainest first. Scenes decide which colours and sizes are named."""
    return tuple(_candidates(examples))


def _candidates(examples: Examples) -> Iterator[Objects]:
    per_pair = [{c for o in e.scene.objects for c in o.colours} for e in examples]
    colours = [Named(c) for c in sorted(set.union(*per_pair))]
    everywhere = [Named(c) for c in sorted(set.intersection(*({int(c) for c in e.scene.colours} for e in examples)))]
    sizes = sorted({o.size for e in examples for o in e.scene.objects})[:12]
    yield Every()
    yield from map(Coloured, colours)
    ranks: list[Objects] = [Foremost(rank) for rank in Rank] + [OddOneOut(kind) for kind in Kind]
    ranks += [MostHoles(extreme) for extreme in Extreme]
    ranks += [MostOf(extreme, colour) for colour in everywhere for extreme in Extreme]
    facts = [HasFact(fact) for fact in Fact]
    traits: list[Trait] = [*facts]
    traits += [relation(colour) for colour in everywhere for relation in (Touches, Contains, InLineWith)]
    traits += [HasHoles(n) for n in sorted({o.holes for e in examples for o in e.scene.objects}) if 0 < n < 10]
    traits += [HasColours(n) for n in sorted({len(o.colours) for e in examples for o in e.scene.objects}) if n > 1]
    traits += [HasSize(s) for s in sizes if s > 1]
    traits += [IsLarger(s) for s in sizes[:-1] if s > 1] + [IsSmaller(s) for s in sizes[1:]]
    yield from ranks
    yield from (That(IsColour(colour)) for colour in (MostCommon(), LeastCommon()))
    if max(len(e.scene.objects) for e in examples) > MOST_TOLD_APART:
        return
    yield from map(That, traits)
    yield Commonest()
    yield from map(Except, ranks)
    yield from (Except(Coloured(colour)) for colour in colours)
    if len(colours) > 1:
        yield from (ColouredThat(colour, trait) for colour in colours for trait in facts)
