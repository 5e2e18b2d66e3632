"""Which births are shown which rules: some of those that write, the best fitting of other tasks, never one of the same task."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from nlevolve.evolve.examples import ExamplesPolicy
from nlevolve.evolve.shelf import likeness, shelf
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.symmetry import Transform, relabelling
from nlevolve.records import Birth, Description, Entry
from nlevolve.solved.entries import entry

FLIP, OTHER, CROP, DRAW = load(["arc1:68b16354", "arc1:67a3c6ac", "arc1:0b148d64", "arc1:25d487eb"]).tasks
POLICY = ExamplesPolicy(most=1)


def rule(task: object, *bullets: str) -> Entry:
    return entry(task, Description(bullets=bullets))


def birth(index: int, operator: str = "write") -> Birth:
    return Birth(index=index, operator=operator, model="m")


LIBRARY = [
    rule(DRAW, "Draw a line from the odd cell to the edge."),
    rule(CROP, "Crop the grid to the part of a colour of its own."),
    rule(OTHER, "Mirror the grid from left to right."),
]


def test_births_that_write_are_shown_some_in_turns_and_others_never() -> None:
    found = shelf(FLIP, LIBRARY)
    shown = {k: [one.task for one in found.examples(birth(k), (), POLICY)] for k in range(9)}
    assert [k for k, rules in shown.items() if rules] == [1, 3, 5, 7]
    # the likest task first, one handful after the other, and then from the beginning
    assert shown[1] == [OTHER.id]
    assert sorted(shown[1] + shown[3] + shown[5]) == sorted(one.task for one in LIBRARY)
    assert shown[7] == shown[1]
    assert not any(found.examples(birth(1, move), (), POLICY) for move in ("revise", "recombine", "restart", "given"))
    assert len(found.examples(birth(1), (), ExamplesPolicy(most=8))) == 3
    assert [k for k in range(4) if found.examples(birth(k), (), ExamplesPolicy(every=1))] == [0, 1, 2, 3]


def test_a_task_is_never_shown_its_own_rule_however_it_is_turned_recoloured_or_called() -> None:
    seen = Transform(turns=1, mirrored=True).then(relabelling(Random(3), keep=()))
    copy = replace(seen.task(FLIP), id="somebody's")
    others = [rule(FLIP, "Mirror it."), rule(copy, "Mirror it from left to right."), rule(replace(DRAW, id=FLIP.id), "Draw.")]
    named = rule(CROP, f"As in {FLIP.id}, mirror it.")
    assert [one.task for one in shelf(FLIP, [*others, named, *LIBRARY]).entries] == [one.task for one in LIBRARY]


def test_of_one_task_one_rule_is_shown() -> None:
    twins = [*LIBRARY, rule(Transform(turns=2).task(OTHER), "Flip the grid horizontally.")]
    shown = shelf(FLIP, twins).examples(birth(1), (), ExamplesPolicy(most=8))
    assert len(shown) == len({one.task for one in shown}) == 3


def test_words_that_were_thought_of_bring_rules_that_have_them() -> None:
    found = shelf(FLIP, LIBRARY)
    wholly = ExamplesPolicy(most=1, words=1)
    assert [one.task for one in found.examples(birth(1), ["crop to a colour of its own"], wholly)] == [CROP.id]
    assert [one.task for one in found.examples(birth(1), ["draw a line to the edge"], wholly)] == [DRAW.id]
    # without a word that is known the tasks alone decide
    assert found.examples(birth(1), ["xyzzy"], wholly) == found.examples(birth(1), (), ExamplesPolicy(most=1, words=0))


def test_a_rare_trait_makes_tasks_more_alike_than_a_common_one() -> None:
    rare, common = likeness(["same size", "periodic"], [["periodic", "a"], ["same size", "a"], ["same size", "b"]])[:2]
    assert 0 < common < rare < 1
    assert likeness(["a"], [["a"]]) == (1.0,)
    assert likeness([], [[]]) == (0.0,)
