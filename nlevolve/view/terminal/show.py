"""One task of a run in the terminal: its candidates, one description with its lineage and grids, and the answers."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from nlevolve.errors import UsageError
from nlevolve.evolve.population import Candidate
from nlevolve.puzzle.grids import Grid
from nlevolve.records import Answer, Attempt, CallFinished, Event, Followed, Skipped
from nlevolve.view.grading import Solution, grade
from nlevolve.view.history import TaskHistory
from nlevolve.view.lost import in_short, loss_rows, summed
from nlevolve.view.opinions import opinions
from nlevolve.view.programs import lines
from nlevolve.view.terminal.grids import Picture, Pictures, coloured, fades
from nlevolve.view.terminal.palette import Palette
from nlevolve.view.terminal.panels.best import description, lineage
from nlevolve.view.terminal.panels.layout import Row, row, rule, trimmed, wrapped
from nlevolve.view.terminal.panels.look import Look
from nlevolve.view.terminal.panels.pictures import grids
from nlevolve.view.terminal.panels.population import table, task_rule
from nlevolve.view.terminal.panels.progress import curve
from nlevolve.view.terminal.panels.tasks import COLUMN, tasks
from nlevolve.view.terminal.summary import Summary
from nlevolve.view.text import clean, plural
from nlevolve.view.votes import backings, failed

TALL = 10_000
"""More rows than any panel needs: nothing is left out here."""
NEAREST = 3


def show(
    events: Iterable[Event],
    task: str,
    console: Console,
    colours: Palette,
    *,
    solutions: Mapping[str, Solution],
    birth: int | None = None,
) -> RenderableType:
    """Everything about a task; of its candidates, the best one in full, or that of `birth`.

    Raises UsageError for a task or a birth that the run does not have, naming the nearest.
    """
    summary = Summary()
    for event in events:
        summary.see(event)
    seen = _task(summary, task)
    now = summary.latest or datetime.now(UTC)
    look = Look(summary, now, focus=seen.id, birth=birth, palette=colours, colour=coloured(console), fades=fades(console))
    if birth is not None and (look.candidate is None or look.candidate.index != birth):
        known = ", ".join(map(str, sorted(seen.population.members))) or "none"
        raise UsageError(f"task {task} has no candidate of birth {birth}; it has {known}")
    width = console.width
    rows = _trimmed(_candidates(look, width) + _candidate(look, width))
    damage = [Text(f"  {summary.history.damage.words}: this is what the others tell\n")] if summary.history.damage else []
    return Group(*damage, Text("\n").join(one.text() for one in rows), *_answers(look, seen, solutions.get(seen.id)))


def overview(events: Iterable[Event], console: Console, colours: Palette) -> RenderableType:
    """Every task of a run: how far each is, and what it has cost. Raises UsageError for a run without tasks."""
    summary = Summary()
    for event in events:
        summary.see(event)
    known = len(summary.history.tasks)
    if not known:
        raise UsageError("the run has no tasks yet")
    look = Look(summary, summary.latest or datetime.now(UTC), palette=colours, colour=coloured(console), fades=fades(console))
    rows = _trimmed(tasks(look, console.width, 1 + -(-known // max(1, console.width // COLUMN))))
    return Text("\n").join(one.text() for one in rows)


def birth_of(events: Iterable[Event], task: str, birth: int | None) -> int:
    """The birth itself, or the best one. Raises UsageError for a task, or a birth, of which the log has no call."""
    summary, asked = Summary(), set()
    for event in events:
        summary.see(event)
        if isinstance(event, CallFinished) and event.task == task and event.birth is not None:
            asked.add(event.birth)
    seen = _task(summary, task)
    chosen = birth if birth is not None else seen.best.index if seen.best else min(asked, default=0)
    if chosen not in asked:
        known = ", ".join(map(str, sorted(asked))) or "none"
        raise UsageError(f"the log has no call of birth {chosen} of task {task}; it has calls of {known}")
    return chosen


def _task(summary: Summary, task: str) -> TaskHistory:
    known = summary.history.tasks
    if task in known:
        return known[task]
    close = difflib.get_close_matches(task, known, n=NEAREST, cutoff=0.3) or list(known)[:NEAREST]
    raise UsageError(f"the run has no task {task!r}; nearest: {', '.join(close)}" if close else "the run has no tasks yet")


def _candidates(look: Look, width: int) -> list[Row]:
    if look.task is not None and not look.task.population.members:
        tried = table(look, width, TALL, spread=False)[1:]
        wordless = look.task.wordless
        none = "no description is looked for: its answers are direct guesses" if wordless else "no birth has been tried yet"
        told = "no birth gave a description" if tried else none
        return [task_rule(look, width), row((f" {told}", "bold"), ":" if tried else ""), *tried, row("")]
    return [task_rule(look, width), *table(look, width, TALL, spread=False), row(""), *curve(look, width, 4), row("")]


def _candidate(look: Look, width: int) -> list[Row]:
    if look.candidate is None:
        return [
            rule(row(("its training pairs", "bold"), ("  input → truth", "dim")), width),
            *grids(look, width, TALL, every=True),
            row(""),
        ]
    program = _program(look.candidate, width)
    who = "what it came to (py: by its program)" if program else "what the checker made of it"
    head = rule(row(("its grids", "bold"), (f"  input → truth │ {who}", "dim")), width)
    told = [*description(look, width, TALL), row(""), *program, head, *grids(look, width, TALL, every=True), row("")]
    return [*told, *_notes(look.candidate, width), *lineage(look, width, 40)]


def _program(candidate: Candidate, width: int) -> list[Row]:
    """The text of its program, where a coder made one."""
    if not candidate.program:
        return []
    told = [row(" ", line) for line in lines(candidate.program)]
    return [rule(row(("its program", "bold"), ("  the same in Python, run in a sandbox", "dim")), width), *told, row("")]


def _notes(candidate: Candidate, width: int) -> list[Row]:
    """What the checker had to say, such as a bullet that it could not follow, and why a pair has no grid."""
    told = [(one.pair, _remark(one)) for one in candidate.attempts]
    rows = [
        row((lead if n == 0 else " " * len(lead), "bold"), line)
        for pair, remark in told
        if remark
        for lead in [f" pair {pair + 1}  "]
        for n, line in enumerate(wrapped(remark, width - len(lead), 4))
    ]
    return [rule(row(("notes", "bold"), ("  what the checker said of the pairs", "dim")), width), *rows, row("")] if rows else []


def _remark(attempt: Attempt) -> str:
    if attempt.other is not None and attempt.other.grid is None:
        who = "its program gave no grid" if attempt.other.by == "coder" else "the checker's reply held no grid"
        return f"{who}: {clean(attempt.other.why)}"
    match attempt:
        case Followed():
            return clean(attempt.note)
        case Skipped():
            return ""
    return f"{attempt.kind}: {clean(attempt.why)}"


def _trimmed(rows: list[Row]) -> list[Row]:
    """Without the spaces that a full screen needs and a page of text does not."""
    told = [trimmed(one) for one in rows]
    while told and not told[-1].parts:
        told.pop()
    return told


def _answers(look: Look, task: TaskHistory, solution: Solution | None) -> Iterator[RenderableType]:
    if task.answered is None or task.started is None:
        yield Text("\n  not answered yet", "dim")
        return
    yield Text("\n") + _verdict(look, task, solution).text()
    if (chosen := look.candidate) and (where := failed(task, chosen.index, solution)):
        yield Padding(Text(f"birth {chosen.index} {where}", look.palette.bad), (0, 0, 0, 2))
    for place, test in enumerate(task.started.tests):
        given = task.answered.answers[place] if place < len(task.answered.answers) else None
        truth = solution[place] if solution is not None else None
        yield Padding(Pictures(_pictures(look, test, given, truth)), (1, 0, 0, 1))
        for number, backing in enumerate(backings(task, place), 1):
            if backing:
                yield Padding(Text(f"answer {number}: {backing.words}", "dim"), (0, 0, 0, 2))
        for said in opinions(task, place):
            yield Padding(Text(said, "dim"), (0, 0, 0, 2))


def _verdict(look: Look, task: TaskHistory, solution: Solution | None) -> Row:
    lost = in_short(summed(loss_rows(task.losses)))
    error = clean(task.answered.error) if task.answered else ""
    error = error or (f"no reply came to some of what was asked: {lost}" if lost else "")
    agreed = " and ".join(map(str, task.answered.agreed)) if task.answered else ""
    error = "; ".join(filter(None, [f"births {agreed} agree on the test inputs" if agreed else "", error]))
    if solution is None:
        return row(("answers", "bold"), ("  the solutions are not known", "dim"), f"  {error}")
    right = grade(task.answered.answers if task.answered else None, solution).right
    style = look.palette.good if all(right) else look.palette.bad
    return row(("answers", "bold"), (f"  {sum(right)} of {plural(len(right), 'test input')} right", style), f"  {error}")


def _pictures(look: Look, test: Grid, given: Answer | None, truth: Grid | None) -> list[Picture]:
    cells = look.palette.cells
    tries = [given.attempt_1, given.attempt_2] if given else [None, None]
    titles = [f"answer {n}{_mark(one, truth)}" for n, one in enumerate(tries, 1)]
    told = [Picture(test, "test input", colours=cells, dense=False)]
    told += [Picture(one, title, truth, colours=cells, dense=False) for one, title in zip(tries, titles, strict=True)]
    return told + ([Picture(truth, "truth", colours=cells, dense=False)] if truth is not None else [])


def _mark(answer: Grid | None, truth: Grid | None) -> str:
    if answer is None:
        return ": none"
    return "" if truth is None else " ✔" if answer == truth else " ✗"
