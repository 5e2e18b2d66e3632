"""Colours of the dashboard, in two palettes. No state is told by colour alone: each has its own glyph."""

from __future__ import annotations

import os
from dataclasses import dataclass

from nlevolve.errors import UsageError
from nlevolve.view.terminal.grids import ARC_CELLS, COLOUR_BLIND_CELLS, CellColours


@dataclass(frozen=True, slots=True)
class Palette:
    """Each colour is "#rrggbb"."""

    name: str
    """What a user types to choose it."""
    cells: CellColours
    good: str
    """Exact, perfect, solved."""
    partly: str
    """Answered, but not perfect on the training pairs."""
    busy: str
    """Running."""
    bad: str
    """Failed, wrong."""
    quiet: str
    accent: str
    write: str
    revise: str
    recombine: str

    def operator(self, name: str) -> str:
        """Later moves have the colour of the one they are most like."""
        alike = {"restart": "write", "generalise": "revise", "alternative": "recombine"}.get(name, name)
        return {"write": self.write, "revise": self.revise, "recombine": self.recombine}.get(alike, self.quiet)


STANDARD = Palette(
    name="arc",
    cells=ARC_CELLS,
    good="#4fc56b",
    partly="#d9a441",
    busy="#5aa9f0",
    bad="#e5534b",
    quiet="#7d8590",
    accent="#c99bf5",
    write="#5aa9f0",
    revise="#e0b341",
    recombine="#c77dff",
)

# after Okabe and Ito's palette: told apart with any of the common kinds of colour blindness
COLOUR_BLIND = Palette(
    name="colour-blind",
    cells=COLOUR_BLIND_CELLS,
    good="#56b4e9",
    partly="#f0e442",
    busy="#bbbbbb",
    bad="#d55e00",
    quiet="#8a8a8a",
    accent="#cc79a7",
    write="#56b4e9",
    revise="#e69f00",
    recombine="#cc79a7",
)


PALETTES = {one.name: one for one in (STANDARD, COLOUR_BLIND)}


def palette(name: str | None = None) -> Palette:
    """The palette of that name; without one, the environment's NLEVOLVE_PALETTE. Raises UsageError."""
    wanted = name or os.environ.get("NLEVOLVE_PALETTE") or "arc"
    if wanted not in PALETTES:
        raise UsageError(f"no palette {wanted[:40]!r}; palettes: {', '.join(PALETTES)}")
    return PALETTES[wanted]


def shade(colour: str, light: float) -> str:
    """The colour at a share of its brightness, 0..1."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"#{int(red * light):02x}{int(green * light):02x}{int(blue * light):02x}"
