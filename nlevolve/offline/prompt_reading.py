"""What is asked: the pairs, test inputs, descriptions and results that the messages of a prompt hold.

Prompts are templates that users edit, so the reading is tolerant: it goes by grids (rows of digits, or lists of them; rows of
colours by their names or letters), by the last words before them (input, output, got, difference, pair or example and its
number, test) and by bullets under "Description".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from nlevolve.offline.nouns.colours import NAMES
from nlevolve.offline.scene import MOST_SIDE, Cells, cells, is_valid

_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+(?=\S)")
_NUMBERED = re.compile(r"\b(?:pair|example|puzzle)s?\b\W{0,3}(\d{1,3})\b")
_ROW = re.compile(r"^[\[\s]*\d(?:[\s,]*\d)*[\],\s]*$")
_ROW_NUMBER = re.compile(r"^\s*row \d{1,3}: (?=\d)", re.IGNORECASE)
_LETTERS = "KBRGYEMOCN"
_WORDED = re.compile(rf"^\s*(?:(?:{'|'.join(NAMES)})(?:\s+(?:{'|'.join(NAMES)}))*|[{_LETTERS}](?: [{_LETTERS}])*)\s*$")
"""A row of names of colours, or of a letter for each."""
_SIGNS = {sign: colour for signs in (NAMES, _LETTERS) for colour, sign in enumerate(signs)}
_CELL = re.compile(r"\d|[A-Za-z]+")
_LONGEST_ROW = 900
"""Characters: the names of a hundred colours."""
_REVIEW = re.compile(r"\breview\b", re.IGNORECASE)
_CANDIDATE = re.compile(r"\bcandidate\W{1,3}([a-z])\b(?:.*?(\d{1,3}) of 100)?")
_PYTHON = re.compile(r"\bpython\b", re.IGNORECASE)
_LONGEST_LABEL = 90
"""Characters of a line that may label a grid; longer ones are prose."""


@dataclass
class Parent:
    """A description that is shown with what it led to."""

    bullets: list[str] = field(default_factory=list)
    got: dict[int, Cells] = field(default_factory=dict)
    """By the number of the pair, as the prompt counts."""
    letter: str = ""
    """Of the candidate that it led to, where there are candidates."""


@dataclass
class Candidate:
    """A grid that was proposed for the test input."""

    letter: str
    votes: int = 0
    grid: Cells | None = None


@dataclass
class Asked:
    """Everything found in a prompt."""

    inputs: dict[int, Cells] = field(default_factory=dict)
    outputs: dict[int, Cells] = field(default_factory=dict)
    tests: list[Cells] = field(default_factory=list)
    target: Cells | None = None
    """The grid that a description is to be followed on."""
    parents: list[Parent] = field(default_factory=list)
    move: str = ""
    """What the headings say is to be done with the descriptions: generalise, alternative or restart."""
    tried: list[str] = field(default_factory=list)
    """A line each on what failed."""
    examples: list[list[str]] = field(default_factory=list)
    """Descriptions of other puzzles, by their bullets."""
    candidates: list[Candidate] = field(default_factory=list)
    """Grids for the test input to choose from."""
    turn: str = ""
    """The prose that comes last: what to do, and how to look at the grids."""

    @property
    def numbers(self) -> list[int]:
        """Numbers of the pairs that are complete."""
        return [number for number in self.inputs if number in self.outputs]

    @property
    def wants_grid(self) -> bool:
        """Whether a description is to be followed rather than written."""
        return self.target is not None and not self.tests and len(self.parents) == 1

    @property
    def wants_review(self) -> bool:
        """Whether it is to be said if a description will hold on the test inputs."""
        return bool(self.tests and len(self.parents) == 1 and not self.parents[0].got and _REVIEW.search(self.turn))

    @property
    def wants_solution(self) -> bool:
        """Whether the puzzle is to be solved for one grid, with no word about a rule."""
        return self.target is not None and not self.tests and not self.parents and bool(self.numbers)

    @property
    def wants_both(self) -> bool:
        """Whether a description is to be written with a program beside it."""
        return bool(self.tests and self.numbers and self.target is None and _PYTHON.search(self.turn))

    @property
    def wants_program(self) -> bool:
        """Whether a description is to be said in Python."""
        alone = self.target is None and not self.tests and len(self.parents) == 1
        return alone and _PYTHON.search(self.turn) is not None


def texts(messages: list[dict[str, Any]]) -> str:
    """The text of all messages but the system's and the model's own, in order; parts that are no text are left out."""
    found = []
    for message in messages:
        content = message.get("content")
        parts = content if isinstance(content, list) else [content]
        if message.get("role") not in ("system", "assistant", "developer"):
            found += [p.get("text", "") if isinstance(p, dict) else p for p in parts if p]
    return "\n".join(text for text in found if isinstance(text, str))


def understand(text: str) -> Asked:
    """Read the text of a prompt. Linear in its length; whatever is not recognised is left out."""
    asked = Asked()
    place = _Place()
    for kind, content in _blocks(text):
        if kind == "grid":
            _take_grid(asked, place, content)
        else:
            _take_line(asked, place, content)
    return asked


@dataclass
class _Place:
    """Where in the prompt the reader is."""

    number: int = 0
    role: str = ""
    """input, output, got or difference."""
    section: str = ""
    """pairs, test, target, parent, tried, examples, candidates, or turn."""


def _blocks(text: str) -> Iterator[tuple[str, Any]]:
    """Lines of prose, and grids made of neighbouring lines of digits. A program that is shown is neither."""
    rows: list[str] = []
    program = False
    for line in [*text.splitlines(), ""]:
        if program or line.strip().lower() == "```python":
            program = not program or line.strip() != "```"
            continue
        row = _ROW_NUMBER.sub("", line[:_LONGEST_ROW])
        if len(line) < _LONGEST_ROW and (_WORDED.match(row) or (len(row) < 220 and _ROW.match(row))):
            rows.append(row)
            continue
        if rows:
            grid = _grid(rows)
            rows = []
            if grid is not None:
                yield "grid", grid
        yield "line", line


def _grid(rows: list[str]) -> Cells | None:
    found = [[_SIGNS.get(cell, cell) for cell in _CELL.findall(row)] for row in rows]
    if len({len(row) for row in found}) != 1:
        return None
    grid = cells(found)
    return grid if is_valid(grid, MOST_SIDE) else None


def _take_line(asked: Asked, place: _Place, line: str) -> None:
    bullet = _BULLET.match(line)
    if bullet and place.section in ("parent", "tried", "examples"):
        _bullets(asked, place.section).append(line[bullet.end() :].strip())
        return
    low = line.lower().strip()
    if not low:
        return
    heading = low.startswith("#")
    if heading:
        _take_heading(asked, place, low)
    if len(low) <= _LONGEST_LABEL:
        number = _NUMBERED.search(low)
        if number:
            place.number = int(number[1])
            place.section = "results" if re.search(r"result|attempt|got", low) else place.section or "pairs"
            if place.section in ("test", "target"):
                place.section = "pairs"
        role = re.search(r"\b(got|difference|diff|expected|output|input)\b", low)
        if role and (heading or low.endswith(":") or low.startswith(role[1])):
            place.role = {"diff": "difference", "expected": "output"}.get(role[1], role[1])
    if place.section == "turn" and not heading:
        asked.turn += line + "\n"


def _bullets(asked: Asked, section: str) -> list[str]:
    """Where a section's bullets go."""
    if section == "tried":
        return asked.tried
    return asked.examples[-1] if section == "examples" else asked.parents[-1].bullets


_MOVES = {"generalise": r"\bgenerali[sz]e", "alternative": r"\bexact on every\b"}
"""Words in the heading of a description that say what is to be done with it."""


def _take_heading(asked: Asked, place: _Place, low: str) -> None:
    if re.search(r"other puzzles?\b", low):
        place.section, place.number, place.role = "examples", 0, ""
        asked.examples.append([])
    elif re.search(r"\bdescription\b|\bparent\b|\bidea\b", low) and not re.search(r"\bresult\b", low):
        place.section, place.number, place.role = "parent", 0, ""
        candidate = _CANDIDATE.search(low)
        asked.parents.append(Parent(letter=candidate[1].upper() if candidate else ""))
        asked.move = asked.move or next((move for move, words in _MOVES.items() if re.search(words, low)), "")
    elif re.search(r"\bcandidates?\b", low):
        place.section, place.number, place.role = "candidates", 0, ""
        candidate = _CANDIDATE.search(low)
        asked.candidates += [Candidate(candidate[1].upper(), int(candidate[2] or 0))] if candidate else []
    elif re.search(r"\btried\b", low):
        place.section, place.number, place.role, asked.move = "tried", 0, "", "restart"
    elif re.search(r"\btest\b", low):
        place.section, place.number, place.role = "test", 0, "input"
    elif re.search(r"\bturn\b|\bnow\b", low):
        place.section, place.number, place.role = "turn", 0, ""
    elif re.search(r"\bresult", low):
        place.section = "results"
    elif re.search(r"\binput\b", low) and not re.search(r"\bpair|\bexample|\btraining", low):
        place.section, place.number, place.role = "target", 0, "input"
    elif re.search(r"\bpair|\bexample|\btraining", low):
        place.section = "pairs"


def _take_grid(asked: Asked, place: _Place, grid: Cells) -> None:
    if place.section == "results" or (place.section == "parent" and place.role == "got"):
        if place.role == "got" and asked.parents:
            asked.parents[-1].got[place.number] = grid
    elif place.section == "candidates":
        if asked.candidates:
            asked.candidates[-1].grid = grid
    elif place.section == "test":
        asked.tests.append(grid)
    elif place.section == "target":
        asked.target = grid
    elif place.role == "output":
        asked.outputs[place.number] = grid
        place.role = ""
    elif place.role == "input" or not place.role:
        if place.number in asked.inputs and place.number not in asked.outputs and not place.role:
            asked.outputs[place.number] = grid
        else:
            # pairs without numbers are counted
            place.number = place.number if place.number not in asked.inputs else max(asked.inputs) + 1
            asked.inputs[place.number] = grid
