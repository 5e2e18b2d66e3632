"""The whole screen: which panels a size has room for, and where they stand."""

from __future__ import annotations

from nlevolve.view.terminal.panels.best import description, lineage
from nlevolve.view.terminal.panels.events import events, replies
from nlevolve.view.terminal.panels.header import footer, header, strip
from nlevolve.view.terminal.panels.layout import Frame, Row, beside, fill, frame, row, rule, trimmed
from nlevolve.view.terminal.panels.look import PAGES, Look
from nlevolve.view.terminal.panels.pictures import grids
from nlevolve.view.terminal.panels.population import table, task_rule
from nlevolve.view.terminal.panels.progress import credits, curve
from nlevolve.view.terminal.panels.tasks import tasks

WIDE = 120
"""Columns from which two panels stand side by side."""

HELP = (
    ("←  →", "the task before or after; the focus then stays there"),
    ("↑  ↓", "another candidate: its description, grids and lineage"),
    ("f", "hold the focus where it is, or let it follow what happens"),
    ("tab", "next page: overview, population, description, grids, tasks, events"),
    ("p", "pause the run: nothing new is sent; once more, and it goes on"),
    ("space + -", "of a replay: stop it or go on, twice as fast, half as fast"),
    ("c", "the colour-blind palette; also NLEVOLVE_PALETTE=colour-blind"),
    ("?", "this help, and away with it"),
    ("q", "stop: what is in flight is finished and kept (watching: leave)"),
    ("in flight", "with a provider · queued: for a place · paced: so many a minute"),
    ("tasks", "█ all pairs fit · ░▒▓ answered · ▁▃▆ running · × failed · · waiting"),
    ("pairs", "█ exact, else as tall as its right cells; × no grid ? reply ! refused"),
    ("gain", "right cells in points above copying the input, the curve's floor"),
    ("7  7→12", "before a bullet: birth 7 wrote it first; 12 reworded one of 7's"),
    ("fitness", "is on the pairs alone; test grids are opened when a run is graded"),
)
"""Each line fits the narrowest screen."""
HELP_WITH_A_CODER = (
    ("programs", "run in the sandbox · no grid: they raised, or came to a limit"),
    ("py", "its program read a pair · py= both readers alike · py≠ they differ"),
)


def draw(look: Look, width: int, height: int) -> Frame:
    """A frame of exactly width x height cells."""
    top = header(look, width)
    rows = [*top, *strip(look, width, max(1, height // 4))]
    foot = footer(look, width, len(PAGES), PAGES.index(look.page) + 1)
    room = height - len(rows) - 1
    body = _help(look, width) if look.help else _page(look, width, room)
    return frame([*rows[: height - 1], *fill(body, width, room), foot], width, height)


def _help(look: Look, width: int) -> list[Row]:
    told = (*HELP, *HELP_WITH_A_CODER) if "coder" in look.summary.history.models else HELP
    keys = [row((f" {key:<10}", f"bold {look.palette.accent}"), text) for key, text in told]
    return [rule(row(("help", "bold")), width), *keys]


def _page(look: Look, width: int, height: int) -> list[Row]:
    top = task_rule(look, width)
    match look.page:
        case "overview":
            body = _wide(look, width, height - 1) if width >= WIDE else _narrow(look, width, height - 1)
        case "population":
            tall = 5 if height > 16 else 1
            body = [*table(look, width, height - tall - 1), *curve(look, width, tall)]
        case "description":
            told = min(max(4, height * 2 // 3), height - 1)
            body = [*description(look, width, told), *lineage(look, width, height - 1 - told)]
        case "grids":
            body = grids(look, width, height - 1, every=True)
        case "tasks":
            return tasks(look, width, height)
        case "events":
            read = replies(look, width)
            above = [rule(row(("replies", "bold"), (" what became of them", "dim")), width), *read] if read else []
            return [*above, rule(row(("last events", "bold")), width), *events(look, width, height - 1 - len(above))]
    return [top, *body]


def _narrow(look: Look, width: int, height: int) -> list[Row]:
    """One column: population, its curve, the best beside its grids, the last events."""
    last = max(2, height // 7)
    best = max(4, (height - last) * 9 // 20)
    people = height - last - best - 1
    pictures = grids(look, width * 3 // 5, best - 1, most=1)
    across = max((one.cell_len for one in map(trimmed, pictures)), default=0)
    told = description(look, width - across - 2 if across else width, best)
    rows = fill(table(look, width, people), width, people) + curve(look, width, 1)
    rows += beside(told, [row(""), *pictures], width - across - 2, 2) if across else told
    return fill(rows, width, height - last) + events(look, width, last)


def _wide(look: Look, width: int, height: int) -> list[Row]:
    """Two columns: population, curve, events at the left; the best, its grids and its family at the right."""
    left = width * 11 // 20
    right = width - left - 2
    tall = max(2, min(7, height // 6))
    last = max(4, height // 5)
    births = look.task.started.births if look.task and look.task.started else 0
    people = min(height - tall - last - 2, max(8, births + 2))
    last = height - tall - people - 2
    one = fill(table(look, left, people), left, people)
    one += _progress(look, left, tall)
    one += [rule(row(("last events", "bold")), left), *events(look, left, last)]
    kin = max(4, min(12, height // 4))
    told = description(look, right, max(5, height // 3))
    pictures = grids(look, right, height - len(told) - kin - 1)
    two = [*told, rule(row(("its grids", "bold"), (f"  input → truth │ {_made(look)}", "dim")), right), *pictures]
    two = [*two, *lineage(look, right, height - len(two))]
    return beside(one, two, left)


def _made(look: Look) -> str:
    return "what it came to (py: by its program)" if "coder" in look.summary.history.models else "what the checker made of it"


def _progress(look: Look, width: int, tall: int) -> list[Row]:
    """The curve, and beside it, where there is room, what has worked in the whole run."""
    both = width >= 100
    narrow = width - 58 if both else width
    left = [
        rule(row(("fitness over births", "bold"), (" above copying the input", "dim")), narrow),
        *fill(curve(look, narrow, tall), narrow, tall),
    ]
    if not both:
        return left
    right = [rule(row(("what works", "bold"), (" in the whole run", "dim")), 56), *credits(look, 56, tall)]
    return beside(left, right, narrow)
