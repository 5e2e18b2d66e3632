"""Keeps results.json and submission.json up with a run, and writes report.html when it is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nlevolve.program import command
from nlevolve.puzzle.public import public
from nlevolve.puzzle.selection import Selection
from nlevolve.records import Event, RunFinished, TaskAnswered
from nlevolve.run.retell import retell_all
from nlevolve.run.store import read_config, read_events, replace, replace_text
from nlevolve.view.grading import open_solutions
from nlevolve.view.history import History
from nlevolve.view.results import results, submission
from nlevolve.view.uplift import told as controls_told

MOST_CALLS = 600
"""Calls of a run whose requests and replies stand in its report; `nlevolve show --raw` has those of any."""
SECONDS_BETWEEN, LONGEST_BETWEEN = 2.0, 30.0
"""From one writing of both files to the next: tasks that end together share one."""
SHARE = 0.02
"""Of a run's time, at most, for writing them: with hundreds of tasks it takes a tenth of a second."""


class Publisher:
    """Subscriber to a run's events: writes both files when tasks end, and at the end of the run."""

    def __init__(
        self, folder: Path, selection: Selection, known: Sequence[Event] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder, self._tasks, self._clock = folder, selection.tasks, clock
        self._public = public(selection.found)
        self._solutions = open_solutions(selection.selectors, selection.max_side)
        self._next = float("-inf")
        """When they may be written again."""
        self.history = History()
        for event in known:
            self.history.see(event)

    def see(self, event: Event) -> None:
        """Fold one event in. Raises StoreFailed when the folder cannot be written."""
        self.history.see(event)
        due = isinstance(event, TaskAnswered) and self._clock() >= self._next
        if due or isinstance(event, RunFinished):
            self.write()

    def write(self) -> None:
        """Replace both files, each at once."""
        began = self._clock()
        replace(self._folder / "submission.json", submission(self.history, self._tasks))
        replace(self._folder / "results.json", self.results())
        now = self._clock()
        self._next = now + min(LONGEST_BETWEEN, max(SECONDS_BETWEEN, (now - began) / SHARE))

    def report(self) -> str | None:
        """Write report.html. Returns None, or why it could not be written, in one line."""
        from nlevolve.view.report.report import report

        try:
            config = read_config(self._folder)
            told = retell_all(config, read_events(self._folder), MOST_CALLS)
            found = self.results()
            page = report(found, self.history, config, self._solutions, told, controls_told(self._folder, found))
            replace_text(self._folder / "report.html", page)
        # the run is over and on disk: a page that cannot be drawn or written, for whatever reason, does not undo it
        except Exception as error:
            return f"report.html was not written ({type(error).__name__}: {error}); {command('report', self._folder)} tries again"
        return None

    def results(self) -> dict[str, Any]:
        """The content of results.json as it stands."""
        return results(self.history, self._tasks, self._solutions, self._public)
