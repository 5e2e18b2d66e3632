"""One run from its settings to its last event: folder, log, models, tasks. Views subscribe; none of them is known here."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, closing, nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.ask.question import Asker
from nlevolve.ask.rehearsal import rehearse
from nlevolve.config import RunConfig, digest, require_coder
from nlevolve.evolve.parents import Parents, strategy
from nlevolve.llm.bank import Notice
from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.ledger import Caps
from nlevolve.llm.means import Means
from nlevolve.llm.owed import spent
from nlevolve.llm.pausing import Pause
from nlevolve.llm.request import LLM
from nlevolve.llm.sight import Sight
from nlevolve.llm.stack import OpenStack
from nlevolve.options import Limits, Options
from nlevolve.puzzle.selection import Selection
from nlevolve.records import CallFinished, Event, Noticed, RunFinished, RunStarted, TaskAnswered
from nlevolve.run import examples, store
from nlevolve.run.asking import asked, cards_of, roles_asked
from nlevolve.run.batch import solve_all
from nlevolve.run.context import Context, Emit
from nlevolve.run.controls import Brought
from nlevolve.run.idle import idle
from nlevolve.run.notices import notices
from nlevolve.run.origin import Origin
from nlevolve.run.outcome import finished as ended
from nlevolve.run.pinging import Unfit, ping_models
from nlevolve.run.recorded import (
    by_task,
    check_views,
    deciding,
    endpoints_of,
    made_with,
    require_endpoints,
    require_same,
    sealed,
)
from nlevolve.run.retold import Retold
from nlevolve.run.seeds import seeded
from nlevolve.run.sharing import check_hub, check_place, confirmed, departed, means_of
from nlevolve.run.steering import Steering
from nlevolve.run.trust import NOTHING, Chosen, Named, chosen_by
from nlevolve.run.unread import Unread
from nlevolve.sandbox.pool import sandboxes


class Solves(Protocol):  # in the place of this process; raises Unfit when nobody is left
    @property
    def means(self) -> Means: ...
    def cap(self, usd: float) -> None: ...
    async def solve_all(self, context: Context, known: Mapping[str, Sequence[Event]], pause: Pause) -> None: ...


class Elsewhere(Protocol):
    @property
    def flags(self) -> Sequence[str]: ...
    def opened(self, session: Session, emit: Emit) -> AbstractAsyncContextManager[Solves]: ...


@dataclass(frozen=True)
class Session:
    """A run that is about to start, or to go on (`known` holds its events so far). Until it has run, its folder is locked."""

    lock: store.Lock
    selection: Selection
    config: RunConfig
    limits: Limits
    preset: str
    prompts: Prompts
    cards: Mapping[str, ModelCard]
    cache_dir: Path
    run_id: str
    parents: Parents
    replay: bool = False
    known: Sequence[Event] = ()
    live: LLM | None = None
    """Stands in for the providers, in tests."""
    ping: bool = False
    """Ask every real model one small question before a new run begins."""
    named: Sequence[Named] = ()
    """Addresses, headers and prompts that are not the providers' own and ours: confirmed, and always told."""
    origin: Origin | None = None
    """The run that it repeats."""
    brought: Brought = field(default_factory=Brought)
    """What it has beside its settings."""
    idle: str = ""
    """Which of the settings that were named have nothing to do."""
    around: Callable[[LLM], LLM] = lambda llm: llm
    """Wraps the way to the models: benchmarks look at the requests there."""
    elsewhere: Elsewhere | None = None
    part: str = ""
    """Which part of the run this process carries out, where several do, each with a log that is not the whole one."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set it to let what is in flight end and send nothing more."""

    @property
    def folder(self) -> Path:
        return self.lock.folder

    @property
    def name(self) -> str:
        return self.folder.name

    async def run(self, subscribers: Sequence[Callable[[Event], None]], *, own_process: bool = False) -> RunFinished:
        """Solve every task; each event is on disk before a subscriber sees it. Raises StoreFailed.

        `own_process`: nothing else lives in this process, so that its garbage collector and its warnings may be set to what
        suits us best.
        """
        with closing(self.lock), closing(store.Log(self.folder)) as log:
            unread = Unread(self.known, programs=self.config.policy.writes == "programs")

            def emit(event: Event) -> None:
                log.append(event)
                unread.see(event)
                for see in subscribers:
                    see(event)

            emit(self._started())
            beside = self.config.models, self.known, self.limits, self.brought, self.idle
            for notice in notices(self.origin, self.lock, self.selection, *beside):
                emit(Noticed(text=notice))
            try:
                async with self.elsewhere.opened(self, emit) if self.elsewhere else nullcontext() as elsewhere:
                    answered = await self._solve(emit, own_process, elsewhere)
                # a control measures what comes of words that say nothing: no answer is one of the things
                finished = ended(answered, self.stopping.is_set(), "" if self.brought.control else unread.told(answered))
            except Unfit as unfit:
                finished = unfit.ending()
            emit(finished)
            return finished

    async def _solve(self, emit: Emit, own_process: bool, elsewhere: Solves | None) -> Mapping[str, TaskAnswered]:
        answered = {e.task: e for e in self.known if isinstance(e, TaskAnswered)}
        origin = self.origin if self.origin is not None and self.origin.told_again else None
        retold = Retold(origin.log if origin else ())

        def tee(event: Event) -> None:
            retold.see(event)
            if isinstance(event, TaskAnswered):
                answered[event.task] = event
            emit(event)

        pause = Pause(self.stopping)
        async with OpenStack(
            emit=tee,
            cards=self.cards,
            roles=self.config.every.values(),
            cache_dir=self.cache_dir,
            replay=self.replay,
            endpoints=origin.endpoints if origin else None,
            concurrency=self.limits.concurrency,
            patience=self.limits.patience,
            caps=Caps(self.limits.budget, self.limits.task_budget, self.limits.max_calls, self.limits.max_tokens_total),
            spent=spent(self.known),
            purse=self.limits.budget_file,
            run=self.name,
            run_id=self.run_id,
            logged=[
                *(e.request for e in self.known if isinstance(e, CallFinished) and e.source != "failed"),
                *(origin.not_bought if origin else ()),
            ],
            seed=self.config.seed,
            stopping=self.stopping,
            pause=pause,
            own_process=own_process,
            live=self.live,
            means=elsewhere.means if elsewhere else means_of(self.limits),
            part=self.part,
            departed=None if self.part else departed(self.known),
        ) as stack:
            sight = Sight(lambda text: tee(Noticed(text=text)))
            ways = self.around(stack), self.prompts, stack.reject, self.cards, stack.windows
            asker = Asker(*ways, tee, draw=self.config.repeat, sight=sight)
            known = by_task(self.known)
            context = Context(
                asker,
                self.config,
                tee,
                telling=lambda waits: self.around(stack.telling(waits)),
                parents=self.parents,
                keeping=stack.keeping,
                retold=retold,
                lacking=lambda owed: self.around(stack.lacking(owed)),
                asked_early=None if self.replay else self.around(stack.early),
                given=self.brought.given,
                warm=self.brought.seeds is not None,
                examples=examples.Library.of(self.brought.examples),
            )
            tasks = self.selection.tasks
            if (self.ping or retold.pinged) and not self.known and tasks:
                whom = asked(self.config, Brought(self.brought.given))
                await ping_models(asker, whom, tasks[0].id, tee, self.config.policy.eyes)
            async with Steering(self.folder, tee, pause, (elsewhere or stack).cap).listening(), sandboxes() as sandbox:
                context = replace(context, sandbox=sandbox)
                if elsewhere is not None:
                    await elsewhere.solve_all(context, known, pause)
                    return answered
                at_once = self.limits.tasks_at_once
                await solve_all(tasks, context, known, at_once=at_once, vacancy=stack.vacancy, stopping=self.stopping)
        return answered

    def _started(self) -> RunStarted:
        recorded = store.read_config(self.folder, ())
        return RunStarted(
            run=self.name,
            models=dict(self.config.models),
            asked=roles_asked(self.config, self.brought),
            preset=self.preset,
            tasks=tuple(t.id for t in self.selection.tasks),
            budget_usd=self.limits.budget,
            max_calls=self.limits.max_calls,
            max_tokens=self.limits.max_tokens_total,
            concurrency=self.limits.concurrency,
            rank=self.config.policy.rank,
            resumed=bool(self.known),
            reads=True,
            shard=store.shard_of(recorded),
            config=sealed(recorded),
        )


def begin(
    selection: Selection,
    config: RunConfig,
    options: Options,
    *,
    live: LLM | None = None,
    parents: Parents | None = None,
    chosen: Chosen | None = None,
    brought: Brought | None = None,
    origin: Origin | None = None,
    notice: Notice = lambda text: None,
) -> Session:
    """Make a new run's folder with its config.json; `parents` is the strategy that the settings name, if a program brought it.

    `brought`: what it has beside its settings, if not what the `origin` has, the run that it repeats; one that it tells again has
    that one's id, by which its own replies are known in the bank. `chosen`: what the command names itself, where that is less
    than all options (a sweep's file names some). `notice` is told what has to be waited for.
    Raises UsageError before anything is sent, leaving no folder behind; Unconfirmed for what nobody has chosen here.
    """
    limits, replay = options.part(Limits), options.replay
    prompts, cache_dir = Path(options.prompts or bundled()), Path(options.cache_dir)
    templates = Prompts(prompts)
    check_views(config, templates)
    choose = strategy(config.policy.parents, parents)
    rehearse(templates)
    brought = brought or Brought.of(origin.recorded if origin else {})
    if options.seeds is not None and brought.seeds is None:
        brought = seeded(str(options.seeds), Path(options.runs_dir), selection.tasks)
    if (source := options.given.get("library")) is not None and origin is None:
        brought = replace(brought, examples=examples.chosen(str(source), selection.whole))
    chosen = chosen or chosen_by(options)
    capped = check_hub(limits, chosen, notice)
    cards = cards_of(config, brought, limits, replay=replay, cache_dir=cache_dir, capped=capped)
    items = confirmed(config, cards, templates, limits, chosen, sends=not replay and live is None)
    check_place(limits, cache_dir, replay, notice)
    lock = store.create(Path(options.runs_dir), options.run, selection.shard)
    again = origin if origin is not None and origin.told_again else None
    run_id, settings = again.id if again else uuid.uuid4().hex, deciding(config, selection, templates)
    endpoints = dict(again.endpoints) if again else endpoints_of(config, cards)
    content = {
        "schema": 1,
        "run": lock.folder.name,
        "id": run_id,
        "preset": options.preset,
        **settings,
        "task_digests": selection.digests,
        "endpoints": endpoints,
        **made_with(limits, replay, prompts, cache_dir, cards, config),
        "stand_in": live is not None,
        "origin": origin.row if origin else None,
        **(again.inherited if again else {}),
        "max_side": selection.max_side,
        **brought.row,
        "shard": asdict(selection.shard) if selection.shard else None,
        "merged": None,
        "digest": digest(settings | ({"endpoints": endpoints} if endpoints else {}) | brought.deciding),
    }
    with ExitStack() as failed:
        failed.callback(lock.close)
        store.replace(lock.folder / "config.json", content)
        failed.pop_all()
    fixed = (lock, selection, config, limits, options.preset, templates, cards, cache_dir, run_id, choose)
    also: dict[str, Any] = {"named": items, "origin": origin, "brought": brought}
    also["idle"] = "" if origin else idle(options, config, brought)
    return Session(*fixed, replay=replay, live=live, ping=bool(options.ping) and not replay, **also)


def reopen(
    folder: Path,
    selection: Selection,
    config: RunConfig,
    limits: Limits,
    *,
    prompts: Path,
    cache_dir: Path,
    live: LLM | None = None,
    parents: Parents | None = None,
    chosen: Chosen = NOTHING,
    notice: Notice = lambda text: None,
) -> Session:
    """Go on with a run. Raises UsageError listing every setting, prompt, task or embedded model that is not as it was, and
    Unconfirmed for what neither the command nor a run of this user on this machine has chosen."""
    with ExitStack() as failed:
        # before it is read: another process may be writing it
        lock = failed.enter_context(closing(store.Lock(folder)))
        old = store.read_config(folder)
        replay, templates = bool(old.get("replay")), Prompts(prompts)
        require_same(folder, old, config, deciding(config, selection, templates))
        choose = strategy(config.policy.parents, parents)
        require_coder(config)
        brought = Brought.of(old)
        capped = check_hub(limits, chosen, notice)
        cards = cards_of(config, brought, limits, replay=replay, cache_dir=cache_dir, capped=capped)
        require_endpoints(folder, old, config, cards)
        items = confirmed(config, cards, templates, limits, chosen, sends=not replay and live is None)
        check_place(limits, cache_dir, replay, notice)
        session = Session(
            lock,
            selection,
            config,
            limits,
            old["preset"],
            templates,
            cards,
            cache_dir,
            old["id"],
            choose,
            replay=replay,
            known=store.read_events(folder),
            brought=brought,
            live=live,
            named=items,
        )
        failed.pop_all()
    return session
