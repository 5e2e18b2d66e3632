"""`python -m benchmarks.relevance FILE`: how often the rules that a task is shown are of its own rule's kind.

Every entry of a library in turn is the task, and the others are what it may be shown. A hit: one of the rules shown has an
operation of a family that the task's own rule has one of. As well as words can tell: ranked by the words of the very rule.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from math import comb
from pathlib import Path

from nlevolve.evolve.shelf import likeness
from nlevolve.evolve.wording import Wordings
from nlevolve.offline.hinting import hinted
from nlevolve.offline.hypotheses import Glance
from nlevolve.puzzle.kinship import akin
from nlevolve.records import Entry
from nlevolve.solved import file as library_file

Kinds = frozenset[str]
Scores = Sequence[float]
SHOWN = (1, 2, 4, 8)


def families(entry: Entry) -> Kinds:
    """The families of operations that its rule is made of, definitions apart."""
    return hinted(Glance(), [entry.description.bullets]).first


def by_tasks(one: Entry, others: Sequence[Entry]) -> Scores:
    return likeness(one.traits, [other.traits for other in others])


def by_words(one: Entry, others: Sequence[Entry]) -> Scores:
    return Wordings([other.description.bullets for other in others]).likeness(one.description.bullets) or [0.0] * len(others)


def by_both(one: Entry, others: Sequence[Entry]) -> Scores:
    return [round((a + b) / 2, 5) for a, b in zip(by_tasks(one, others), by_words(one, others), strict=True)]


WAYS: dict[str, Callable[[Entry, Sequence[Entry]], Scores]] = {
    "what the tasks are like": by_tasks,
    "the words of its own rule": by_words,
    "both": by_both,
}


def hits(entries: Sequence[Entry], way: Callable[[Entry, Sequence[Entry]], Scores], shown: int) -> float:
    """Share of the tasks that are shown a rule of their own rule's kind."""
    found = [_hit(one, kin(one, entries), way, shown) for one in entries]
    return sum(found) / len(found)


def _hit(one: Entry, others: Sequence[Entry], way: Callable[[Entry, Sequence[Entry]], Scores], shown: int) -> bool:
    scores, own = way(one, others), families(one)
    best = sorted(range(len(others)), key=lambda place: (-scores[place], place))[:shown]
    return any(own & families(others[place]) for place in best)


def by_chance(entries: Sequence[Entry], shown: int) -> float:
    """The same of rules that are drawn."""
    found = []
    for one in entries:
        others, own = kin(one, entries), families(one)
        strange = sum(not own & families(other) for other in others)
        found.append(1 - comb(strange, shown) / comb(len(others), shown))
    return sum(found) / len(found)


def kin(one: Entry, entries: Sequence[Entry]) -> list[Entry]:
    """What of the library the task may be shown."""
    return [other for other in entries if not akin(one.fingerprints, other.fingerprints)]


def measure(entries: Sequence[Entry]) -> list[str]:
    """The table's lines."""
    read = [one for one in entries if families(one)]
    kinds = {kind for one in read for kind in families(one)}
    lines = [
        f"{len(read)} rules of {len(entries)} that the embedded models can read, of {len(kinds)} families of operations.",
        "",
        f"| ranked by | {' | '.join(f'{n} shown' for n in SHOWN)} |",
        f"|---|{'---|' * len(SHOWN)}",
    ]
    rows = {name: [hits(read, way, shown) for shown in SHOWN] for name, way in WAYS.items()}
    rows["chance"] = [by_chance(read, shown) for shown in SHOWN]
    return lines + [f"| {name} | {' | '.join(f'{share:.0%}' for share in shares)} |" for name, shares in rows.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="a library: nlevolve library add RUN")
    for line in measure(library_file.read(parser.parse_args().file)):
        print(line)


if __name__ == "__main__":
    main()
