"""A sweep from what was asked for to its last run: the grid, what it may cost, and the runs one after the other."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from rich.console import Console

from nlevolve.api import limits
from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.cli.running import carry_out
from nlevolve.config import DEFAULT_PRESET, RunConfig, configure
from nlevolve.errors import UsageError
from nlevolve.llm.preflight import check_models
from nlevolve.puzzle.datasets import load
from nlevolve.records import CallFinished
from nlevolve.run.forecast import Forecast, forecast
from nlevolve.run.session import begin
from nlevolve.run.store import read_events
from nlevolve.view.terminal.sweep_table import announcement

AXES = ("generator", "checker", "preset")
INTERRUPTED, OUT_OF_BUDGET, STORE_FAILED = 130, 3, 1


class Grid(BaseModel):
    """What is swept; a sweep's TOML file holds these."""

    model_config = ConfigDict(extra="forbid")

    selectors: list[str] = []
    generator: list[str] = []
    checker: list[str] = []
    preset: list[str] = []
    set: dict[str, Any] = {}
    """Dotted key -> value, in every run."""
    name: str | None = None
    seed: int = 0
    budget: float | None = None
    """USD, for all runs together."""
    max_calls: int | None = None
    """For all runs together."""


class Cell(BaseModel):
    """One run of the sweep."""

    model_config = ConfigDict(frozen=True)

    run: str
    generator: str
    checker: str
    preset: str


class Plan:
    """The runs of a sweep: validated, forecast, then carried out one after the other."""

    def __init__(self, grid: Grid, caps: Mapping[str, Any], prompts: Path | None, runs_dir: Path, cache_dir: Path) -> None:
        self.grid, self.caps, self.runs_dir, self.cache_dir = grid, caps, runs_dir, cache_dir
        self.prompts = prompts or bundled()
        self.cells = list(_cells(grid))
        self.configs = [self._config(cell) for cell in self.cells]
        self.selection = load(grid.selectors, grid.seed)
        self.folders: list[Path] = []

    def _config(self, cell: Cell) -> RunConfig:
        models = {"generator": cell.generator, "checker": cell.checker}
        return configure(cell.preset, models=models, changes=self.grid.set, seed=self.grid.seed)

    def forecasts(self) -> list[Forecast]:
        cards = check_models(role for config in self.configs for role in config.roles.values())
        return forecast(self.configs, self.selection.tasks, Prompts(self.prompts), cards)

    def announce(self) -> None:
        """Print the runs and what they may cost at most."""
        told = [cell.model_dump(include=set(AXES)) for cell in self.cells]
        Console(highlight=False).print(announcement(told, self.forecasts(), len(self.selection.tasks)))

    def carry_out(self, live: bool) -> int:
        """Run them all; a cap that is reached, Ctrl-C or a full disk ends the sweep. Returns the worst exit code."""
        worst = 0
        for number, (cell, config) in enumerate(zip(self.cells, self.configs, strict=True), 1):
            print(f"run {number} of {len(self.cells)}: {cell.run}", flush=True)
            code = self._carry_out(cell, config, live)
            worst = max(worst, code)
            if code in (INTERRUPTED, OUT_OF_BUDGET, STORE_FAILED):
                return code
        return worst

    def _carry_out(self, cell: Cell, config: RunConfig, live: bool) -> int:
        session = begin(
            self.selection,
            config,
            limits(**self.caps, **self._left()),
            preset=cell.preset,
            prompts=self.prompts,
            runs_dir=self.runs_dir,
            cache_dir=self.cache_dir,
            name=cell.run,
        )
        self.folders.append(session.folder)
        return carry_out(session, live=live, as_json=False)

    def _left(self) -> dict[str, Any]:
        """Of the sweep's caps, what the runs so far have left."""
        events = [event for folder in self.folders for event in read_events(folder)]
        paid = [event for event in events if isinstance(event, CallFinished) and event.source != "cache"]
        budget, calls = self.grid.budget, self.grid.max_calls
        return {
            "budget": None if budget is None else max(0.0, budget - sum(call.cost_usd or 0.0 for call in paid)),
            "max_calls": None if calls is None else max(0, calls - sum(call.tries for call in paid)),
        }


def grid_of(selectors: list[str], given: Mapping[str, Any], changes: Mapping[str, Any]) -> Grid:
    """The sweep's file, if there is one, with the command line laid over it. Raises UsageError."""
    told: dict[str, Any] = {"selectors": selectors}
    if len(selectors) == 1 and selectors[0].endswith(".toml"):
        told = _file(Path(selectors[0]))
    try:
        grid = Grid.model_validate(told | dict(given))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"sweep: {where}: {first['msg'].lower()}; known are {', '.join(Grid.model_fields)}") from None
    if max(len(grid.generator), len(grid.checker), len(grid.preset)) < 2:
        raise UsageError("a sweep compares: give --generator, --checker or --preset more than once")
    return grid.model_copy(update={"set": {**grid.set, **changes}})


def _file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read the sweep {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"sweep {path} is not TOML: {error}") from None


def _cells(grid: Grid) -> Iterator[Cell]:
    """Every combination once, named by what differs."""
    axes = {
        "generator": list(dict.fromkeys(grid.generator)) or ["offline/generator"],
        "checker": list(dict.fromkeys(grid.checker)) or ["offline/checker"],
        "preset": list(dict.fromkeys(grid.preset)) or [DEFAULT_PRESET],
    }
    start = grid.name or f"sweep-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    taken: set[str] = set()
    for values in product(*axes.values()):
        telling = [_short(value) for value, choices in zip(values, axes.values(), strict=True) if len(choices) > 1]
        name = plain = ".".join([start, *telling])[:90]
        number = 2
        while name in taken:
            name, number = f"{plain}-{number}", number + 1
        taken.add(name)
        yield Cell(run=name, **dict(zip(AXES, values, strict=True)))


def _short(value: str) -> str:
    """The telling part of a model or preset, as part of a folder's name."""
    last = value.removesuffix(".toml").rpartition("/")[2]
    return re.sub(r"[^A-Za-z0-9_-]+", "-", last).strip("-")[:40] or "x"
