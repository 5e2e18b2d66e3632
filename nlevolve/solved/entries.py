"""A description and its task -> an entry of a library; what is never shown as an example, whoever wrote it. Pure."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable

from nlevolve.puzzle.cells_in import cells_in
from nlevolve.puzzle.kinship import fingerprints
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
_FILLERS = re.compile(r"\b(?:rows?|columns?|cells?|lines?|is|are|and|then|of|the)\b", re.IGNORECASE)
"""Words between the cells of a grid that is told as prose."""
_FIGURES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SPELLED = {word: str(figure) for figure, word in enumerate(_FIGURES)}
_SQUARES = str.maketrans({square: f" {digit} " for digit, square in enumerate("⬛🟦🟥🟩🟨⬜🟪🟧🩵🟫")})
_ID = re.compile(r"(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{8}(?![0-9a-z])", re.IGNORECASE)
"""As ARC's tasks are called."""
_FILE = re.compile(r"(?<=[\w-])\.(?:jsonl?|csv|txt|py|md|toml|parquet|gz|zip|xml|ya?ml|html?)\b", re.IGNORECASE)


def entry(task: Task, description: Description, origin: str = "", model: str = "") -> Entry:
    """An entry of this task's rule."""
    # numpy and scipy take their time to load
    from nlevolve.puzzle.traits import traits

    marks = tuple(sorted(fingerprints(task)))[:MOST_MARKS]
    return Entry(
        id=id_of(marks, description),
        task=task.id,
        description=description,
        traits=traits(task),
        fingerprints=marks,
        origin=origin[:LONGEST_ORIGIN],
        model=model[:LONGEST_ORIGIN],
    )


def id_of(marks: Iterable[str], description: Description) -> str:
    """Of a task's fingerprints and the words: equal for what says the same of the same task."""
    told = json.dumps([sorted(marks), description.normalised])
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:DIGITS]


def unfit(description: Description) -> str:
    """Why a description is never shown as an example; empty for one that may be.

    Cells that are written out may be a test output of some task, and names of tasks and files tell a model which task it is.
    """
    told = "".join(sign for sign in " ".join(description.bullets) if unicodedata.category(sign) != "Cf")
    if _GRID.search(cells_in(_plainly(told))):
        return "it has a grid written out"
    if _ID.search(told):
        return "it names a task by its id"
    return "it names a file" if _FILE.search(told) else ""


def _plainly(told: str) -> str:
    """With figures for cells that are told otherwise, and nothing between those that are told as prose."""
    figures = re.sub(
        r"[a-z]+", lambda word: _SPELLED.get(word[0].lower(), word[0]), told.translate(_SQUARES), flags=re.IGNORECASE
    )
    return _FILLERS.sub(" ", figures)
