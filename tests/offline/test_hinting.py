"""Rules of other puzzles as a hint: their families are asked first; words that say nothing change nothing."""

from __future__ import annotations

from dataclasses import replace

from nlevolve.offline.generator import EFFORTS, generate
from nlevolve.offline.hinting import hinted
from nlevolve.offline.hypotheses import Glance
from nlevolve.offline.operation import SUGGESTERS
from nlevolve.offline.prompt_reading import Asked, understand
from nlevolve.offline.scene import cells
from nlevolve.puzzle.datasets import load

HEAD = "# Rules of other puzzles\nExamples, as of pair 1.\n## The rule of another puzzle\n- Mirror the grid from left to right.\n"
NORMAL = EFFORTS["normal"]


def asked(selector: str, *examples: str) -> Asked:
    (task,) = load([selector]).tasks
    grids = enumerate(task.pairs, 1)
    both = {n: (cells(pair.input), cells(pair.output)) for n, pair in grids}
    found = Asked({n: a for n, (a, _) in both.items()}, {n: b for n, (_, b) in both.items()}, [cells(t) for t in task.tests])
    return replace(found, examples=[list(examples)] if examples else [])


def test_examples_are_read_as_such_and_as_nothing_else() -> None:
    text = "# Training pairs\n## Pair 1\nInput:\n1 2\nOutput:\n2 1\n# Test inputs\nInput:\n1 3\n" + HEAD + "# Your turn\nFind it."
    found = understand(text)
    assert [rule for rule in found.examples if rule] == [["Mirror the grid from left to right."]]
    assert (found.numbers, len(found.tests), found.parents, found.tried, found.move) == ([1], 1, [], [], "")
    assert found.turn.strip() == "Find it."


def test_the_families_of_what_is_understood_come_first_whatever_they_cost() -> None:
    glance = hinted(NORMAL.glance, [["Black is the background.", "Mirror the grid from left to right."], ["I like cheese."]])
    assert glance.first == {"turning"}
    assert len(glance.openings) == 1
    (_, first), *others = glance.looks(())
    assert {one.theme for one in first[: sum(one.theme == "turning" for one in SUGGESTERS)]} == {"turning"}
    assert {one.theme for one in first if one.cost > NORMAL.glance.dearest} <= {"turning"}
    assert [{one.theme for one in suggesters} for _, suggesters in others] == [{"turning"}]
    assert hinted(NORMAL.glance, [["I like cheese."]]) == NORMAL.glance == Glance(ways=1, dearest=60)


def test_words_that_say_nothing_change_no_reply() -> None:
    for seed in range(3):
        assert generate(asked("arc1:68b16354", "I like cheese."), seed, NORMAL) == generate(asked("arc1:68b16354"), seed, NORMAL)
