"""The best candidate of the task in focus: its bullets and whose they are, its grids beside the truth, its family."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment

from nlevolve.evolve.population import Candidate
from nlevolve.puzzle.grids import Grid
from nlevolve.records import Attempt, Followed, Garbled, Skipped
from nlevolve.view.grids import Picture, size
from nlevolve.view.lineage import Whose, family, whose
from nlevolve.view.panels.layout import Part, Row, beside, fill, fit, row, rule, wrapped
from nlevolve.view.panels.population import pair_marks
from nlevolve.view.panels.scene import Scene
from nlevolve.view.text import bullets, clean, short_model

TAG = 5
"""Columns before a bullet that say whose it is."""
GAP = 3


def description(scene: Scene, width: int, height: int) -> list[Row]:
    """The best description in full, each bullet with the birth it came from, under its rule."""
    best = scene.candidate
    if best is None or scene.task is None or height < 1:
        return fill([rule(row(("best description", "bold")), width), row(("  none yet", "dim"))], width, height)
    head = rule(_title(scene, best), width)
    told = list(zip(bullets(best.description.bullets), whose(best.index, scene.task.checked), strict=True))
    rows, room = [head], height - 1
    for place, (bullet, origin) in enumerate(told):
        left = len(told) - place - 1
        # every bullet keeps a row if it can: the earlier ones are cut before the later ones vanish
        share = max(1, room - (len(rows) - 1) - left)
        lines = wrapped(bullet, width - TAG - 3, share)
        tag, style = _tag(scene, origin, best.index)
        rows += [
            row((f"{tag:>{TAG}}" if n == 0 else " " * TAG, style), " • " if n == 0 else "   ", line)
            for n, line in enumerate(lines)
        ]
    return [fit(one, width) for one in rows[:height]]


def _title(scene: Scene, best: Candidate) -> Row:
    birth = best.birth
    how = f"{birth.operator} of {', '.join(map(str, birth.parents))}" if birth.parents else birth.operator
    leads = best is scene.summary.best.get(scene.focus)
    parts: list[Part] = [(f"{'best: ' if leads else ''}birth {birth.index}", "bold"), f" {how} "]
    parts += [*pair_marks(best.attempts, scene.palette), (f"  {best.description.words} words", "dim")]
    return row(*parts)


def _tag(scene: Scene, origin: Whose, best: int) -> tuple[str, str]:
    if origin.reworded is not None:
        return f"{origin.reworded}→{origin.birth}", scene.palette.revise
    if origin.birth == best:
        return "new", scene.palette.good
    return str(origin.birth), scene.palette.quiet


# ---- grids -----------------------------------------------------------------------------------------------------------


def grids(scene: Scene, width: int, height: int, every: bool = False) -> list[Row]:
    """Training pairs as the best candidate sees them: input, truth and its grid, wrong cells marked; the worst pair first.

    `every` orders the pairs as the task does. As many as fit; a pair that fits nowhere is drawn cut.
    """
    task, best = scene.task, scene.candidate
    if task is None or task.started is None or height < 3:
        return []
    attempts: dict[int, Attempt] = {one.pair: one for one in best.attempts} if best else {}
    pairs = range(len(task.started.pairs))
    order = pairs if every else sorted(pairs, key=lambda pair: (_lines(scene, pair) > height, _accuracy(attempts.get(pair))))
    rows: list[Row] = []
    line: list[Row] = []
    used = 0
    for pair in order:
        dense = _dense(scene, pair, width, height)
        block = _pair(scene, pair, attempts.get(pair), dense, width)
        wide = max(one.cell_len for one in block)
        if line and used + GAP + 2 + wide > width:
            rows, line, used = [*rows, *line], [], 0
        if len(rows) + len(block) > height and rows + line:
            break
        line = beside(line, block, used, GAP + 2) if line else block
        used += wide + (GAP + 2 if used else 0)
    return [fit(one, width) for one in [*rows, *line][:height]]


def _accuracy(attempt: Attempt | None) -> float:
    return (attempt.accuracy or 0.0) if isinstance(attempt, Followed) else 0.0


def _lines(scene: Scene, pair: int) -> int:
    """Rows the pair takes at least: its title, and half a row a cell, or one where there is no colour."""
    tall = max(map(len, _pairs(scene)[pair]))
    return 1 + ((tall + 1) // 2 if scene.colour else tall)


def _dense(scene: Scene, pair: int, width: int, height: int) -> bool:
    """Whether the pair has to be drawn in half-blocks to fit."""
    source, truth = _pairs(scene)[pair]
    columns = 2 * (len(source[0]) + 2 * len(truth[0])) + 2 * GAP
    return columns > width or max(len(source), len(truth)) + 1 > height


def _pairs(scene: Scene) -> Sequence[tuple[Grid, Grid]]:
    task = scene.task
    return task.started.pairs if task is not None and task.started is not None else ()


def _pair(scene: Scene, pair: int, attempt: Attempt | None, dense: bool, width: int) -> list[Row]:
    source, truth = _pairs(scene)[pair]
    got = attempt.grid if isinstance(attempt, Followed) else None
    pictures = [
        Picture(source, f"pair {pair + 1}", palette=scene.palette.cells, dense=dense),
        Picture(truth, "truth", palette=scene.palette.cells, dense=dense),
        Picture(got, "", truth=truth, palette=scene.palette.cells, dense=dense),
    ]
    columns = [_picture(scene, picture, width) for picture in pictures]
    verdict = _verdict(scene, attempt, truth)
    columns[2] = [row(verdict), *(columns[2] if got else [])]
    joined: list[Row] = columns[0]
    used = max(one.cell_len for one in joined)
    for column, between in zip(columns[1:], ("→", "│"), strict=True):
        tall = max(len(joined), len(column))
        signs = [row((f" {between if n == 1 else ' '} ", "dim")) for n in range(tall)]
        joined = beside(beside(joined, signs, used, 0), column, used + GAP, 0)
        used += GAP + max(one.cell_len for one in column)
    return fill(joined, used, len(joined))


def _picture(scene: Scene, picture: Picture, width: int) -> list[Row]:
    lines = picture.lines(width, colour=scene.colour)
    return [_row(line) for line in lines]


def _row(segments: Sequence[Segment]) -> Row:
    return row(*[(one.text, one.style or "") for one in segments])


def _verdict(scene: Scene, attempt: Attempt | None, truth: Grid) -> Part:
    match attempt:
        case None:
            return ("no candidate", "dim")
        case Followed() if attempt.grid == truth:
            return ("✔ exact", scene.palette.good)
        case Followed() if (attempt.accuracy or 0.0) > 0:
            return (f"✗ {attempt.accuracy:.0%}", scene.palette.partly)
        case Followed():
            return (f"✗ {size(attempt.grid)}", scene.palette.bad)
        case Garbled():
            return (f"✗ no grid: {clean(attempt.why)}"[:24], scene.palette.bad)
        case Skipped():
            return ("not asked", "dim")
    return ("no reply", scene.palette.bad)


# ---- family ----------------------------------------------------------------------------------------------------------


def lineage(scene: Scene, width: int, height: int) -> list[Row]:
    """The best candidate's forebears as a tree, under its rule."""
    best, task = scene.candidate, scene.task
    head = rule(row(("lineage", "bold")), width)
    if best is None or task is None:
        return fill([head], width, height)
    rows = [head]
    for one in family(best.index, task.checked):
        candidate = scene.summary.populations[task.id].members[one.birth]
        birth, its = candidate.birth, candidate.fitness
        rows.append(
            row(
                (f" {one.branch}", "dim"),
                (f"{birth.index} ", "bold"),
                (birth.operator, scene.palette.operator(birth.operator)),
                (f" {clean(birth.view)}" if birth.operator == "write" else "", "dim"),
                " ",
                *pair_marks(candidate.attempts, scene.palette),
                f" {its.exact}/{its.pairs} {its.cells:.0%}",
                (f"  {short_model(birth.model)}", "dim"),
                ("  (see above)" if one.again else "", "dim"),
            )
        )
    if len(rows) > height > 1:
        rows = [*rows[: height - 1], row((f"   … and {len(rows) - height + 1} forebears more", "dim"))]
    return fill(rows, width, height)
