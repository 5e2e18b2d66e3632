"""nlevolve solve and nlevolve resume."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nlevolve.cli import app, options
from nlevolve.options import Limits, Options, Resumable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlevolve.run.session import Session
    from nlevolve.view.outside import Make
    from nlevolve.view.terminal.palette import Palette

OWN = "the run's own"


@app.command()
@options.takes(Options)
def solve(
    selectors: options.Selectors,
    given: options.Given,
    ping: options.Ping = True,
    live: options.Live = None,
    palette: options.Palette = None,
    json: options.Json = False,
) -> int:
    """Solve tasks; says where the run is and how to look at it."""
    import sys

    from nlevolve.view.terminal.passing import passing

    with passing("getting ready …", sys.stderr):
        from nlevolve.config import configured
        from nlevolve.puzzle.datasets import load

        asked = Options.read(given)
        config = configured(asked)
        selection = load(selectors, config.seed)
        # what is typed is judged: only now comes what takes its time to load
        from nlevolve.run.session import begin
        from nlevolve.view.outside import found
        from nlevolve.view.terminal.palette import palette as named

        colours, see = named(palette), found(asked.see)
        session = replace(begin(selection, config, asked), ping=ping and not asked.replay)
    return _carry_out(session, see, live, json, colours)


@app.command()
@options.takes(Resumable, defaults=dict.fromkeys([*Resumable.model_fields.keys() - {"runs_dir"}], OWN))
def resume(
    run: options.Run,
    given: options.Given,
    live: options.Live = None,
    palette: options.Palette = None,
    json: options.Json = False,
) -> int:
    """Go on with a run that was interrupted, killed or out of budget.

    Takes new limits; refuses changed settings and lists them.
    """
    import sys

    from nlevolve.run import store
    from nlevolve.view.terminal.passing import passing

    asked = Resumable.read(given)
    folder = store.find(run, Path(asked.runs_dir))
    old = store.read_config(folder, store.TO_RESUME)
    with passing(f"going on with {folder.name} …", sys.stderr):
        from nlevolve.puzzle.datasets import load
        from nlevolve.run.session import reconfigure, reopen
        from nlevolve.view.outside import found
        from nlevolve.view.terminal.palette import palette as named

        colours, see = named(palette), found(asked.see)
        config = reconfigure(old, asked)
        session = reopen(
            folder,
            load(old["tasks"], config.seed),
            config,
            Limits.read(old["limits"] | asked.part(Limits).given),
            prompts=Path(asked.prompts or old["prompts_dir"]),
            cache_dir=Path(asked.cache_dir if "cache_dir" in asked.given else old["cache_dir"]),
        )
    return _carry_out(session, see, live, json, colours)


def _carry_out(session: Session, see: Mapping[str, Make], live: bool | None, json: bool, colours: Palette) -> int:
    """Run the session with its views, and say how it ended."""
    import sys

    from nlevolve.cli.running import carry_out

    return carry_out(session, live=sys.stdout.isatty() if live is None else live, as_json=json, see=see, colours=colours)
