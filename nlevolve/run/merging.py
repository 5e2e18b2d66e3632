"""Several runs made one, as if it had solved all their tasks: its config.json, and a log with their sessions in a row.

A session is kept whole: what was under way when it was killed, and which replies are its own, can only be told from its lines
together, and equal requests of two runs are two calls. Sessions follow each other by when they began, so that the time spent is
that of all of them laid over each other. A last session, of the merging, says how the whole stands.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from nlevolve.config import digest, validated
from nlevolve.errors import UsageError
from nlevolve.formats import MergedRow, SeedsRow
from nlevolve.options import Limits
from nlevolve.puzzle.selection import Selection
from nlevolve.records import Event, Noticed, RunFinished, RunStarted, TaskAnswered, read_event, write_event
from nlevolve.run.asking import roles_asked
from nlevolve.run.controls import Brought
from nlevolve.run.outcome import finished
from nlevolve.run.parts import Order, Part, Session, listed
from nlevolve.run.recorded import sealed

CAPS = ("budget", "max_calls", "max_tokens_total")
"""Of each run for itself: the merged one has what they had together."""


def configured(name: str, parts: Sequence[Part], order: Order, selection: Selection) -> dict[str, Any]:
    """The merged run's config.json: what an undivided run would have, and what it was made from. Raises UsageError."""
    first = parts[0].config
    deciding = {
        "settings": first["settings"],
        "tasks": list(selection.selectors),
        "tasks_digest": selection.digest,
        "prompts": first.get("prompts", {}),
    }
    endpoints = first.get("endpoints", {})
    brought = _brought(parts, order)
    merged = MergedRow(parts=tuple(row for part in parts for row in part.rows), missing=order.missing)
    return {
        **first,
        "run": name,
        "id": uuid.uuid4().hex,
        **deciding,
        "task_digests": selection.digests,
        "limits": _limits([Limits.read(part.config["limits"]) for part in parts]).model_dump(mode="json"),
        "origin": _origin([part.config.get("origin") for part in parts]),
        **brought.row,
        "shard": None,
        "merged": merged.model_dump(mode="json"),
        "digest": digest(deciding | ({"endpoints": endpoints} if endpoints else {}) | brought.deciding),
    }


def _limits(each: Sequence[Limits]) -> Limits:
    """Caps of runs add up, where all have one; a budget in a file was one for all of them, and their names stand in it."""
    shared = each[0].budget_file is not None and all(one.budget_file == each[0].budget_file for one in each)
    caps: dict[str, Any] = {}
    for cap in CAPS:
        told = [getattr(one, cap) for one in each]
        one_for_all = shared and cap != "max_calls"
        caps[cap] = None if None in told else max(told) if one_for_all else sum(told)
    task = [one.task_budget for one in each]
    first = each[0].model_dump()
    return Limits(
        **{
            **first,
            **caps,
            "budget_file": None,
            "hub": each[0].hub if all(one.hub == each[0].hub for one in each) else None,
            "task_budget": None if None in task else max(one for one in task if one is not None),
            "concurrency": max(one.concurrency for one in each),
            "patience": max(one.patience for one in each),
            "allow_unknown_prices": any(one.allow_unknown_prices for one in each),
        }
    )


def _origin(rows: Sequence[Mapping[str, Any] | None]) -> dict[str, Any] | None:
    """The run that all of them repeat, with what all of them changed."""
    first = rows[0]
    if first is None or any(row is None or (row["run"], row["id"]) != (first["run"], first["id"]) for row in rows):
        return None
    changes = [one for one in first["changes"] if all(row is not None and one in row["changes"] for row in rows)]
    return {**first, "changes": changes, "told_again": False}


def _brought(parts: Sequence[Part], order: Order) -> Brought:
    """Descriptions that the runs began with: of a file each has those of its own tasks, and counts the others as left out."""
    each = [Brought.of(part.config) for part in parts]
    seeds, library = [one.seeds for one in each], each[0].examples
    if any(one.examples != library for one in each):
        raise UsageError("the runs did not have the same library (--library)")
    if not any(seeds):
        return Brought(examples=library)
    if order.missing:
        raise UsageError(
            f"--partial: what the tasks of shard {order.missing[0]} begin with (--seeds) is known to that shard alone"
        )
    given = {task: told for one in each for task, told in one.given.items()}
    rows = [one for one in seeds if one is not None]
    there = {row.tasks + row.ignored for row in rows}
    if len(rows) < len(each) or len({row.of for row in rows}) > 1 or len(there) > 1:
        raise UsageError("the runs did not begin with the same descriptions (--seeds)")
    own = sum(row.tasks for row in rows)
    told = {task: [one.model_dump(mode="json") for one in those] for task, those in given.items()}
    row = SeedsRow(
        of=rows[0].of,
        tasks=own,
        descriptions=sum(row.descriptions for row in rows),
        ignored=there.pop() - own,
        digest=digest(told),
    )
    return Brought(given, None, row, library)


def log(parts: Sequence[Part], config: Mapping[str, Any], tasks: Sequence[str]) -> Iterator[str]:
    """The lines of the merged run's log, each with its end. `tasks`: all ids, in order."""
    began = _beginning(config, tasks)
    answered: dict[str, TaskAnswered] = {}
    latest = began.at
    for number, (part, session) in enumerate(_by_beginning(parts)):
        whose = f"{part.name}/{session.began.part}" if session.began.part else part.name
        told = {"part": whose, "resumed": number > 0, "reads": session.began.reads, "at": session.began.at}
        yield _line(began.model_copy(update=told))
        for line in session.lines:
            event = read_event(line) if b'"task_answered"' in line else None
            if isinstance(event, TaskAnswered):
                answered[event.task] = event
            yield line.decode() + "\n"
        if session.lines:
            latest = max(latest, read_event(session.lines[-1]).at)
    yield _line(began.model_copy(update={"at": latest, "resumed": any(part.sessions for part in parts)}))
    yield _line(Noticed(at=latest, text=told_of(config)))
    yield _line(_ended(answered, tasks).model_copy(update={"at": latest}))


def _by_beginning(parts: Sequence[Part]) -> list[tuple[Part, Session]]:
    """All sessions by when they began; those of one run as they stand in its log, whatever its clock did."""
    rows = []
    for place, part in enumerate(parts):
        reached = datetime.min.replace(tzinfo=UTC)
        for number, session in enumerate(part.sessions):
            reached = max(reached, session.began.at)
            rows.append(((reached, place, number), part, session))
    return [(part, session) for _, part, session in sorted(rows, key=lambda row: row[0])]


def _beginning(config: Mapping[str, Any], tasks: Sequence[str]) -> RunStarted:
    settings, limits = validated(config["settings"]), Limits.read(config["limits"])
    return RunStarted(
        run=config["run"],
        models=dict(settings.models),
        asked=roles_asked(settings, Brought.of(config)),
        preset=config["preset"],
        tasks=tuple(tasks),
        budget_usd=limits.budget,
        max_calls=limits.max_calls,
        max_tokens=limits.max_tokens_total,
        concurrency=limits.concurrency,
        rank=settings.policy.rank,
        reads=True,
        config=sealed(config),
    )


def told_of(config: Mapping[str, Any]) -> str:
    """What a merged run is made from, in a sentence."""
    merged = MergedRow.model_validate(config["merged"])
    lacking = f"; without shard{'' if len(merged.missing) == 1 else 's'} {listed(merged.missing)}, whose tasks are open"
    return f"merged from {listed([row.run for row in merged.parts])}{lacking if merged.missing else ''}"


def _ended(answered: Mapping[str, TaskAnswered], tasks: Sequence[str]) -> RunFinished:
    left = sum(task not in answered or answered[task].stopped == "interrupted" for task in tasks)
    if not left:
        return finished(answered, interrupted=False)
    why = f"{left} of {len(tasks)} tasks are not over: nlevolve resume goes on with them"
    return RunFinished(reason="interrupted", exit_code=130, why=why)


def _line(event: Event) -> str:
    return write_event(event) + "\n"
