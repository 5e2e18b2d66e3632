"""Pictures of grids looked at again, by their pixels alone: the lines say where the cells are, colours what they hold."""

from __future__ import annotations

import io
from base64 import b64decode
from itertools import pairwise

import numpy as np
from PIL import Image

from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.pictures import LINE, PALETTE


def grids_in(image: str) -> list[Grid]:
    """The grids of a PNG in base64, from left to right."""
    with Image.open(io.BytesIO(b64decode(image, validate=True))) as opened:
        assert opened.format == "PNG"
        pixels = np.asarray(opened.convert("RGB"))
    line = (pixels == PALETTE[LINE]).all(axis=2)
    top = int(np.flatnonzero(line.any(axis=1))[0])
    across = np.flatnonzero(line[top])
    parts = np.split(across, np.flatnonzero(np.diff(across) > 1) + 1)
    return [_grid(pixels, line, top, int(part[0]), int(part[-1])) for part in parts]


def _grid(pixels: np.ndarray, line: np.ndarray, top: int, left: int, right: int) -> Grid:
    down = np.flatnonzero(line[:, left])
    rows = down[line[down, left + 1]]
    columns = left + np.flatnonzero(line[top + 1, left : right + 1])
    colours = {colour: number for number, colour in enumerate(PALETTE[:10])}
    return tuple(
        tuple(colours[tuple(map(int, pixels[(a + b) // 2, (c + d) // 2]))] for c, d in pairwise(columns))
        for a, b in pairwise(rows)
    )
