"""The controls of a run, from what was asked for to their last: which runs, what they may cost, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from json import dumps
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlevolve.ask.prompts import Prompts
from nlevolve.cli.series import INTERRUPTED, OUT_OF_BUDGET, STORE_FAILED, as_row, left
from nlevolve.cli.trusting import bank_of, confirmed
from nlevolve.config import validated
from nlevolve.errors import UsageError
from nlevolve.options import Controlled, Limits, Options
from nlevolve.puzzle.datasets import load
from nlevolve.run import store
from nlevolve.run.controls import Control, NothingToShuffle, Original, controls
from nlevolve.run.standing import Standing, name_beside, same, standing
from nlevolve.run.trust import Chosen, prompts_of
from nlevolve.view.door import console, say

if TYPE_CHECKING:
    from nlevolve.run.forecast import Forecasts
    from nlevolve.run.session import Session


class Plan:
    """The runs to be made. Raises UsageError for a run that cannot be controlled."""

    def __init__(self, run: str, arms: Sequence[Any], tasks: int | None, wanted: Controlled) -> None:
        self.asked = wanted
        self.folder = store.find(run, Path(wanted.runs_dir))
        self.old = store.read_config(self.folder, store.TO_RESUME)
        if self.old.get("control"):
            raise UsageError(f"{self.folder.name} is itself a control: name the run that it is of")
        config = validated(self.old["settings"])
        selection = load(self.old["tasks"], config.seed, max_side=store.max_side(self.old))
        original = Original(self.folder.name, self.old["id"], config, selection, store.read_events(self.folder))
        self.prompts = prompts_of(self.old)
        self.left_out = ""
        """Why there is no arm shuffled, where others were asked for, too."""
        self.planned = list(self._planned(self._controls(original, arms, tasks)))
        self.names: list[str] = []
        """Of the controls that were asked for."""
        self.cache_dir = Path(wanted.cache_dir) if "cache_dir" in wanted.given else bank_of(self.old)
        self.folders: list[Path] = []

    def _controls(self, original: Original, arms: Sequence[Any], tasks: int | None) -> list[Control]:
        try:
            return controls(original, arms, tasks)
        except NothingToShuffle as lack:
            if not (rest := [arm for arm in arms if arm != "shuffled"]):
                raise
            self.left_out = str(lack)
            return controls(original, rest, tasks)

    def _planned(self, wanted: Iterable[Control]) -> Iterator[tuple[Control, Standing | None]]:
        """Each control, and the one that was made of the same before."""
        prompts, others = Prompts(self.prompts), list(standing(self.folder, self.old["id"]))
        for one in wanted:
            there = same(one, others, prompts)
            yield (replace(one, name=name_beside(one, others)) if there is None else one), there

    def announce(self, *, as_json: bool = False) -> None:
        """Print the runs that are not there yet, and what they may take; with `as_json` all of them, as one object."""
        from nlevolve.view.terminal.sweep_table import announcement

        made = self._to_make()
        if as_json:
            say(dumps(self._row(made), separators=(",", ":")))
            return
        if self.left_out:
            say(f"the arm shuffled is left out: {self.left_out}")
        if made:
            tasks = max(len(one.selection.tasks) for one in made)
            told = [{"control": one.name, "asked": one.config.answerer.model} for one in made]
            console(highlight=False).print(announcement(told, self._forecasts(made), tasks))

    def _to_make(self) -> list[Control]:
        return [one for one, there in self.planned if there is None or not there.done]

    def _forecasts(self, made: Sequence[Control]) -> list[Forecasts]:
        """Opens no connection, and wants no key."""
        from nlevolve.llm.preflight import check_models
        from nlevolve.run.forecast import forecast

        prompts = Prompts(self.prompts)
        roles = [settings for one in made for settings in one.config.every.values()]
        cards = check_models(roles, keyed=False)
        return [forecast([one.config], one.selection.tasks, prompts, cards, given=True)[0] for one in made]

    def _row(self, made: Sequence[Control]) -> dict[str, Any]:
        """What may be taken, for programs: of each control, by role, and of all. One that is there takes nothing."""
        from nlevolve.run.forecast import Forecasts

        found = dict(zip((one.name for one in made), self._forecasts(made), strict=True))
        told = [
            {
                "control": there.folder.name if there else one.name,
                "arm": one.row.arm,
                "model": one.row.model or one.config.checker.model,
                "tasks": len(one.selection.tasks),
                "there": there is not None and there.done,
                **as_row(found.get(one.name, Forecasts())),
            }
            for one, there in self.planned
        ]
        left_out = {"left_out": {"shuffled": self.left_out}} if self.left_out else {}
        took = as_row(reduce(add, found.values(), Forecasts()))
        return {"dry_run": True, "run": self.folder.name, "controls": told, **left_out, **took}

    def carry_out(self, live: bool) -> int:
        """Make what is not there yet; a cap that is reached, Ctrl-C or a full disk ends it. Returns the worst exit code."""
        worst = 0
        for number, (one, there) in enumerate(self.planned, 1):
            name = there.folder.name if there else one.name
            self.names.append(name)
            if there is not None and there.done:
                say(f"control {number} of {len(self.planned)}: {name} is there already, and nothing is asked again")
                continue
            say(f"control {number} of {len(self.planned)}: {name}" + (", which is gone on with" if there else ""))
            code = self._carry_out(one, there, live)
            worst = max(worst, code)
            if code in (INTERRUPTED, OUT_OF_BUDGET, STORE_FAILED):
                break
        return worst

    def show(self, *, json: bool) -> None:
        """What the run is ahead of each of its controls by."""
        from nlevolve.view.run_folder import read_run
        from nlevolve.view.uplift import METHOD, lines, uplifts

        found = uplifts(self.folder, read_run(self.folder).results, also=self.names)
        if json:
            say(dumps([{**one.model_dump(mode="json"), "difference": one.difference} for one in found], separators=(",", ":")))
            return
        for line in (*lines(found, self.folder.name), METHOD):
            say(line)

    def _carry_out(self, one: Control, there: Standing | None, live: bool) -> int:
        from nlevolve.cli.running import carry_out

        session = confirmed(lambda: self._begun(one) if there is None else self._reopened(one, there.folder))
        self.folders.append(session.folder)
        return carry_out(session, live=live, as_json=False)

    def _begun(self, one: Control) -> Session:
        from nlevolve.run.session import begin

        return begin(one.selection, one.config, self._options(one.name), chosen=self._chosen, brought=one.brought)

    def _reopened(self, one: Control, folder: Path) -> Session:
        """One that a cap, Ctrl-C or a provider stopped, gone on with under this command's caps."""
        from nlevolve.run.session import reopen

        limits = self._options(one.name).part(Limits)
        bank, chosen = self.cache_dir, self._chosen
        return reopen(folder, one.selection, one.config, limits, prompts=self.prompts, cache_dir=bank, chosen=chosen)

    @property
    def _chosen(self) -> Chosen:
        return Chosen(trust=self.asked.trust)

    def _options(self, name: str) -> Options:
        caps = left(self.asked, self.folders)
        named = {name: value for name, value in self.asked.given.items() if name in Options.model_fields}
        places = {"runs_dir": self.folder.parent, "cache_dir": self.cache_dir, "prompts": self.prompts}
        return Options.read({**named, **places, **caps, "run": name, "preset": self.old["preset"]})
