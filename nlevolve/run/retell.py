"""What was asked and answered, told again: the run's own code asks once more, and the sample bank alone answers.

A log has the digest of each request, and the bank its reply; the words of the request are in neither, since a run's prompts
and events decide them. Whoever wants to see them has them made again, and the digest says whether they are the very same.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nlevolve.ask.prompts import PlaceError, Prompts
from nlevolve.ask.question import Asker
from nlevolve.config import RunConfig, validated
from nlevolve.errors import UsageError
from nlevolve.evolve.policy import Policy, stop_index
from nlevolve.evolve.population import Population, population
from nlevolve.llm.bank import Sample
from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.preflight import check_models
from nlevolve.llm.replay_bank import ReplayBank
from nlevolve.llm.request import Label, NoReply, NotBanked, Reply, Request
from nlevolve.llm.stack import Stack
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import AnswerFollowed, BirthPlanned, CallFinished, CandidateReviewed, Event, TaskStarted
from nlevolve.run.answering import Answering
from nlevolve.run.birth import bear
from nlevolve.run.context import Context
from nlevolve.run.controls import Brought
from nlevolve.run.examples import Library
from nlevolve.run.search import sample_of
from nlevolve.run.store import max_side
from nlevolve.run.trust import prompts_of
from nlevolve.sandbox.pool import sandboxes


@dataclass(frozen=True)
class Told:
    """One call of the log."""

    call: CallFinished
    request: Request | None
    """None where this program does not ask it so any more: its prompts or its settings are not as they were."""
    sample: Sample | None
    """What the bank has for it; None where it has nothing."""
    labels: Sequence[Label] = ()
    """Of everyone who asks it: a revision that has to leave its parents out asks what a first description asked."""


class _Memory:
    """Answers from the bank alone, and keeps what was asked."""

    def __init__(self, bank: ReplayBank | None) -> None:
        self.bank = bank
        self.asked: dict[str, list[Request]] = defaultdict(list)

    async def ask(self, request: Request, waits: Callable[[], None]) -> Reply:
        self.asked[request.key].append(request)
        sample = self.sample(request.key)
        if sample is None:
            raise NotBanked("the sample bank has no reply to it")
        return sample.reply.model_copy(update={"cached": True})

    def told(self, call: CallFinished) -> Told:
        requests = self.asked.get(call.request, [])
        labels = tuple(request.label for request in requests)
        return Told(call, requests[0] if requests else None, self.sample(call.request), labels)

    def sample(self, key: str) -> Sample | None:
        return self.bank.get(key) if self.bank and key else None


def retell(config: Mapping[str, Any], events: Sequence[Event], task: str, births: Collection[int] | None = None) -> list[Told]:
    """The calls of a task in the order in which they ended, all or those of some births. `config` is config.json's content.

    May be called inside a running event loop: it has its own.
    """
    own = [event for event in events if getattr(event, "task", None) == task]
    library = Library.of(Brought.of(config).examples)
    if any(isinstance(event, BirthPlanned) and event.birth.examples for event in own):
        library.recall(events)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _retell(config, own, births, library)).result()


def retell_all(config: Mapping[str, Any], events: Sequence[Event], most: int) -> dict[str, list[Told]]:
    """Task -> its calls; nothing where the run has made more than `most`, which would take long and fill a page of megabytes."""
    calls = [event for event in events if isinstance(event, CallFinished)]
    if len(calls) > most:
        return {}
    return {task: retell(config, events, task) for task in dict.fromkeys(call.task for call in calls)}


async def _retell(
    config: Mapping[str, Any], events: Sequence[Event], births: Collection[int] | None, library: Library
) -> list[Told]:
    calls = [e for e in events if isinstance(e, CallFinished) and (births is None or e.birth in births)]
    bank = _bank(config)
    memory = _Memory(bank)
    try:
        await _ask_again(config, events, births, memory, library)
        found = {call.request or str(n): call for n, call in enumerate(calls)}
        return [memory.told(call) for call in found.values()]
    finally:
        if bank is not None:
            await bank.close()


def _bank(config: Mapping[str, Any]) -> ReplayBank | None:
    try:
        return ReplayBank(Path(str(config.get("cache_dir", ""))), lambda text: None)
    except UsageError:
        return None


async def _ask_again(
    config: Mapping[str, Any], events: Sequence[Event], births: Collection[int] | None, memory: _Memory, library: Library
) -> None:
    """Have everything asked that these births, and the answers that rest on them, ask."""
    started = next((e for e in events if isinstance(e, TaskStarted)), None)
    if started is None or (context := _lab(config, memory)) is None:
        return
    async with sandboxes() as sandbox:
        await _told_again(replace(context, sandbox=sandbox, examples=library), started, events, births, config)


async def _told_again(
    context: Context, started: TaskStarted, events: Sequence[Event], births: Collection[int] | None, config: Mapping[str, Any]
) -> None:
    grown = population(events)
    task = Task(started.task, tuple(Pair(*pair) for pair in started.pairs), started.tests, max_side(config))
    planned = {e.birth.index: e.birth for e in events if isinstance(e, BirthPlanned)}
    for k, birth in sorted(planned.items()):
        if births is None or k in births:
            earlier = [one for j, one in planned.items() if j < k]
            await _quietly(bear(task, context, birth, grown.before(context.policy(task.id).sees(k)), sample_of(birth, earlier)))
    unreviewed = population(e for e in events if not isinstance(e, CandidateReviewed))
    followed = dict.fromkeys(e.birth for e in events if isinstance(e, AnswerFollowed))
    await _answer(Answering(task, context), unreviewed, followed)


async def _answer(answering: Answering, grown: Population, followed: Iterable[int]) -> None:
    """Have the answers asked for. `grown` is without what reviewers said, so that they are asked again."""
    for k in followed:
        # a search that waits for rules to agree follows more of them than the answers rest on
        if k in grown.members and grown.members[k].fitness.perfect:
            await _quietly(answering.settle(grown.members[k], answering.context))
    for told in _stages(grown, answering.context, answering.context.policy(answering.task.id)):
        await _quietly(answering.follow(told))
    await _quietly(answering.judge(grown))


def _stages(grown: Population, context: Context, policy: Policy) -> Iterator[Population]:
    """The populations that were followed on the test inputs, one after the other: that at which the search came to its goal, that
    at which the search for a second answer ended, and all that there is of a search that did not come so far."""
    second = context.config.answers.second
    stop = stop_index(grown, policy)
    if stop is not None:
        yield grown.before(stop + 1)
    if stop is not None and second:
        further = stop_index(grown, policy.model_copy(update={"stop_perfect": policy.stop_perfect + 1}))
        yield grown.before(1 + min(stop + second, policy.births if further is None else further))
    yield grown


async def _quietly(asking: Any) -> None:
    """What cannot be asked any more, since the bank lacks a reply or a prompt has changed, is not told."""
    try:
        await asking
    except (NoReply, PlaceError, UsageError, KeyError, ValueError):
        return


def _lab(config: Mapping[str, Any], memory: _Memory) -> Context | None:
    """The run's context with the bank for its models; None where the bank, the prompts or the settings are gone."""
    if memory.bank is None:
        return None
    try:
        settings = validated(config["settings"])
        prompts = Prompts(prompts_of(config))
        cards = _cards(settings, config)
    except (UsageError, KeyError):
        return None
    stack = Stack(memory.ask, memory.bank, cards, asyncio.Event(), {})
    return Context(
        Asker(stack, prompts, stack.reject, cards, stack.windows, draw=settings.repeat),
        settings,
        lambda event: None,
        telling=stack.telling,
        asked_early=stack,
        given=(brought := Brought.of(config)).given,
        warm=brought.seeds is not None,
    )


def _cards(settings: RunConfig, config: Mapping[str, Any]) -> dict[str, ModelCard]:
    shelf = Path(str(config["cache_dir"])) / "cards.json"
    return check_models(settings.every.values(), keyed=False, remember=shelf if shelf.is_file() else None)
