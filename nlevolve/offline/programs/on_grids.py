"""Helpers of programs, for whole grids. Their text goes into the programs that use them: no imports, and what a sandbox has."""

from __future__ import annotations

BLACK, BLUE, RED, GREEN, YELLOW, GREY, MAGENTA, ORANGE, CYAN, MAROON = range(10)

Grid = list[list[int]]
Cells = list[tuple[int, int]]


def most_common(colours: list[int]) -> int:
    """The lowest of those that occur most often."""
    return max(set(colours), key=lambda colour: (colours.count(colour), -colour))


def background_of(grid: Grid) -> int:
    """Black where there is black, otherwise the most common colour."""
    colours = [colour for row in grid for colour in row]
    return 0 if 0 in colours else most_common(colours)


def colours_in(grid: Grid, background: int) -> list[int]:
    """All but the background, the most common first."""
    cells = [colour for row in grid for colour in row if colour != background]
    return sorted(set(cells), key=lambda colour: (-cells.count(colour), colour))


def most_common_colour(grid: Grid, background: int) -> int | None:
    """Besides the background; none when two share the place."""
    cells = [colour for row in grid for colour in row]
    ranked = colours_in(grid, background)
    tied = len(ranked) > 1 and cells.count(ranked[0]) == cells.count(ranked[1])
    return ranked[0] if ranked and not tied else None


def least_common_colour(grid: Grid, background: int) -> int | None:
    """Besides the background; none when two share the place."""
    cells = [colour for row in grid for colour in row]
    ranked = colours_in(grid, background)
    tied = len(ranked) > 1 and cells.count(ranked[-1]) == cells.count(ranked[-2])
    return ranked[-1] if ranked and not tied else None


def flip_horizontally(grid: Grid) -> Grid:
    return [row[::-1] for row in grid]


def flip_vertically(grid: Grid) -> Grid:
    return [list(row) for row in grid[::-1]]


def transpose(grid: Grid) -> Grid:
    return [list(column) for column in zip(*grid)]


def rotate_clockwise(grid: Grid) -> Grid:
    return transpose(grid[::-1])


def rotate_anticlockwise(grid: Grid) -> Grid:
    return transpose(grid)[::-1]


def rotate_half(grid: Grid) -> Grid:
    return [row[::-1] for row in grid[::-1]]


def flip_antidiagonally(grid: Grid) -> Grid:
    return rotate_half(transpose(grid))


def beside(left: Grid, right: Grid) -> Grid:
    """Two grids of one height, side by side."""
    return [[*left[row], *right[row]] for row in range(len(left))]


def is_inside(grid: Grid, row: int, column: int) -> bool:
    return 0 <= row < len(grid) and 0 <= column < len(grid[0])


def neighbours(grid: Grid, row: int, column: int, near: str) -> list[int]:
    """The colours beside a cell: by a "side", by a "corner" only, or by "any" of both."""
    sides = [(-1, 0), (1, 0), (0, -1), (0, 1)]
    corners = [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    steps = sides if near == "side" else corners if near == "corner" else sides + corners
    return [grid[row + down][column + right] for down, right in steps if is_inside(grid, row + down, column + right)]


def spread(grid: Grid, colour: int, background: int, diagonal: bool) -> Grid:
    """The colour over all background that it reaches."""
    steps = [(-1, 0), (1, 0), (0, -1), (0, 1)]
    if diagonal:
        steps += [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    grid = [list(row) for row in grid]
    waiting = [(r, c) for r, row in enumerate(grid) for c, cell in enumerate(row) if cell == colour]
    while waiting:
        row, column = waiting.pop()
        for down, right in steps:
            r, c = row + down, column + right
            if is_inside(grid, r, c) and grid[r][c] == background:
                grid[r][c] = colour
                waiting.append((r, c))
    return grid


def fall(line: list[int], background: int) -> list[int]:
    """A line after its cells have fallen to its end."""
    solid = [cell for cell in line if cell != background]
    return [background] * (len(line) - len(solid)) + solid


def period(rows: Grid) -> int:
    """The fewest rows after which the rows repeat; all of them when they do not."""
    for step in range(1, len(rows)):
        if rows[step:] == rows[:-step]:
            return step
    return len(rows)


def continue_down(grid: Grid, background: int) -> Grid:
    """The pattern of the coloured rows, repeated to the bottom."""
    coloured = [r for r, row in enumerate(grid) if set(row) != {background}]
    if not coloured:
        return grid
    step = period(grid[coloured[0] : coloured[-1] + 1])
    grid = [list(row) for row in grid]
    for row in range(coloured[-1] + 1, len(grid)):
        grid[row] = list(grid[row - step])
    return grid


def ray(grid: Grid, row: int, column: int, step: tuple[int, int]) -> Cells:
    """The cells from a start to the border."""
    cells = []
    while is_inside(grid, row + step[0], column + step[1]):
        row, column = row + step[0], column + step[1]
        cells.append((row, column))
    return cells


def until_blocked(grid: Grid, cells: Cells, background: int) -> Cells:
    """The first cells, as long as they are background."""
    free = []
    for row, column in cells:
        if grid[row][column] != background:
            break
        free.append((row, column))
    return free


def until_hit(grid: Grid, cells: Cells, background: int) -> Cells:
    """The first cells, as long as they are background, if anything is behind them."""
    free = until_blocked(grid, cells, background)
    return free if len(free) < len(cells) else []


def fullest_border(grid: Grid, original: Grid, background: int) -> int | None:
    """The border with the largest share of coloured cells: top 0, left 1, bottom 2, right 3; none when two share the place.

    In the original grid as long as that has the same size.
    """
    same = len(grid) == len(original) and len(grid[0]) == len(original[0])
    rows = original if same else grid
    borders = [rows[0], [row[0] for row in rows], rows[-1], [row[-1] for row in rows]]
    shares = [(len(line) - line.count(background)) / len(line) for line in borders]
    return shares.index(max(shares)) if shares.count(max(shares)) == 1 else None
