"""Helpers of programs, for pictures part of which is covered, and turns about a centre. Their text goes into programs."""

from __future__ import annotations

from nlevolve.offline.programs.on_grids import Cells, Grid, flip_horizontally, is_inside, transpose

HIDDEN = -1


def alike(one: int, other: int) -> bool:
    """Whether they may be equal: nobody knows what is covered."""
    return HIDDEN in (one, other) or one == other


def axis_of(picture: Grid) -> int | None:
    """First plus last column of the widest part that is its own mirror image; at least two thirds of the picture."""
    width = len(picture[0])
    for twice in sorted(range(2 * width - 1), key=lambda twice: abs(twice - (width - 1))):
        first, last = max(0, twice - width + 1), min(width - 1, twice)
        if 3 * (last - first + 1) < 2 * width:
            return None
        if all(alike(row[c], row[twice - c]) for row in picture for c in range(first, last + 1)):
            return twice
    return None


def mirror(picture: Grid, twice: int | None) -> Grid:
    """What is covered gets what its mirror image has."""
    if twice is None:
        return picture
    width = len(picture[0])
    return [
        [row[twice - c] if cell == HIDDEN and 0 <= twice - c < width else cell for c, cell in enumerate(row)] for row in picture
    ]


def square_at(picture: Grid, shift: int) -> Cells:
    """The cells of the largest square whose diagonal lies so much further right than down."""
    top, left = max(0, -shift), max(0, shift)
    side = min(len(picture) - top, len(picture[0]) - left)
    return [(top + r, left + c) for r in range(side) for c in range(side)]


def diagonal_of(picture: Grid) -> int | None:
    """How much further right than down the diagonal lies about which most of the picture is symmetric."""
    for shift in (0, 1, -1, 2, -2):
        square = square_at(picture, shift)
        large = 2 * len(square) > len(picture) * len(picture[0])
        if large and all(alike(picture[r][c], picture[c - shift][r + shift]) for r, c in square):
            return shift
    return None


def mirror_diagonally(picture: Grid, shift: int | None) -> Grid:
    """What is covered gets what its image beyond the diagonal has."""
    if shift is None:
        return picture
    mended = [list(row) for row in picture]
    for r, c in square_at(picture, shift):
        if picture[r][c] == HIDDEN:
            mended[r][c] = picture[c - shift][r + shift]
    return mended


def by_symmetry(picture: Grid) -> Grid | None:
    """Mended by all mirror axes that no cell denies; None where there are none."""
    upright, level = axis_of(picture), axis_of(transpose(picture))
    picture = transpose(mirror(transpose(mirror(picture, upright)), level))
    falling = diagonal_of(picture)
    picture = mirror_diagonally(picture, falling)
    rising = diagonal_of(flip_horizontally(picture))
    picture = flip_horizontally(mirror_diagonally(flip_horizontally(picture), rising))
    picture = transpose(mirror(transpose(mirror(picture, upright)), level))
    return None if upright is level is falling is rising is None else picture


def repeats(picture: Grid, down: int, right: int) -> bool:
    """Whether it may be the same when it is shifted; a quarter of what lies on each other has to be known."""
    high, wide = len(picture), len(picture[0])
    rows, columns = range(max(0, down), high + min(0, down)), range(max(0, right), wide + min(0, right))
    both = [(picture[r][c], picture[r - down][c - right]) for r in rows for c in columns]
    known = [one == other for one, other in both if HIDDEN not in (one, other)]
    return all(known) and 4 * len(known) >= len(both)


def first_shift(picture: Grid, ways: Cells) -> Cells:
    for down, right in ways:
        if repeats(picture, down, right):
            return [(down, right)]
    return []


def shifts_of(picture: Grid) -> Cells:
    """The shortest one down and to the right; if either is missing, a slanting one."""
    high, wide = len(picture), len(picture[0])
    down = [(n, 0) for n in range(1, high // 2 + 1)]
    right = [(0, n) for n in range(1, wide // 2 + 1)]
    slant = [(n, sign * m) for n in range(1, 5) for m in range(1, 5) for sign in (1, -1)]
    found = first_shift(picture, down) + first_shift(picture, right)
    return found if len(found) == 2 else found + first_shift(picture, slant)


def by_repeating(picture: Grid) -> Grid | None:
    """Mended by the shortest shifts that no cell denies; None where there are none."""
    shifts = shifts_of(picture)
    for _ in range(60):
        before = picture
        for down, right in [step for r, c in shifts for step in ((r, c), (-r, -c))]:
            picture = [
                [
                    picture[r - down][c - right] if cell == HIDDEN and is_inside(picture, r - down, c - right) else cell
                    for c, cell in enumerate(row)
                ]
                for r, row in enumerate(picture)
            ]
        if picture == before:
            break
    return picture if shifts else None


def mended(grid: Grid, cover: int, order: str) -> Grid | None:
    """The picture under a colour, which is "symmetric", "repeating" or "either"; None where nothing tells what is there."""
    picture = [[HIDDEN if cell == cover else cell for cell in row] for row in grid]
    hidden = sum(row.count(HIDDEN) for row in picture)
    if not 0 < hidden < len(grid) * len(grid[0]):
        return None
    repeated = by_repeating(picture) if order != "symmetric" else None
    picture = picture if repeated is None else repeated
    reflected = by_symmetry(picture) if order != "repeating" else None
    if repeated is None and reflected is None:
        return None
    return [[cover if cell == HIDDEN else cell for cell in row] for row in reflected or picture]


def misfit(grid: Grid, order: str) -> int | None:
    """The rarest colour without which the whole picture is in order."""
    cells = [cell for row in grid for cell in row]
    for colour in sorted(set(cells), key=lambda colour: (cells.count(colour), colour)):
        picture = mended(grid, colour, order)
        if picture is not None and not any(colour in row for row in picture):
            return colour
    return None


def image_of(row: int, column: int, turn: str, down: int, across: int) -> tuple[int, int]:
    """Where a cell comes to lie when the grid is turned about half of (down, across)."""
    half, over = (down - across) // 2, (down + across) // 2
    return {
        "left_right": (row, across - column),
        "top_bottom": (down - row, column),
        "half": (down - row, across - column),
        "diagonal": (column + half, row - half),
        "antidiagonal": (over - column, over - row),
        "clockwise": (column + half, over - row),
        "anticlockwise": (over - column, row - half),
    }[turn]


def completed(grid: Grid, background: int, turns: list[str], down: int, across: int) -> Grid:
    """The grid with images of itself on its background; as it is when a turn would miss whole cells."""
    if (down + across) % 2 and set(turns) - {"left_right", "top_bottom", "half"}:
        return grid
    whole = [list(row) for row in grid]
    for turn in turns:
        for r, row in enumerate(grid):
            for c, cell in enumerate(row):
                y, x = image_of(r, c, turn, down, across)
                if cell != background and is_inside(grid, y, x) and whole[y][x] == background:
                    whole[y][x] = cell
    return whole
