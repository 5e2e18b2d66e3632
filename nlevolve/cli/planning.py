"""What `nlevolve solve` is about to do: tasks and settings as they are named, or those of a run that is repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlevolve.errors import UsageError
from nlevolve.options import Data, Limits, Several

if TYPE_CHECKING:
    from nlevolve.config import RunConfig
    from nlevolve.puzzle.selection import Selection
    from nlevolve.run.controls import Brought
    from nlevolve.run.origin import Origin
    from nlevolve.run.trust import Chosen


@dataclass(frozen=True)
class Plan:
    """A run that could begin."""

    options: Several
    config: RunConfig
    selection: Selection
    chosen: Chosen
    """What the command names itself."""
    origin: Origin | None = None
    """The run that it repeats."""
    brought: Brought | None = None
    """What that one has beside its settings."""


def plan(selectors: Sequence[str], given: Mapping[str, Any], source: str | None) -> Plan:
    """`source`: a run to be repeated; without it tasks have to be named. Raises UsageError, one line."""
    asked = Several.read(given)
    if source is not None:
        return _repeated(source, selectors, asked)
    if not selectors:
        raise UsageError("Missing argument 'SELECTORS...': name tasks, for example arc1:training[:5], or a run with --from RUN")
    from nlevolve.config import configured
    from nlevolve.puzzle.datasets import load

    config = configured(asked)
    selection = load(selectors, config.seed, **asked.part(Data).model_dump())
    # what is typed is judged: only now comes what takes its time to load
    from nlevolve.run.trust import chosen_by

    return Plan(asked, config, selection, chosen_by(asked))


def _repeated(source: str, selectors: Sequence[str], asked: Several) -> Plan:
    from nlevolve.ask.prompts import Prompts
    from nlevolve.cli.trusting import bank_of
    from nlevolve.puzzle.datasets import load
    from nlevolve.run import store
    from nlevolve.run.controls import Brought
    from nlevolve.run.examples import chosen as examples_chosen
    from nlevolve.run.origin import Origin, changed
    from nlevolve.run.recorded import deciding, reconfigure
    from nlevolve.run.seeds import seeded
    from nlevolve.run.trust import chosen_by, prompts_of

    if asked.repeats > 1:
        raise UsageError("--from RUN makes that run once more: leave out --repeats, and give each the next --seed")
    folder = store.find(source, Path(asked.runs_dir))
    old = store.read_config(folder, store.TO_RESUME)
    config = reconfigure(old, asked)
    side = asked.max_side if "max_side" in asked.given else store.max_side(old)
    data = {**asked.part(Data).model_dump(), "max_side": side}
    selection = load(selectors or old["tasks"], config.seed, **data)
    limits = Limits.read({**_unshared(old["limits"]), **asked.part(Limits).given})
    recorded = {"preset": old["preset"], "prompts": prompts_of(old), "max_side": side, **limits.given}
    if "cache_dir" not in asked.given:
        recorded["cache_dir"] = bank_of(old, copied=True)
    options = Several.read({**recorded, **asked.given})
    changes = changed(old, config, deciding(config, selection, Prompts(Path(str(options.prompts)))))
    brought = Brought.of(old).among(selection.tasks, folder.name)
    if asked.seeds is not None:
        fresh = seeded(str(asked.seeds), Path(asked.runs_dir), selection.tasks)
        if brought.control:
            raise UsageError(f"{folder.name} is a control, which has its descriptions already: leave out --seeds")
        fresh = replace(fresh, examples=brought.examples)
        changes += () if fresh.deciding == brought.deciding else (f"seeds: those of {asked.seeds}",)
        brought = fresh
    if (library := asked.given.get("library")) is not None:
        named = replace(brought, examples=examples_chosen(str(library), selection.whole))
        if named.examples is not None and brought.control:
            raise UsageError(f"{folder.name} is a control, whose descriptions are given: leave out --library")
        changes += () if named.deciding == brought.deciding else (f"library: {library}",)
        brought = named
    again = asked.replay and not changes
    origin = Origin(
        old["run"] if isinstance(old.get("run"), str) else folder.name,
        str(old["id"]),
        changes,
        _limits(old["limits"], limits),
        log=store.read_events(folder) if again else (),
        recorded=old,
    )
    if again and "run" not in asked.given and not (Path(options.runs_dir) / origin.run).exists():
        options = options.model_copy(update={"run": origin.run})
    return Plan(options, config, selection, chosen_by(asked), origin, brought)


def _unshared(limits: Mapping[str, Any]) -> dict[str, Any]:
    """A budget or a hub that other runs share was theirs and that run's, not this one's."""
    return {name: value for name, value in limits.items() if name not in ("budget_file", "hub")}


def _limits(old: Mapping[str, Any], new: Limits) -> tuple[str, ...]:
    from nlevolve.config import differences

    known = Limits.read(_unshared(old))
    before, after = ({"limits": one.model_dump(mode="json")} for one in (known, new))
    return tuple(differences(before, after))
