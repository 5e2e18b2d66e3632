"""How far a run is, for `see=`: one block that a notebook keeps up to date, lines elsewhere."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from html import escape
from importlib import import_module
from typing import Any

from nlevolve.records import Event, Paused, RunFinished, RunStarted, TaskAnswered
from nlevolve.view.door import say
from nlevolve.view.history import History
from nlevolve.view.text import clean, count, counted, duration, money, percent, plural

EVERY = timedelta(seconds=0.3)
"""Between two looks of a notebook."""
LINES_EVERY = timedelta(seconds=5)
"""Between two lines where there is no notebook."""
LATEST = 5
"""Tasks that are named, of those that have ended."""


class Progress:
    """`nlevolve.solve(…, see=nlevolve.Progress())`: tasks done, calls, dollars and time, while it runs. Jupyter draws it.

    It may serve one run after another.
    """

    _shown: datetime | None

    def __init__(self) -> None:
        self._begin()

    def __call__(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._begin()
        self._history.see(event)
        if isinstance(event, TaskAnswered):
            self._ended[event.task] = self._word(event.task)
        every = EVERY if _notebook() else LINES_EVERY
        if isinstance(event, Paused):
            self._paused = event.on
        if isinstance(event, RunFinished | Paused) or self._shown is None or event.at - self._shown >= every:
            self._shown = event.at
            self._show()

    def __repr__(self) -> str:
        return f"{self._head()}: {self._figures()}" if self._history.started else "no run yet"

    def _repr_html_(self) -> str:
        if self._history.started is None:
            return "<p>no run yet</p>"
        share = len(self._ended) / max(1, len(self._history.tasks))
        bar = (
            "<div style='height:8px;max-width:480px;border-radius:4px;background:#8884;overflow:hidden'>"
            f"<div style='height:100%;width:{percent(share)};background:#2e9e5b'></div></div>"
        )
        latest = [*list(self._ended.values())[-LATEST:], *self._history.notices[-1:]]
        said = "".join(f"<div style='opacity:.75'>{escape(clean(one))}</div>" for one in latest)
        return f"<div><b>{escape(self._head())}</b> {escape(self._figures())}{bar}{said}</div>"

    def _begin(self) -> None:
        self._history = History()
        self._ended: dict[str, str] = {}
        self._fit: set[str] = set()
        self._shown = None
        self._paused = False
        self._handle: Any = None

    def _head(self) -> str:
        return clean(self._history.started.run) if self._history.started else ""

    def _figures(self) -> str:
        account = self._history.account
        of = plural(len(self._history.tasks), "task")
        told = [
            f"{len(self._ended)} of {of} done, {len(self._fit)} with a rule that fits all pairs",
            f"{counted(account.provider, 'call')}, {count(account.cache)} more from the cache",
            money(account.cost_usd),
            duration(self._history.seconds),
        ]
        ended = self._history.finished
        state = ended.reason if ended and ended.reason != "done" else "paused" if self._paused and not ended else ""
        return " · ".join(filter(None, [*told, state]))

    def _word(self, task: str) -> str:
        """What came of a task that has ended."""
        best = self._history.task(task).best
        if best is None:
            return f"{task}: no description"
        if best.fitness.perfect:
            self._fit.add(task)
        births = plural(len(self._history.task(task).population.members), "birth")
        return f"{task}: {best.fitness.exact} of {plural(best.fitness.pairs, 'pair')} after {births}"

    def _show(self) -> None:
        shell = _notebook()
        if shell is None:
            say(self, stream=sys.stderr)
        elif self._handle is None:
            # where there is a notebook, there is this: it is no dependency
            self._handle = import_module("IPython.display").display(self, display_id=True)
        else:
            self._handle.update(self)


def _notebook() -> Any:
    """IPython's shell, if we are in a notebook: it has a kernel behind it. Nothing is imported to find out."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if getattr(shell, "kernel", None) is not None else None
