"""One sentence that says why a run came to little, where what became of its replies tells it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nlevolve.records import Role
from nlevolve.view.history import History, TaskHistory
from nlevolve.view.readings import Readings
from nlevolve.view.text import clean, percent

TELLING = 0.25
"""Share of a role's replies from which on it explains a result."""
MOSTLY = 0.5
"""The same of what may also be the description's fault: wrong sizes and notes."""
REPLIES = 2
"""Weight from which on it is the reply's own fault, whatever it followed."""
FEWEST = 4
"""Replies. Of fewer nothing can be said."""
LONGEST = 80
EMBEDDED = "offline/"
ANOTHER = "choose a larger model"
SETTINGS_OF = {
    **dict.fromkeys(("reviser", "recombiner"), "generator"),
    **dict.fromkeys(("answerer", "reviewer", "judge"), "checker"),
}
"""Whose settings a role has unless it has its own."""


def explanation(history: History) -> str | None:
    """What the most replies were lost to, and what to do about it; None where most were read and nothing else is plain.

    Replies that never came explain more than those that nobody could read, these more than grids of the wrong size, and these
    more than notes.
    """
    look, by_role = _look(history), history.readings.by_role
    found = [*_unanswered(history)]
    found += [one for (role, model), readings in by_role.items() for one in _faults(role, model, readings, look)]
    if _given(history):
        found = [one for one in found if one.weight >= REPLIES]
    return max(found).sentence if found else _fruitless(history)


class _Fault(NamedTuple):
    weight: int
    share: float
    sentence: str


def _given(history: History) -> bool:
    """Whether all descriptions were given and none was to be written, as in a control: words that say nothing, or belong to
    another task, are followed to wrong grids by the best."""
    tasks = [task for task in history.tasks.values() if task.started is not None and task.population.members]
    return bool(tasks) and all(_as_planned(task) for task in tasks)


def _as_planned(task: TaskHistory) -> bool:
    members = task.population.members.values()
    given = sum(one.birth.operator == "given" for one in members)
    return task.started is not None and given == len(members) >= task.started.births


def _unanswered(history: History) -> Iterator[_Fault]:
    """Models that did not answer, and why."""
    if history.sessions:
        run = history.started.run if history.started else "RUN"
        for share, sentence in history.trouble.sentences(run, history.sessions[-1][1], done=history.done):
            yield _Fault(3, share, sentence)


def _look(history: History) -> str:
    """The command that shows what was written: of the first task that was taken up."""
    run = history.started.run if history.started else "RUN"
    return f"nlevolve show {run} {next(iter(history.tasks), 'TASK')} --raw"


def _faults(role: Role, model: str, its: Readings, look: str) -> list[_Fault]:
    """What this role's replies show to be amiss."""
    followed = its.outcomes["read"] + its.outcomes["repaired"] + its.outcomes["untold"]
    told = [
        (2, TELLING, its.outcomes["cut"], its.replies, _cut(role, its, look)),
        (2, TELLING, its.outcomes["looping"], its.replies, f"only went round in circles: {ANOTHER}"),
        (2, TELLING, its.outcomes["refused"], its.replies, f"were declined or held back by a content filter: {ANOTHER}"),
        (2, TELLING, its.outcomes["unreadable"], its.replies, _unreadable(role, its, look)),
        (1, MOSTLY, its.wrong_size, followed, f"are grids of the wrong size: {_stronger(role)}"),
        (0, MOSTLY, its.notes, followed, _notes(model, its)),
    ]
    return [
        _Fault(weight, share, f"{percent(share, 0)} of the {role}'s replies {sentence}")
        for weight, least, count, of, sentence in told
        if of >= FEWEST and (share := min(1.0, count / of)) >= least
    ]


def _cut(role: Role, its: Readings, look: str) -> str:
    lengths = its.lengths.most_common(1)
    at = f" at {lengths[0][0]:,} tokens" if lengths and lengths[0][0] else ""
    settings = SETTINGS_OF.get(role, role)
    return f"were cut{at}: set {settings}.max_tokens to more, or, where they only go round in circles ({look}), {ANOTHER}"


def _unreadable(role: Role, its: Readings, look: str) -> str:
    reasons = its.reasons.most_common(1)
    mostly = f", mostly because {clean(reasons[0][0])[:LONGEST]}" if reasons else ""
    return f"could not be read{mostly}: see what it wrote ({look}), try another {SETTINGS_OF.get(role, role)}.form, or {ANOTHER}"


def _notes(model: str, its: Readings) -> str:
    said = its.said.most_common(1)
    such = f", such as: {clean(said[0][0])[:LONGEST]}" if said else ""
    name = " (it reads only the English that offline/generator writes)" if model.startswith(EMBEDDED) else ""
    return f"say what it could not follow{name}{such}"


def _stronger(role: Role) -> str:
    settings = SETTINGS_OF.get(role, role)
    return f"a stronger {settings}, or more thinking ({settings}.thinking=high), may count better"


def _fruitless(history: History) -> str | None:
    """Of a real generator whose replies were read, and which came to nothing: no description gets any training pair right."""
    best = [task.best for task in history.tasks.values() if task.best is not None]
    wrote = [its.replies for (role, model), its in history.readings.by_role.items() if _writes(role, model)]
    if not best or sum(wrote) < FEWEST or any(candidate.fitness.exact for candidate in best):
        return None
    return (
        "the replies could be read, but no description gets a single training pair right: a stronger model, "
        "more thinking (generator.thinking=high, checker.thinking=high), or easier tasks (arc1:training)"
    )


def _writes(role: Role, model: str) -> bool:
    return role == "generator" and not model.startswith(EMBEDDED)
