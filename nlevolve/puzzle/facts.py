"""What a program sees in grids: sizes, colours, objects and where they are, symmetries, what a pair changes. Bounded in length.

Computed from training pairs and test inputs; there is no test output to compute anything from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nlevolve.puzzle.grids import Grid, shape
from nlevolve.puzzle.notations import NAMES
from nlevolve.puzzle.symmetry import Transform
from nlevolve.puzzle.tasks import Pair

LONGEST = 6_000
"""Characters of all facts of a prompt: about 1,500 tokens."""
OBJECTS = (8, 4, 2, 0)
"""How many objects of a grid are told at most: fewer, where more would be too long."""
MOST_CHANGES = 6
_OWN = {
    "mirrored left to right": Transform(mirrored=True),
    "mirrored top to bottom": Transform(2, mirrored=True),
    "turned by a half": Transform(2),
    "mirrored along the diagonal from the top left": Transform(1, mirrored=True),
    "mirrored along the diagonal from the top right": Transform(3, mirrored=True),
}
_TURNS = {"turned by a quarter to the right": Transform(1), "turned by a quarter to the left": Transform(3)}


@dataclass(frozen=True)
class Facts:
    """Observations, each a phrase: of each pair by its number (from 1), of each test input."""

    pairs: Mapping[int, Sequence[str]]
    tests: Sequence[Sequence[str]]


def facts(pairs: Mapping[int, Pair], tests: Sequence[Grid], longest: int = LONGEST) -> Facts:
    """What can be said of these pairs (by their numbers) and test inputs in so many characters."""
    for most in OBJECTS:
        told = Facts({number: _of_pair(pair, most) for number, pair in pairs.items()}, [_of_grid(one, most) for one in tests])
        if sum(len(fact) for lines in (*told.pairs.values(), *told.tests) for fact in lines) <= longest:
            return told
    return _shortened(told, longest)


def _shortened(told: Facts, longest: int) -> Facts:
    """The first facts of each, as many as there is room for."""
    every = max(len(told.pairs) + len(told.tests), 1)

    def first(lines: Iterable[str]) -> list[str]:
        kept, room = [], longest // every
        for line in lines:
            room -= len(line)
            if room < 0:
                break
            kept.append(line)
        return kept

    return Facts({number: first(lines) for number, lines in told.pairs.items()}, [first(lines) for lines in told.tests])


@lru_cache(maxsize=4096)
def _of_pair(pair: Pair, most: int) -> list[str]:
    seen = [f"input: {fact}" for fact in _of_grid(pair.input, most)]
    return [*_changed(pair), *seen, *(f"output: {fact}" for fact in _of_grid(pair.output, most))]


@lru_cache(maxsize=4096)
def _of_grid(grid: Grid, most: int) -> list[str]:
    rows, columns = shape(grid)
    counted = Counter(cell for row in grid for cell in row)
    background = min(counted, key=lambda colour: (-counted[colour], colour))
    colours = ", ".join(f"{NAMES[colour]} {counted[colour]}" for colour in sorted(counted, key=lambda one: (-counted[one], one)))
    told = [f"{_count(rows, 'row')} and {_count(columns, 'column')}; cells: {colours}"]
    own = [name for name, transform in _OWN.items() if min(rows, columns) > 1 and transform.grid(grid) == grid]
    told += [f"it is the same {', '.join(own)}"] if own and len(counted) > 1 else []
    found = objects(grid, background)
    if not found or not most:
        return told
    listed = "; ".join(map(str, found[:most])) + (f"; and {len(found) - most} smaller" if len(found) > most else "")
    return [*told, f"with {NAMES[background]} as background {_count(len(found), 'object')}: {listed}"]


@dataclass(frozen=True)
class Thing:
    """Cells of one colour that touch each other, at sides or corners; rows and columns from 1."""

    colour: int
    cells: int
    top: int
    bottom: int
    left: int
    right: int

    def __str__(self) -> str:
        return f"{NAMES[self.colour]}, {_count(self.cells, 'cell')} in {_span('row', self.top, self.bottom)}, " + _span(
            "column", self.left, self.right
        )


def objects(grid: Grid, background: int) -> list[Thing]:
    """The largest first, then from the top and from the left."""
    left = {(r, c): cell for r, row in enumerate(grid, 1) for c, cell in enumerate(row, 1) if cell != background}
    found = []
    while left:
        (start, colour) = next(iter(left.items()))
        cells = list(_touching(start, colour, left))
        rows, columns = [r for r, _ in cells], [c for _, c in cells]
        found.append(Thing(colour, len(cells), min(rows), max(rows), min(columns), max(columns)))
    return sorted(found, key=lambda one: (-one.cells, one.top, one.left, one.colour))


def _touching(start: tuple[int, int], colour: int, left: dict[tuple[int, int], int]) -> Iterator[tuple[int, int]]:
    """The cells of one object, each taken out of those that are left."""
    del left[start]
    waiting = [start]
    while waiting:
        r, c = waiting.pop()
        yield r, c
        for near in ((r + dr, c + dc) for dr in (-1, 0, 1) for dc in (-1, 0, 1)):
            if left.get(near) == colour:
                del left[near]
                waiting.append(near)


def _changed(pair: Pair) -> list[str]:
    given, made = pair.input, pair.output
    (rows, columns), (new_rows, new_columns) = shape(given), shape(made)
    told = [_resized(rows, columns, new_rows, new_columns), *_recoloured(given, made)]
    told += [f"the output is the input {name}" for name, one in (_OWN | _TURNS).items() if given != made == one.grid(given)]
    if (rows, columns) == (new_rows, new_columns):
        return [*told, _cells_changed(given, made)]
    place = _stands(made, given) if new_rows <= rows and new_columns <= columns else None
    if place:
        return [*told, f"the output stands in the input, in {place}"]
    place = _stands(given, made) if rows <= new_rows and columns <= new_columns else None
    return [*told, *([f"the input stands in the output, in {place}"] if place else [])]


def _resized(rows: int, columns: int, new_rows: int, new_columns: int) -> str:
    if (rows, columns) == (new_rows, new_columns):
        return "the output is as large as the input"
    became = (("rows", rows, new_rows), ("columns", columns, new_columns))
    return "; ".join(f"{noun}: {old} become {new}{_times(old, new)}" for noun, old, new in became)


def _times(old: int, new: int) -> str:
    if old == new:
        return ""
    return f" ({new // old} times as many)" if new % old == 0 else f" (one in {old // new})" if old % new == 0 else ""


def _recoloured(given: Grid, made: Grid) -> list[str]:
    before, after = ({cell for row in grid for cell in row} for grid in (given, made))
    told = [("only the input has", before - after), ("only the output has", after - before)]
    return [f"{who} {', '.join(NAMES[colour] for colour in sorted(colours))}" for who, colours in told if colours]


def _cells_changed(given: Grid, made: Grid) -> str:
    changed = {
        (r, c): (a, b)
        for r, (row, other) in enumerate(zip(given, made, strict=True), 1)
        for c, (a, b) in enumerate(zip(row, other, strict=True), 1)
        if a != b
    }
    if not changed:
        return "no cell changes"
    kinds = Counter(changed.values())
    common = sorted(kinds, key=lambda kind: (-kinds[kind], kind))
    told = ", ".join(f"{NAMES[a]} to {NAMES[b]} {kinds[a, b]}" for a, b in common[:MOST_CHANGES])
    rows, columns = [r for r, _ in changed], [c for _, c in changed]
    where = f"{_span('row', min(rows), max(rows))}, {_span('column', min(columns), max(columns))}"
    rest = ", and others" if len(common) > MOST_CHANGES else ""
    return f"{_count(len(changed), 'cell')} of {len(given) * len(given[0])} change, in {where}: {told}{rest}"


def _stands(part: Grid, whole: Grid) -> str | None:
    """Where the first one stands in the other, from the top and the left."""
    (high, wide), (rows, columns) = shape(part), shape(whole)
    for top in range(rows - high + 1):
        for left in range(columns - wide + 1):
            if all(whole[top + r][left : left + wide] == part[r] for r in range(high)):
                return f"{_span('row', top + 1, top + high)}, {_span('column', left + 1, left + wide)}"
    return None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _span(noun: str, first: int, last: int) -> str:
    return f"{noun} {first}" if first == last else f"{noun}s {first} to {last}"
