"""One task of a run, in the terminal."""

import io

import pytest
from rich.console import Console

from nlevolve.errors import UsageError
from nlevolve.evolve.population import population
from nlevolve.records import CandidateChecked, Event, Followed, Refused, RunStarted, TaskAnswered
from nlevolve.view.grading import Solution
from nlevolve.view.terminal.palette import STANDARD
from nlevolve.view.terminal.show import overview, show
from tests.view.fake_run import FakeRun

EVENTS = FakeRun(births=40, failing=(2,)).events()


def page(
    task: str, *, events: list[Event] = EVENTS, solutions: dict[str, Solution] | None = None, birth: int | None = None
) -> str:
    console = Console(file=(stream := io.StringIO()), width=100)
    console.print(show(events, task, console, STANDARD, solutions=solutions or {}, birth=birth))
    return stream.getvalue()


def answered(stopped: str) -> TaskAnswered:
    return next(e for e in EVENTS if isinstance(e, TaskAnswered) and e.stopped == stopped)


def candidates(task: str) -> list[CandidateChecked]:
    return [e for e in EVENTS if isinstance(e, CandidateChecked) and e.task == task]


def test_everything_about_a_task_is_there() -> None:
    task = answered("exhausted").task
    told = page(task)
    for place, candidate in enumerate(population(candidates(task)).ranked(), 1):
        mark = "▸" if place == 1 else " "
        assert f"\n{mark}{place:>2} {candidate.index:>4}  {candidate.birth.operator}" in told
    assert "lineage" in told
    assert "answer 1" in told
    assert "the solutions are not known" in told
    assert "more: press p" not in told


def test_the_best_description_is_whole_and_its_pairs_all_drawn() -> None:
    task = answered("exhausted")
    best = next(c for c in candidates(task.task) if c.birth.index == task.best)
    words = " ".join(page(task.task).split())
    for bullet in best.description.bullets:
        assert bullet.split()[-1] in words
    assert words.count("pair ") >= len(best.attempts)


def test_another_candidate_can_be_looked_at() -> None:
    task = answered("exhausted").task
    other = candidates(task)[0].birth.index
    assert f"── birth {other} " in page(task, birth=other)
    with pytest.raises(UsageError, match=r"has no candidate of birth 99; it has 0, "):
        page(task, birth=99)


def test_answers_are_graded_where_the_solution_is_known() -> None:
    event = answered("perfect")
    right = event.answers[0].attempt_1
    assert right is not None
    assert "1 of 1 test input right" in page(event.task, solutions={event.task: (right,)})
    assert "0 of 1 test input right" in page(event.task, solutions={event.task: (((7,),),)})


def test_a_task_that_failed_or_was_never_reached_can_be_looked_at() -> None:
    failed = answered("failed").task
    assert "the provider is down (503)" in page(failed)
    assert "not answered yet" in page(failed, events=EVENTS[:1])


def test_an_unknown_task_names_the_nearest() -> None:
    task = answered("perfect").task
    with pytest.raises(UsageError, match=f"nearest: .*{task}"):
        page(task[:-1])


def test_without_a_task_all_of_them_are_listed() -> None:
    console = Console(file=(stream := io.StringIO()), width=80)
    console.print(overview(EVENTS, console, STANDARD))
    told = stream.getvalue().splitlines()
    started = next(e for e in EVENTS if isinstance(e, RunStarted))
    assert [line.split()[0] for line in told[1:]] == list(started.tasks)
    assert sum("failed" in line for line in told) == 1
    with pytest.raises(UsageError, match="no tasks yet"):
        overview([], console, STANDARD)


def test_what_the_checker_noted_is_shown_and_why_a_pair_has_no_grid() -> None:
    first = candidates(answered("exhausted").task)[0]
    followed = next(a for a in first.attempts if isinstance(a, Followed)).model_copy(update={"note": "bullet 2: not understood"})
    attempts = (followed, Refused(pair=1, why="content_filter"), *first.attempts[2:])
    events = [e.model_copy(update={"attempts": attempts}) if e is first else e for e in EVENTS]
    told = page(first.task, events=events, birth=first.birth.index)
    assert " pair 1  bullet 2: not understood" in told
    assert " pair 2  refused: content_filter" in told
