"""What programs did in the checker's place: how many there are, which fail, what checks they saved, where readers differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nlevolve.evolve.population import Candidate
from nlevolve.records import AnswerFollowed, Attempt, CandidateChecked, Followed, Garbled
from nlevolve.sandbox.pool import BROKE_DOWN
from nlevolve.view.text import clean, plural

FIGURES = ("made", "failed", "pairs", "saved", "differ")
MARKS = {"agree": "py=", "differ": "py≠", "alone": "py"}


@dataclass(slots=True)
class Ran:
    """Programs so far, and what came of running them, as far as the log tells: of one that was repaired what came of it."""

    programs: int = 0
    runs: int = 0
    """Grids on which they were run."""
    failed: int = 0
    """Those of them that gave no valid grid: they raised, came to a limit, or broke the sandbox."""
    broke: int = 0
    """Those of the failed that took their sandbox down."""

    def see(self, event: CandidateChecked | AnswerFollowed) -> None:
        """Count what a program was run for."""
        if isinstance(event, AnswerFollowed):
            self._add(event.attempt)
        elif event.program and event.duplicate_of is None:
            self.programs += 1
            for attempt in event.attempts:
                self._add(attempt)

    def _add(self, attempt: Attempt) -> None:
        # a pair that a provider's failure left unread says nothing of its program
        failed, gave = _failed(attempt), _gave(attempt)
        self.runs += failed or gave
        self.failed += failed
        self.broke += failed and _why(attempt).startswith(BROKE_DOWN)


def tally(candidates: Iterable[Candidate]) -> dict[str, int]:
    """made: descriptions with a program · failed: those of them that gave no valid grid on some pair · pairs: grids that programs
    gave · saved: pairs that nobody was asked to check · differ: pairs on which both readers gave grids, and not the same."""
    found: Counter[str] = Counter()
    for candidate in candidates:
        if candidate.program and candidate.duplicate_of is None:
            found["made"] += 1
            found["failed"] += any(map(_failed, candidate.attempts))
            found["pairs"] += sum(map(_gave, candidate.attempts))
            found["saved"] += sum(one.by == "coder" and one.other is None for one in candidate.attempts)
            found["differ"] += sum(readers(one) == "differ" for one in candidate.attempts)
    return {name: found[name] for name in FIGURES}


def lines(program: str) -> list[str]:
    """A program's text for people: nothing but what can be seen, and its indentation."""
    told = program.rstrip().split("\n") if program else []
    return [" " * (len(line) - len(line.lstrip(" "))) + clean(line) for line in told]


def added(rows: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The rows of several tasks as one."""
    every = list(rows)
    return {name: sum(row[name] for row in every) for name in FIGURES}


def readers(attempt: Attempt) -> str:
    """How a program took part in reading a pair: alone, both agree, they differ; empty where it gave nothing to compare."""
    if attempt.other is None:
        return "alone" if attempt.by == "coder" else ""
    if not isinstance(attempt, Followed) or attempt.other.grid is None:
        return "alone" if attempt.by == "coder" else ""
    return "agree" if attempt.grid == attempt.other.grid else "differ"


def mark(attempt: Attempt | None) -> str:
    """A reader's mark beside a pair: py for a program, py= where the checker got the same, py≠ where not; empty for a checker."""
    return MARKS.get(readers(attempt), "") if attempt else ""


def in_words(row: Mapping[str, int]) -> str:
    """A `programs` row of results.json in one line; empty where no program was made."""
    if not row.get("made"):
        return ""
    told = [plural(row["made"], "program"), f"{plural(row['saved'], 'check')} saved"]
    told += [f"{row['failed']:,} without a grid on some pair"] if row["failed"] else []
    told += [f"{plural(row['differ'], 'pair')} read in two ways"] if row["differ"] else []
    return ", ".join(told)


def _failed(attempt: Attempt) -> bool:
    if attempt.by == "coder":
        return isinstance(attempt, Garbled)
    return attempt.other is not None and attempt.other.grid is None


def _why(attempt: Attempt) -> str:
    """Why a program gave no grid."""
    if attempt.by == "coder" and isinstance(attempt, Garbled):
        return attempt.why
    return attempt.other.why if attempt.other else ""


def _gave(attempt: Attempt) -> bool:
    if attempt.by == "coder":
        return isinstance(attempt, Followed)
    return attempt.other is not None and attempt.other.grid is not None
