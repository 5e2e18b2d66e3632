"""Who reads a new description on the training pairs: its words, the program that is made of them, or both (`policy.read`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from nlevolve.evolve.pair_choice import telling_pair
from nlevolve.evolve.population import Population
from nlevolve.evolve.two_readers import beside, better
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Attempt, Description, Unreached
from nlevolve.run.coding import Coded, coded
from nlevolve.run.context import Context


@dataclass(frozen=True)
class Judgement:
    """One attempt a training pair, and whether another reading of a perfect one agreed (None: not asked for)."""

    attempts: tuple[Attempt, ...]
    confirmed: bool | None = None
    program: str = ""
    """What a coder made of the words; empty where there is none."""


@dataclass(frozen=True)
class Words:
    """How the checker reads a description: some of its pairs, or as many of some as are worth it, and what it made of them."""

    pairs: Callable[[Iterable[int]], Awaitable[dict[int, Attempt]]]
    worth: Callable[[Sequence[int]], Awaitable[dict[int, Attempt]]]
    promising: Callable[[tuple[Attempt, ...]], bool]
    """Whether a description that another reader read so is worth a checker's calls."""
    judged: Callable[[tuple[Attempt, ...]], Awaitable[Judgement]]
    """Asks the checker once more about a perfect description, where the settings say so."""


async def read(
    task: Task, context: Context, description: Description, seen: Population, words: Words, *, birth: int
) -> Judgement:
    """What a description is worth by whoever reads it in this run. Raises Halt."""
    everything = range(len(task.pairs))
    if context.coder is None:
        return await words.judged(_row(await words.worth(everything)))
    program = await coded(task, context, description, birth=birth)
    if context.config.policy.read == "code":
        return Judgement(program.attempts, program=program.program)
    wrong = [attempt.pair for attempt in program.attempts if not attempt.exact]
    if not wrong:
        return await _confirmed(task, program, seen, words)
    if program.reached and not words.promising(program.attempts):
        return Judgement(program.attempts, program=program.program)
    # without a coder the words are read as they are without one
    by_words = await words.worth(wrong if program.reached else everything)
    attempts = tuple(better(by_words[a.pair], a) if a.pair in by_words else a for a in program.attempts)
    judged = await words.judged(attempts)
    return Judgement(judged.attempts, judged.confirmed, program.program)


async def _confirmed(task: Task, program: Coded, seen: Population, words: Words) -> Judgement:
    """A program that is exact on all pairs says what the words can mean; one pair is read to see whether others read them so."""
    pair = telling_pair(seen, len(task.pairs))
    read_ = (await words.pairs([pair]))[pair]
    confirmed = None if isinstance(read_, Unreached) else read_.exact
    attempts = tuple(beside(a, read_) if a.pair == pair else a for a in program.attempts)
    return Judgement(attempts, confirmed, program.program)


def _row(done: dict[int, Attempt]) -> tuple[Attempt, ...]:
    return tuple(done[pair] for pair in sorted(done))
