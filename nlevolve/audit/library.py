"""Whether the rules that a run began with are kept from their own tasks: ids and fingerprints of its library, made anew."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from nlevolve.audit.evidence import Evidence
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.kinship import fingerprints
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Description

PUBLISHED = tuple(f"{data}:{part}" for data, part in product(("arc1", "arc2"), ("training", "evaluation")))
MOST = 2_000
"""Fingerprints that an entry may have."""


def check(evidence: Evidence, row: Mapping[str, Any]) -> None:
    """Every entry; a task that nobody knows by the entry's name of it cannot be looked at."""
    published: dict[str, list[Task]] = {}
    entries = row.get("entries", ())
    for selector in PUBLISHED if entries else ():
        for one in load([selector]).tasks:
            published.setdefault(one.id, []).append(one)
    strangers = 0
    for number, entry in enumerate(entries, 1):
        where = f"config.json, library: entry {number}"
        evidence.found.equal("setting", f"{where}, id", entry["id"], digest(entry["fingerprints"], entry["description"]))
        known = list(_called(str(entry["task"]), published, evidence.tasks))
        wanted = {mark for task in known for mark in fingerprints(task)}
        lacking = wanted - set(entry["fingerprints"])
        told = f"it lacks {len(lacking)} fingerprints of {entry['task']}: copies of that task may be shown its rule"
        evidence.found.holds("setting", where, not lacking or len(entry["fingerprints"]) == MOST, told)
        strangers += not known
    if strangers:
        evidence.found.cannot(f"whose rules {strangers:,} entries of the library are: their tasks are in no data set at hand")


def _called(name: str, published: Mapping[str, list[Task]], own: Mapping[str, Task]) -> Iterator[Task]:
    """Tasks that an entry's name of its task may mean."""
    for word in re.split(r"[^0-9a-z]+", name.lower()):
        yield from published.get(word, ())
    if name in own:
        yield own[name]


def digest(marks: Any, description: Mapping[str, Any]) -> str:
    """An entry's id."""
    words = Description(bullets=tuple(description["bullets"])).normalised
    return hashlib.sha256(json.dumps([sorted(marks), words]).encode("utf-8", "replace")).hexdigest()[:12]
