"""A sweep from what was asked for to its last run: the grid, what it may cost, and the runs one after the other.

What runs and shows them is imported when it is needed: a wrong selector is to be answered at once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.config import RunConfig, configured
from nlevolve.errors import UsageError
from nlevolve.llm.owed import spent
from nlevolve.options import Data, Limits, Options, explain, parse_changes
from nlevolve.puzzle.datasets import load
from nlevolve.run.store import read_events
from nlevolve.run.trust import NOTHING, Chosen, Named, chosen_by, named, require_confirmed
from nlevolve.view.door import console, say
from nlevolve.view.outside import found

if TYPE_CHECKING:
    from nlevolve.llm.catalogue import ModelCard
    from nlevolve.run.forecast import Forecast

AXES = ("generator", "checker", "preset")
INTERRUPTED, OUT_OF_BUDGET, STORE_FAILED = 130, 3, 1
IN_FILE = {"set": "settings", "name": "run"}
"""Keys of a sweep's file that are called otherwise in `Options`."""


class Grid(BaseModel):
    """What is swept. A sweep's file holds these, and beside them any option of `nlevolve solve`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    selectors: list[str] = []
    generator: list[str] = []
    checker: list[str] = []
    preset: list[str] = []
    shared: Options = Options()
    """Of every run. `run` is what the runs' names begin with; `budget` and `max_calls` are for all runs together."""
    chosen: Chosen = NOTHING
    """What the command line names itself, beside what a file of it names."""
    places: tuple[Named, ...] = ()
    """Where a file wants runs and bank to be kept."""


class Plan:
    """The runs of a sweep: validated, forecast, then carried out one after the other."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.cells = list(_cells(grid))
        self.configs = [configured(cell) for cell in self.cells]
        self.selection = load(grid.selectors, grid.shared.seed or 0, **grid.shared.part(Data).model_dump())
        self.see = found(grid.shared.see)
        self.folders: list[Path] = []

    def forecasts(self) -> list[Forecast]:
        from nlevolve.run.forecast import forecast

        cards = self._cards()
        prompts = Prompts(Path(self.grid.shared.prompts or bundled()))
        return forecast(self.configs, self.selection.tasks, prompts, cards)

    def _cards(self) -> dict[str, ModelCard]:
        from nlevolve.llm.preflight import check_models

        return check_models(role for config in self.configs for role in config.roles.values())

    def announce(self) -> None:
        """Print the runs and what they may cost at most."""
        from nlevolve.view.terminal.sweep_table import announcement

        named = zip(self.cells, self.configs, strict=True)
        told = [{**config.models, "preset": cell.preset} for cell, config in named]
        console(highlight=False).print(announcement(told, self.forecasts(), len(self.selection.tasks)))

    def require_confirmed(self) -> None:
        """Raises Unconfirmed where a preset, or the sweep's file, names what nobody has chosen here."""
        cards = self._cards()
        prompts = Prompts(Path(self.grid.shared.prompts or bundled()))
        roles = [role for config in self.configs for role in config.roles.values()]
        items = () if self.grid.shared.replay else named(roles, cards, prompts, self.grid.chosen)
        require_confirmed((*items, *self.grid.places), self.grid.chosen)

    def carry_out(self, live: bool) -> int:
        """Run them all; a cap that is reached, Ctrl-C or a full disk ends the sweep. Returns the worst exit code."""
        worst = 0
        for number, (cell, config) in enumerate(zip(self.cells, self.configs, strict=True), 1):
            say(f"run {number} of {len(self.cells)}: {cell.run}")
            code = self._carry_out(cell, config, live)
            worst = max(worst, code)
            if code in (INTERRUPTED, OUT_OF_BUDGET, STORE_FAILED):
                return code
        return worst

    def _carry_out(self, cell: Options, config: RunConfig, live: bool) -> int:
        from nlevolve.cli.running import carry_out
        from nlevolve.run.session import begin

        session = begin(
            self.selection, config, cell.model_copy(update=left(self.grid.shared, self.folders)), chosen=self.grid.chosen
        )
        self.folders.append(session.folder)
        return carry_out(session, live=live, as_json=False, see=self.see)


def left(limits: Limits, folders: Sequence[Path]) -> dict[str, Any]:
    """Of caps that several runs share, what those in these folders have left."""
    gone = [spent(read_events(folder)) for folder in folders]
    budget, calls = limits.budget, limits.max_calls
    # of a budget in a file every run sees for itself what the others took
    usd = budget if budget is None or limits.budget_file else max(0.0, budget - sum(one.usd for one in gone))
    return {"budget": usd, "max_calls": None if calls is None else max(0, calls - sum(one.calls for one in gone))}


def grid_of(selectors: list[str], given: Mapping[str, Any]) -> Grid:
    """The sweep's file, if there is one, with the command line laid over it. Raises UsageError."""
    told: dict[str, Any] = {"selectors": selectors}
    called = Options.flag
    if len(selectors) == 1 and selectors[0].endswith(".toml"):
        told = {IN_FILE.get(key, key): value for key, value in _file(Path(selectors[0])).items()}
        called = _in_file
        if "trust" in told:
            raise UsageError("sweep: trust is for the command line to say: --trust")
    changes = told.get("settings", {})
    if isinstance(changes, Mapping):  # what is no table is left for the validation to refuse
        changes = {**changes, **parse_changes(given.get("settings", ()))}
    told = {"seed": 0, **told, **given, "settings": changes}
    own = {name: told.pop(name) for name in ("selectors", *AXES) if name in told}
    shared = Options.read(told, called)
    try:
        grid = Grid(**own, shared=shared, chosen=_chosen(given), places=tuple(_places(shared, given)))
    except ValidationError as error:
        raise UsageError(explain(error, Grid, called)) from None
    if max(len(grid.generator), len(grid.checker), len(grid.preset)) < 2:
        raise UsageError("a sweep compares: give --generator, --checker or --preset more than once")
    return grid


def _chosen(given: Mapping[str, Any]) -> Chosen:
    """What the command line names itself."""
    typed = Options.read({name: value for name, value in given.items() if name not in AXES})
    models = [model for axis in ("generator", "checker") for model in given.get(axis, ())]
    chosen = chosen_by(typed)
    return replace(chosen, texts=chosen.texts.union(models))


def _places(shared: Options, given: Mapping[str, Any]) -> Iterator[Named]:
    """Folders that a sweep's file names: an earlier run, or whatever has its name there, is moved aside."""
    for option, what in (("runs_dir", "runs"), ("cache_dir", "the sample bank")):
        if option in shared.given and option not in given:
            yield Named(f"{what} in {ascii(str(Path(shared.given[option]).resolve()))[1:-1]}", chosen=False)


def _in_file(name: str) -> str:
    """How a sweep's file calls an option."""
    return f"sweep: {next((key for key, option in IN_FILE.items() if option == name), name)}"


def _file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read the sweep {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:  # not TOML, not UTF-8, a number too long
        raise UsageError(f"sweep {path} is not TOML: {error}") from None


def _cells(grid: Grid) -> Iterator[Options]:
    """Every combination once, its run named by what differs."""
    axes = {name: list(dict.fromkeys(getattr(grid, name))) or [None] for name in AXES}
    start = grid.shared.run or f"sweep-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    taken: set[str] = set()
    for values in product(*axes.values()):
        cell = {axis: value for axis, value in zip(axes, values, strict=True) if value is not None}
        name = plain = ".".join([start, *(_short(value) for axis, value in cell.items() if len(axes[axis]) > 1)])[:90]
        number = 2
        while name in taken:
            name, number = f"{plain}-{number}", number + 1
        taken.add(name)
        yield grid.shared.model_copy(update={"run": name, **cell})


def _short(value: str) -> str:
    """The telling part of a model or preset, as part of a folder's name."""
    last = value.removesuffix(".toml").rpartition("/")[2]
    return re.sub(r"[^A-Za-z0-9_-]+", "-", last).strip("-")[:40] or "x"
