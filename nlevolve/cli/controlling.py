"""The controls of a run, from what was asked for to their last: which runs, what they may cost, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from json import dumps
from pathlib import Path
from typing import Any

from nlevolve.cli.series import INTERRUPTED, OUT_OF_BUDGET, STORE_FAILED, left
from nlevolve.cli.trusting import bank_of, confirmed
from nlevolve.config import validated
from nlevolve.errors import UsageError
from nlevolve.options import Controlled, Options
from nlevolve.puzzle.datasets import load
from nlevolve.run import store
from nlevolve.run.controls import Control, Original, controls
from nlevolve.run.trust import Chosen, prompts_of
from nlevolve.view.door import console, say


class Plan:
    """The runs to be made. Raises UsageError for a run that cannot be controlled."""

    def __init__(self, run: str, arms: Sequence[Any], tasks: int | None, asked: Controlled) -> None:
        self.asked = asked
        self.folder = store.find(run, Path(asked.runs_dir))
        self.old = store.read_config(self.folder, store.TO_RESUME)
        if self.old.get("control"):
            raise UsageError(f"{self.folder.name} is itself a control: name the run that it is of")
        config = validated(self.old["settings"])
        selection = load(self.old["tasks"], config.seed, max_side=store.max_side(self.old))
        original = Original(self.folder.name, self.old["id"], config, selection, store.read_events(self.folder))
        self.controls = controls(original, arms, tasks)
        self.prompts = prompts_of(self.old)
        self.cache_dir = Path(asked.cache_dir) if "cache_dir" in asked.given else bank_of(self.old)
        self.folders: list[Path] = []

    def announce(self) -> None:
        """Print the runs and what they may cost at most."""
        from nlevolve.ask.prompts import Prompts
        from nlevolve.llm.preflight import check_models
        from nlevolve.run.forecast import forecast
        from nlevolve.view.terminal.sweep_table import announcement

        cards = check_models((role for one in self.controls for role in one.config.roles.values()), keyed=False)
        prompts = Prompts(self.prompts)
        most = [forecast([one.config], one.selection.tasks, prompts, cards, given=True)[0] for one in self.controls]
        tasks = max(len(one.selection.tasks) for one in self.controls)
        told = [{"control": one.name, "asked": one.config.answerer.model} for one in self.controls]
        console(highlight=False).print(announcement(told, most, tasks))

    def carry_out(self, live: bool) -> int:
        """Run them all; a cap that is reached, Ctrl-C or a full disk ends it. Returns the worst exit code."""
        worst = 0
        for number, one in enumerate(self.controls, 1):
            say(f"control {number} of {len(self.controls)}: {one.name}")
            code = self._carry_out(one, live)
            worst = max(worst, code)
            if code in (INTERRUPTED, OUT_OF_BUDGET, STORE_FAILED):
                break
        return worst

    def show(self, *, json: bool) -> None:
        """What the run is ahead of each of its controls by."""
        from nlevolve.view.run_folder import read_run
        from nlevolve.view.uplift import lines, uplifts

        found = uplifts(self.folder, read_run(self.folder).results)
        if json:
            say(dumps([{**one.model_dump(mode="json"), "difference": one.difference} for one in found], separators=(",", ":")))
            return
        for line in lines(found, self.folder.name):
            say(line)

    def _carry_out(self, one: Control, live: bool) -> int:
        from nlevolve.cli.running import carry_out
        from nlevolve.run.session import Session, begin

        options = self._options(one)

        def begun() -> Session:
            return begin(one.selection, one.config, options, chosen=Chosen(trust=self.asked.trust), brought=one.brought)

        session = confirmed(begun)
        self.folders.append(session.folder)
        return carry_out(session, live=live, as_json=False)

    def _options(self, one: Control) -> Options:
        caps = left(self.asked, self.folders)
        named = {name: value for name, value in self.asked.given.items() if name in Options.model_fields}
        places = {"runs_dir": self.folder.parent, "cache_dir": self.cache_dir, "prompts": self.prompts}
        return Options.read({**named, **places, **caps, "run": one.name, "preset": self.old["preset"]})
