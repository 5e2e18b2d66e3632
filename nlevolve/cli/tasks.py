"""nlevolve tasks."""

from __future__ import annotations

from typing import Annotated

import typer

from nlevolve.cli import app, options
from nlevolve.options import Data


@app.command()
@options.takes(Data)
def tasks(
    selectors: options.Selectors,
    given: options.Given,
    show: Annotated[bool, typer.Option("--show", help="Draw the grids.")] = False,
    limit: Annotated[int | None, typer.Option(help="The first N alone.", metavar="N", min=1)] = None,
    seed: options.Seed = None,
    palette: options.Palette = None,
) -> None:
    """List tasks, or look at them."""
    from nlevolve.puzzle.datasets import load
    from nlevolve.view.door import complain, console, say
    from nlevolve.view.terminal.palette import palette as named
    from nlevolve.view.terminal.tasks import MOST_DRAWN, listing, plain, preview, totals

    colours = named(palette).cells
    selection = load(selectors, seed or 0, **Data.read(given).model_dump())
    found = selection.found
    for problem in selection.broken:
        complain(f"left out: {problem}")
    first = found[:limit]
    screen = console(highlight=False)
    if not screen.is_terminal:
        screen.width = max(screen.width, 120)  # nobody resizes a pipe: rather long lines than folded ones
    if show:
        for one in first:
            screen.print(*preview(one, colours), sep="\n")
    elif len(first) > MOST_DRAWN:
        say("\n".join(plain(first)))
    else:
        screen.print(listing(first, colours))
    if len(first) < len(found):
        screen.print(f"… and {len(found) - len(first)} more")
    screen.print(totals([one.task for one in found]))
