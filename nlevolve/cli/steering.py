"""nlevolve pause, go and budget: a run that goes on in another terminal is told what to do."""

from __future__ import annotations

from typing import Annotated

import typer

from nlevolve.cli import app, options
from nlevolve.options import Limits


@app.command()
def pause(run: options.Run, runs_dir: options.RunsDir = options.RUNS) -> None:
    """Hold a run that goes on: nothing new is sent, what is in flight ends."""
    _hold(run, runs_dir, paused=True)


@app.command()
def go(run: options.Run, runs_dir: options.RunsDir = options.RUNS) -> None:
    """Let a paused run go on."""
    _hold(run, runs_dir, paused=False)


@app.command()
def budget(
    run: options.Run,
    usd: Annotated[
        float, typer.Argument(help="USD for the run, with what it has spent.", show_default=False, parser=options.number)
    ],
    runs_dir: options.RunsDir = options.RUNS,
) -> None:
    """Give a run that goes on another budget."""
    from nlevolve.program import command
    from nlevolve.run import steering, store
    from nlevolve.view.door import say
    from nlevolve.view.text import money

    given = Limits.read({"budget": usd}, named=lambda _: "USD").budget
    folder = store.find(run, runs_dir)
    otherwise = command("resume", run, *options.elsewhere(runs_dir), "--budget", f"{usd:g}")
    steering.tell(folder, steering.Told(budget=given), otherwise)
    say(f"the budget of {folder.name} is {money(usd)} from now on")


def _hold(run: str, runs_dir: options.RunsDir, *, paused: bool) -> None:
    from nlevolve.program import command
    from nlevolve.run import shelf, steering, store
    from nlevolve.view.door import say

    folder = store.find(run, runs_dir)
    if store.being_written(folder) and shelf.is_paused(folder) is paused:
        say(f"{folder.name} {'is paused already' if paused else 'is not paused: it goes on as it did'}")
        return
    where = options.elsewhere(runs_dir)
    steering.tell(folder, steering.Told(paused=paused), command("resume", run, *where))
    then = f"; let it go on: {command('go', run, *where)}" if paused else ""
    say(f"{folder.name} {'is paused: nothing new is sent, what is in flight ends' if paused else 'goes on'}{then}")
