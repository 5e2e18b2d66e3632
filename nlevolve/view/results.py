"""results.json and submission.json: what other programs read of a run (INTERFACE: "A run's folder")."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Stopped, Usage
from nlevolve.view.account import Account
from nlevolve.view.examples import Written, examples_row, written
from nlevolve.view.explanation import explanation
from nlevolve.view.grading import Grade, Solution, grades
from nlevolve.view.history import History, TaskHistory
from nlevolve.view.looks import added_looks, look_rows
from nlevolve.view.lost import loss_rows
from nlevolve.view.opinions import opinions_row
from nlevolve.view.programs import added, tally
from nlevolve.view.readings import readings_row
from nlevolve.view.text import percent
from nlevolve.view.votes import by_guesses

SCHEMA = 1
# Kaggle takes no null; this is what its sample submission holds, and no public task has it as an output
PLACEHOLDER: Grid = ((0, 0), (0, 0))


def results(
    history: History, tasks: Sequence[Task], solutions: Mapping[str, Solution], public: Collection[str] = ()
) -> dict[str, Any]:
    """The content of results.json. `tasks` are those selected, in order: every denominator counts them all, save those of the
    scores over what was attempted.

    `solutions` are what `grading.open_solutions` gave, `public` what `puzzle.public` did. Scores and `solved` are null where
    solutions are unknown: of a task, of its own; of the run, of any task.
    """
    graded = grade_all(history, tasks, solutions)
    rows = {
        task.id: {
            **_task_row(history.task(task.id), task, graded.get(task.id), history, solutions.get(task.id)),
            "public": task.id in public,
        }
        for task in tasks
    }
    return {
        "schema": SCHEMA,
        "run": history.started.run if history.started else "",
        "finished": history.done,
        "models": dict(history.models),
        "totals": {
            "tasks": len(tasks),
            "test_inputs": sum(len(task.tests) for task in tasks),
            **_scores([graded.get(task.id) for task in tasks]),
            **_scores_attempted(rows, graded),
            "public_tasks": sum(row["public"] for row in rows.values()),
            "candidates": sum(row["candidates"] for row in rows.values()),
            "programs": added(row["programs"] for row in rows.values()),
            "examples": examples_row(one for task in tasks for one in _written(history, task, rows[task.id])),
            "looks": added_looks(row["looks"] for row in rows.values()),
            **account_row(history.account, history.owed()),
            "replies": readings_row(history.readings.total),
            "losses": loss_rows(loss for task in tasks for loss in history.task(task.id).losses),
            "bought_before": account_row(history.bought),
            "seconds": round(history.seconds, 3),
        },
        "by_role": [
            {
                "role": role,
                "model": model,
                **account_row(account, history.owed(role=(role, model))),
                "replies": readings_row(history.readings.by_role.get((role, model))),
            }
            for (role, model), account in sorted(history.by_role.items())
        ],
        "damage": {"lines": history.damage.lines, "why": history.damage.words} if history.damage else None,
        "explanation": explanation(history) if _lacking(rows.values()) else None,
        "tasks": rows,
    }


def _written(history: History, task: Task, row: Mapping[str, Any]) -> list[Written]:
    solved_by = row["best"]["birth"] if row["solved"] and row["best"] else None
    return written(history.task(task.id).population, task.copy_accuracy, solved_by)


def _lacking(rows: Iterable[Mapping[str, Any]]) -> bool:
    return not all(won(row, row["solved"] is not None) for row in rows)


def exact_on_training(row: Mapping[str, Any]) -> bool:
    """Whether the best description of a task of results.json is exact on every training pair."""
    return bool(row["train"]["exact"] == row["train"]["pairs"] > 0)


def won(row: Mapping[str, Any], graded: bool) -> bool:
    """Whether a task of results.json is solved; where solutions are not known, whether it is exact on the training pairs."""
    return bool(row["solved"]) if graded else exact_on_training(row)


def attempted(row: Mapping[str, Any]) -> bool:
    """Whether a task of results.json was reached, and not lost to a failure: one that a cap or its user cut short counts from its
    first candidate on."""
    return row["stopped"] in ("perfect", "exhausted") or (row["stopped"] != "failed" and row["candidates"] > 0)


def both_means(totals: Mapping[str, Any]) -> str:
    """The score over what was attempted, for beside the one over all; empty where that is the same, or there is none."""
    share = totals.get("score_tasks_attempted")
    if share is None or totals["attempted"] == totals["tasks"]:
        return ""
    return f"{percent(share)} of the {totals['attempted']:,} attempted"


def set_label(public: int, tasks: int) -> str:
    """What figures on these tasks are labelled; empty where none of them is public."""
    if not public:
        return ""
    return "public set" if public == tasks else f"{public:,} of them public set"


def submission(history: History, tasks: Sequence[Task]) -> dict[str, Any]:
    """The content of submission.json: every task selected, one entry a test input.

    A missing second answer repeats the first; where there is none at all stands PLACEHOLDER.
    """
    return {task.id: [_entry(history.task(task.id), place) for place in range(len(task.tests))] for task in tasks}


def grade_all(history: History, tasks: Sequence[Task], solutions: Mapping[str, Solution]) -> dict[str, Grade]:
    """Task -> Grade, for the tasks whose solutions are known."""
    answered = {task.id: history.task(task.id).answered for task in tasks}
    return grades({name: event.answers if event else None for name, event in answered.items()}, solutions)


def account_row(account: Account, owed: Account | None = None) -> dict[str, Any]:
    """An account as JSON, with what may be owed for tries that nobody has heard of. Costs are rounded to a ten-thousandth of a
    cent."""
    owed = owed or Account()
    return {
        "calls": {"provider": account.provider, "cache": account.cache, "failed": account.failed},
        "tokens": _tokens(account.usage),
        "cost_usd": round(account.cost_usd, 6),
        "cost_unknown_calls": account.unknown + owed.unknown,
        "cost_unknown_usd": round(account.unknown_usd + owed.unknown_usd, 6),
        "estimated_calls": account.estimated,
        "reply_seconds": round(sum(account.latencies), 3),
    }


def _tokens(usage: Usage) -> dict[str, int]:
    return {
        "prompt": usage.prompt,
        "prompt_cached": usage.prompt_cached,
        "completion": usage.completion,
        "reasoning": usage.reasoning,
    }


def _scores(graded: Sequence[Grade | None]) -> dict[str, Any]:
    known = [grade for grade in graded if grade is not None]
    if not known or len(known) < len(graded):
        return dict.fromkeys(
            ("solved", "test_inputs_solved", "test_inputs_covered", "score_tasks", "score_inputs", "score_covered")
        )
    solved = sum(grade.solved for grade in known)
    return {
        "solved": solved,
        "test_inputs_solved": sum(sum(grade.right) for grade in known),
        "test_inputs_covered": sum(sum(grade.covered) for grade in known),
        "score_tasks": round(solved / len(known), 6),
        "score_inputs": round(sum(grade.share for grade in known) / len(known), 6),
        "score_covered": round(sum(all(grade.covered) for grade in known) / len(known), 6),
    }


def _scores_attempted(rows: Mapping[str, Any], graded: Mapping[str, Grade]) -> dict[str, Any]:
    """The mean over tasks that were attempted: above the one over all, failures and caps cost the difference."""
    reached = [name for name, row in rows.items() if attempted(row)]
    known = [graded[name] for name in reached if len(graded) == len(rows)]
    return {
        "attempted": len(reached),
        "score_tasks_attempted": round(sum(grade.solved for grade in known) / len(known), 6) if known else None,
        "score_inputs_attempted": round(sum(grade.share for grade in known) / len(known), 6) if known else None,
    }


def _task_row(seen: TaskHistory, task: Task, grade: Grade | None, history: History, solution: Solution | None) -> dict[str, Any]:
    best, answered = seen.best, seen.answered
    fit = best.fitness if best else None
    return {
        "solved": grade.solved if grade else None,
        "inputs_solved": list(grade.right) if grade else None,
        "inputs_covered": list(grade.covered) if grade else None,
        "inputs_cell_accuracy": [round(share, 6) for share in grade.cells] if grade else None,
        "inputs_by_guess": [by_guesses(seen, test, solution) for test in range(len(solution))] if grade and solution else None,
        "train": {
            "exact": fit.exact if fit else 0,
            "pairs": len(task.pairs),
            "cell_accuracy": round(fit.cells, 6) if fit else 0.0,
            "copy_accuracy": round(task.copy_accuracy, 6),
        },
        "description": list(best.description.bullets) if best else None,
        "best": {"birth": best.birth.index, "operator": best.birth.operator, "model": best.birth.model} if best else None,
        "program": (best.program or None) if best else None,
        "candidates": len(seen.population.members),
        "programs": tally(seen.population.members.values()),
        "looks": look_rows(seen.population, best, task.copy_accuracy),
        "opinions": opinions_row(seen),
        **account_row(seen.account, history.owed(task=seen.id)),
        "replies": readings_row(history.readings.by_task.get(seen.id)),
        "losses": loss_rows(seen.losses),
        "bought_before": account_row(seen.bought),
        "seconds": round(answered.seconds, 3) if answered else 0.0,
        "stopped": answered.stopped if answered else _why_unanswered(history),
        "unfinished": answered.unfinished if answered else False,
        "agreed": list(answered.agreed) if answered else [],
        "error": (answered.error or None) if answered else None,
    }


def _why_unanswered(history: History) -> Stopped:
    reason = history.finished.reason if history.finished else "interrupted"
    return "interrupted" if reason == "done" else reason


def _entry(seen: TaskHistory, place: int) -> dict[str, list[list[int]]]:
    answers = seen.answered.answers if seen.answered else ()
    answer = answers[place] if place < len(answers) else None
    first = (answer.attempt_1 or answer.attempt_2) if answer else None
    second = (answer.attempt_2 or answer.attempt_1) if answer else None
    return {"attempt_1": _rows(first or PLACEHOLDER), "attempt_2": _rows(second or PLACEHOLDER)}


def _rows(of: Grid) -> list[list[int]]:
    return [list(row) for row in of]
