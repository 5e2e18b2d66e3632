"""Which task is looked at: the one where something happens, or the one the viewer chose."""

from __future__ import annotations

from dataclasses import dataclass

from nlevolve.view.terminal.summary import Summary

DWELL_RUNNING = 8.0
"""Seconds a task that is still running is looked at before another may take its place."""
DWELL_OVER = 4.0


@dataclass(slots=True)
class Focus:
    """`seconds` is the viewer's clock, any monotonic one: a replay at twenty times the speed is no reason to flicker."""

    task: str = ""
    birth: int | None = None
    """The candidate looked at; None follows the best."""
    held: bool = False
    since: float = 0.0

    def follow(self, summary: Summary, seconds: float) -> None:
        """Move to where something happens, unless held or not yet looked at for long enough."""
        if self.held and self.task:
            return
        dwell = DWELL_RUNNING if self.task in summary.running else DWELL_OVER
        if self.task and seconds - self.since < dwell:
            return
        task = _eventful(summary) or self.task
        if task != self.task:
            self.task, self.birth, self.since = task, None, seconds

    def step(self, summary: Summary, by: int, seconds: float) -> None:
        """Look at the task `by` places further on, and stay there."""
        names = list(summary.history.tasks)
        if names:
            here = names.index(self.task) if self.task in names else -1 if by > 0 else 0
            self.task, self.birth = names[(here + by) % len(names)], None
            self.held, self.since = True, seconds

    def choose(self, summary: Summary, by: int) -> None:
        """Look at the candidate ranked `by` places further down, and hold the task; the first is whichever is best."""
        ranks = [candidate.index for candidate in summary.ranked(self.task)]
        if ranks:
            place = (ranks.index(self.birth) if self.birth in ranks else 0) + by
            self.birth = ranks[min(place, len(ranks) - 1)] if place > 0 else None
            self.held = True


def _eventful(summary: Summary) -> str:
    """The running task of the latest headline; else one that runs; else the task of the latest headline."""
    headlines = [moment.task for moment in reversed(summary.moments) if moment.headline and moment.task]
    running = [task for task in headlines if task in summary.running] or list(reversed(summary.running))
    return next(iter(running or headlines), "")
