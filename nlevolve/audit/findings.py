"""What an audit finds: how much was derived again, what differs, and what nobody can verify."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isclose
from typing import Any

MOST_ALIKE = 10
"""Differences of one kind that are told one by one; the rest are counted."""
LONGEST = 160


@dataclass(frozen=True)
class Difference:
    """Something that is recorded and does not follow from the log and the tasks."""

    kind: str
    """What kind of thing was derived again: figure, grid, answer, call, …"""
    where: str
    """File, and line or key."""
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass
class Findings:
    """Filled by every check."""

    compared: Counter[str] = field(default_factory=Counter)
    """Kind of thing -> how many times something of it was derived again and compared: a task or a call in several ways."""
    looked_at: dict[str, int] = field(default_factory=dict)
    """What there was: tasks, descriptions, calls, lines of the log."""
    differs: list[Difference] = field(default_factory=list)
    unverifiable: dict[str, None] = field(default_factory=dict)
    """What the files do not say, each once. It is not held against them."""
    unseen: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Kind of thing (reply, request) -> how many of it could not be looked at, and how many there are."""
    _told: Counter[str] = field(default_factory=Counter)

    def equal(self, kind: str, where: str, recorded: Any, derived: Any) -> None:
        """Two values that must be one."""
        self.holds(kind, where, _same(recorded, derived), lambda: _difference(recorded, derived))

    def exactly(self, kind: str, where: str, recorded: Any, derived: Any) -> None:
        """Two values that must be one to the letter, as JSON has them: 7.0 is not 7."""
        self.holds(kind, where, json.dumps(recorded) == json.dumps(derived), lambda: _difference(recorded, derived))

    def holds(self, kind: str, where: str, truth: bool, what: Any) -> None:
        """What must be so; `what` (or what it returns) says how it is not."""
        self.compared[kind] += 1
        if not truth:
            self._told[kind] += 1
            if self._told[kind] <= MOST_ALIKE:
                self.differs.append(Difference(kind, where, what() if callable(what) else what))

    def wrong(self, kind: str, where: str, what: str) -> None:
        self.holds(kind, where, False, what)

    def cannot(self, what: str) -> None:
        """The files do not say."""
        self.unverifiable[what] = None

    def beyond(self, kind: str, number: int, of: int) -> None:
        """So many of the things of a kind could not be looked at."""
        if number:
            self.unseen[kind] = (number, of)

    @property
    def left_out(self) -> dict[str, int]:
        """Kind -> differences beyond those that are told one by one."""
        return {kind: number - MOST_ALIKE for kind, number in self._told.items() if number > MOST_ALIKE}

    def as_json(self, run: str) -> dict[str, Any]:
        return {
            "schema": 1,
            "run": run,
            "ok": not self.differs,
            "looked_at": self.looked_at,
            "compared": dict(sorted(self.compared.items())),
            "differs": [{"kind": one.kind, "where": one.where, "what": one.what} for one in self.differs],
            "left_out": self.left_out,
            "unverifiable": list(self.unverifiable),
            "unseen": {kind: {"number": number, "of": of} for kind, (number, of) in self.unseen.items()},
        }


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(dotted path, value) of everything in a tree that holds nothing itself."""
    if isinstance(tree, Mapping) and tree:
        for key, value in tree.items():
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(tree, list | tuple) and any(isinstance(value, Mapping) for value in tree):
        for place, value in enumerate(tree):
            yield from leaves(value, f"{path}.{place}")
    else:
        yield path, tree


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other))
        return numbers and isclose(one, other, rel_tol=1e-9, abs_tol=2e-6)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(_same(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other)


def _difference(recorded: Any, derived: Any) -> str:
    """In words; of two grids of one size, the first cell that is not the same."""
    sizes = [_size(recorded), _size(derived)]
    if sizes[0] is None or sizes[0] != sizes[1]:
        return f"is {_short(recorded)}; derived again it is {_short(derived)}"
    rows = enumerate(zip(recorded, derived, strict=True), 1)
    cells = [(r, c, a, b) for r, pair in rows for c, (a, b) in enumerate(zip(*pair, strict=True), 1) if a != b]
    r, c, a, b = cells[0]
    return f"has {a} in row {r}, column {c}; derived again it has {b} ({len(cells)} of {sizes[0][0] * sizes[0][1]} cells differ)"


def _size(value: Any) -> tuple[int, int] | None:
    """Rows and columns of what is a grid; None of what is none."""
    if not isinstance(value, list | tuple) or not value or not all(isinstance(row, list | tuple) and row for row in value):
        return None
    plain = len({len(row) for row in value}) == 1 and all(type(cell) is int for row in value for cell in row)
    return (len(value), len(value[0])) if plain else None


def _short(value: Any) -> str:
    told = json.dumps(value, ensure_ascii=True, default=str)
    return told if len(told) <= LONGEST else f"{told[:LONGEST]}…"
