"""A child that is strictly better than its parent is preferred to it, and nothing else is."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.evolve.fitness import fitness
from nlevolve.evolve.population import Candidate
from nlevolve.puzzle.grids import Grid
from nlevolve.records import AnyEvent, Attempt, Description, Skipped
from nlevolve.view.export.preferences import Preference, better, preferences
from nlevolve.view.history import read
from nlevolve.view.results import results
from nlevolve.view.run_folder import RunFolder
from tests.view.story import FLIP, SOLUTIONS, TASKS, WRONG, A, B, D, birth, candidate, events, followed

PROMPTS = Prompts(bundled())


def worth(*grids: Grid | None, words: int = 1) -> Candidate:
    attempts: tuple[Attempt, ...] = tuple(
        Skipped(pair=place) if grid is None else followed(FLIP, place, grid) for place, grid in enumerate(grids)
    )
    return Candidate(birth(0), Description(bullets=("Do it.",)), attempts, fitness(attempts, words))


def preferred(told: list[AnyEvent], counts: Counter[str] | None = None) -> list[Preference]:
    history = read(told)
    folder = RunFolder(Path("runs/story"), {}, history, TASKS, SOLUTIONS, results(history, TASKS, SOLUTIONS))
    return list(preferences(folder, PROMPTS, counts))


def test_better_is_more_pairs_or_closer_cells_and_no_guess() -> None:
    assert better(worth(B, D), worth(B, WRONG))
    assert better(worth(B, A), worth(B, WRONG)) == (worth(B, A).fitness.cells > worth(B, WRONG).fitness.cells)
    assert not better(worth(B, D), worth(B, D, words=9)), "fewer words alone"
    assert not better(worth(B, WRONG), worth(WRONG, None)), "the skipped pair may have been exact"
    assert better(worth(B, D), worth(WRONG, None))
    assert not better(worth(B, None), worth(B, WRONG)), "closer in its cells, as far as anybody looked"


def test_the_child_is_chosen_over_its_parent_for_one_prompt() -> None:
    [one] = preferred(events())
    assert [message["role"] for message in one.line["prompt"]] == ["system", "user"]
    chosen, rejected = (json.loads(one.line[key][0]["content"])["bullets"] for key in ("chosen", "rejected"))
    assert (chosen[0], rejected) == ("Mirror the input grid left to right.", ["Copy the input grid."])
    assert (one.chosen_exact, one.rejected_exact, one.pairs) == (2, 0, 2)


def test_words_that_came_out_better_once_and_worse_once_are_preferred_once() -> None:
    """The luck of who followed them: an LLM at a temperature."""
    right, wrong = (followed(FLIP, 0, B), followed(FLIP, 1, D)), (followed(FLIP, 0, A), followed(FLIP, 1, A))
    mirror = "Mirror the input grid left to right.", "Change nothing else."
    unlucky = candidate(FLIP, birth(2, "revise", (1,)), mirror, wrong, 6)
    copied = candidate(FLIP, birth(3, "revise", (2,)), ("Copy the input grid.",), right, 7)
    again = candidate(FLIP, birth(4, "revise", (2,)), mirror, right, 8)
    counts: Counter[str] = Counter()
    assert len(preferred([*events(), unlucky, copied, again], counts)) == 1
    assert counts["contradicted"] == 2
