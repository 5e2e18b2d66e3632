"""Whether results.json and submission.json are what the log makes of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from nlevolve.audit.evidence import Evidence
from nlevolve.audit.figures import Told
from nlevolve.audit.findings import leaves
from nlevolve.records import CallFinished, RunFinished, TaskAnswered
from nlevolve.version import __version__

WORDS = ("explanation",)
"""What results.json has for people alone."""
JUDGED = ("solved", "test_inputs_solved", "test_inputs_covered", "score_", "inputs_", "public")
"""Figures that need solutions, or the tasks' files."""


def check(evidence: Evidence) -> None:
    """Compare both files with what the log makes of them."""
    results, submission = evidence.json("results.json"), evidence.json("submission.json")
    if results is None and submission is None:
        return
    told = _as_of(evidence, results) if isinstance(results, Mapping) else _whole(evidence)
    if isinstance(results, Mapping):
        _compare(evidence, results, told.results())
    if isinstance(submission, Mapping):
        _answers(evidence, submission, told.submission())


def _answers(evidence: Evidence, recorded: Mapping[str, Any], derived: Mapping[str, Any]) -> None:
    found = evidence.found
    found.equal("answer", "submission.json, its tasks", sorted(recorded), sorted(derived))
    for task in derived.keys() & recorded.keys():
        rows = recorded[task] if isinstance(recorded[task], list) else []
        found.equal("answer", f"submission.json, {task}: test inputs", len(rows), len(derived[task]))
        for number, (row, other) in enumerate(zip(rows, derived[task], strict=False), 1):
            where, given = f"submission.json, {task}, test input {number}", row if isinstance(row, Mapping) else {}
            found.equal("answer", f"{where}: attempts", sorted(given), sorted(other))
            for attempt in other:
                found.exactly("answer", f"{where}, {attempt}", given.get(attempt), other[attempt])


def _compare(evidence: Evidence, recorded: Mapping[str, Any], derived: Mapping[str, Any]) -> None:
    found = evidence.found
    said, made = dict(leaves(_by_name(recorded))), dict(leaves(_by_name(derived)))
    same_version = evidence.config.get("versions", {}).get("nlevolve") == __version__
    for path in {**said, **made}:
        if path.split(".")[0] in WORDS:
            continue
        if path not in made and _empty(said[path]):
            continue
        if path in made and made[path] is None and path.rpartition(".")[2].startswith(JUDGED) and said.get(path) is not None:
            found.cannot("results.json has scores of tasks whose solutions are not here: whether they are right")
        elif path in said and path in made:
            found.equal("figure", f"results.json, {path}", said[path], made[path])
        elif path in made and (same_version or ".never." in path):
            found.wrong("figure", f"results.json, {path}", f"is not there; derived again it is {made[path]!r}")
        elif path in made:
            found.cannot(f"results.json does not say {_kind(path)} (an older version wrote it)")
        else:
            found.wrong("figure", f"results.json, {path}", f"is {said[path]!r}, which nothing in the log says")
    if recorded.get("damage") is not None:
        found.cannot("the log had damaged lines when results.json was written: its figures are lower bounds")


def _by_name(results: Mapping[str, Any]) -> dict[str, Any]:
    """With rows of roles, and of losses, under their names, so that a path says which."""
    tree = dict(results)
    tree["by_role"] = _named(tree.get("by_role"), "role", "model")
    for row in [tree.get("totals"), *(tree.get("tasks") or {}).values()]:
        if isinstance(row, dict) and "losses" in row:
            row["losses"] = _named(row["losses"], "failure")
    return tree


def _named(rows: Any, *names: str) -> Any:
    if not isinstance(rows, list | tuple):
        return rows
    return {" ".join(str(row.get(name)) for name in names): row for row in rows if isinstance(row, Mapping)}


def _kind(path: str) -> str:
    parts = path.split(".")
    return ".".join(["tasks", "ID", *parts[2:]] if parts[0] == "tasks" else parts)


def _empty(value: Any) -> bool:
    return value in (None, 0, 0.0) or value == [] or value == {}


def _whole(evidence: Evidence) -> Told:
    told = Told(evidence)
    for line in evidence.lines:
        told.see(line)
    return told


def _as_of(evidence: Evidence, results: Mapping[str, Any]) -> Told:
    """The log as far as results.json has it: of a run that was killed it may lag behind, by the tasks that ended last."""
    whole = _whole(evidence)
    if evidence.ended or _matches(results, whole):
        return whole
    for last in _cuts(evidence, results):
        told = Told(evidence)
        for line in evidence.lines[: last + 1]:
            told.see(line)
        if _matches(results, told):
            place = evidence.lines[last].number
            evidence.found.cannot(f"results.json is from before the run was stopped (line {place} of the log): what came behind")
            return told
    return whole


def _matches(results: Mapping[str, Any], told: Told) -> bool:
    derived = told.results()
    return bool(results.get("totals", {}).get("seconds") == derived["totals"]["seconds"])


def _cuts(evidence: Evidence, results: Mapping[str, Any]) -> Iterator[int]:
    """Places at which results.json may have been written, the latest first: those with as many calls as it has."""
    try:
        wanted = results["totals"]["calls"]
    except (KeyError, TypeError):
        return
    counts: Counter[str] = Counter()
    places: list[int] = []
    for place, line in enumerate(evidence.lines):
        event = line.event
        if isinstance(event, CallFinished):
            counts[event.source] += event.source != "failed" or event.tries > 0
        elif isinstance(event, TaskAnswered | RunFinished) and all(counts[name] == wanted.get(name, 0) for name in wanted):
            places.append(place)
    yield from reversed(places)
