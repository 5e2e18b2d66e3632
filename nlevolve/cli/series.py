"""Several runs one after the other, under caps that they share: a sweep's, and repeats of one.

What runs and shows them is imported when it is needed: a wrong selector is to be answered at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import reduce
from json import dumps
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.config import RunConfig, configured
from nlevolve.llm.owed import spent
from nlevolve.options import Data, Limits, Several
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.selection import Selection
from nlevolve.run.store import read_events, repeat_name
from nlevolve.run.trust import Chosen, Named, named, require_confirmed
from nlevolve.view.door import complain, console, say
from nlevolve.view.outside import found
from nlevolve.view.text import clean

if TYPE_CHECKING:
    from nlevolve.formats import LibraryRow
    from nlevolve.llm.catalogue import ModelCard
    from nlevolve.run.forecast import Forecasts, Outlook
    from nlevolve.view.terminal.palette import Palette

INTERRUPTED, OUT_OF_BUDGET, STORE_FAILED = 130, 3, 1
Ended = Callable[[int, Path], object]
"""Is told of a run's exit code and folder."""


class Series:
    """The runs: validated, forecast, then carried out. `cells` are their options; the first one's budget and cap on calls are for
    all of them, and its seed draws the tasks."""

    def __init__(
        self,
        tasks: Sequence[str] | Selection,
        cells: Sequence[Several],
        chosen: Chosen,
        places: Sequence[Named] = (),
        configs: Sequence[RunConfig] = (),
        given: Mapping[str, int] | None = None,
        library: LibraryRow | None = None,
    ) -> None:
        """`given`: task -> how many descriptions it begins with, and `library` whose rules births are shown, where the cells do
        not name them."""
        self.cells, self.chosen, self.places = cells, chosen, places
        self.shared = cells[0]
        self.configs = list(configs) or [configured(cell) for cell in cells]
        self._named = not configs
        """Whether the cells name all of their settings."""
        seed, data = self.configs[0].seed, self.shared.part(Data).model_dump()
        self.selection = tasks if isinstance(tasks, Selection) else load(tasks, seed, **data)
        self.given, self.examples = given, library
        self.see = found(self.shared.see)
        self.folders: list[Path] = []

    def forecasts(self) -> list[Forecasts]:
        """Opens no connection, and wants no key."""
        from nlevolve.run.asking import require_sight_of
        from nlevolve.run.examples import chosen
        from nlevolve.run.forecast import forecast
        from nlevolve.run.seeds import seeded

        cards = self._known()
        for config in self.configs:
            require_sight_of(config, config.every, cards)
        seeds = self.given
        if self.shared.seeds is not None:
            told = seeded(str(self.shared.seeds), Path(self.shared.runs_dir), self.selection.tasks)
            seeds = {task: len(those) for task, those in told.given.items()}
        library, named = self.examples, self.shared.given.get("library")
        if named is not None:
            library = chosen(str(named), self.selection.whole)
        return forecast(self.configs, self.selection.tasks, self._prompts(), cards, seeds=seeds, library=library)

    def announce(self, *, as_json: bool = False) -> None:
        """Print the runs, what they may take, and who would solve them. Raises UsageError where a cluster cannot, or where a
        hub's address is none."""
        from nlevolve.cli.solve import cluster_of

        cluster, hub = cluster_of(self.shared, look=False), self._hub()
        if as_json:
            beside = ({"cluster": cluster.row} if cluster else {}) | ({"hub": hub} if hub else {})
            say(dumps(self._row() | beside, separators=(",", ":")))
            return
        from nlevolve.run.assumed import lines, models_asked
        from nlevolve.view.terminal.sweep_table import announcement

        console(highlight=False).print(announcement(self._told(), self.forecasts(), len(self.selection.tasks)))
        for line in (*lines(models_asked(self.configs, self._known())), *self._idle()):
            say(clean(line))
        if cluster:
            say(clean(cluster.told))
        if hub:
            say(clean(f"hub: its caps, limits and sample bank, at {hub}; whether it is there is seen when the run begins"))

    def _hub(self) -> str | None:
        """The address of the hub that is named, which is not asked. Raises UsageError for one that can be none."""
        from nlevolve.hub.address import checked

        return checked(self.shared.hub) if self.shared.hub is not None else None

    def _idle(self) -> Iterator[str]:
        """Which of the settings that were named have nothing to do."""
        from nlevolve.run.controls import Brought
        from nlevolve.run.idle import idle

        if self._named:
            yield from filter(None, {idle(*one, Brought()): None for one in zip(self.cells, self.configs, strict=True)})

    def _row(self) -> dict[str, Any]:
        from nlevolve.run.assumed import models_asked

        found, cards = self.forecasts(), self._known()
        runs = [
            {
                **{"run": cell.run, "preset": cell.preset, "seed": config.seed, "models": config.models},
                "addresses": {one.role: one.address for one in models_asked([config], cards)},
                "kind_unknown": list(dict.fromkeys(one.model for one in models_asked([config], cards) if one.unknown)),
                **as_row(one),
            }
            for cell, config, one in zip(self.cells, self.configs, found, strict=True)
        ]
        return {"dry_run": True, "tasks": len(self.selection.tasks), "runs": runs, **as_row(reduce(add, found))}

    def _told(self) -> list[dict[str, str]]:
        """What each run is: its models, its preset, its seed where there are several."""
        seeds = len({config.seed for config in self.configs}) > 1
        return [
            {**config.models, "preset": cell.preset, **({"seed": str(config.seed)} if seeds else {})}
            for cell, config in zip(self.cells, self.configs, strict=True)
        ]

    def require_confirmed(self) -> None:
        """Raises Unconfirmed where a preset, or the sweep's file, names what nobody has chosen here; and UsageError where nobody
        answers at the address of a cluster that is."""
        from nlevolve.cli.solve import cluster_of

        roles = [role for config in self.configs for role in config.every.values()]
        items = () if self.shared.replay else named(roles, self._cards(), self._prompts(), self.chosen)
        require_confirmed((*items, *self.places), self.chosen)
        cluster_of(self.shared)

    def carry_out(self, live: bool, colours: Palette | None = None, ended: Ended = lambda code, folder: None) -> int:
        """Run them all; a cap that is reached, Ctrl-C or a full disk ends the series. Returns the worst exit code."""
        worst = 0
        for number, (cell, config) in enumerate(zip(self.cells, self.configs, strict=True), 1):
            say(f"run {number} of {len(self.cells)}: {cell.run}")
            code = self._carry_out(cell, config, live, colours)
            ended(code, self.folders[-1])
            worst = max(worst, code)
            if code in (INTERRUPTED, OUT_OF_BUDGET, STORE_FAILED):
                self._tell_left(number)
                return code
        return worst

    def _carry_out(self, cell: Several, config: RunConfig, live: bool, colours: Palette | None) -> int:
        from nlevolve.cli.running import carry_out
        from nlevolve.cli.solve import cluster_of
        from nlevolve.run.session import begin

        elsewhere = cluster_of(cell)
        session = begin(self.selection, config, cell.model_copy(update=left(self.shared, self.folders)), chosen=self.chosen)
        self.folders.append(session.folder)
        session = replace(session, elsewhere=elsewhere)
        return carry_out(session, live=live, as_json=False, see=self.see, colours=colours)

    def _tell_left(self, begun: int) -> None:
        if names := ", ".join(str(cell.run) for cell in self.cells[begun:]):
            complain(f"not begun: {names}; the same command again begins them, and what was bought comes from the sample bank")

    def _known(self) -> dict[str, ModelCard]:
        """What is known of every model; no key is wanted."""
        from nlevolve.llm.preflight import check_models

        return check_models((role for config in self.configs for role in config.every.values()), keyed=False)

    def _cards(self) -> dict[str, ModelCard]:
        from nlevolve.llm.preflight import check_models

        return check_models(role for config in self.configs for role in config.every.values())

    def _prompts(self) -> Prompts:
        return Prompts(Path(self.shared.prompts or bundled()))


def as_row(found: Forecasts) -> dict[str, Any]:
    """A forecast for programs: calls, tokens and dollars, low, likely and high, of all roles and of each."""
    return {**_spread(found.total), "roles": {role: _spread(outlook) for role, outlook in found.roles.items()}}


def _spread(outlook: Outlook) -> dict[str, Any]:
    return {
        name: {
            "calls": round(one.calls),
            "tokens": {"prompt": round(one.prompt), "completion": round(one.completion)},
            "pictures": round(one.pictures),
            "cost_usd": one.usd if one.usd is None else round(one.usd, 6),
        }
        for name, one in (("low", outlook.low), ("likely", outlook.likely), ("high", outlook.high))
    }


def left(limits: Limits, folders: Sequence[Path]) -> dict[str, Any]:
    """Of caps that several runs share, what those in these folders have left."""
    gone = [spent(read_events(folder)) for folder in folders]
    budget, calls, tokens = limits.budget, limits.max_calls, limits.max_tokens_total
    # of a budget in a file every run sees for itself what the others took
    usd = budget if budget is None or limits.budget_file else max(0.0, budget - sum(one.usd for one in gone))
    # and so of tokens
    took = 0 if limits.budget_file else sum(one.tokens for one in gone)
    return {
        "budget": usd,
        "max_calls": None if calls is None else max(0, calls - sum(one.calls for one in gone)),
        "max_tokens_total": None if tokens is None else max(0, tokens - took),
    }


def repeated(cell: Several) -> Iterator[Several]:
    """A run's options as those of its repeats: the seeds that follow, and samples of its own for each."""
    if cell.repeats == 1:
        yield cell
        return
    config, stem = configured(cell), cell.run or stamp(cell.shard)
    for number in range(cell.repeats):
        settings = {**cell.settings, "repeat": config.repeat + number}
        turn = {"run": repeat_name(stem, number + 1), "seed": config.seed + number, "settings": settings}
        # what cannot work fails before the first of them
        yield cell.model_copy(update=turn if number == 0 else {**turn, "ping": False})


def stamp(shard: str | None = None) -> str:
    """A name for runs that were given none; of a `shard`, one that the others of that moment do not have."""
    part = f".{shard.replace('/', 'of')}" if shard else ""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}{part}"
