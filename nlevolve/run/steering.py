"""A run is told something while it goes on: to pause, to go on, another budget. By the dashboard, or from another terminal by a
file in the run's folder, which the run takes away when it has done what it says."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nlevolve import files
from nlevolve.config import validated
from nlevolve.errors import UsageError
from nlevolve.llm.pausing import Pause
from nlevolve.records import BudgetChanged, Event, Noticed, Paused
from nlevolve.run import store
from nlevolve.run.asking import asked
from nlevolve.run.controls import Brought

CONTROL = "control.json"
POLL = 0.5
"""Seconds between two looks for the file."""
LARGEST = 4096
"""Bytes of it that are read."""
PATIENCE = 15.0
"""Seconds in which a run that goes on has heard: its loop may be busy, and its disk slow."""


class Told(BaseModel):
    """What the file says."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    budget: float | None = Field(None, ge=0)
    """USD for the run, from now on."""
    paused: bool | None = None


@dataclass(frozen=True)
class Steering:
    """Of a run that goes on. What is done here is an event, and what a resumption must know stands in config.json too."""

    folder: Path
    emit: Callable[[Event], None]
    pauses: Pause
    cap: Callable[[float], None]
    """Sets the budget of the run."""

    def pause(self, paused: bool) -> None:
        if self.pauses.set(paused):
            self.emit(Paused(on=paused))

    def budget(self, usd: float) -> None:
        """Raises UsageError where it cannot be kept, and StoreFailed."""
        config = store.read_config(self.folder, store.TO_RESUME)
        check_priced(config)
        self.cap(usd)
        store.replace(self.folder / "config.json", config | {"limits": config["limits"] | {"budget": usd}})
        self.emit(BudgetChanged(budget_usd=usd))

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Meanwhile do what the file says. What lies there from before was told to nobody, and goes."""
        with contextlib.suppress(OSError):
            (self.folder / CONTROL).unlink()
        listening = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening

    async def _listen(self) -> None:
        while True:
            await asyncio.sleep(POLL)
            if (self.folder / CONTROL).exists() and not self._take():
                return

    def _take(self) -> bool:
        """Do what it says; whether it is gone then. What does not go, a folder, would be told of for as long as the run lasts."""
        try:
            told = _read(self.folder / CONTROL)
            if told.budget is not None:
                self.budget(told.budget)
            if told.paused is not None:
                self.pause(told.paused)
        except (UsageError, store.StoreFailed) as error:
            self.emit(Noticed(text=str(error)))
        with contextlib.suppress(OSError):
            (self.folder / CONTROL).unlink()
        return not (self.folder / CONTROL).exists()


def ask(folder: Path, told: Told) -> None:
    """Tell a run that goes on; it hears within POLL seconds. Raises OSError."""
    files.replace(folder / CONTROL, told.model_dump_json() + "\n")


def tell(folder: Path, told: Told, otherwise: str) -> None:
    """The same from another process, waiting until the run has done it.

    Raises UsageError where no process does, where it does not hear, and where the budget cannot be kept; `otherwise`: what to do
    instead where the run does not go on.
    """
    if not store.being_written(folder):
        raise UsageError(f"run {folder.name} is not running: {otherwise}")
    if told.budget is not None:
        check_priced(store.read_config(folder, store.TO_RESUME))
    file = folder / CONTROL
    try:
        ask(folder, told)
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror}") from None
    end = time.monotonic() + PATIENCE
    while file.exists():
        if time.monotonic() > end or not store.being_written(folder):
            file.unlink(missing_ok=True)
            raise UsageError(f"run {folder.name} did not hear, it may be at its end: {otherwise}")
        time.sleep(POLL / 5)


def check_priced(config: Mapping[str, Any]) -> None:
    """Raises UsageError where a budget cannot be kept: a model's price is not known, and nobody has said that it need not be."""
    roles = asked(validated(config["settings"]), Brought.of(config)).values()
    counted = {model for settings in roles for model in settings.mix}
    unpriced = [model for model, price in config.get("prices", {}).items() if price is None and model in counted]
    if unpriced and not config["limits"].get("allow_unknown_prices"):
        raise UsageError(
            f"the price of {', '.join(unpriced)} is not known, so no budget can be kept: resume with "
            "--allow-unknown-prices, or begin a run with --set ROLE.price_in=… and ROLE.price_out=…"
        )


def _read(file: Path) -> Told:
    try:
        number = files.opened(file)
        try:
            return Told.model_validate_json(os.read(number, LARGEST))
        finally:
            os.close(number)
    except OSError as error:
        raise UsageError(f"{file} was not read: {error.strerror}") from None
    except ValidationError:
        raise UsageError(f"{file} says nothing that a run is told, and was not obeyed") from None
