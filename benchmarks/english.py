"""docs/english.md from the grammar: what each operation says, other ways to say it, and a small grid before and after."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from random import Random

from nlevolve.offline import english
from nlevolve.offline.grammar import Phrase, Slot, filled, read_by, registered
from nlevolve.offline.operation import Definition, Operation, perform
from nlevolve.offline.sampling import sample
from nlevolve.offline.scene import Cells, Scene, cells

PAGE = Path(__file__).parent.parent / "docs" / "english.md"
TRIES = 500
"""Random sentences of an operation among which a telling one is looked for."""
ENOUGH = 16
WIDEST, HIGHEST = 10, 8
"""Columns and rows of a grid that is pictured."""
ABREAST = 3
PITCH = 2 * WIDEST + 6

BLACK = "."
GRIDS = """
........ .22..... .22...3. ......3. .444.... .4.4...1 .444....
1....2.... .......... ..3....... .......... ......3... .......... 4........1
1..5...5..1 .2.5.2.5.22 ..35..45333
222.... 2.2..3. 222.... ....444 .3..4.4 ....444
12.5.3.5 21.5...5 55555555 .3.5.4.5 3..5..45
.1.5.2. 1..5..2 55555555
1.2 .3. 4.1
123 211 332
12.. 34.. .... ....
1212..
.33. .3.3 .33. ..3.
........ .111.... .1.1..3. .111.... ......2. .33..... .33....2
2222222 2.1...2 2...3.2 2222222
.......... .8........ .......3.. ..8....... ......3...
1111111 1121111 1111131 1411111
5.5.5 .5.5. 5.5.5
3...... .3..... ..3.... .......
123321 456654 4..654 123321
.2... .2..3 .2.33 12.3. 12333
"""
"""Grids as puzzles have them, one a line: objects, dots, panels, noise, frames, patterns. What is too wide to picture is cut."""

HEAD = """# The English of the embedded models

Made from the grammar by `make docs ARGS=english`; what stands here is what `offline/…` models write and read.
[How to add an operation](add-an-operation.md).

A description is a list of bullets, applied in order. Each bullet says one of the {count} operations below, with any of the
grammar's {nouns} phrases for colours, objects, places and conditions in its places. Reading is tolerant: articles, plurals,
American spelling, synonyms (biggest and largest, shape and object, pixel and cell) and numbers as digits or words make no
difference, and each operation knows more wordings than those quoted. A bullet that is not understood is left out and named
in the reply's note, never guessed.

People's ways are read too, and never written: asking before doing ("find the largest shape and colour it red"), conditions ("if a
shape has a hole, make it blue"), several deeds in a sentence, examples, and sentences by which nothing is done ("the colours stay
the same"). What may mean two things, such as a square (a cell or an object) or a line whose reach is not told, is carried on both
ways; if they do not come to the same grid and nothing else decides, the bullet counts as not understood. Claims are checked:
"the output grid size is 3x3" (or the same as the input, twice as wide, that of the largest shape) and "in the input, you should
see red squares on a black background" change nothing, and one that the grids contradict is named in the note.

In the pictures a digit is a cell of that colour and a dot a black one (1 blue, 2 red, 3 green, 4 yellow, 5 grey, 6 magenta,
7 orange, 8 cyan, 9 maroon); the grid before stands left of the arrow, the grid after right of it. Grids and sentences are
drawn at random from the grammar, so they show what can be said, not what a puzzle would say.
"""


@dataclass(frozen=True)
class Shown:
    """An operation with a grid that it changes."""

    operation: Operation
    before: Cells
    after: Cells


def grids() -> list[Scene]:
    rows = [line.replace(BLACK, "0").split() for line in GRIDS.strip().splitlines()]
    widths = [min(WIDEST, *map(len, grid)) for grid in rows]
    return [Scene(cells([list(map(int, row[:width])) for row in grid])) for grid, width in zip(rows, widths, strict=True)]


def telling(kind: type[Operation], scenes: Sequence[Scene]) -> Shown | None:
    """The plainest of some random operations of this class that change one of the grids; the same on every machine."""
    return min(_changes(kind, scenes), key=_plainness, default=None)


def _plainness(shown: Shown) -> tuple[bool, int]:
    return len(set(shown.after.ravel().tolist())) == 1, len(english.say(shown.operation))


def _changes(kind: type[Operation], scenes: Sequence[Scene]) -> Iterator[Shown]:
    rng = Random(kind.__name__)
    count = 0
    for _ in range(TRIES):
        operation = sample(kind, rng, depth=2)
        for scene in rng.sample(scenes, len(scenes)):
            after = perform(operation, scene)
            if after is not None and _is_telling(scene.grid, after.grid):
                yield Shown(operation, scene.grid, after.grid)
                count += 1
                break
        if count == ENOUGH:
            return


def _is_telling(before: Cells, after: Cells) -> bool:
    small = after.shape[0] <= HIGHEST and after.shape[1] <= WIDEST
    return small and (before.shape != after.shape or bool((before != after).any()))


def other_ways(operation: Operation) -> list[str]:
    """All other wordings of an operation, those least like what it says first."""
    said = english.say(operation)
    words = set(said.lower().strip(".").split())
    ways = set()
    for production in read_by(type(operation)):
        slots = [part.name for part in production.parts if isinstance(part, Slot)]
        text = filled(production, {name: getattr(operation, name) for name in slots})
        text = _sentence(text) + "."
        if text != said and english.read(text) == operation:
            ways.add(text)
    return sorted(ways, key=lambda way: (len(words & set(way.lower().strip(".").split())) / len(way.split()), way))


def page() -> str:
    """The whole of docs/english.md."""
    kinds = registered(Operation)
    scenes = grids()
    lines = [HEAD.format(count=len(kinds), nouns=_nouns())]
    for module, group in groupby(kinds, key=lambda kind: kind.__module__):
        about = (sys.modules[module].__doc__ or "").splitlines()[0].partition(": ")
        lines += [f"## {module.rsplit('.', 1)[-1].capitalize()}", "", _sentence(about[2] or about[0]), ""]
        shown = []
        for number, kind in enumerate(group, 1):
            one = telling(kind, scenes)
            operation = one.operation if one else sample(kind, Random(kind.__name__), depth=2)
            lines += _told(number, operation)
            shown += [(number, one)] if one else []
        lines += ["", *_pictures(shown)]
    return "\n".join(lines).rstrip() + "\n"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _nouns() -> int:
    return len(registered(Phrase)) - len(registered(Operation))


def _told(number: int, operation: Operation) -> list[str]:
    ways = other_ways(operation)
    or_ = " ".join(f'"{way}"' for way in ways[:2])
    looks = " Says how to look, and changes no cell." if isinstance(operation, Definition) else ""
    return [f"{number}. `{type(operation).__name__}` **{english.say(operation)}**{looks}", f"   Or: {or_}"]


def _pictures(shown: Sequence[tuple[int, Shown]]) -> list[str]:
    lines = []
    for start in range(0, len(shown), ABREAST):
        blocks = [_picture(number, one) for number, one in shown[start : start + ABREAST]]
        height = max(map(len, blocks))
        rows = zip(*(block + [""] * (height - len(block)) for block in blocks), strict=True)
        lines += ["".join(row.ljust(PITCH) for row in line).rstrip() for line in rows]
        lines.append("")
    return ["```text", *lines[:-1], "```", ""] if lines else []


def _picture(number: int, shown: Shown) -> list[str]:
    before, after = _rows(shown.before), _rows(shown.after)
    height = max(len(before), len(after))
    left = [row.ljust(WIDEST) for row in before + [""] * (height - len(before))]
    right = after + [""] * (height - len(after))
    arrows = ["→" if at == 0 else " " for at in range(height)]
    return [f"{number}:", *(f"{a} {arrow} {b}" for a, arrow, b in zip(left, arrows, right, strict=True))]


def _rows(grid: Cells) -> list[str]:
    return ["".join(map(str, row)).replace("0", BLACK) for row in grid.tolist()]


def write() -> None:
    """Write docs/english.md."""
    PAGE.write_text(page(), encoding="utf-8")
