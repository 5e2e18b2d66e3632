"""The hub of a cluster's run, by which caps, limits and the bank hold over all workers: one beside the driver, or a named one."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from nlevolve.hub.address import checked, token
from nlevolve.hub.joined import Joined
from nlevolve.hub.line import Line
from nlevolve.hub.rates import Rates
from nlevolve.hub.service import Hub
from nlevolve.llm.ledger import Caps, Spent
from nlevolve.llm.means import Asker, Means
from nlevolve.llm.owed import spent
from nlevolve.options import Limits
from nlevolve.records import Noticed
from nlevolve.run.context import Emit
from nlevolve.run.pinging import Unfit
from nlevolve.run.session import Session

FENCING = 10.0
"""Seconds for a hub to hear that a worker is lost. One that does not hears it by itself, when the worker's lease ends."""


@dataclass(frozen=True)
class Shared:
    """Where it is, and how it is spoken to."""

    url: str
    token: str
    spent: Spent
    """By earlier sessions of the run."""
    own: Hub | None = None
    """The one beside the driver."""

    @property
    def told(self) -> str:
        """The token, as far as workers have to be told it: that of a hub which is named they have in their environment."""
        return self.token if self.own else ""

    def means(self) -> Means:
        return Joined(self.url, self.token)

    def cap(self, usd: float) -> None:
        """From now on the run may take so much, with what is spent already."""
        if self.own:
            self.own.desk.till.ledger.cap(max(0.0, usd - self.spent.usd))

    async def failed(self) -> None:
        """Wait until the hub beside us can write no more, if ever. Raises BankFailed."""
        if self.own:
            await asyncio.shield(self.own.desk.failed)
        await asyncio.Event().wait()

    async def fence(self, run_id: str, station: str) -> None:
        """Take a lost worker's place at the hub: what it holds comes back, and nothing more is sent for it if it lives."""
        line = Line(self.url, self.token)
        quiet = Asker(run="", run_id=run_id, emit=lambda event: None, stopping=asyncio.Event(), patience=0.0, part=station)
        with suppress(Exception):
            async with asyncio.timeout(FENCING):
                await line.open(quiet)
                await line.close()


def check(limits: Limits) -> None:
    """Raises Unfit for a cap that would not hold over all workers."""
    mine = {"--budget": limits.budget, "--max-calls": limits.max_calls, "--max-tokens-total": limits.max_tokens_total}
    never = {"--task-budget": limits.task_budget, "--budget-file": limits.budget_file}
    if wrong := [flag for flag, value in never.items() if value is not None]:
        raise Unfit(f"{wrong[0]} is not kept over the workers of a cluster", True, "leave it out, or leave out --cluster")
    if limits.hub and (wrong := [flag for flag, value in mine.items() if value is not None]):
        raise Unfit(f"with --cluster and --hub the caps are the hub's, and {wrong[0]} is another", True, "leave out one of them")


@asynccontextmanager
async def shared(session: Session, host: str, emit: Emit) -> AsyncIterator[Shared]:
    """The hub of a run: the one that it names, else one that listens at `host`, this machine's address for the workers."""
    limits, before = session.limits, spent(session.known)
    check(limits)
    if limits.hub is not None:
        yield Shared(checked(limits.hub), token(), before)
        return
    with tempfile.TemporaryDirectory(prefix="nlevolve-hub-") as folder:
        caps, rates = _left(limits, before), Rates(concurrency=limits.concurrency)

        def notice(text: str) -> None:
            emit(Noticed(text=text))

        async with Hub.started(Path(folder), bank=session.cache_dir, host=host, caps=caps, rates=rates, notice=notice) as hub:
            yield Shared(hub.url, hub.token, before, hub)


def _left(limits: Limits, before: Spent) -> Caps:
    """The run's log is its account: of its caps the hub has what that leaves."""
    return Caps(
        usd=None if limits.budget is None else max(0.0, limits.budget - before.usd),
        calls=None if limits.max_calls is None else max(0, limits.max_calls - before.calls),
        tokens=None if limits.max_tokens_total is None else max(0, limits.max_tokens_total - before.tokens),
    )
