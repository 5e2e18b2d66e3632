"""nlevolve solve and nlevolve resume."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nlevolve.cli import app, options
from nlevolve.options import Limits, Resumable, Several, Spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nlevolve.cli.planning import Plan
    from nlevolve.cli.series import Series
    from nlevolve.cluster.asked import Cluster
    from nlevolve.llm.settings import RoleSettings
    from nlevolve.run.session import Session
    from nlevolve.view.outside import Make
    from nlevolve.view.terminal.palette import Palette

OWN = "the run's own"
ANEW = {"runs_dir", *Spread.model_fields}
"""What a resumed run is told anew."""


@app.command()
@options.takes(Several)
def solve(
    given: options.Given,
    selectors: options.MaybeSelectors = None,
    source: options.From = None,
    dry_run: options.DryRun = False,
    live: options.Live = None,
    palette: options.Palette = None,
    json: options.Json = False,
    when_done: options.WhenDone = None,
) -> int:
    """Solve tasks; says where the run is and how to look at it."""
    import sys
    import time

    from nlevolve.view.terminal.passing import passing

    began = time.monotonic()
    with passing("getting ready …", sys.stderr):
        from nlevolve.cli.planning import plan

        planned = plan(selectors or (), given, source)
        asked, config, chosen = planned.options, planned.config, planned.chosen

    if dry_run:
        return _announced(planned, json)
    if not asked.replay:
        # what a file alone names is not even looked at before it is confirmed
        _knock(role for role in config.every.values() if role.base_url is None or role.base_url in chosen.texts)
    with passing("looking up the models …", sys.stderr):
        from nlevolve.cli.trusting import confirmed
        from nlevolve.run.session import begin
        from nlevolve.view.outside import found
        from nlevolve.view.terminal.palette import palette as named

        colours, see = named(palette), found(asked.see)
        elsewhere = cluster_of(asked)

    if asked.repeats > 1:
        return _repeat(planned, live, json, colours, when_done)

    def begun() -> Session:
        with passing("looking up the models …", sys.stderr) as complain:
            return begin(
                planned.selection,
                config,
                asked,
                chosen=chosen,
                brought=planned.brought,
                origin=planned.origin,
                notice=complain,
            )

    session = confirmed(begun)
    session = replace(session, ping=asked.ping is not False and not asked.replay, elsewhere=elsewhere)
    return _ended(_carry_out(session, see, live, json, colours, began), session.folder, when_done, json)


def _series(planned: Plan, asked: Several) -> Series:
    from nlevolve.cli.series import Series, repeated

    if planned.origin is not None:
        brought = planned.brought
        given = {task: len(told) for task, told in brought.given.items()} if brought and brought.seeds else None
        library = brought.examples if brought else None
        return Series(planned.selection, [asked], planned.chosen, configs=[planned.config], given=given, library=library)
    return Series(planned.selection, list(repeated(asked)), planned.chosen)


def _announced(planned: Plan, json: bool) -> int:
    from nlevolve.run.notices import uncapped
    from nlevolve.view.door import say

    _series(planned, planned.options).announce(as_json=json)
    if not json and (uncounted := uncapped(planned.config.models, planned.options)):
        say(uncounted)
    return 0


def _repeat(planned: Plan, live: bool | None, json: bool, colours: Palette, when_done: str | None) -> int:
    """Run it several times; a user's own command is run after each."""
    import sys

    from nlevolve.cli.repeating import carry_out

    asked = planned.options
    ping = asked.ping is not False and not asked.replay
    return carry_out(
        _series(planned, asked.model_copy(update={"ping": ping})),
        live=sys.stdout.isatty() if live is None else live,
        as_json=json,
        colours=colours,
        ended=lambda code, folder: _ended(code, folder, when_done, json),
    )


@app.command()
@options.takes(Resumable, defaults=dict.fromkeys(Resumable.model_fields.keys() - ANEW, OWN))
def resume(
    run: options.Run,
    given: options.Given,
    live: options.Live = None,
    palette: options.Palette = None,
    json: options.Json = False,
    when_done: options.WhenDone = None,
) -> int:
    """Go on with a run that was interrupted, killed or out of budget.

    Takes new limits; refuses changed settings and lists them.
    """
    import sys
    import time

    from nlevolve.run import store
    from nlevolve.view.terminal.passing import passing

    began = time.monotonic()
    asked = Resumable.read(given)
    folder = store.find(run, Path(asked.runs_dir))
    old = store.read_config(folder, store.TO_RESUME)
    with passing(f"going on with {folder.name} …", sys.stderr):
        from nlevolve.cli.trusting import bank_of, confirmed
        from nlevolve.puzzle.datasets import load
        from nlevolve.run.recorded import reconfigure
        from nlevolve.run.session import reopen
        from nlevolve.run.trust import chosen_by, prompts_of
        from nlevolve.view.outside import found
        from nlevolve.view.terminal.palette import palette as named

        colours, see = named(palette), found(asked.see)
        elsewhere = cluster_of(asked)
    config = reconfigure(old, asked)
    selection = load(old["tasks"], config.seed, max_side=store.max_side(old))
    limits = Limits.read(old["limits"] | asked.part(Limits).given)
    prompts = Path(asked.prompts) if asked.prompts else prompts_of(old)
    cache_dir = Path(asked.cache_dir) if "cache_dir" in asked.given else bank_of(old)
    chosen = chosen_by(asked)

    def reopened() -> Session:
        with passing("looking up the models …", sys.stderr) as complain:
            return reopen(
                folder,
                selection,
                config,
                limits,
                prompts=prompts,
                cache_dir=cache_dir,
                chosen=chosen,
                notice=complain,
            )

    session = replace(confirmed(reopened), elsewhere=elsewhere)
    if not old.get("replay"):
        _knock(config.every.values())
    return _ended(_carry_out(session, see, live, json, colours, began), session.folder, when_done, json)


def cluster_of(asked: Spread, *, look: bool = True) -> Cluster | None:
    """Who solves the tasks in the place of this process, if anybody is to. Raises UsageError; `look`: also where a scheduler does
    not answer."""
    if asked.cluster is None and asked.workers is None:
        return None
    from nlevolve.cluster.asked import cluster, planned

    return cluster(asked) if look else planned(asked)


def _knock(roles: Iterable[RoleSettings]) -> None:
    """Say at once which addresses nobody answers at: the run finds out, too, but only when the way to the models is loaded."""
    from nlevolve.llm.keys import shown
    from nlevolve.llm.knock import unanswered
    from nlevolve.view.door import complain

    for address, why in unanswered(roles).items():
        complain(f"nothing answers at {shown('.base_url', address)} ({why}): is the server running?")


def _carry_out(session: Session, see: Mapping[str, Make], live: bool | None, json: bool, colours: Palette, began: float) -> int:
    """Run the session with its views, and say how it ended."""
    import sys

    from nlevolve.cli.running import carry_out

    return carry_out(
        session, live=sys.stdout.isatty() if live is None else live, as_json=json, see=see, colours=colours, began=began
    )


def _ended(code: int, folder: Path, command: str | None, json: bool) -> int:
    """The exit code of a run that is over, when its user's own command has been run."""
    if command:
        from nlevolve.cli import when_done

        when_done.carry_out(command, folder, code, as_json=json)
    return code
