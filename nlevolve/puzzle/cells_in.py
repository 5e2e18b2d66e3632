"""The cells that a text writes out, however it does: what may be a grid shows, whatever stands between its cells."""

from __future__ import annotations

import re
import unicodedata

from nlevolve.puzzle.notations import LETTERS, NAMES

_ROW = re.compile(r"\brow \d+:", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+|\d")
_COLOURS = {name: str(colour) for colour, name in enumerate(NAMES)} | {"gray": "5", "pink": "6", "brown": "9"}
_SIGNS = {sign: str(colour) for colour, sign in enumerate(LETTERS)}
BREAK = "|"


def cells_in(text: str) -> str:
    """A digit for each cell, in the order written, and a BREAK for every word that is no cell.

    Cells may be figures, names of colours or their letters; rows may be numbered; spaces, commas, brackets, line ends and
    characters that nobody sees do not part them.
    """
    seen = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return "".join(map(_cell, _WORD.findall(_ROW.sub(" ", seen))))


def _cell(word: str) -> str:
    if word.isdecimal():
        return str(int(word))
    return _SIGNS.get(word) or _COLOURS.get(word.lower(), BREAK)
