"""The candidate looked at: its bullets and whose they are, and its family."""

from __future__ import annotations

from nlevolve.evolve.population import Candidate
from nlevolve.view.ancestry import Whose, family, whose
from nlevolve.view.looks import shown_as
from nlevolve.view.terminal.panels.layout import Part, Row, fill, fit, row, rule, wrapped
from nlevolve.view.terminal.panels.look import Look
from nlevolve.view.terminal.panels.population import pair_marks
from nlevolve.view.text import bullets, clean, percent, plural

TAG = 5
"""Columns before a bullet that say whose it is."""


def description(look: Look, width: int, height: int) -> list[Row]:
    """The best description in full, each bullet with the birth it came from, under its rule."""
    best = look.candidate
    if best is None or look.task is None or height < 1:
        return fill([rule(row(("best description", "bold")), width), row(("  none yet", "dim"))], width, height)
    head = rule(_title(look, best), width, row((f"{best.description.words} words", "dim")))
    told = list(zip(bullets(best.description.bullets), whose(best.index, look.task.population.members), strict=True))
    rows, room = [head], height - 1
    for place, (bullet, origin) in enumerate(told):
        left = len(told) - place - 1
        # every bullet keeps a row if it can: the earlier ones are cut before the later ones vanish
        share = max(1, room - (len(rows) - 1) - left)
        lines = wrapped(bullet, width - TAG - 3, share)
        tag, style = _tag(look, origin, best.index)
        rows += [
            row((f"{tag:>{TAG}}" if n == 0 else " " * TAG, style), " • " if n == 0 else "   ", line)
            for n, line in enumerate(lines)
        ]
    return [fit(one, width) for one in rows[:height]]


def _title(look: Look, best: Candidate) -> Row:
    birth = best.birth
    how = f"{birth.operator} of {', '.join(map(str, birth.parents))}" if birth.parents else birth.operator
    how += f", shown {plural(len(birth.examples), 'rule')} of other tasks" if birth.examples else ""
    leads = look.task is not None and best is look.task.best
    parts: list[Part] = [(f"{'best: ' if leads else ''}birth {birth.index}", "bold"), f" {how} "]
    smaller = clean(look.task.smaller(birth.index)) if look.task else ""
    return row(*parts, *pair_marks(best.attempts, look.palette), (f"  {smaller}" if smaller else "", look.palette.partly))


def _tag(look: Look, origin: Whose, best: int) -> tuple[str, str]:
    if origin.reworded is not None:
        return f"{origin.reworded}→{origin.birth}", look.palette.revise
    if origin.birth == best:
        return "new", look.palette.good
    return str(origin.birth), look.palette.quiet


def _echo(parent: int | None) -> str:
    return "" if parent is None else f"  no new idea: {parent}'s very grids, on the test too"


def lineage(look: Look, width: int, height: int) -> list[Row]:
    """The best candidate's forebears as a tree, under its rule."""
    best, task = look.candidate, look.task
    head = rule(row(("lineage", "bold")), width)
    if best is None or task is None:
        return fill([head], width, height)
    rows = [head]
    for one in family(best.index, task.population.members):
        candidate = task.population.members[one.birth]
        birth, its = candidate.birth, candidate.fitness
        rows.append(
            row(
                (f" {one.branch}", "dim"),
                (f"{birth.index} ", "bold"),
                (birth.operator, look.palette.operator(birth.operator)),
                (f" {clean(birth.view)}" if birth.operator == "write" else "", "dim"),
                (f" ({shown})" if (shown := shown_as(candidate.shown)) else "", "dim"),
                " ",
                *pair_marks(candidate.attempts, look.palette),
                f" {its.exact}/{its.pairs} {percent(its.cells, 0)}",
                (f"  {look.summary.history.short(birth.model)}", "dim"),
                (_echo(task.population.echoed(one.birth)), "dim"),
                ("  (see above)" if one.again else "", "dim"),
            )
        )
    if len(rows) > height > 1:
        rows = [*rows[: height - 1], row((f"   … and {len(rows) - height + 1} forebears more", "dim"))]
    return fill(rows, width, height)
