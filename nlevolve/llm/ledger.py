"""What is spent, committed and kept: the caps hold however many calls are in flight, and whatever becomes of their replies."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import inf
from typing import Literal

from nlevolve.llm.embedded import is_embedded
from nlevolve.llm.kept import Kept
from nlevolve.llm.purse import Others, Purse
from nlevolve.llm.request import OverBudget, Reply, Request

FIRST = 8
"""Tasks under a cap that begin before anybody knows what a task takes."""
POLL = 0.25
"""Seconds between looks at what other runs have settled of a budget that is shared."""


@dataclass
class Spent:
    """Money and calls that count against the caps: at the start those of the run's log, when it is resumed (owed.py)."""

    usd: float = 0.0
    """With what may have been billed and nobody said."""
    unknown_usd: float = 0.0
    """So much of it is that."""
    calls: int = 0
    """Requests that reached a provider, failed tries included."""
    tokens: int = 0
    """Of prompts and replies, as they were billed, with those of tries of which nobody said what they took."""
    by_task: dict[str, float] = field(default_factory=dict)
    lost: dict[str, Lost] = field(default_factory=dict)
    """Digest of a request -> what was counted for a call that died with an earlier session: its reply may be in the bank."""


@dataclass(frozen=True)
class Lost:
    """What is counted of a call whose end is in no log."""

    task: str
    usd: float
    calls: int
    tokens: int = 0


@dataclass(frozen=True)
class Caps:
    """Limits on a run; None is no limit."""

    usd: float | None = None
    task_usd: float | None = None
    calls: int | None = None
    tokens: int | None = None

    @property
    def money(self) -> bool:
        return self.usd is not None or self.task_usd is not None

    @property
    def bound(self) -> bool:
        """Whether what a reply may take has to be known beforehand."""
        return self.money or self.tokens is not None


@dataclass(frozen=True)
class Need:
    """What a call may cost: its prompt, and so many tokens of reply at a price each."""

    prompt_usd: float = 0.0
    token_usd: float = 0.0
    prompt: int = 0
    """Tokens of its prompt, at most."""
    tokens: int = 0
    least: int = 0
    """Tokens below which it may not be cut; `tokens` where the user set them."""
    counts: bool = True
    """Whether it counts against the cap on calls: what an embedded model is asked leaves for nobody."""
    priced: bool = True
    """Whether its price is known."""

    likely: int = 0
    """Tokens that its reply is likely to have, at most."""
    last: bool = False
    """Whether it may take of what is kept for answers (kept.py)."""
    request: str = ""
    """Digest of what is asked, by which it is found again what became of it."""

    def usd(self, tokens: int) -> float:
        return self.prompt_usd + tokens * self.token_usd

    @property
    def likely_usd(self) -> float:
        return self.usd(self.likely)

    @property
    def likely_tokens(self) -> int:
        return self.prompt + self.likely


@dataclass(eq=False)
class Hold:
    """A reservation for one try: dollars, and the tokens of reply that they buy. What became of it is noted here."""

    usd: float
    tokens: int
    prompt: int = 0
    """Tokens of the prompt, at most."""
    counts: bool = True
    priced: bool = True
    last: bool = False
    """Whether it is one of those that a share of the caps is kept for."""
    sent: bool = False
    """Whether the try left for its provider. One that did not counts as no call."""
    cost_usd: float = 0.0
    """What it was billed, as far as is known."""
    unknown_usd: float = 0.0
    """What it may have been billed beyond that."""
    took: int = 0
    """Tokens that it was billed, as far as is known."""
    unknown_tokens: int = 0
    """Those beyond that."""

    @property
    def most_tokens(self) -> int:
        return self.prompt + self.tokens

    @property
    def most_usd(self) -> float | None:
        """What the try may be billed; None where its price is not known."""
        return self.usd if self.priced else None

    def lose(self) -> float | None:
        """The provider may have worked on the try, and nobody will say for how much: up to what was reserved."""
        self.unknown_usd, self.unknown_tokens = self.usd, self.most_tokens
        return self.most_usd


class Ledger:
    """Reserve before a try, settle after it: spent plus committed never passes a cap.

    What may have been billed counts as spent until it is known. With a `purse` the budget is one for several runs.
    """

    def __init__(self, caps: Caps, spent: Spent, purse: Purse | None = None) -> None:
        self.caps = caps
        self.whose = "run"  # for people: whose caps they are
        self.usd = spent.usd
        self.unknown_usd = spent.unknown_usd
        self.calls = spent.calls
        self.tokens = spent.tokens
        self._by_task: defaultdict[str, float] = defaultdict(float, spent.by_task)
        self._lost = dict(spent.lost)
        self._held: defaultdict[str, list[Hold]] = defaultdict(list)
        self._settled = asyncio.Event()
        self._purse = purse or Purse()
        with self._purse.open() as others:
            others.mine(self.usd, 0.0, self.tokens, 0)
        self.kept = Kept()
        self._before = spent

    @property
    def bounds(self) -> Caps:
        """By what requests are measured: these caps, and whatever others stand behind them."""
        return self.caps

    def cap(self, usd: float) -> None:
        """From now on the run may take so much, with what is spent already. What is in flight stays in flight."""
        self.caps = replace(self.caps, usd=usd)
        self._settled.set()

    @property
    def _room(self) -> Caps:
        """A resumed run has what is left of the caps, and keeps a share of that."""
        caps, spent = self.caps, self._before
        usd, calls = caps.usd and max(0.0, caps.usd - spent.usd), caps.calls and max(0, caps.calls - spent.calls)
        return Caps(usd, caps.task_usd, calls, caps.tokens and max(0, caps.tokens - spent.tokens))

    def carries_another(self) -> bool:
        """Whether the caps carry one more task beside those under way: all of them can be answered, and where they are many,
        what is left is as much for each as a task took so far."""
        caps, kept, room = self.caps, self.kept, self._room
        if caps.calls is None and caps.usd is None:
            return True
        if not kept.holds_another(room.calls, room.usd):
            return False
        with self._purse.open() as others:
            usd = inf if caps.usd is None else caps.usd - others.usd - self.usd
        calls = inf if caps.calls is None else caps.calls - self.calls
        many, ended = kept.under_way + 1, kept.ended
        took = (calls, self.calls - self._before.calls), (usd, self.usd - self._before.usd)
        return many <= FIRST or (ended > 0 and all(many * taken <= left * ended for left, taken in took))

    async def reserve(self, task: str, need: Need) -> Hold:
        """Commit one call and its money. Waits while calls in flight may still cost less than is held for them, or be none.

        A reply's tokens are cut to what the money left buys, down to `need.least`. Raises OverBudget.
        """
        while True:
            with self._purse.open() as others:
                hold = self._try(task, need, others)
                if hold is not None:
                    self._say(others)
                    return hold
            await self._settling(POLL if others.held else None)

    def _try(self, task: str, need: Need, others: Others) -> Hold | None:
        """The reservation; None where it is worth waiting for one. Raises OverBudget."""
        if need.counts and self.caps.calls is not None and self.calls >= self.caps.calls - self._kept_calls(task, need):
            if not any(hold.counts for holds in self._held.values() for hold in holds):
                raise OverBudget(self._no_call(self._kept_calls(task, need)))
            return None  # one of them may find nobody there, and then it was none
        scope, left = self._left(task, need, others)
        room = self._left_tokens(task, need, others)
        dear, long = need.usd(need.tokens) > left, need.prompt + need.tokens > room
        if not dear and not long:
            return self._commit(task, need, need.tokens)
        if self._held[task] if scope == "task" and not long else (any(self._held.values()) or others.alive()):
            return None
        bought = int((left - need.prompt_usd) / need.token_usd) if dear and need.token_usd else -1 if dear else need.tokens
        tokens = int(min(bought, room - need.prompt))
        if tokens >= need.least:
            return self._commit(task, need, tokens)
        if bought < need.least:
            raise OverBudget(self._too_little(scope, task, need, others), scope=scope)
        raise OverBudget(self._too_few(task, need, others))

    def _no_call(self, kept: int) -> str:
        kept = min(kept, max(0, (self.caps.calls or 0) - self.calls))
        aside = f" ({kept} of them kept for answers)" if kept else ""
        return f"the cap of {self.caps.calls} call{'' if self.caps.calls == 1 else 's'} is reached{aside}"

    def _too_little(self, scope: Literal["run", "task"], task: str, need: Need, others: Others) -> str:
        """What is left, and what of that is only for answers: it is spent on them later."""
        cap = self.caps.task_usd if scope == "task" else self.caps.usd
        kept = self._kept_usd(scope, task, need)
        rest = max(0.0, (cap or 0.0) - (self._by_task[task] if scope == "task" else others.usd + self.usd))
        told = [f"${others.usd:.4f} are other runs'"] if others.usd else []
        told += [f"${self.unknown_usd:.4f} may have been billed for replies that were lost"] if self.unknown_usd else []
        why = f" ({'; '.join(told)})" if told else ""
        left = f"${rest:.4f} of the {'task' if scope == 'task' else self.whose}'s budget of ${cap:g}"
        if kept:
            return f"{left} was left, ${min(kept, rest):.4f} of it for answers: too little for another call{why}"
        return f"{left} is left: too little for a call{why}"

    def _too_few(self, task: str, need: Need, others: Others) -> str:
        kept, cap = self._kept_tokens(task, need), self.caps.tokens or 0
        why = f" ({others.tokens:,} are other runs')" if others.tokens else ""
        rest = max(0, cap - others.tokens - self.tokens)
        left = f"{rest:,} of the cap of {cap:,} tokens"
        if kept:
            return f"{left} were left, {min(kept, rest):,} of them for answers: too few for another call{why}"
        return f"{left} are left: too few for a call{why}"

    async def _settling(self, longest: float | None) -> None:
        self._settled.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(longest):  # nobody tells us of what other processes settle
                await self._settled.wait()

    def settle(self, task: str, hold: Hold) -> None:
        """The try that this was reserved for is over."""
        self._held[task].remove(hold)
        self.calls -= hold.counts and not hold.sent
        if hold.last and not hold.sent:
            self.kept.took(task, -1)
        self.unknown_usd += hold.unknown_usd
        self._pay(task, hold.cost_usd + hold.unknown_usd, hold.took + hold.unknown_tokens)

    def recall(self, request: Request, reply: Reply) -> None:
        """This was paid for by the run before it was interrupted. It counted as lost, or is in no account yet."""
        lost = self._lost.pop(request.key, None)
        if lost is not None:
            self.regain(lost)
        ours = is_embedded(request.model)
        self.calls += 0 if ours else reply.tries
        self.unknown_usd += reply.unknown_usd
        took = 0 if ours else reply.usage.prompt + reply.usage.completion + reply.unknown_tokens
        self._pay(request.label.task, (reply.cost_usd or 0.0) + reply.unknown_usd, took)

    def regain(self, lost: Lost) -> None:
        """What became of it is known by now: it is not lost."""
        self.calls -= lost.calls
        self.unknown_usd -= lost.usd
        self._pay(lost.task, -lost.usd, -lost.tokens)

    def take(self, task: str, hold: Hold) -> None:
        """A reservation is made: just now, or by whoever kept these accounts before."""
        self.calls += hold.counts
        if hold.last:
            self.kept.took(task)
        self._held[task].append(hold)

    def _pay(self, task: str, usd: float, tokens: int) -> None:
        self.usd += usd
        self.tokens += tokens
        self._by_task[task] += usd
        self._settled.set()
        with self._purse.open() as others:
            self._say(others)

    def _say(self, others: Others) -> None:
        if others.hear:  # what is held has to be added up, hold by hold
            others.mine(self.usd, self._committed, self.tokens, self._committed_tokens)

    @property
    def _committed(self) -> float:
        return sum(map(_dollars, self._held.values()))

    @property
    def _committed_tokens(self) -> int:
        return sum(hold.most_tokens for holds in self._held.values() for hold in holds if hold.counts)

    def _kept_calls(self, task: str, need: Need) -> int:
        return self.kept.calls(self._room.calls or 0, task, last=need.last)

    def _left(self, task: str, need: Need, others: Others) -> tuple[Literal["run", "task"], float]:
        """The tighter of the two budgets, and what is neither spent, committed nor kept of it."""
        run = inf if self.caps.usd is None else self.caps.usd - others.usd - self.usd - self._committed
        own = inf if self.caps.task_usd is None else self.caps.task_usd - self._by_task[task] - _dollars(self._held[task])
        run -= self._kept_usd("run", task, need)
        own -= self._kept_usd("task", task, need)
        return ("run", run) if run <= own else ("task", own)

    def _left_tokens(self, task: str, need: Need, others: Others) -> float:
        if self.caps.tokens is None or not need.counts:
            return inf
        return self.caps.tokens - others.tokens - self.tokens - self._committed_tokens - self._kept_tokens(task, need)

    def _kept_tokens(self, task: str, need: Need) -> int:
        return self.kept.tokens(self._room.tokens or 0, task, last=need.last)

    def _kept_usd(self, scope: Literal["run", "task"], task: str, need: Need) -> float:
        if scope == "task":
            return self.kept.own_usd(self._room.task_usd, task, last=need.last)
        return self.kept.usd(self._room.usd, task, last=need.last)

    def _commit(self, task: str, need: Need, tokens: int) -> Hold:
        hold = Hold(need.usd(tokens), tokens, need.prompt, need.counts, need.priced, need.last)
        self.take(task, hold)
        return hold


def _dollars(holds: Iterable[Hold]) -> float:
    return sum(hold.usd for hold in holds)
