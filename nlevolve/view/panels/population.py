"""The task in focus: its candidates ranked, its fitness over births, and what the operators have brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from nlevolve.evolve.population import Candidate
from nlevolve.records import Attempt, Followed, Garbled, Skipped
from nlevolve.view.history import TaskHistory
from nlevolve.view.moments import lineage
from nlevolve.view.palette import Palette
from nlevolve.view.panels.layout import LEVELS, Part, Row, bar, fit, level, row, rule
from nlevolve.view.panels.scene import Scene
from nlevolve.view.text import bullets, clean, count, duration, money, short_model


def task_rule(scene: Scene, width: int) -> Row:
    """Opens what is said of the task in focus."""
    task, summary = scene.task, scene.summary
    if task is None or task.started is None:
        return rule(row(("no task has been taken up yet", "dim")), width)
    names = list(summary.history.tasks)
    born = len(task.checked) + len(task.failed)
    best = summary.best.get(task.id)
    parts: list[Part] = [(clean(task.id), f"bold {scene.palette.accent}"), f" {names.index(task.id) + 1}/{len(names)}"]
    parts += [("  births ", "dim"), f"{born}/{task.started.births}"]
    if best is not None:
        its = best.fitness
        style = scene.palette.good if its.perfect else scene.palette.partly
        parts += [("  best ", "dim"), (f"{its.exact}/{its.pairs} pairs, {its.cells:.1%}", style)]
    parts += [("  cost ", "dim"), money(task.account.cost_usd)]
    return rule(row(*parts), width, _state(scene, task))


def _state(scene: Scene, task: TaskHistory) -> Row:
    since = scene.summary.running.get(task.id)
    if since is not None:
        return row((f"running {duration((scene.now - since).total_seconds())}", scene.palette.busy))
    if task.answered is None:
        return row(("not answered", "dim"))
    words = {"perfect": "answered: all pairs fit", "exhausted": "answered: births used up", "budget": "out of budget"}
    failed = f"failed: {clean(task.answered.error)}" if task.answered.stopped == "failed" else ""
    return row((failed or words.get(task.answered.stopped, task.answered.stopped), scene.palette.bad if failed else "dim"))


def table(scene: Scene, width: int, height: int) -> list[Row]:
    """The ranked candidates under a heading, then those on their way; at most `height` rows."""
    task = scene.task
    if task is None or task.started is None or height < 2:
        return []
    columns = _Columns(width, len(task.started.pairs))
    copy = task.started.copy_accuracy
    rows = [columns.heading()]
    ranked = scene.summary.ranked(task.id)
    shared = _shared(ranked)
    rows += [columns.line(place, one, copy, shared, scene.palette) for place, one in enumerate(ranked, 1)]
    hidden = len(rows) - height
    if hidden > 0:
        rows = [*rows[: height - 1], row((f"      and {hidden + 1} more: press p", "dim"))]
    rows += _coming(scene, task, columns)
    rows += _failures(scene, task, columns)
    if repeats := len(task.checked) - len(ranked):
        rows.append(row((f"      {repeats} more said what one of these says", "dim")))
    return [fit(one, width) for one in rows[:height]]


def _coming(scene: Scene, task: TaskHistory, columns: _Columns) -> list[Row]:
    """Births that are being written or checked."""
    rows = []
    for coming in scene.summary.traffic.coming(task.id):
        doing = f"being checked, {coming.calls} to go" if coming.written else "being written"
        lead = f"  … {coming.birth.index:>4}  {_cut(lineage(coming.birth), columns.how)} "
        rows.append(row((lead + doing, f"italic {scene.palette.busy}")))
    return rows


def _failures(scene: Scene, task: TaskHistory, columns: _Columns) -> list[Row]:
    rows = []
    for failed in reversed(task.failed.values()):
        lead = f"{failed.birth.index:>4}  {_cut(lineage(failed.birth), columns.how)} "
        rows.append(row(("  ✗ ", scene.palette.bad), (f"{lead}{failed.reason}: {clean(failed.why)}", "dim")))
    return rows


class _Columns:
    """Which columns a width has room for."""

    def __init__(self, width: int, pairs: int) -> None:
        self.pairs = max(5, min(pairs, 10) + 4)
        self.how = 13 if width < 90 else 18
        self.view = 9 if width >= 100 else 0
        self.model = 16 if width >= 125 else 0
        self.bar = 0 if width < 90 else 10

    def heading(self) -> Row:
        names = f"  # born  {'how':<{self.how}} "
        names += f"{'view':<{self.view}} " if self.view else ""
        names += f"{'model':<{self.model}} " if self.model else ""
        names += f"{'pairs':<{self.pairs}} {'cells':<{self.bar + 5}} {'gain':>4}  first bullet"
        return row((names, "dim underline"))

    def line(self, place: int, one: Candidate, copy: float, shared: set[str], palette: Palette) -> Row:
        birth, its = one.birth, one.fitness
        style = palette.good if its.perfect else palette.partly
        gain = round(100 * (its.cells - copy))
        parts: list[Part] = [(f"{place:>3} ", "bold" if place == 1 else "dim"), f"{birth.index:>4}  "]
        parts.append((_cut(lineage(birth), self.how) + " ", palette.operator(birth.operator)))
        parts += [_cut(clean(birth.view), self.view) + " "] if self.view else []
        parts += [(_cut(short_model(birth.model), self.model) + " ", "dim")] if self.model else []
        parts += [*pair_marks(one.attempts, palette), " " * max(1, self.pairs - 3 - min(10, len(one.attempts)))]
        parts += [(f"{its.exact}/{len(one.attempts)} ", style)]
        parts += [*bar(its.cells, self.bar, style), " "] if self.bar else []
        parts += [
            (f"{its.cells:>4.0%}{' ' if self.bar else '  '}", ""),
            (f"{gain:>+4d}", palette.good if gain > 0 else palette.bad),
        ]
        parts.append((f"  {_first(one, shared)}", "bold" if place == 1 else ""))
        return row(*parts)


def _shared(ranked: list[Candidate]) -> set[str]:
    """Bullets that more than half of the candidates have: they tell nobody apart."""
    said = Counter(bullet for one in ranked for bullet in set(bullets(one.description.bullets)))
    return {bullet for bullet, times in said.items() if len(ranked) > 2 and times > len(ranked) / 2}


def _first(one: Candidate, shared: set[str]) -> str:
    """The first bullet that not everybody has; an ellipsis stands for those before it."""
    said = bullets(one.description.bullets) or ["…"]
    own = [bullet for bullet in said if bullet not in shared] or said[-1:]
    return own[0] if own[0] == said[0] else f"… {own[0]}"


def _cut(text: str, width: int) -> str:
    return f"{text[: width - 1] + '…' if len(text) > width else text:<{width}}"


def pair_marks(attempts: Sequence[Attempt], palette: Palette) -> list[Part]:
    """One block a training pair, as tall as its cell accuracy, full when exact; × no grid, ? no reply, - not asked."""
    return [_mark(attempt, palette) for attempt in attempts[:10]]


def _mark(attempt: Attempt, palette: Palette) -> Part:
    match attempt:
        case Followed():
            accuracy = attempt.accuracy or 0.0
            return (LEVELS[-1], palette.good) if accuracy >= 1 else (level(accuracy), palette.partly)
        case Garbled():
            return ("×", palette.bad)
        case Skipped():
            return ("-", palette.quiet)
    return ("?", palette.bad)


def curve(scene: Scene, width: int, height: int) -> list[Row]:
    """Fitness over births: a column a birth, coloured by operator, as tall as its mean cell accuracy above copying the input.

    Copying is the floor because it often scores nine cells of ten, and what matters happens above it.
    """
    task = scene.task
    if task is None or task.started is None or height < 1:
        return []
    room, births, floor = width - 7, task.started.births, task.started.copy_accuracy
    last = max([births - 1, *task.checked])
    first = max(0, last + 1 - room)
    columns = [_column(scene, task, birth, height, floor) for birth in range(first, last + 1)]
    rows = []
    labels = ["fit"] if height == 1 else ["100%", *[""] * (height - 2), f"{floor:.0%}"]
    for line, label in enumerate(labels):
        rows.append(row((f" {label:>4} ", "dim"), *[column[line] for column in columns]))
    return [fit(one, width) for one in rows]


def _column(scene: Scene, task: TaskHistory, birth: int, height: int, floor: float) -> list[Part]:
    """Top to bottom. What does not reach the floor is a line on it."""
    seen = scene.summary.populations[task.id].members.get(birth) if task.id in scene.summary.populations else None
    if seen is None:
        mark: Part = ("×", scene.palette.bad) if birth in task.failed else ("·", "dim")
        return [" "] * (height - 1) + [mark]
    its = seen.fitness
    style = f"bold {scene.palette.good}" if its.perfect else scene.palette.operator(seen.birth.operator)
    above = (its.cells - floor) / (1 - floor) if floor < 1 else its.cells
    eighths = max(1, int(above * height * 8))
    cells: list[Part] = []
    for line in range(height):
        below = (height - 1 - line) * 8
        filled = min(8, max(0, eighths - below))
        cells.append((LEVELS[filled - 1], style) if filled else " ")
    return cells


def credits(scene: Scene, width: int, height: int) -> list[Row]:
    """What each operator, view and model has brought to the whole run: births, failures, new bests, tasks first made perfect."""
    known = scene.summary.credits
    kinds = ("operator", "model", "view")
    names = {kind: [name for of, name in known if of == kind] for kind in kinds}
    # a run with one model or one view has nothing to compare there
    rows = [row((f"{'':<26} births  no text  led  fit all", "dim underline"))]
    for kind in kinds:
        if kind != "operator" and len(names[kind]) < 2:
            continue
        for name in sorted(names[kind], key=lambda name: -known[kind, name].perfect):
            its = known[kind, name]
            style = scene.palette.operator(name) if kind == "operator" else ""
            rows.append(
                row(
                    (f"{kind:<9}", "dim"),
                    (_cut(short_model(name), 17), style),
                    f"{count(its.tried):>7} {count(its.failed):>8} {count(its.led):>4}",
                    (f" {count(its.perfect):>8}", scene.palette.good if its.perfect else "dim"),
                )
            )
    return [fit(one, width) for one in rows[:height]]
