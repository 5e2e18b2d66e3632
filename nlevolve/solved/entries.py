"""A description and its task -> an entry of a library; what is never shown as an example, whoever wrote it. Pure."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable

from nlevolve.puzzle.cells_in import cells_in
from nlevolve.puzzle.kinship import fingerprints
from nlevolve.puzzle.notations import LETTERS, NAMES
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Description, Entry

DIGITS = 12
"""Hex digits of an entry's id."""
LONGEST_ORIGIN = 200
"""Characters."""
MOST_MARKS = 2_000
"""Fingerprints of an entry. A task with more is known again by those it has."""
_GRID = re.compile(r"\d{9}")
"""Nine cells one after the other, or more."""
_SIDE = r"(?:top|bottom|left|right)"
_LABEL = re.compile(
    rf"""\b(?:row|column|line)\s*[\#(]?\d{{1,2}}\b                                # row 2
    |\b(?:\w+(?:st|nd|rd|th|ond)|next|last|middle|{_SIDE})\s(?:row|column|line)\b   # the second row
    |\bfrom\s(?:the\s)?{_SIDE}(?:\s(?:down|up|to\s(?:the\s)?{_SIDE}))?\b|\b{_SIDE}\sto\s{_SIDE}\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""What says where cells are that are told as prose."""
_FILLERS = re.compile(
    r"\b(?:rows?|columns?|cells?|pixels?|squares?|lines?|is|are|and|then|of|the|an?|in|colou?r(?:ed|s)?"
    r"|writes?|puts?|has|have|reads?|shows?|contains?|holds?|becomes?|goes|followed\sby)\b",
    re.IGNORECASE,
)
"""Words between the cells of a grid that is told as prose."""
_FIGURES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SHORT = {name[:3]: str(colour) for colour, name in enumerate(NAMES) if name != "grey"} | {"gry": "5", "gra": "5"}
_SPELLED = _SHORT | {word: str(figure) for figure, word in enumerate(_FIGURES)}
_SURE = re.sub("[EO]", "", LETTERS)
_ROW = rf"(?:[{LETTERS}]{{2,30}}|[{_SURE.lower()}]{{2,30}})"
_GLUED = re.compile(rf"\b{_ROW}(?:\W+{_ROW})*\b")
"""Rows of colours' letters with nothing between these; small ones where no plain word is of them alone."""
_SQUARES = str.maketrans({square: f" {digit} " for digit, square in enumerate("⬛🟦🟥🟩🟨⬜🟪🟧🩵🟫")})
_ID = re.compile(r"(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{8}(?![0-9a-z])", re.IGNORECASE)
"""As ARC's tasks are called."""
_FILE = re.compile(r"(?<=[\w-])\.(?:jsonl?|csv|txt|py|md|toml|parquet|gz|zip|xml|ya?ml|html?)\b", re.IGNORECASE)


def entry(task: Task, description: Description, origin: str = "", model: str = "") -> Entry:
    """An entry of this task's rule."""
    # numpy and scipy take their time to load
    from nlevolve.puzzle.traits import traits

    marks = marks_of(task)
    return Entry(
        id=id_of(marks, description),
        task=task.id,
        description=description,
        traits=traits(task),
        fingerprints=marks,
        origin=origin[:LONGEST_ORIGIN],
        model=model[:LONGEST_ORIGIN],
    )


def marks_of(task: Task) -> tuple[str, ...]:
    """Its fingerprints, as an entry has them."""
    return tuple(sorted(fingerprints(task)))[:MOST_MARKS]


def id_of(marks: Iterable[str], description: Description) -> str:
    """Of a task's fingerprints and the words: equal for what says the same of the same task."""
    told = json.dumps([sorted(marks), description.normalised])
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:DIGITS]


def unfit(description: Description) -> str:
    """Why a description is never shown as an example; empty for one that may be.

    Cells that are written out may be a test output of some task, and names of tasks and files tell a model which task it is.
    """
    told = "".join(sign for sign in " ".join(description.bullets) if unicodedata.category(sign) != "Cf")
    if any(_GRID.search(cells_in(_plainly(reading))) for reading in (told, _LABEL.sub(" ", told))):
        return "it has a grid written out"
    if _ID.search(told):
        return "it names a task by its id"
    return "it names a file" if _FILE.search(told) else ""


def _plainly(told: str) -> str:
    """With figures for cells that are told otherwise, and nothing between those that are told as prose."""
    figures = _GLUED.sub(_parted, _FILLERS.sub(" ", told.translate(_SQUARES)))
    return re.sub(r"[a-z]+", lambda word: _SPELLED.get(word[0].lower(), word[0]), figures, flags=re.IGNORECASE)


def _parted(rows: re.Match[str]) -> str:
    """The letters of rows, one by one: rows are of one length, or one is all. Words in capitals are none."""
    words = re.findall(r"\w+", rows[0])
    even = len({len(word) for word in words}) == 1 and len("".join(words)) >= 4
    return " ".join(rows[0].upper()) if even and not any(word.lower() in NAMES for word in words) else rows[0]
