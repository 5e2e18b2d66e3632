"""One birth carried out: a description is asked for, then checked on the training pairs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from nlevolve.ask.checker import check
from nlevolve.ask.generator import ROLE_OF, describe
from nlevolve.ask.programmer import Programmed, describe_and_code
from nlevolve.ask.question import Answered
from nlevolve.ask.replies import Unreadable, Written
from nlevolve.evolve.fitness import fitness
from nlevolve.evolve.pair_choice import (
    agreed,
    borderline,
    telling_pair,
    worth_asking_again,
    worth_checking,
    worth_describing_again,
)
from nlevolve.evolve.policy import pool
from nlevolve.evolve.population import Population
from nlevolve.evolve.two_readers import worth_reading_on
from nlevolve.llm.request import CallFailed, Filtered, NotBanked, Unusable
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Attempt, Birth, CandidateChecked, Description, Garbled, MoveFailed, Skipped
from nlevolve.run.context import Context, together
from nlevolve.run.early import Early
from nlevolve.run.reading import Judgement, Words, read, read_written


async def bear(task: Task, context: Context, birth: Birth, seen: Population, sample: int) -> CandidateChecked | MoveFailed:
    """What comes of a birth planned from `seen`; `sample` tells it from earlier births that asked the same. Raises Halt."""
    try:
        answered = await _described(task, context, birth, seen, sample)
    except Unreadable as problem:
        return MoveFailed(task=task.id, birth=birth, reason="garbled", why=str(problem), unseen=problem.unseen)
    except Unusable:
        context.unusable.add(birth.model)
        raise
    except Filtered as refusal:
        return MoveFailed(task=task.id, birth=birth, reason="refused", why=str(refusal))
    except CallFailed as failure:
        return MoveFailed(task=task.id, birth=birth, reason="unreached", why=str(failure), failure=failure.kind)
    twin = seen.same_text(answered.value.description, answered.value.program)
    if twin and context.config.policy.repeats == "again":
        answered = await _another(task, context, birth, seen, sample, answered)
        twin = seen.same_text(answered.value.description, answered.value.program)
    description = answered.value.description
    if twin:
        judged = Judgement(twin.attempts, program=twin.program, unsaid=twin.unsaid)
    else:
        judged = await _judged(task, context, birth, answered.value, seen)
    return CandidateChecked(
        task=task.id,
        birth=birth,
        description=description,
        attempts=judged.attempts,
        duplicate_of=twin.index if twin else None,
        confirmed=judged.confirmed,
        program=judged.program,
        unsaid=judged.unsaid,
        generator_usd=answered.dollars,
        unseen=answered.unseen,
    )


async def _another(
    task: Task, context: Context, birth: Birth, seen: Population, sample: int, first: Answered[Written]
) -> Answered[Written]:
    """Another sample of what a birth asks, the first where none comes. No other birth asks for it: theirs are numbered below."""
    try:
        second = await _described(task, context, birth, seen, sample + context.config.policy.births)
    except (Unreadable, CallFailed):
        return first
    dollars = None if first.dollars is None or second.dollars is None else first.dollars + second.dollars
    return Answered(second.value, dollars, second.unseen)


async def _described(task: Task, context: Context, birth: Birth, seen: Population, sample: int) -> Answered[Written]:
    """The birth's description. What nobody can read is asked for once more, unless the model is known to be unreadable."""
    if birth.operator == "given":
        return Answered(Written(context.given[task.id][birth.index]), 0.0)
    ask = partial(_asked, task, context, birth, seen, sample)
    try:
        return await ask(again=False)
    except Unreadable as problem:
        if not worth_describing_again(birth.model, seen):
            raise
        try:
            return await ask(again=True)
        except NotBanked:
            # a run from before first births were asked once more is told again as it was
            raise problem from None


async def _asked(task: Task, context: Context, birth: Birth, seen: Population, sample: int, *, again: bool) -> Answered[Written]:
    """One reply to what a birth asks: bullets, or with them their program."""
    asker, tokens = context.asker, context.config.policy.parent_tokens
    settings = context.settings(ROLE_OF[birth.operator], birth.model, birth.phase)
    members = [seen.members[p] for p in birth.parents]
    if context.config.policy.writes == "programs":
        programmed = [Programmed(one.description, one.attempts, one.program) for one in members]
        return await describe_and_code(asker, settings, task, birth, programmed, sample=sample, tokens=tokens, again=again)
    parents = [(one.description, one.attempts) for one in members]
    beside: dict[str, Any] = {"doubt": members[0].doubt if members else "", "examples": context.examples.shown(birth)}
    said = await describe(asker, settings, task, birth, parents, sample=sample, tokens=tokens, again=again, **beside)
    return Answered(Written(said.value), said.dollars, said.unseen)


async def _judged(task: Task, context: Context, birth: Birth, written: Written, seen: Population) -> Judgement:
    checking = _Checking(task, context, birth, written.description, seen)
    words = Words(checking.check, checking.worth, checking.judged)
    if context.config.policy.writes == "programs":
        return await read_written(task, context, written.program, words)
    return await read(task, context, written.description, seen, words, birth=birth.index)


@dataclass(frozen=True)
class _Checking:
    """The checks of one new description."""

    task: Task
    context: Context
    birth: Birth
    description: Description
    seen: Population

    async def judged(self, attempts: tuple[Attempt, ...]) -> Judgement:
        """What the attempts come to, when what the checker read of a perfect description is asked for once more."""
        attempts = await self._looked_at_again(attempts)
        if not self._perfect(attempts) or not self._confirms():
            return Judgement(attempts)
        again = await self.check([attempt.pair for attempt in attempts if attempt.by == "checker"], sample=1)
        second = tuple(again.get(a.pair, a).model_copy(update={"other": a.other}) for a in attempts)
        confirmed = self._perfect(second)
        # a rule that is followed right only sometimes is worth its worse reading
        return Judgement(attempts if confirmed else second, confirmed)

    async def _looked_at_again(self, attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
        """With another reading of the one pair that is wrong, if it came twice: a slip is no fault of the words."""
        pair = borderline(attempts)
        if pair is None or attempts[pair].by == "coder" or not self.context.settings("checker").varies:
            return attempts
        readings = [attempts[pair]]
        for sample in range(1, self.context.config.policy.borderline):
            readings += (await self.check([pair], sample)).values()
            if again := agreed(readings):
                return tuple(again if one.pair == pair else one for one in attempts)
        return attempts

    def _perfect(self, attempts: tuple[Attempt, ...]) -> bool:
        return fitness(attempts, self.description.words).perfect

    def _confirms(self) -> bool:
        confirm = self.context.config.policy.confirm
        return confirm == "always" or (confirm == "auto" and self.context.settings("checker").varies)

    async def worth(self, pairs: Sequence[int]) -> dict[int, Attempt]:
        """One attempt at each of these training pairs, the most telling pair first where the policy says so."""
        if len(pairs) == 1 or not self._in_two_steps:
            return await self.check(pairs)
        first = telling_pair(self.seen, len(self.task.pairs), pairs)
        async with Early(self.context, self.context.config.policy.ahead == "free") as early:
            for i in pairs:
                if i != first:
                    early.ask(i, partial(self._question, i))
            done = await self.check([first])
            if not self._goes_on(done[first]):
                return {i: done.get(i, Skipped(pair=i)) for i in pairs}
            return done | await self.check([i for i in pairs if i != first], early=early)

    @property
    def _in_two_steps(self) -> bool:
        policy = self.context.config.policy
        return policy.read == "both" or (policy.check == "telling" and bool(self.seen.members))

    def _goes_on(self, first: Attempt) -> bool:
        policy = self.context.config.policy
        rivals = pool(self.seen, policy)
        if policy.read == "both":
            return worth_reading_on(first, rivals, self.birth.index)
        return worth_checking(first, first.pair, rivals)

    async def check(self, pairs: Iterable[int], sample: int = 0, early: Early | None = None) -> dict[int, Attempt]:
        """Attempts at these pairs; those that nobody could read by bad luck once more."""
        done = await self._ask(pairs, sample, early=early)
        garbled = [i for i, attempt in done.items() if isinstance(attempt, Garbled)]
        unlucky = [i for i in garbled if worth_asking_again(i, done.values(), self.seen)]
        return done | await self._ask(unlucky, sample, again=True)

    async def _ask(
        self, pairs: Iterable[int], sample: int, *, again: bool = False, early: Early | None = None
    ) -> dict[int, Attempt]:
        asked = {i: self._question(i, self.context, sample, again, early) for i in pairs}
        return dict(zip(asked, await together(asked.values()), strict=True))

    async def _question(
        self, pair: int, context: Context, sample: int = 0, again: bool = False, early: Early | None = None
    ) -> Attempt:
        if early:
            early.due(pair)
        settings, k = context.settings("checker"), self.birth.index
        return await check(context.asker, settings, self.task, pair, self.description, birth=k, sample=sample, again=again)
