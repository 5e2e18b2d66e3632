"""Entries beside what is known of their tasks: who forges an entry's fingerprints gains nothing where its task is known."""

from __future__ import annotations

import pytest

from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.kinship import akin, fingerprints
from nlevolve.puzzle.symmetry import Transform
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import Description, Entry
from nlevolve.solved.entries import entry
from nlevolve.solved.known import vouched

(FLIP,) = load(["arc1:68b16354"]).tasks
OWN = Task("mine", (Pair(((1, 2), (3, 4)), ((2, 1), (4, 3))),), (((5, 6), (7, 8)),))
FORGED = ("p" + "0" * 16, "0" * 16)


def rule(task: Task, name: str = "") -> Entry:
    return entry(task, Description(bullets=("Mirror it.",))).model_copy(update={"task": name or task.id})


def forged(task: Task, name: str = "") -> Entry:
    return rule(task, name).model_copy(update={"fingerprints": FORGED})


def test_entries_that_have_the_fingerprints_of_their_task_stay_as_they_are() -> None:
    entries = [rule(FLIP), rule(OWN), forged(OWN, "nobody knows it")]
    assert vouched(entries, [OWN]) == entries
    assert vouched([]) == []


@pytest.mark.parametrize("name", ["68b16354", " 68B16354", "a copy of 68b16354.json", "68b16354_1"])
def test_a_published_task_is_kept_from_a_rule_that_is_called_after_it_however_turned(name: str) -> None:
    (there,) = vouched([forged(FLIP, name)])
    turned = Transform(turns=3, colours=(0, 2, 1, 3, 4, 5, 6, 7, 9, 8)).task(FLIP)
    assert akin(there.fingerprints, fingerprints(turned))
    assert set(FORGED) < set(there.fingerprints)
    assert there.id != forged(FLIP).id


def test_a_task_of_the_run_is_known_by_its_whole_name_alone() -> None:
    found = vouched([forged(OWN), forged(OWN, "mine too")], [OWN])
    assert [akin(one.fingerprints, fingerprints(OWN)) for one in found] == [True, False]
