"""Who reads a new description on the training pairs: its words, the program that is made of them, or both (`policy.read`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from nlevolve.evolve.population import Population
from nlevolve.evolve.two_readers import asks_coder, beside, better, reads_next
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Attempt, Description, Unreached
from nlevolve.run.coding import Coded, coded, run_on_pairs
from nlevolve.run.context import Context


@dataclass(frozen=True)
class Judgement:
    """One attempt a training pair, and whether another reading of a perfect one agreed (None: not asked for)."""

    attempts: tuple[Attempt, ...]
    confirmed: bool | None = None
    program: str = ""
    """What a coder made of the words; empty where there is none."""
    unsaid: str = ""
    """What the coder says that no program can do."""


@dataclass(frozen=True)
class Words:
    """How the checker reads a description: some of its pairs, or as many of some as are worth it, and what it made of them."""

    pairs: Callable[[Iterable[int]], Awaitable[dict[int, Attempt]]]
    worth: Callable[[Sequence[int]], Awaitable[dict[int, Attempt]]]
    judged: Callable[[tuple[Attempt, ...]], Awaitable[Judgement]]
    """Asks the checker once more about a perfect description, where the settings say so."""


async def read(
    task: Task, context: Context, description: Description, seen: Population, words: Words, *, birth: int
) -> Judgement:
    """What a description is worth by whoever reads it in this run. Raises Halt."""
    reader = context.config.policy.read
    if context.coder is None or (reader == "both" and not asks_coder(description, seen)):
        return await words.judged(_row(await words.worth(range(len(task.pairs)))))
    program = await coded(task, context, description, birth=birth)
    if reader == "code":
        return Judgement(program.attempts, program=program.program, unsaid=program.unsaid)
    judged = await _by_both(program, seen, words, birth)
    return replace(judged, program=program.program, unsaid=program.unsaid)


async def read_written(task: Task, context: Context, program: str, words: Words) -> Judgement:
    """What a description is worth that brought its program; one that is given has none, and its words are read. Raises Halt."""
    if not program:
        return await words.judged(_row(await words.worth(range(len(task.pairs)))))
    return Judgement(await run_on_pairs(task, context, program), program=program)


async def _by_both(program: Coded, seen: Population, words: Words, birth: int) -> Judgement:
    """The program first, and the checker where that buys something; without a program the words are read as without a coder."""
    if not program.program:
        said = await words.worth(range(len(program.attempts)))
        return await words.judged(tuple(better(said[a.pair], a) for a in program.attempts))
    exact = all(attempt.exact for attempt in program.attempts)
    said = {}
    while pairs := reads_next(program.attempts, said, seen, birth):
        said |= await words.pairs(pairs)
    if exact:
        return _confirmed(program, said)
    return await words.judged(tuple(better(said[a.pair], a) if a.pair in said else a for a in program.attempts))


def _confirmed(program: Coded, said: dict[int, Attempt]) -> Judgement:
    """A program that is exact on all pairs says what the words can mean; what was read shows whether others read them so."""
    unknown = any(isinstance(reading, Unreached) for reading in said.values())
    confirmed = None if unknown else all(reading.exact for reading in said.values())
    return Judgement(tuple(beside(a, said[a.pair]) if a.pair in said else a for a in program.attempts), confirmed)


def _row(done: dict[int, Attempt]) -> tuple[Attempt, ...]:
    return tuple(done[pair] for pair in sorted(done))
