"""Letters for colours in the reply of whoever was shown letters: read as digits (pure).

Whoever was shown digits may mean blue or black by B, so it is known who reads what.
"""

from __future__ import annotations

import re

from nlevolve.puzzle.notations import LETTERS

_CELL = rf"[\"']?[{LETTERS}][\"']?"
_ROW = re.compile(rf"^(?:[ \t>*-]*[Rr]ow \d{{1,3}}:)?[ \t\[]*{_CELL}(?:[ \t,]+{_CELL})*[ \t,\]]*$", re.MULTILINE)
"""A line that is a row of letters, and nothing else."""
_LIST = re.compile(rf"\[\s*{_CELL}(?:\s*,\s*{_CELL})*\s*\]")
_QUOTED = re.compile(rf"[\"']?\b([{LETTERS}])\b[\"']?")


def as_digits(text: str) -> str:
    """The text with digits in the place of letters, in rows and lists that are letters throughout."""
    for rows in (_LIST, _ROW):
        text = rows.sub(lambda row: _QUOTED.sub(lambda cell: str(LETTERS.index(cell[1])), row[0]), text)
    return text
