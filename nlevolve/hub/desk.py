"""What is done with what workers say: each word carried out, each fact written, and then all answers sent, many in a frame."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

from nlevolve.errors import BankFailed
from nlevolve.hub import words
from nlevolve.hub.address import THERE
from nlevolve.hub.book import Fact, Journal
from nlevolve.hub.known import EVERY, KnownFile
from nlevolve.hub.purchases import Purchases
from nlevolve.hub.rates import Rates, Rooms
from nlevolve.hub.till import Till, task_of
from nlevolve.hub.worker import Replaced, Worker, closed, error_of
from nlevolve.llm.bank import LARGEST_ROW, DiskBank, Notice, Sample
from nlevolve.llm.ledger import Caps, Spent
from nlevolve.llm.request import OverBudget
from nlevolve.records import Event, LimitChanged

LEASE = 60.0
"""Seconds for which a worker whose connection is gone keeps what it holds: a network may be away for that long."""
MOST_AT_ONCE = 20_000
"""Words of one worker under way."""
BANK = "bank"
"""Folder of the sample bank, in the hub's own."""


AGAIN = "make room there and start it again: workers wait for it, and a run that ended goes on with nlevolve resume RUN"


class Desk:
    """Ledger, limits and bank of a hub, in its folder, for workers that come, go, and come again. Raises UsageError."""

    def __init__(
        self,
        folder: Path,
        caps: Caps,
        rates: Rates,
        *,
        bank: Path | None = None,
        earlier: Spent | None = None,
        lease: float = LEASE,
        notice: Notice,
        where: str = THERE,
    ) -> None:
        """`where`: with what begins what it says of its caps."""
        self.born = uuid.uuid4().hex
        self.folder, self.caps, self.lease = folder, caps, lease
        self._alone, self._where = bank is None, where
        self._journal = Journal(folder)
        self._facts: list[Fact] = []
        try:
            self.bank = DiskBank(bank or folder / BANK, notice)
        except BankFailed as error:
            self._journal.close()
            raise BankFailed(str(error) if bank else str(error).replace("--cache-dir", "--folder")) from None
        self.till = Till(caps, self._journal.book, self._facts.append, self._banked, earlier)
        self.purchases = Purchases(self.till.claims())
        self._known = KnownFile(folder, notice)
        self.rooms = Rooms(rates, self._learned, self._known.read(), self._known.ago)
        self._keeping = asyncio.create_task(self._keep_known())
        self.workers: dict[str, Worker] = {}
        self._parting: list[Worker] = []
        self._replaced: set[tuple[str, str]] = set()
        self._due: asyncio.Handle | None = None
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Ends with an error when nothing can be written any more."""
        for name, account in self.till.book.accounts.items():
            if account.held or account.claims:
                self.workers[name] = Worker(name, account.session, known=False)
                self.leave(self.workers[name])

    def arrive(
        self, hello: words.Hello, send: Callable[[str], None], dismiss: Callable[[], None]
    ) -> tuple[Worker, words.Welcome]:
        """A worker is here, or here again. Raises Replaced."""
        if hello.reads:
            return self._reader(hello, send, dismiss)
        name = f"{hello.run}:{hello.part}" if hello.part else hello.run
        if (name, hello.session) in self._replaced:
            raise Replaced
        account = self.till.book.accounts.get(name)
        worker = self.workers.get(name)
        if account is not None and account.session != hello.session:
            self._replaced.add((name, account.session))
            worker = worker or Worker(name, account.session)
            if worker.dismiss is not None:
                worker.dismiss()
            self._retire(worker, hello.departed)
            worker = None
        expected = account is None or account.session != hello.session or (worker is not None and worker.known)
        self.till.session(name, hello.run, hello.part, hello.name, hello.session)
        if worker is None:
            worker = self.workers[name] = Worker(name, hello.session)
        elif worker.dismiss is not None:
            worker.dismiss()  # its old connection, which only it knows to be dead
        if worker.lease is not None:
            worker.lease.cancel()
        worker.send, worker.dismiss, worker.lease, worker.known = send, dismiss, None, True
        worker.done.clear()
        self._flush_soon()
        return worker, self._welcome(expected)

    def _reader(
        self, hello: words.Hello, send: Callable[[str], None], dismiss: Callable[[], None]
    ) -> tuple[Worker, words.Welcome]:
        """Who only looks into the bank has no account."""
        name = f"reader {hello.session}"
        self.workers[name] = Worker(name, hello.session, send, dismiss, reads=True)
        return self.workers[name], self._welcome(expected=True)

    def _welcome(self, expected: bool) -> words.Welcome:
        caps = self.caps
        told = {"usd": caps.usd, "calls": caps.calls, "tokens": caps.tokens}
        return words.Welcome(born=self.born, lease=self.lease, expected=expected, **told)

    def leave(self, worker: Worker) -> None:
        """Its connection is gone: what it holds comes back when it stays away."""
        worker.send = worker.dismiss = None
        if self.workers.get(worker.account) is worker:
            loop = asyncio.get_running_loop()
            worker.lease = loop.call_later(self.lease, self._expire, worker)

    def _expire(self, worker: Worker) -> None:
        with suppress(BankFailed):  # whoever waits for `failed` hears of it
            self._retire(worker, None)

    def hear(self, worker: Worker, said: list[words.Said]) -> None:
        """Carry out what a worker says. What it said before and is still waited for is not done twice. Once nothing can be
        written nobody is answered any more: it is said again to the hub that is started then."""
        for word in said:
            if word.n in worker.running:
                continue
            try:
                doing = self._do(worker, word)
            except BankFailed as error:
                self._fail(error)
                return
            if doing is None:
                self._answer(worker, word.n, "null")
            elif isinstance(doing, str):
                self._answer(worker, word.n, doing)
            elif len(worker.running) >= MOST_AT_ONCE:
                doing.close()
                self._answer(worker, word.n, error_of("refused", f"more than {MOST_AT_ONCE:,} words at once"))
            else:
                task = worker.running[word.n] = asyncio.create_task(self._await(worker, word.n, doing))
                task.add_done_callback(partial(closed, doing))
        self._flush_soon()

    async def close(self) -> None:
        """Let go of the folder; what is held stays in its book."""
        for worker in list(self.workers.values()):
            for task in worker.running.values():
                task.cancel()
            if worker.lease is not None:
                worker.lease.cancel()
        if self._due is not None:
            self._due.cancel()
            self._flush()
        self._keeping.cancel()
        await asyncio.gather(self._keeping, return_exceptions=True)
        self._known.write(self.rooms.known())
        self.rooms.close()
        await self.bank.close()
        self._journal.close()

    async def _keep_known(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            if self.rooms.changed:
                self.rooms.changed = False
                await asyncio.to_thread(self._known.write, self.rooms.known())

    def _do(self, worker: Worker, word: words.Said) -> Any:
        """None where it is done, JSON text where that is the answer, or what there is to await for it."""
        account = worker.account
        if worker.reads and not isinstance(word, words.Look | words.Cancel | words.Bye):
            return error_of("refused", "a replay buys nothing")
        match word:
            case words.Reserve():
                return self._reserve(account, word)
            case words.Settle():
                self.till.settle(account, word)
            case words.Enter():
                worker.models.add(word.model)
                return self.rooms.enter(worker.account, word)
            case words.Left():
                self.rooms.left(worker.account, word)
            case words.Again():
                return self.rooms.again(worker.account, word)
            case words.Leave():
                self.rooms.leave(worker.account, word)
            case words.Look():
                return self._look(word.key)
            case words.Claim():
                return self._claim(account, word)
            case words.Release():
                self._release(account, word.key)
            case words.Put():
                return self._put(account, word)
            case words.Reject():
                self.bank.reject(word.key, word.why)
            case words.Keep():
                self._keep(worker, word)
            case words.Cancel():
                self._cancel(worker, word.of)
            case words.Bye():
                self._retire(worker, None)
                self._parting.append(worker)
        return None

    async def _reserve(self, account: str, word: words.Reserve) -> str:
        return json.dumps(await self.till.reserve(account, word))

    def _banked(self, key: str) -> Sample | None:
        """Raises BankFailed."""
        try:
            return self.bank.get(key)
        except BankFailed as error:
            self._fail(error)
            raise

    def _look(self, key: str) -> str | None:
        sample = self._banked(key)
        return None if sample is None else sample.model_dump_json()

    async def _claim(self, account: str, word: words.Claim) -> str | None:
        if await self.purchases.claim(account, word.key):
            self.till.claimed(account, word)
        return self._look(word.key)

    async def _put(self, account: str, word: words.Put) -> str | None:
        if len(word.sample.model_dump_json()) > LARGEST_ROW:
            return error_of("refused", f"a reply of more than {LARGEST_ROW:,} characters is not kept")
        standing = await self.bank.put(word.key, word.sample)
        if word.late:
            self.till.bought(word.key, word.sample)
        self._release(account, word.key)
        return None if standing is word.sample else standing.model_dump_json()

    def _release(self, account: str, key: str) -> None:
        if self.purchases.release(account, key):
            self.till.released(account, key)

    def _keep(self, worker: Worker, word: words.Keep) -> None:
        if (before := worker.kept.pop(word.task, None)) is not None:
            before.close()
        if word.costs:
            keeping = worker.kept[word.task] = ExitStack()
            costs = word.costs
            keeping.enter_context(self.till.ledger.kept.keeping(task_of(worker.account, word.task), lambda: costs))

    def _cancel(self, worker: Worker, n: int) -> None:
        task = worker.running.pop(n, None)
        if task is not None:
            task.cancel()
            self._answer(worker, n, "null")  # else it would be said again, and carried out, over the next connection
        if not worker.reads:
            self.till.give_back(worker.account, n)
        self.rooms.give_back(worker.account, n)

    def _retire(self, worker: Worker, departed: frozenset[str] | None) -> None:
        """It is gone for good, or replaced."""
        for task in worker.running.values():
            task.cancel()
        worker.running.clear()
        for keeping in worker.kept.values():
            keeping.close()
        worker.kept.clear()
        self.rooms.give_back_all(worker.account)
        if not worker.reads:
            self.till.retire(worker.account, departed)
        for key in self.purchases.of(worker.account):
            self._release(worker.account, key)
        if worker.lease is not None:
            worker.lease.cancel()
        if self.workers.get(worker.account) is worker:
            del self.workers[worker.account]
        self._flush_soon()

    async def _await(self, worker: Worker, n: int, doing: Awaitable[str | None]) -> None:
        try:
            answer = await doing or "null"
        except OverBudget as error:
            answer = error_of(error.kind, f"{self._where}{error}", scope=error.scope)
        except BankFailed as error:
            self._fail(error)
            return
        except Exception as error:  # a model that can be none; and whatever it is, who waits must be answered
            answer = error_of("refused", f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
        if worker.running.pop(n, None) is not None:
            self._answer(worker, n, answer)
            self._flush_soon()

    def _fail(self, error: BankFailed) -> None:
        """To its workers the hub is away then: they wait, and hand in what they bought when it is here again."""
        if not self.failed.done():
            self.failed.set_exception(BankFailed(f"{str(error).partition(';')[0]}; {AGAIN}") if self._alone else error)

    def _answer(self, worker: Worker, n: int, answer: str) -> None:
        worker.done.append(f"[{n},{answer}]")

    def _learned(self, event: Event) -> None:
        """What is learned of a model's limits goes into the log of everybody who asks it."""
        if isinstance(event, LimitChanged):
            told = event.model_dump_json()
            for worker in self.workers.values():
                if event.model in worker.models:
                    worker.news.append(told)
            self._flush_soon()

    def _flush_soon(self) -> None:
        if self._due is None:
            self._due = asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        """Write the facts, then answer."""
        self._due = None
        if self.failed.done():
            return
        facts, self._facts[:] = self._facts[:], []
        try:
            if facts:
                self._journal.write(facts)
        except OSError as error:
            self._fail(BankFailed(f"cannot write the hub's ledger in {self.folder}: {error.strerror}"))
            return
        bound = self.caps.calls is not None or self.caps.usd is not None
        carries = "true" if not bound or self.till.ledger.carries_another() else "false"
        parting, self._parting = self._parting, []
        for worker in (*self.workers.values(), *parting):
            if worker.send is None or not (worker.done or worker.news):
                continue
            done, worker.done = worker.done, []
            news, worker.news = worker.news, []
            worker.send(f'{{"done":[{",".join(done)}],"news":[{",".join(news)}],"carries":{carries}}}')
