"""Whether the log of a run that is to be merged has all that its results.json says happened."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nlevolve import files
from nlevolve.errors import UsageError
from nlevolve.formats import ResultsFile
from nlevolve.program import command
from nlevolve.records import AnyEvent, LogDamaged
from nlevolve.run import store
from nlevolve.run.parts import Part
from nlevolve.view.history import History

OVER = ("perfect", "exhausted")
"""How the search of a task ends that is not taken up again."""


def require_nothing_lost(parts: Sequence[Part]) -> list[str]:
    """What is to be said of their logs, a line each. Raises UsageError naming the run whose log has less than its results.json.

    More is fine: that is written now and then, and a kill comes between.
    """
    said = []
    for part in parts:
        if found := _published(part.folder):
            _compare(part, found, _folded(store.read_events(part.folder)))
        if torn(part.folder):
            said.append(f"run {part.name}: the last line of its log was torn by a kill, and is left out")
        if not part.sessions:
            said.append(f"run {part.name} has an empty log: its tasks are open")
    return said


def torn(folder: Path) -> bool:
    """Whether a log's last line has no end."""
    try:
        return bool(data := files.read(folder / "events.jsonl")) and not data.endswith(b"\n")
    except OSError:
        return False


def _published(folder: Path) -> ResultsFile | None:
    """Its results.json, where there is one that can be read."""
    try:
        return ResultsFile.model_validate_json(files.read(folder / "results.json"))
    except (OSError, ValueError):
        return None


def _folded(events: Sequence[AnyEvent | LogDamaged]) -> History:
    history = History()
    for event in events:
        history.see(event)
    return history


def _compare(part: Part, found: ResultsFile, log: History) -> None:
    """Raises UsageError."""
    account, told = log.account, found.totals
    over = [task for task, row in found.tasks.items() if row.stopped in OVER]
    counts = {
        "calls": (account.provider + account.cache + account.failed, told.calls.provider + told.calls.cache + told.calls.failed),
        "tokens": (account.usage.prompt + account.usage.completion, told.tokens.prompt + told.tokens.completion),
        "candidates": (sum(len(task.population.members) for task in log.tasks.values()), told.candidates),
        "answered tasks": (sum(log.task(task).answered is not None for task in over), len(over)),
    }
    lost = [f"{had:,} {what}, its results.json {said:,}" for what, (had, said) in counts.items() if had < said]
    if lost:
        raise UsageError(
            f"run {part.name}: its log has {lost[0]}: what is missing would be missing unsaid; restore its log "
            f"({command('audit', part.folder)} says more)"
        )
