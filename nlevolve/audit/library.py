"""Whether the rules that a run began with are kept from their own tasks: ids and fingerprints of its library, made anew."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nlevolve.audit.evidence import Evidence
from nlevolve.puzzle.kinship import fingerprints
from nlevolve.puzzle.sources import read_dataset, task
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Description

PUBLISHED = ("arc1", "arc2")
MOST = 2_000
"""Fingerprints that an entry may have."""


def check(evidence: Evidence, row: Mapping[str, Any]) -> None:
    """Every entry; a task that nobody knows by the entry's name of it cannot be looked at."""
    entries, strangers = row.get("entries", ()), 0
    published = [split for data in PUBLISHED for split in read_dataset(data).values()] if entries else []
    for number, entry in enumerate(entries, 1):
        where = f"config.json, library: entry {number}"
        evidence.found.equal("setting", f"{where}, id", entry["id"], digest(entry["fingerprints"], entry["description"]))
        known = list(_called(str(entry["task"]), published, evidence.tasks))
        wanted = {mark for one in known for mark in fingerprints(one)}
        lacking = wanted - set(entry["fingerprints"])
        told = f"it lacks {len(lacking)} fingerprints of {entry['task']}: copies of that task may be shown its rule"
        evidence.found.holds("setting", where, not lacking or len(entry["fingerprints"]) == MOST, told)
        strangers += not known
    if strangers:
        evidence.found.cannot(f"whose rules {strangers:,} entries of the library are: their tasks are in no data set at hand")


def _called(name: str, published: Sequence[Mapping[str, Any]], own: Mapping[str, Task]) -> Iterator[Task]:
    """Tasks that an entry's name of its task may mean."""
    for word in re.split(r"[^0-9a-z]+", name.lower()):
        yield from (task(word, split[word], word) for split in published if word in split)
    if name in own:
        yield own[name]


def digest(marks: Any, description: Mapping[str, Any]) -> str:
    """An entry's id."""
    words = Description(bullets=tuple(description["bullets"])).normalised
    return hashlib.sha256(json.dumps([sorted(marks), words]).encode("utf-8", "replace")).hexdigest()[:12]
