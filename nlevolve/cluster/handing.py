"""Which task is handed out next, and to whom. Pure: the driver tells what happened, and asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nlevolve.evolve.bandit import Arms, pooled
from nlevolve.records import Entry

MOVES = 3
"""How often a task goes on elsewhere when its worker is lost. One that kills each worker it comes to must have an end."""


@dataclass
class Handing:
    """The tasks of a run by their places in its order, and the stations that are there."""

    tasks: int
    behind: int | None
    """A task learns from those so many places before it, and further back: they are finished first. None: from no other."""
    at_once: int | None
    """Tasks under way, over all stations; None: each station says when it has room."""
    learned: dict[int, Arms] = field(default_factory=dict)
    """What is known of finished tasks."""
    rules: dict[int, Entry] = field(default_factory=dict)
    """What finished tasks add to the run's library."""
    rooms: dict[str, int] = field(default_factory=dict)
    """Station -> tasks that it would begin now."""
    under_way: dict[int, str] = field(default_factory=dict)
    """Task -> the station that has it."""
    losses: Counter[int] = field(default_factory=Counter)
    failed: set[int] = field(default_factory=set)
    """Tasks that lost too many workers."""

    def joined(self, station: str) -> None:
        self.rooms[station] = 1

    def lost(self, station: str) -> list[int]:
        """A station is gone; the tasks that it had, which are to be handed out again or have failed."""
        self.rooms.pop(station, None)
        its = [task for task, at in self.under_way.items() if at == station]
        for task in its:
            del self.under_way[task]
            self.losses[task] += 1
            if self.losses[task] > MOVES:
                self.failed.add(task)
                self.learned[task] = {}
        return its

    def has_room(self, station: str) -> None:
        """A station could begin one more."""
        if station in self.rooms:
            self.rooms[station] += 1

    def finished(self, task: int, learned: Arms, rule: Entry | None = None) -> None:
        self.under_way.pop(task, None)
        self.learned[task] = learned
        self.rules.update({task: rule} if rule else {})

    def earlier(self, task: int) -> Arms:
        """What a task may know of the models of a mix: of the tasks before it, whichever happened to end first."""
        return pooled([self.learned[one] for one in self._seen(task)])

    def lessons(self, task: int) -> list[Entry]:
        """What a task may be shown of the run's own library."""
        return [self.rules[one] for one in self._seen(task) if one in self.rules]

    def next(self) -> Iterator[tuple[int, str]]:
        """Tasks and who gets them, as long as there is room: in order, none before what it may see is finished."""
        for task in range(self.tasks):
            if task in self.learned or task in self.under_way:
                continue
            station = self._free()
            if station is None or any(one not in self.learned for one in self._seen(task)):
                return
            self.under_way[task] = station
            self.rooms[station] -= 1
            yield task, station

    @property
    def left(self) -> Sequence[int]:
        """Tasks that nobody has."""
        return [task for task in range(self.tasks) if task not in self.learned and task not in self.under_way]

    def _seen(self, task: int) -> range:
        return range(0 if self.behind is None else max(0, task - self.behind))

    def _free(self) -> str | None:
        """The station with the fewest tasks, of those that have room."""
        has = Counter(self.under_way.values())
        if self.at_once is not None:
            able = list(self.rooms) if len(self.under_way) < self.at_once else []
        else:
            able = [station for station, rooms in self.rooms.items() if rooms > 0]
        return min(able, key=lambda station: has[station], default=None)
