"""Runs that are to be made one: read session by session, refused where they cannot be, and the order of their tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nlevolve.errors import UsageError
from nlevolve.formats import MergedRow, PartRow, ShardRow
from nlevolve.puzzle.selection import Selection
from nlevolve.puzzle.shards import joined
from nlevolve.records import AnyEvent, DamagedLine, LogDamaged, RunStarted, read_event
from nlevolve.run import store

NAMED = 8
"""Runs or shards that a message names; the rest are counted."""


@dataclass(frozen=True)
class Session:
    """What a run wrote in one go."""

    began: RunStarted
    lines: Sequence[bytes]
    """Those behind it, as they stand in the log."""


@dataclass(frozen=True)
class Part:
    """One of the runs."""

    name: str
    """Its own among the parts."""
    folder: Path
    config: Mapping[str, Any]
    sessions: Sequence[Session]

    @property
    def tasks(self) -> tuple[str, ...]:
        """One selector a task."""
        return tuple(self.config["tasks"])

    @property
    def shard(self) -> ShardRow | None:
        row = self.config.get("shard")
        return ShardRow.model_validate(row) if row else None

    def lacks(self, other: Part) -> bool:
        """Whether it was merged without that shard, whose tasks stand open in it."""
        merged = self.config.get("merged")
        return bool(merged) and store.shard_of(other.config) in MergedRow.model_validate(merged).missing

    @property
    def rows(self) -> tuple[PartRow, ...]:
        """As the merged run's config.json has it: a run that was merged itself with all that it was made from."""
        merged = self.config.get("merged")
        inner = MergedRow.model_validate(merged).parts if merged else ()
        own = PartRow(
            run=self.name, id=self.config["id"], shard=store.shard_of(self.config), tasks=tuple(map(id_of, self.config["tasks"]))
        )
        return (*(row.model_copy(update={"run": f"{self.name}/{row.run}"}) for row in inner), own)


@dataclass(frozen=True)
class Order:
    """The tasks of all parts together."""

    selectors: tuple[str, ...]
    """As they were selected before they were cut into shards; of runs that are no shards, as these are named."""
    missing: tuple[str, ...] = ()
    """Shards that are not among the parts."""


def id_of(selector: str) -> str:
    """The task that an exact selector names."""
    return selector.rpartition(":")[2]


def read_part(folder: Path, name: str) -> Part:
    """Raises UsageError, one line, for a run that goes on, and for one whose log does not say all that happened."""
    config = store.read_config(folder, store.TO_RESUME)
    if store.being_written(folder):
        raise UsageError(f"run {name} is being written by another process: merge it when it has ended")
    if control := config.get("control"):
        raise UsageError(
            f"run {name} is a control of {control['of']}: merge the runs, then nlevolve control has what is equal from the bank"
        )
    return Part(name, folder, config, _sessions(name, _lines(folder)))


def _lines(folder: Path) -> list[bytes]:
    return [line for line in store.whole_lines(folder).split(b"\n") if line.strip()]


def _sessions(name: str, lines: Sequence[bytes]) -> list[Session]:
    found: list[tuple[RunStarted, list[bytes]]] = []
    faults: dict[str, int] = {}
    for line in lines:
        try:
            event: AnyEvent = read_event(line)
        except DamagedLine as damaged:
            faults[damaged.fault] = faults.get(damaged.fault, 0) + 1
            continue
        if isinstance(event, RunStarted):
            found.append((event, []))
        elif found:
            found[-1][1].append(line)
        else:
            faults["strange"] = faults.get("strange", 0) + 1
    if newer := faults.pop("newer", 0):
        raise UsageError(
            f"run {name}: {newer} lines of its log are of kinds that only a newer nlevolve knows: merge it with that one"
        )
    if faults:
        raise UsageError(
            f"run {name}: {LogDamaged(**faults).words}: what is missing there would be missing unsaid; restore its log"
        )
    return [Session(began, told) for began, told in found]


def require_disjoint(parts: Sequence[Part]) -> None:
    """Raises UsageError where two have one task."""
    owners: dict[str, Part] = {}
    for part in parts:
        for task in map(id_of, part.tasks):
            if (other := owners.setdefault(task, part)) is not part:
                raise UsageError(f"task {task} is in {_twice(other, part)}")


def _twice(one: Part, other: Part) -> str:
    """In which two runs, and why that cannot be."""
    for whole, part in ((one, other), (other, one)):
        if whole.lacks(part):
            return (
                f"{whole.name}, which was merged without shard {store.shard_of(part.config)}: merge the shards anew, all of them"
            )
    both = f"both are shard {store.shard_of(other.config)}" if _same(one, other) else "a run has a task once"
    return f"{one.name} and in {other.name}: {both}"


def _same(one: Part, other: Part) -> bool:
    return one.shard is not None and one.shard == other.shard


def ordered(parts: Sequence[Part]) -> Order:
    """The order of what was cut, where shards are all there; those that are missing leave their tasks in it, open.

    Shards of several selections, and runs that are none, come one after the other as they are named first.
    """
    groups: dict[object, list[Part]] = {}
    for place, part in enumerate(parts):
        shard = part.shard
        groups.setdefault((shard.selected_digest, shard.of) if shard else place, []).append(part)
    orders = [_of_group(group) for group in groups.values()]
    selectors = [one for order in orders for one in order.selectors]
    if twice := next((one for one in map(id_of, selectors) if [*map(id_of, selectors)].count(one) > 1), None):
        raise UsageError(f"task {twice} is in a shard that is missing, and in another run: a run has a task once")
    return Order(tuple(selectors), tuple(one for order in orders for one in order.missing))


def _of_group(group: Sequence[Part]) -> Order:
    by_number = {part.shard.number: part for part in group if part.shard}
    shard = group[0].shard
    if shard is None:
        return Order(group[0].tasks)
    missing = tuple(f"{number}/{shard.of}" for number in range(1, shard.of + 1) if number not in by_number)
    if missing:
        return Order(tuple(shard.selected), missing)
    return Order(joined([by_number[number].tasks for number in sorted(by_number)]))


def require_whole(order: Order, parts: Sequence[Part]) -> None:
    """Raises UsageError, naming what is missing."""
    if order.missing:
        shards, open_ = len(order.missing), len(order.selectors) - sum(len(part.tasks) for part in parts)
        raise UsageError(
            f"shard{'' if shards == 1 else 's'} {listed(order.missing)} missing, with {open_} of {len(order.selectors)} tasks: "
            "name them, too; --partial merges what there is, and nlevolve resume then solves the rest"
        )


def listed(names: Sequence[str]) -> str:
    """The first of them, the others counted."""
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


def require_unchanged(parts: Sequence[Part], selection: Selection) -> None:
    """Raises UsageError where a task is not what it was when a part began."""
    found = {one.selector: one for one in selection.found}
    for part in parts:
        own = replace(selection, found=tuple(found[selector] for selector in part.tasks if selector in found))
        if "tasks_digest" in part.config and own.digest != part.config["tasks_digest"]:
            recorded = part.config.get("task_digests", {})
            other = next(
                (id_of(one) for one, digest in own.digests.items() if recorded.get(one, digest) != digest), "one of its tasks"
            )
            raise UsageError(f"run {part.name}: {other} is not as it was when the run began: restore the task's file")
