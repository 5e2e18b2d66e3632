"""What can be said of a task at a glance: sizes, colours, objects, symmetry, periodicity. What all its pairs have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.tasks import Pair, Task

Cells = NDArray[np.int8]
MANY = 6
"""Objects that are not to be counted at a glance."""


def traits(task: Task) -> tuple[str, ...]:
    """Names of what holds for every training pair, in a fixed order."""
    seen = [(_cells(pair.input), _cells(pair.output)) for pair in task.pairs]
    of_one = [name for name, holds in _OF_A_PAIR.items() if all(holds(*pair) for pair in seen)]
    return tuple(of_one + [name for name, holds in _OF_ALL.items() if holds(task.pairs)])


def _cells(grid: Grid) -> Cells:
    return np.array(grid, dtype=np.int8)


def _colours(cells: Cells) -> set[int]:
    return set(map(int, np.unique(cells)))


def _objects(cells: Cells) -> int:
    """Connected parts of one colour that is not the commonest, diagonal neighbours included."""
    counts = np.bincount(cells.ravel(), minlength=10)
    background = int(counts.argmax())
    return sum(int(ndimage.label(cells == colour, np.ones((3, 3)))[1]) for colour in _colours(cells) - {background})


def _symmetric(cells: Cells) -> bool:
    turned = [cells[::-1], cells[:, ::-1]] + ([cells.T] if cells.shape[0] == cells.shape[1] else [])
    return cells.size > 1 and len(_colours(cells)) > 1 and any(np.array_equal(cells, one) for one in turned)


def _periodic(cells: Cells) -> bool:
    """Whether it repeats along its rows or its columns, at least twice, and is not plain along them."""
    return any(_repeats(along) for along in (cells, cells.T))


def _repeats(cells: Cells) -> bool:
    length = len(cells)
    return any(np.array_equal(cells[period:], cells[:-period]) for period in range(2, length // 2 + 1)) and not np.array_equal(
        cells[1:], cells[:-1]
    )


def _lines(cells: Cells) -> bool:
    """Whether rows or columns of one colour part it into panels."""
    return any(_parted(along) for along in (cells, cells.T))


def _parted(cells: Cells) -> bool:
    whole = [int(row[0]) for row in cells[1:-1] if (row == row[0]).all()]
    background = int(np.bincount(cells.ravel()).argmax())
    return len(cells) > 4 and any(colour != background for colour in whole) and len(whole) < len(cells) // 2


def _same(a: Cells, b: Cells) -> bool:
    return a.shape == b.shape


def _changed(a: Cells, b: Cells) -> float:
    """Share of the cells that differ; of grids of other sizes all."""
    return float((a != b).mean()) if _same(a, b) else 1.0


def _only_filled(a: Cells, b: Cells) -> bool:
    background = int(np.bincount(a.ravel()).argmax())
    return _same(a, b) and bool((a[a != b] == background).all())


def _only_emptied(a: Cells, b: Cells) -> bool:
    background = int(np.bincount(a.ravel()).argmax())
    return _same(a, b) and bool((b[a != b] == background).all())


def _within(a: Cells, b: Cells) -> bool:
    """Whether the output lies in the input as it is."""
    if b.shape == a.shape or any(s > t for s, t in zip(b.shape, a.shape, strict=True)):
        return False
    windows = np.lib.stride_tricks.sliding_window_view(a, b.shape)
    return bool((windows == b).all(axis=(2, 3)).any())


def _multiple(a: Cells, b: Cells) -> bool:
    return b.size > a.size and all(s % t == 0 for s, t in zip(b.shape, a.shape, strict=True))


def _divisor(a: Cells, b: Cells) -> bool:
    return b.size < a.size and all(s % t == 0 for s, t in zip(a.shape, b.shape, strict=True))


_OF_A_PAIR: Mapping[str, Callable[[Cells, Cells], bool]] = {
    "same size": _same,
    "smaller output": lambda a, b: b.size < a.size,
    "larger output": lambda a, b: b.size > a.size,
    "output a multiple": _multiple,
    "output a part of the size": _divisor,
    "square output": lambda a, b: b.shape[0] == b.shape[1],
    "output of one colour": lambda a, b: len(_colours(b)) == 1,
    "output of one cell, row or column": lambda a, b: 1 in b.shape,
    "colours added": lambda a, b: bool(_colours(b) - _colours(a)),
    "colours removed": lambda a, b: bool(_colours(a) - _colours(b)),
    "colours kept": lambda a, b: _colours(a) == _colours(b),
    "few cells change": lambda a, b: _changed(a, b) < 0.1,
    "many cells change": lambda a, b: _same(a, b) and _changed(a, b) > 0.3,
    "only background is filled": _only_filled,
    "cells are only emptied": _only_emptied,
    "output is a cut of the input": _within,
    "one object": lambda a, b: _objects(a) == 1,
    "several objects": lambda a, b: 1 < _objects(a) < MANY,
    "many objects": lambda a, b: _objects(a) >= MANY,
    "objects kept": lambda a, b: _objects(a) == _objects(b),
    "fewer objects": lambda a, b: _objects(a) > _objects(b),
    "more objects": lambda a, b: _objects(a) < _objects(b),
    "symmetric input": lambda a, b: _symmetric(a),
    "symmetric output": lambda a, b: _symmetric(b),
    "periodic input": lambda a, b: _periodic(a),
    "periodic output": lambda a, b: _periodic(b),
    "lines part the input": lambda a, b: _lines(a),
    "lines part the output": lambda a, b: _lines(b),
}


def _one_size(pairs: tuple[Pair, ...]) -> bool:
    return len({(len(pair.output), len(pair.output[0])) for pair in pairs}) == 1


def _new_colour(pairs: tuple[Pair, ...]) -> bool:
    added = [_colours(_cells(pair.output)) - _colours(_cells(pair.input)) for pair in pairs]
    return len(set.intersection(*added)) > 0


_OF_ALL: Mapping[str, Callable[[tuple[Pair, ...]], bool]] = {
    "outputs of one size": _one_size,
    "the same colour added": _new_colour,
}
