"""A sweep from what was asked for to its runs: the grid, and a run for each combination."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice, product
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from nlevolve.cli.series import Series, repeated, stamp
from nlevolve.errors import UsageError
from nlevolve.files import read_settings
from nlevolve.options import LOCAL, Several, explain, parse_changes
from nlevolve.run.trust import NOTHING, Chosen, Named, chosen_by

AXES = ("generator", "checker", "preset")
MOST_RUNS = 1_000
IN_FILE = {"set": "settings", "name": "run"}
"""Keys of a sweep's file that are called otherwise in `Options`."""


class Grid(BaseModel):
    """What is swept. A sweep's file holds these, and beside them any option of `nlevolve solve`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    selectors: list[str] = []
    generator: list[str] = []
    checker: list[str] = []
    preset: list[str] = []
    shared: Several = Several()
    """Of every run. `run` is what the runs' names begin with; `budget` and `max_calls` are for all runs together."""
    chosen: Chosen = NOTHING
    """What the command line names itself, beside what a file of it names."""
    places: tuple[Named, ...] = ()
    """Where a file wants runs and bank to be kept."""


def series_of(grid: Grid) -> Series:
    """The runs of a sweep. Raises UsageError."""
    cells = list(islice((one for cell in _cells(grid) for one in repeated(cell)), MOST_RUNS + 1))
    if len(cells) > MOST_RUNS:
        raise UsageError(f"a sweep of more than {MOST_RUNS:,} runs: give fewer models, presets or repeats")
    return Series(grid.selectors, cells, grid.chosen, grid.places)


def grid_of(selectors: list[str], given: Mapping[str, Any]) -> Grid:
    """The sweep's file, if there is one, with the command line laid over it. Raises UsageError."""
    told: dict[str, Any] = {"selectors": selectors}
    called = Several.flag
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
    shared = Several.read(told, called)
    try:
        grid = Grid(**own, shared=shared, chosen=_chosen(given), places=tuple(_places(shared, given)))
    except ValidationError as error:
        raise UsageError(explain(error, Grid, called)) from None
    if max(len(grid.generator), len(grid.checker), len(grid.preset)) < 2:
        raise UsageError("a sweep compares: give --generator, --checker or --preset more than once")
    return grid


def _chosen(given: Mapping[str, Any]) -> Chosen:
    """What the command line names itself."""
    typed = Several.read({name: value for name, value in given.items() if name not in AXES})
    models = [model for axis in ("generator", "checker") for model in given.get(axis, ())]
    chosen = chosen_by(typed)
    return replace(chosen, texts=chosen.texts.union(models))


def _places(shared: Several, given: Mapping[str, Any]) -> Iterator[Named]:
    """Folders that a sweep's file names: an earlier run, or whatever has its name there, is moved aside. And a cluster: whoever
    keeps its scheduler can run code here."""
    for option, what in (("runs_dir", "runs"), ("cache_dir", "the sample bank")):
        if option in shared.given and option not in given:
            yield Named(f"{what} in {ascii(str(Path(shared.given[option]).resolve()))[1:-1]}", chosen=False)
    if "cluster" in shared.given and "cluster" not in given and shared.cluster != LOCAL:
        yield Named(f"the cluster at {ascii(shared.cluster)[1:-1]}", chosen=False)


def _in_file(name: str) -> str:
    """How a sweep's file calls an option."""
    return f"sweep: {next((key for key, option in IN_FILE.items() if option == name), name)}"


def _file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_settings(path))
    except OSError as error:
        raise UsageError(f"cannot read the sweep {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:  # not TOML, not UTF-8, a number too long
        raise UsageError(f"sweep {path} is not TOML: {error}") from None


def _cells(grid: Grid) -> Iterator[Several]:
    """Every combination once, its run named by what differs."""
    axes = {name: list(dict.fromkeys(getattr(grid, name))) or [None] for name in AXES}
    start = grid.shared.run or f"sweep-{stamp(grid.shared.shard)}"
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
