"""A reviewer asked of a description that fits every pair: whatever comes of it is an event, and no reason to stop."""

from __future__ import annotations

from nlevolve.ask.reviewer import review
from nlevolve.evolve.population import Candidate
from nlevolve.llm.request import Unusable
from nlevolve.puzzle.tasks import Task
from nlevolve.records import CandidateReviewed, Review
from nlevolve.run.context import Context


def wants_review(candidate: Candidate, context: Context) -> bool:
    """Whether somebody is to be asked: once for each distinct description that is perfect, again where the provider failed."""
    asked = candidate.review is not None and candidate.review.missing != "unreached"
    return context.config.policy.review == "perfect" and candidate.fitness.perfect and not asked


async def reviewed(task: Task, context: Context, candidate: Candidate) -> CandidateReviewed:
    """What the reviewer says, as an event that everybody has been told. Raises Halt, except where its model is unusable."""
    try:
        said = await review(context.asker, context.settings("reviewer"), task, candidate.description, birth=candidate.index)
    except Unusable as stopped:
        # votes count without it
        said = Review(missing="unreached", why=str(stopped), failure=stopped.kind)
    event = CandidateReviewed(task=task.id, birth=candidate.index, review=said)
    context.emit(event)
    return event
