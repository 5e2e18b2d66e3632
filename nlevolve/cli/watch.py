"""nlevolve watch."""

from __future__ import annotations

from typing import Annotated

import typer

from nlevolve.cli import app, options
from nlevolve.errors import UsageError
from nlevolve.view.door import console


@app.command()
def watch(
    run: options.Run,
    runs_dir: options.RunsDir = options.RUNS,
    speed: Annotated[
        float | None, typer.Option(help="Play the run again, this many times as fast. Space pauses, + and - change it.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="Begin there: 30% of the run's time.", metavar="PERCENT")] = None,
    still: Annotated[bool, typer.Option("--still", help="Print one screen and leave.")] = False,
    size: Annotated[
        str | None, typer.Option(help="Of that screen. " + options.by_default("the terminal's"), metavar="WIDTHxHEIGHT")
    ] = None,
    palette: options.Palette = None,
    live: options.Live = None,
) -> None:
    """The dashboard of a run in another process, or of a finished one; with --speed, from its beginning."""
    import sys

    from nlevolve.run import store
    from nlevolve.view.terminal import watch as views
    from nlevolve.view.terminal.palette import palette as named

    colours, share = named(palette), _share(at)
    if speed is not None and not 0 < speed <= views.FASTEST:
        raise UsageError(f"--speed {speed:g}: give a number above 0, at most {views.FASTEST:g}")
    folder = store.find(run, runs_dir)
    area = _size(size)
    screen = console(width=area[0], height=area[1]) if area else console()
    drawn = live is not False and screen.is_terminal and not screen.is_dumb_terminal
    if still:
        screen.print(views.still(store.read_events(folder), screen, colours, at=1.0 if share is None else share))
    elif speed is None and share is None:
        log = folder / "events.jsonl"
        views.follow(log, screen, colours) if drawn else views.follow_lines(log, sys.stdout)
    elif drawn:
        player = views.Player(store.read_events(folder), at=share or 0.0, speed=speed or 1.0, paused=speed is None)
        views.replay(player, screen, colours)
    else:
        views.replay_lines(store.read_events(folder), sys.stdout, at=1.0 if share is None else share)


def _share(percent: str | None) -> float | None:
    """0..1. Raises UsageError."""
    if percent is None:
        return None
    try:
        share = float(percent.strip().removesuffix("%")) / 100
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UsageError(f"--at {percent}: give a share of the run's time from 0% to 100%")
    return share


def _size(size: str | None) -> tuple[int, int] | None:
    """Columns and rows. Raises UsageError."""
    if size is None:
        return None
    width, _, height = size.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and 0 < int(width) <= 500 and 0 < int(height) <= 200):
        raise UsageError(f"--size {size}: give columns and rows, such as 120x40, at most 500x200")
    return int(width), int(height)
