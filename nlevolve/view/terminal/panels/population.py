"""The task in focus and its candidates, ranked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from nlevolve.evolve.population import Candidate
from nlevolve.records import CLUSTER, Attempt, Followed, Garbled, Refused, Skipped
from nlevolve.view.history import TaskHistory
from nlevolve.view.terminal.in_flight import Coming
from nlevolve.view.terminal.palette import Palette
from nlevolve.view.terminal.panels.layout import LEVELS, Part, Row, bar, fit, level, row, rule, wrapped
from nlevolve.view.terminal.panels.look import Look
from nlevolve.view.terminal.sentences import how
from nlevolve.view.text import bullets, clean, cut, duration, money, percent, plural, points

INDENT = 12
"""Columns before what does not fit into a candidate's row."""
MOST_MORE = 2
"""Rows that it gets at most."""


def task_rule(look: Look, width: int) -> Row:
    """Opens what is said of the task in focus."""
    task, summary = look.task, look.summary
    if task is None or task.started is None:
        return rule(row((_before(look), "dim")), width)
    names = list(summary.history.tasks)
    born = len(task.population.members) + len(task.population.failed)
    best = task.best
    parts: list[Part] = [(clean(task.id), f"bold {look.palette.accent}"), f" {names.index(task.id) + 1}/{len(names)}"]
    parts += [("  births ", "dim"), f"{born}/{task.started.births}"]
    if best is not None:
        its = best.fitness
        style = look.palette.good if its.perfect else look.palette.partly
        parts += [("  best ", "dim"), (f"{its.exact}/{plural(its.pairs, 'pair')}, {percent(its.cells)}", style)]
    parts += [("  cost ", "dim"), money(task.account.cost_usd)]
    return rule(row(*parts), width, _state(look, task))


def _before(look: Look) -> str:
    """What goes on before there is a task to show."""
    asked = look.summary.calls.waiting(look.now)
    if not asked or look.summary.running:
        told = [clean(text) for text in look.summary.history.notices if text.startswith(CLUSTER)]
        return told[-1] if told else "no task has been taken up yet"
    unasked = " (--no-ping begins without it)" if look.summary.calls.small_questions else ""
    model = look.summary.history.short(asked[0].model)
    return f"asking {model} a small question first, for {duration(asked[0].longest)}{unasked}"


def _state(look: Look, task: TaskHistory) -> Row:
    since = look.summary.running.get(task.id)
    if since is not None and look.summary.paused:
        return row(("paused", look.palette.partly))
    if since is not None:
        return row((f"running {duration((look.now - since).total_seconds())}", look.palette.busy))
    if task.answered is None:
        return row(("not answered", "dim"))
    given = "answered" if task.answered.given else "not answered"
    used = "direct guesses alone" if task.wordless else "births used up"
    words = {"perfect": f"{given}: all pairs fit", "exhausted": f"{given}: {used}", "budget": f"{given}: out of budget"}
    failed = f"failed: {clean(task.answered.error)}" if task.answered.stopped == "failed" else ""
    return row((failed or words.get(task.answered.stopped, task.answered.stopped), look.palette.bad if failed else "dim"))


def table(look: Look, width: int, height: int, *, spread: bool = True) -> list[Row]:
    """The ranked candidates under a heading, then those on their way; at most `height` rows.

    `spread`: rows that would stay empty go to rules that are too long for theirs.
    """
    task = look.task
    if task is None or task.started is None or height < 2:
        return []
    ranked = look.summary.ranked(task.id)
    columns = _Columns(width, len(task.started.pairs), ranked)
    below = [*_coming(look, task, columns), *_failures(look, task, columns)]
    if repeats := len(task.population.members) - len(ranked):
        below.append(row((f"      {repeats} more said what one of these says", "dim")))
    spare = height - 1 - len(ranked) - len(below) if spread else 0
    lines: list[Row] = []
    for place, one in enumerate(ranked, 1):
        more = columns.rest(one, min(spare, MOST_MORE))
        spare -= len(more)
        lines += [columns.line(look, place, one, task.started.copy_accuracy, broken=bool(more)), *more]
    rows = [columns.heading(), *_window(lines, _place(look, ranked), height - 1), *below]
    return [fit(one, width) for one in rows[:height]]


def _place(look: Look, ranked: list[Candidate]) -> int:
    return next((place for place, one in enumerate(ranked) if one is look.candidate), 0)


def _window(lines: list[Row], place: int, height: int) -> list[Row]:
    """As many lines as fit, that at `place` among them; the last row counts those left out."""
    if len(lines) <= height:
        return lines
    first = max(0, min(place - (height - 1) // 2, len(lines) - height + 1))
    left = len(lines) - height + 1
    return [*lines[first : first + height - 1], row((f"      and {left} more, by ↑ and ↓", "dim"))]


def _coming(look: Look, task: TaskHistory, columns: _Columns) -> list[Row]:
    """Births that are being written or checked."""
    rows = []
    for coming in look.summary.calls.coming(task.id):
        doing = f"{_doing(look, task, coming)} {duration((look.now - coming.since).total_seconds())}"
        lead = f"  … {coming.birth.index:>4}  {cut(how(coming.birth), columns.how)} "
        rows.append(row((lead + doing, f"italic {look.palette.busy}")))
    return rows


def _doing(look: Look, task: TaskHistory, coming: Coming) -> str:
    """What is done with a birth on its way, or what it waits for."""
    calls, models = look.summary.calls, look.summary.history.models
    if look.summary.paused and not calls.under_way(task.id, coming.birth.index):
        return "held, the run is paused,"
    if not coming.written:
        if calls.absent(coming.birth.model):
            return "waits for the server"
        return (
            "being repaired" if coming.repairing else "being written" if coming.asked or not calls.tells else "waits for its turn"
        )
    pairs = len(task.started.pairs) if task.started else 0
    told = "waits for the checker's server" if calls.absent(models.get("checker", "")) else "being checked"
    mending = f", {len(coming.mending)} being repaired" if coming.mending else ""
    return f"{told}, {len(coming.back)} of {plural(pairs, 'pair')} back{mending}"


def _failures(look: Look, task: TaskHistory, columns: _Columns) -> list[Row]:
    rows = []
    for failed in reversed(task.population.failed.values()):
        lead = f"{failed.birth.index:>4}  {cut(how(failed.birth), columns.how)} "
        rows.append(row(("  ✗ ", look.palette.bad), (f"{lead}{failed.reason}: {clean(failed.why)}", "dim")))
    return rows


class _Columns:
    """Which columns a width has room for."""

    def __init__(self, width: int, pairs: int, ranked: list[Candidate]) -> None:
        self.width = width
        self.pairs = max(5, min(pairs, 10) + 4)
        self.how = 13 if width < 90 else 18
        # what is the same for all says nothing
        self.view = 9 if width >= 100 and len({one.birth.view for one in ranked}) > 1 else 0
        self.model = 16 if width >= 100 and len({one.birth.model for one in ranked}) > 1 else 0
        self.bar = 0 if width < 90 else 10
        taken = 4 + 6 + self.how + 1 + (self.view and self.view + 1) + (self.model and self.model + 1) + self.pairs
        self.room = max(1, width - taken - (self.bar and self.bar + 1) - 13)
        """Columns for the rule."""
        said = Counter(bullet for one in ranked for bullet in set(bullets(one.description.bullets)))
        self.shared = {bullet for bullet, times in said.items() if len(ranked) > 2 and times > len(ranked) / 2}
        """Bullets that more than half of the candidates have: they tell nobody apart."""

    def heading(self) -> Row:
        names = f"  # born  {'how':<{self.how}} "
        names += f"{'view':<{self.view}} " if self.view else ""
        names += f"{'model':<{self.model}} " if self.model else ""
        names += f"{'pairs':<{self.pairs}} {'cells':<{self.bar + 5}} {'gain':>4}  first bullet"
        return row((names, "dim underline"))

    def line(self, look: Look, place: int, one: Candidate, copy: float, *, broken: bool) -> Row:
        """`broken`: its rule goes on below."""
        birth, its, palette = one.birth, one.fitness, look.palette
        style = palette.good if its.perfect else palette.partly
        chosen = "bold" if one is look.candidate else ""
        parts: list[Part] = [(f"{'▸' if chosen else ' '}{place:>2} ", chosen or "dim"), f"{birth.index:>4}  "]
        parts.append((cut(how(birth), self.how) + " ", palette.operator(birth.operator)))
        parts += [cut(clean(birth.view), self.view) + " "] if self.view else []
        parts += [(cut(look.summary.history.short(birth.model), self.model) + " ", "dim")] if self.model else []
        parts += [*pair_marks(one.attempts, palette), " " * max(1, self.pairs - 3 - min(10, len(one.attempts)))]
        parts.append((f"{its.exact}/{its.pairs} ", style))
        parts += [*bar(its.cells, self.bar, style), " "] if self.bar else []
        parts += [f"{percent(its.cells, 0):>4}{' ' if self.bar else '  '}"]
        parts.append((f"{points(its.cells - copy, 0):>4}", palette.good if its.cells > copy else palette.bad))
        first = self._first(one)
        return row(*parts, (f"  {first[: self._break(first)] if broken else first}", chosen))

    def _break(self, rule: str) -> int:
        """Where a rule is broken that is too long for its row: behind a word, if one fits."""
        return len(rule) if len(rule) <= self.room else max(0, rule.rfind(" ", 0, self.room + 1)) or self.room

    def rest(self, one: Candidate, most: int) -> list[Row]:
        """What of its rule does not fit into its row, in `most` rows of its own at most. Where rows would stay empty the rules
        that were cut go on below their candidates, the best ones' first."""
        first = self._first(one)
        rest = first[self._break(first) :].strip()
        shown = wrapped(rest, max(1, self.width - INDENT), most) if rest and most > 0 else []
        return [row(" " * INDENT, part) for part in shown]

    def _first(self, one: Candidate) -> str:
        """The first bullet that not everybody has; an ellipsis stands for those before it."""
        said = bullets(one.description.bullets) or ["…"]
        own = [bullet for bullet in said if bullet not in self.shared] or said[-1:]
        return own[0] if own[0] == said[0] else f"… {own[0]}"


def pair_marks(attempts: Sequence[Attempt], palette: Palette) -> list[Part]:
    """One block a training pair, as tall as its cell accuracy, full when exact; × no grid, ? no reply, ! refused, - not asked."""
    return [_mark(attempt, palette) for attempt in attempts[:10]]


def _mark(attempt: Attempt, palette: Palette) -> Part:
    match attempt:
        case Followed():
            return (LEVELS[-1], palette.good) if attempt.exact else (level(attempt.cells), palette.partly)
        case Garbled():
            return ("×", palette.bad)
        case Refused():
            return ("!", palette.bad)
        case Skipped():
            return ("-", palette.quiet)
    return ("?", palette.bad)
