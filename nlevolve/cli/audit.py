"""nlevolve audit: every figure of a run a second time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlevolve.cli import app, options
from nlevolve.cli.hub import FOLDER
from nlevolve.errors import UsageError
from nlevolve.view.door import complain, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlevolve.audit.findings import Findings
    from nlevolve.llm.bank import Notice
    from nlevolve.llm.replay_bank import ReplayBank

DIFFERS = 1
PLURALS = {"reply": "replies"}


@app.command()
def audit(
    run: options.Run,
    runs_dir: options.RunsDir = options.RUNS,
    cache_dir: Annotated[
        Path | None,
        typer.Option("--cache-dir", help="The sample bank. " + options.by_default("the run's own"), metavar="DIR"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One object on stdout instead of lines.")] = False,
) -> int:
    """Derive every figure of a run again, from its log and the tasks; exit code 1 with what differs, a line each.

    With its sample bank there, also every reply that was used, and what the requests held.
    """
    from json import dumps

    from nlevolve.run import store

    folder = store.find(run, runs_dir)
    found = audited(folder, store.read_config(folder), cache_dir, notice=complain)
    if json:
        say(dumps(found.as_json(folder.name)))
    else:
        for line in lines(found, folder.name):
            say(line)
    return DIFFERS if found.differs else 0


def audited(
    folder: Path,
    config: Mapping[str, Any],
    cache_dir: Path | None = None,
    *,
    requests: bool = True,
    notice: Notice = lambda text: None,
) -> Findings:
    """The audit of a run's folder, with its bank where that is there, and (`requests`) what was asked made again.

    Raises UsageError for a bank that was named and is not.
    """
    import asyncio

    from nlevolve.audit.audit import audit as derive
    from nlevolve.cli.trusting import elsewhere
    from nlevolve.run.retell import retell
    from nlevolve.run.store import read_events

    bank = _bank(config, cache_dir)
    if bank is None:
        if by_hub(config):
            notice("the replies of this run are in its hub's sample bank: name that with --cache-dir, HUB_FOLDER/bank")
        return derive(folder, config)
    if cache_dir is None and not bank.folder.resolve().is_relative_to(Path.cwd().resolve()):
        notice(elsewhere(bank.folder))
    events = read_events(folder)
    placed = {**config, "cache_dir": str(bank.folder)}
    try:
        return derive(folder, config, bank, (lambda task: retell(placed, events, task)) if requests else None)
    finally:
        asyncio.run(bank.close())


def by_hub(config: Mapping[str, Any]) -> bool:
    """Whether a run shared its replies by a hub that it was told of."""
    return config.get("limits", {}).get("hub") is not None


def _bank(config: Mapping[str, Any], cache_dir: Path | None) -> ReplayBank | None:
    from nlevolve.hub.desk import BANK
    from nlevolve.llm.replay_bank import ReplayBank, is_bank

    if cache_dir is not None:
        return ReplayBank(cache_dir, lambda text: None)
    # a bank of our own may have replies to the same questions that other runs bought
    folders = (FOLDER / BANK,) if by_hub(config) else (Path(str(config.get("cache_dir", ""))), options.CACHE)
    try:
        return next((ReplayBank(folder, lambda text: None) for folder in folders if is_bank(folder)), None)
    except UsageError:
        return None


def lines(found: Findings, run: str) -> list[str]:
    """What was found, a line each; the last says how it stands."""
    from nlevolve.view.text import clean, plural

    told = [clean(f"{one.where}: {one.what}") for one in found.differs]
    told += [f"and {number:,} more of the kind: {kind}" for kind, number in found.left_out.items()]
    told += [clean(f"not verifiable: {what}") for what in found.unverifiable]
    compared = ", ".join(f"{number:,} of {PLURALS.get(kind, f'{kind}s')}" for kind, number in sorted(found.compared.items()))
    there = ", ".join(plural(number, name[:-1]) for name, number in found.looked_at.items())
    differ = len(found.differs) + sum(found.left_out.values())
    verdict = f"{differ:,} differ{'s' if differ == 1 else ''}" if differ else "nothing differs"
    times = plural(found.compared.total(), "comparison")
    unseen = ", ".join(f"{number:,} of {of:,} {PLURALS.get(kind, f'{kind}s')}" for kind, (number, of) in found.unseen.items())
    verdict += f"; not verified: {unseen}" if unseen else ""
    return [
        *told,
        f"compared: {compared}",
        f"run {clean(run)} ({there} of its log): {times} with what was derived again; {verdict}",
    ]
