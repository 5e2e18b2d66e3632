"""The hub of a cluster's run, by which caps, limits and the bank hold over all workers: one beside the driver, or a named one."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from nlevolve.errors import BankFailed
from nlevolve.hub.address import checked, token
from nlevolve.hub.joined import Joined
from nlevolve.hub.line import Line
from nlevolve.hub.rates import Rates
from nlevolve.hub.service import Hub
from nlevolve.llm.ledger import Caps
from nlevolve.llm.means import Asker, Means
from nlevolve.llm.owed import spent
from nlevolve.llm.request import Reply
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
            self.own.desk.till.ledger.cap(usd)

    def bought(self, run_id: str, key: str) -> Reply | None:
        """What this run bought under that digest, as far as the hub beside us has it."""
        with suppress(BankFailed):  # whoever waits for `failed` hears of it
            sample = self.own.desk.bank.get(key) if self.own else None
            return sample.reply if sample is not None and sample.run == run_id else None
        return None

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
    """Raises Unfit for a cap that would not hold over all workers: a resumed run's own may be one."""
    if why := clash(limits):
        raise Unfit(why, True, "leave it out, or leave out --cluster")


def clash(limits: Limits) -> str:
    """Which cap would not hold over all workers, if any."""
    mine = {"--budget": limits.budget, "--max-calls": limits.max_calls, "--max-tokens-total": limits.max_tokens_total}
    never = {"--task-budget": limits.task_budget, "--budget-file": limits.budget_file}
    if wrong := [flag for flag, value in never.items() if value is not None]:
        return f"{wrong[0]} is not kept over the workers of a cluster"
    if limits.hub and (wrong := [flag for flag, value in mine.items() if value is not None]):
        return f"with --cluster and --hub the caps are the hub's, and {wrong[0]} is another"
    return ""


@asynccontextmanager
async def shared(session: Session, host: str, emit: Emit) -> AsyncIterator[Shared]:
    """The hub of a run: the one that it names, else one that listens at `host`, this machine's address for the workers."""
    limits = session.limits
    check(limits)
    if limits.hub is not None:
        yield Shared(checked(limits.hub), token())
        return
    with tempfile.TemporaryDirectory(prefix="nlevolve-hub-") as folder:
        caps = Caps(usd=limits.budget, calls=limits.max_calls, tokens=limits.max_tokens_total)
        rates = Rates(concurrency=limits.concurrency)

        def notice(text: str) -> None:
            emit(Noticed(text=text))

        async with Hub.started(
            Path(folder),
            bank=session.cache_dir,
            host=host,
            caps=caps,
            earlier=spent(session.known),
            rates=rates,
            notice=notice,
            where="",  # its caps are the run's own
        ) as hub:
            yield Shared(hub.url, hub.token, hub)
