"""What reviewers and a judge said of a task, or did not: in words, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nlevolve.records import Review
from nlevolve.view.history import TaskHistory
from nlevolve.view.text import clean, plural


def opinions(task: TaskHistory, test: int) -> list[str]:
    """What reviewers doubt of the descriptions followed on a test input (from 0), and what a judge said or did not, in words."""
    births = sorted({one.birth for one in task.follows.values() if one.attempt.pair == test})
    reviews = {k: task.population.members[k].review for k in births if k in task.population.members}
    return [*(_review(k, one) for k, one in reviews.items() if one is not None and _matters(one)), *_choices(task, test)]


def _matters(review: Review) -> bool:
    return review.verdict != "accept"


def _review(birth: int, review: Review) -> str:
    if review.verdict is None:
        return f"birth {birth} was not reviewed: {review.missing}, {clean(review.why)}"
    said = f"stuck on test input {(review.test or 0) + 1}" if review.verdict == "stuck" else "doubt"
    return f"review of birth {birth}: {said}{f': {clean(review.why)}' if review.why else ''}"


def _choices(task: TaskHistory, test: int) -> Iterator[str]:
    told = [one.choice for (place, _), one in sorted(task.choices.items()) if place == test]
    for reason in dict.fromkeys(one.why for one in told if one.picks and one.why):
        yield f"the judge: {clean(reason)}"
    missing = Counter(f"{one.missing}, {clean(one.why)}" for one in told if one.missing)
    for why, often in missing.items():
        yield f"the judge said nothing {often} of {plural(len(told), 'time')}: {why}"
    if told and len(told) == sum(missing.values()):
        yield "votes alone decided"


def opinions_row(task: TaskHistory) -> dict[str, int]:
    """As results.json has them."""
    said = Counter(one.verdict or "unreviewed" for one in task.population.reviews.values())
    asked = {test for test, _ in task.choices}
    picked = {test for (test, _), event in task.choices.items() if event.choice.picks}
    counts = {name: said[name] for name in ("accept", "doubt", "stuck", "unreviewed")}
    return {**counts, "judged": len(picked), "unjudged": len(asked - picked)}
