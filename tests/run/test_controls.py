"""What a control asks: whose models, which tasks, and which description takes the place of the run's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from nlevolve.config import configure
from nlevolve.errors import UsageError
from nlevolve.puzzle.selection import Selected, Selection
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import Birth, CandidateChecked, Description, Event, Followed, TaskAnswered
from nlevolve.run.controls import EMPTY, Control, Original, controls

FLIP, TURN, FILL, CROP = "Flip the grid.", "Turn the grid.", "Fill the holes.", "Crop it."


def a_task(name: str, colour: int = 0) -> Task:
    return Task(name, (Pair(((colour, 1),), ((1, colour),)),), (((colour, 2),),))


def described(task: str, *rules: tuple[str, float], best: int | None = 0) -> list[Event]:
    """Each rule with its accuracy on the only pair, and the birth that the task was answered by."""
    checked: list[Event] = [
        CandidateChecked(
            task=task,
            birth=Birth(index=k, operator="write", model="m"),
            description=Description(bullets=(text,)),
            attempts=(Followed(pair=0, grid=((1,),), accuracy=share),),
        )
        for k, (text, share) in enumerate(rules)
    ]
    return [*checked, TaskAnswered(task=task, answers=(), stopped="exhausted", best=best)]


def original(tasks: Mapping[str, Sequence[Event]], *, pairs: Sequence[int] = (), **settings: Any) -> Original:
    """A run that answered the tasks that have events; `pairs`: the colour of each task's pair, its number if not given."""
    found = tuple(Selected(a_task(name, colour), name) for name, colour in zip(tasks, pairs or range(len(tasks)), strict=True))
    config = configure("quick", changes={key.replace("__", "."): value for key, value in settings.items()})
    return Original("r", "1", config, Selection(found), [event for told in tasks.values() for event in told])


FOUR = {
    "a": described("a", (FLIP, 1.0), (TURN, 1.0), (CROP, 0.5)),
    "b": described("b", (FILL, 0.5), ("Turn the grid", 1.0), best=1),
    "c": described("c", (FILL, 1.0)),
    "d": described("d", (CROP, 0.5)),
}


def one(run: Original, arm: Any, most: int | None = None) -> Control:
    (found,) = controls(run, [arm], most)
    return found


def given(control: Control) -> dict[str, str]:
    return {task: told[0].bullets[0] for task, told in control.given.items()}


def test_an_empty_description_is_checked_and_followed_as_the_runs_own_were() -> None:
    control = one(original(FOUR, policy__confirm="always", checker__shown="none"), "empty")
    assert (control.name, control.row.of, control.row.of_id, control.row.arm) == ("r.empty", "r", "1", "empty")
    assert given(control) == dict.fromkeys("abcd", EMPTY.bullets[0])
    assert [(phase.births, phase.moves) for phase in control.config.policy.phases] == [(1, ("write",))]
    assert (control.config.policy.confirm, control.config.checker.shown) == ("always", "none")
    assert control.config.answers.samples == 2
    assert one(original(FOUR, answerer__temperature=0.0), "empty").config.answers.samples == 1


def test_a_shuffled_description_is_another_tasks_best_and_never_says_a_rule_that_fits() -> None:
    for seed in range(20):
        found = given(one(original(FOUR, seed=seed), "shuffled"))
        # b was answered by its second, which says what also fits a; c's fits it alone, and says what b's first said
        assert found["a"] in (FILL, CROP)
        assert found["b"] in (FLIP, FILL, CROP)
        assert found["c"] in (FLIP, "Turn the grid", CROP)
        assert found["d"] in (FLIP, "Turn the grid", FILL)
    drawn = [str(given(one(original(FOUR, seed=seed), "shuffled"))) for seed in range(10)]
    assert drawn == [str(given(one(original(FOUR, seed=seed), "shuffled"))) for seed in range(10)]
    assert len(set(drawn)) > 1


def test_a_task_that_shares_a_pair_is_no_other_task() -> None:
    control = one(original({"a": FOUR["a"], "a2": described("a2", (FILL, 1.0)), "d": FOUR["d"]}, pairs=(0, 0, 1)), "shuffled")
    assert given(control) | {"d": ""} == {"a": CROP, "a2": CROP, "d": ""}
    alone = original({"a": FOUR["a"], "a2": described("a2", (FILL, 1.0))}, pairs=(0, 0))
    with pytest.raises(UsageError, match="nothing to shuffle"):
        controls(alone, ["shuffled"])


def test_the_bare_model_is_each_that_writes_or_checks_as_its_role_calls_it() -> None:
    (control,) = controls(original(FOUR, generator__model="m/x", checker__model="m/x", checker__temperature=0.3), ["direct"])
    assert (control.name, control.row.model, control.config.policy.births) == ("r.direct", "m/x", 0)
    assert (control.config.answers.direct, control.given) == (2, {})
    mixed = controls(original(FOUR, generator__model="m/x,n/x", checker__model="o/y", generator__temperature=0.7), ["direct"])
    assert [one.name for one in mixed] == ["r.direct-x-1", "r.direct-x-2", "r.direct-y"]
    assert [one.config.answerer.model for one in mixed] == ["m/x", "n/x", "o/y"]
    assert [one.config.answerer.temperature for one in mixed] == [0.7, 0.7, None]


def test_only_what_the_run_has_answered_is_controlled_and_of_many_a_sample() -> None:
    run = original({**FOUR, "e": [], "f": []})
    every = [[task.id for task in control.selection.tasks] for control in controls(run, ["empty", "direct"])]
    assert every == [list("abcd")] * 3
    (few,) = {tuple(task.id for task in control.selection.tasks) for control in controls(run, ["empty", "direct"], 2)}
    assert len(few) == 2
    assert list(few) == sorted(few)
    with pytest.raises(UsageError, match="answered no task yet"):
        controls(original({"e": []}), ["empty"])
