"""What a frame is drawn from: the summary, the time, and where the viewer looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from nlevolve.evolve.population import Candidate
from nlevolve.view.history import TaskHistory
from nlevolve.view.terminal.palette import STANDARD, Palette
from nlevolve.view.terminal.summary import Summary

Page = Literal["overview", "population", "description", "grids", "tasks", "events"]
PAGES: tuple[Page, ...] = ("overview", "population", "description", "grids", "tasks", "events")


@dataclass(frozen=True, slots=True)
class Look:
    """Equal looks give equal frames."""

    summary: Summary
    now: datetime
    focus: str = ""
    """The task looked at; empty before the first is taken up."""
    birth: int | None = None
    """The candidate looked at; None for the best."""
    held: bool = False
    """The focus stays where the viewer put it."""
    page: Page = "overview"
    help: bool = False
    stopping: bool = False
    """The viewer asked the run to stop."""
    timeouts: Mapping[str, float] = field(default_factory=dict)
    """Role -> seconds for one try, where they are known."""
    note: str = ""
    """What the viewer should know of the view itself: a replay's speed, a log that waits for its run."""
    watching: bool = False
    """A run in another process, or a replay: `q` leaves the view, not the run."""
    replayed: bool = False
    """It is played again: there are keys for its pace."""
    pausable: bool = False
    """`p` pauses the run."""
    palette: Palette = STANDARD
    colour: bool = True
    fades: bool = True
    """Whether the terminal has colours enough for one to be told from its paler self."""

    @property
    def task(self) -> TaskHistory | None:
        return self.summary.history.tasks.get(self.focus)

    @property
    def candidate(self) -> Candidate | None:
        """The candidate looked at."""
        if self.task is None:
            return None
        best = self.task.best
        return best if self.birth is None else self.task.population.members.get(self.birth, best)
