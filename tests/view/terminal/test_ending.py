"""The last words of a run."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

import pytest

from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import Answer, Event, Loss, RunFinished, RunStarted, ServerAway, ServerBack, TaskAnswered, TaskStarted
from nlevolve.run.losses import added, sentence
from nlevolve.view.results import results
from nlevolve.view.terminal.ending import closing
from nlevolve.view.terminal.sentences import of_answer
from nlevolve.view.terminal.summary import Summary
from tests.view.fake_run import FakeRun


def last_words(
    events: list[Event],
    *,
    solved: int | None,
    run: str = "demo",
    width: int | None = None,
    public: Collection[str] = (),
    elsewhere: Sequence[str] = (),
) -> str:
    """`solved` of the tasks get a solution that the fake answers meet; None: no solution is known."""
    summary = Summary()
    for event in events:
        summary.see(event)
    started = [e for e in events if isinstance(e, TaskStarted)]
    tasks = [Task(e.task, tuple(Pair(*pair) for pair in e.pairs), e.tests) for e in started]
    outputs = {t.id: (t.pairs[0].output if place < (solved or 0) else ((7,),),) for place, t in enumerate(tasks)}
    found: dict[str, Any] = results(summary.history, tasks, {} if solved is None else outputs, public)
    return closing(summary, found, run, width=width, elsewhere=elsewhere).plain


def test_it_says_what_was_solved_what_it_cost_and_what_to_type() -> None:
    told = last_words(FakeRun().events(), solved=4)
    assert "4 of 6 tasks solved (66.7%; 4 of 6 test inputs)" in told
    assert "a description fits all training pairs of 5 of 6 tasks" in told
    assert "a solved task" in told
    assert "not solved: " in told
    for command in ("show demo ", "report demo", "compare demo OTHER", "watch demo --speed 20"):
        assert f"nlevolve {command}" in told
    assert "resume" not in told


def test_a_task_that_failed_gives_two_means_and_published_tasks_a_label() -> None:
    fake = FakeRun(failing=(5,))
    told = last_words(fake.events(), solved=4, public=fake.names)
    assert "4 of 6 tasks solved (66.7%; 80.0% of the 5 attempted; 4 of 6 test inputs; public set)" in told


def test_without_solutions_nothing_is_claimed() -> None:
    told = last_words(FakeRun().events(), solved=None)
    assert "the solutions of the tests are not known" in told
    assert "tasks solved" not in told


def test_what_a_cap_left_is_what_no_description_answers() -> None:
    """Three tasks that it stopped: one was answered by a description that fits, one with the best there was, one not at all."""
    answer = Answer(attempt_1=((1,),), attempt_2=None)
    events: list[Event] = []
    ends = {0: ((answer,), False), 1: ((answer,), True), 4: ((), True)}
    for event in FakeRun().events()[:-1]:
        place = FakeRun().names.index(event.task) if isinstance(event, TaskAnswered) else None
        if place in ends and isinstance(event, TaskAnswered):
            answers, unfinished = ends[place]
            event = event.model_copy(update={"answers": answers, "stopped": "budget", "unfinished": unfinished})
        events.append(event)
    events.append(RunFinished(at=events[-1].at, reason="budget", exit_code=3, why="the budget of $1 is spent"))
    summary = Summary()
    lines = [moment.text.partition(":")[0] for e in events if (moment := summary.see(e)) and isinstance(e, TaskAnswered)]
    fits = [summary.phase(summary.history.task(FakeRun().names[place])) for place in ends]
    assert fits == ["perfect", "stopped", "stopped"]
    assert sorted(line for line in lines if "budget" in line) == ["out of budget, answered"] * 2 + ["out of budget, not answered"]
    assert "not finished, 2 tasks left (1 of them answered with the best there was): the budget" in last_words(events, solved=0)
    fitting = [
        e.model_copy(update={"unfinished": True}) if isinstance(e, TaskAnswered) and e.task == FakeRun().names[0] else e
        for e in events
    ]
    assert ", 1 task answered by a rule that fits before the search was over: the" in last_words(fitting, solved=0)


@pytest.mark.parametrize(
    ("why", "then"),
    [
        ("the cap of 9 calls is reached", "go on, given a larger --"),
        ("at the hub: the cap of 9 calls is reached", "go on, once its hub is started again with a larger cap"),
    ],
)
def test_what_stopped_at_a_cap_goes_on_with_a_larger_one_its_own_or_its_hubs(why: str, then: str) -> None:
    events = FakeRun(failing=(0,)).events()[:-1]
    assert then in last_words([*events, RunFinished(at=events[-1].at, reason="budget", exit_code=3, why=why)], solved=0)


def test_a_cluster_that_solved_its_tasks_is_typed_again_to_resume_it() -> None:
    assert "nlevolve resume demo --cluster local " in last_words(cut_short(), solved=3, elsewhere=("--cluster", "local"))


def cut_short() -> list[Event]:
    events = FakeRun(failing=(0,)).events()[:-1]
    return [*events, RunFinished(at=events[-1].at, reason="budget", exit_code=3, why="the budget of $1 is spent")]


def test_a_run_cut_short_can_be_resumed() -> None:
    told = last_words(cut_short(), solved=3)
    assert "not finished: the budget of $1 is spent" in told
    assert "nlevolve resume demo" in told
    assert "1 task failed: " in told
    assert "the provider is down (503)" in told


def test_on_a_narrow_terminal_words_are_folded_with_an_indent_and_commands_never() -> None:
    events = FakeRun(failing=(0,)).events()[:-1]
    why = "replies did not come: 16 × no reply came in time (after 120 s): set ROLE.timeout to more, or let it think less"
    events.append(RunFinished(at=events[-1].at, reason="failed", exit_code=4, why=why))
    lines = last_words(events, solved=3, run="runs of mine/a name that is rather long for a terminal", width=60).split("\n")
    typed = [line for line in lines if "nlevolve " in line]
    assert len(typed) == 5
    assert all("'runs of mine/a name that is rather long for a terminal'" in line for line in typed)
    assert max(len(line) for line in lines if line not in typed) <= 60
    told = next(place for place, line in enumerate(lines) if "not finished" in line)
    assert [line[:4] for line in lines[told : told + 3]] == ["   n", "   i", "   i"]


def test_what_the_whole_run_failed_of_is_said_once() -> None:
    events = FakeRun(failing=(0,)).events()[:-1]
    (why,) = {e.error for e in events if isinstance(e, TaskAnswered) and e.error}
    events.append(RunFinished(at=events[-1].at, reason="failed", exit_code=4, why=why))
    assert last_words(events, solved=3).count(why) == 1


def test_a_server_that_nobody_was_at_to_the_end_is_named_with_what_to_do() -> None:
    begun, *others, _ = FakeRun(failing=(0,)).events()
    where = {"model": "hosted_vllm/some", "address": "http://127.0.0.1:9"}
    away = ServerAway(at=others[-1].at, why="refused", patience=900.0, **where)
    late = away.at + timedelta(seconds=90)
    ended = RunFinished(at=late, reason="interrupted", exit_code=130, why="interrupted; what was in flight is kept")
    told = (
        "nothing answered at http://127.0.0.1:9 for 1:30, where hosted_vllm/some should be: start it, then nlevolve resume demo"
    )
    assert told in last_words([begun, *others, away, ended], solved=0)
    back = ServerBack(at=late, seconds=90.0, **where)
    assert "nothing answered" not in last_words([begun, *others, away, back, ended], solved=0)


def test_what_the_cache_lacks_is_counted_a_task_and_told_once() -> None:
    """Each task lacks another request: which one, and what to do, stands once in the last words."""
    names, first = FakeRun().names[:2], FakeRun().events()
    lost = [Loss(failure="not_banked", count=16, why=f"task {name}, the write of birth 0") for name in names]
    ends = [
        TaskAnswered(at=first[9].at, task=name, answers=(), stopped="failed", best=None, losses=(one,), error=sentence([one]))
        for name, one in zip(names, lost, strict=True)
    ]
    told = [moment.text for end in ends if (moment := of_answer(end, None, 0, 0.0))]
    assert [text.partition(" (")[0] for text in told] == ["failed: 16 not in the cache"] * 2
    begun = [e for e in first if isinstance(e, RunStarted) or (isinstance(e, TaskStarted) and e.task in names)]
    finished = RunFinished(at=first[9].at, reason="failed", exit_code=4, why=sentence(added(lost)))
    assert last_words([*begun, *ends, finished], solved=None).count("--replay sends nothing") == 1
