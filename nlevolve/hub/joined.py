"""A run's means where it shares them by a hub: its own caps and the hub's, the hub's bank, the hub's limits."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from nlevolve.errors import HubFailed
from nlevolve.hub import words
from nlevolve.hub.address import LOOPBACK
from nlevolve.hub.departures import Departure
from nlevolve.hub.kept import KeptTwice
from nlevolve.hub.line import HubAway, Line
from nlevolve.llm.bank import Bank, DiskBank, Notice, Sample
from nlevolve.llm.embedded import is_embedded
from nlevolve.llm.ledger import Caps, Hold, Ledger, Need, Spent
from nlevolve.llm.limits import Lanes
from nlevolve.llm.means import Asker
from nlevolve.llm.places import Places, Taken, characters
from nlevolve.llm.purse import Purse
from nlevolve.llm.request import Place, RateLimited, Request
from nlevolve.llm.traffic import Traffic
from nlevolve.llm.turns import Turns, rank

OUTBOX = "hub-outbox"
"""Folder, in the cache's, of replies that are paid and that no hub has confirmed."""

LATE = 1_000
"""Replies of embedded models that are remembered."""
LARGEST = words.LARGEST_FRAME // 8
"""Characters of a reply: a character is up to six bytes of JSON."""


class Joined:
    """The means of a run that shares them."""

    def __init__(self, url: str, token: str) -> None:
        self._line = Line(url, token)

    async def open(self, asker: Asker, *, replay: bool) -> None:
        """Raises HubFailed."""
        self._asker, self._replay = asker, replay
        await self._line.open(asker, reads=replay)

    def ledger(self, caps: Caps, spent: Spent, purse: Purse) -> Ledger:
        return HubLedger(caps, spent, purse, self._line)

    def bank(self, folder: Path, notice: Notice) -> Bank:
        return HubBank(self._line, None if self._replay else DiskBank(folder / OUTBOX, notice), notice)

    def lanes(self, concurrency: int, served: Mapping[Place, int], traffic: Traffic) -> Places:
        own = Lanes(concurrency, self._asker.emit, self._asker.stopping, served, traffic)
        return HubLanes(self._line, own, concurrency, served, traffic)

    async def close(self) -> None:
        """The bank has closed, and with it said all."""
        await self._line.close()


class HubLedger(Ledger):
    """A run's own caps, and behind them those of its hub. What embedded models are asked counts against neither."""

    def __init__(self, caps: Caps, spent: Spent, purse: Purse, line: Line) -> None:
        super().__init__(caps, spent, purse)
        self._line = line
        self._leases: dict[Hold, tuple[int, str]] = {}
        self.kept = KeptTwice(line)
        line.restated(self.kept.again)

    @property
    def bounds(self) -> Caps:
        """With what the hub bounds."""
        hub = self._line.welcome
        usd = hub.usd if self.caps.usd is None else self.caps.usd
        calls = hub.calls if self.caps.calls is None else self.caps.calls
        return replace(self.caps, usd=usd, calls=calls, tokens=hub.tokens if self.caps.tokens is None else self.caps.tokens)

    def carries_another(self) -> bool:
        return self._line.carries and super().carries_another()

    async def reserve(self, task: str, need: Need) -> Hold:
        hold = await super().reserve(task, need)
        if not need.counts:
            return hold
        try:
            n = self._line.next()
            told = {"prompt_usd": need.prompt_usd, "token_usd": need.token_usd, "prompt": need.prompt, "tokens": hold.tokens}
            told |= {"least": min(need.least, hold.tokens), "likely": need.likely, "priced": need.priced, "last": need.last}
            granted = await self._line.ask(words.Reserve(n=n, task=task, key=need.request, **told), last=need.last)
            hold.usd, hold.tokens = min(hold.usd, float(granted["usd"])), min(hold.tokens, int(granted["tokens"]))
        except BaseException:
            super().settle(task, hold)
            raise
        self._leases[hold] = n, need.request
        return hold

    def settle(self, task: str, hold: Hold) -> None:
        super().settle(task, hold)
        lease = self._leases.pop(hold, None)
        if lease is not None:
            n, key = lease
            told = {"cost_usd": hold.cost_usd, "unknown_usd": max(0.0, hold.unknown_usd), "took": hold.took}
            unknown = max(0, hold.unknown_tokens)
            self._line.tell(words.Settle(n=self._line.next(), hold=n, key=key, sent=hold.sent, unknown_tokens=unknown, **told))


class _Queue:
    """The way to the hub's lane of one model: so many ask at once, in the order of their rank."""

    def __init__(self) -> None:
        self.gate = Turns()
        self.freed = asyncio.Event()
        self.asking = 0
        """Those that have asked for a place, or have one."""


class HubLanes:
    """Places in flight that the hub gives out, as many at once as the run itself may have. Embedded models are here."""

    def __init__(
        self, line: Line, own: Lanes, concurrency: int, served: Mapping[Place, int], traffic: Traffic, host: str | None = None
    ) -> None:
        self._line, self._own = line, own
        self._concurrency = concurrency
        self._served = served
        self._traffic = traffic
        self._total = asyncio.Semaphore(concurrency)
        self._host = host or socket.gethostname()
        self._queues: dict[Place, _Queue] = {}
        self._held: dict[int, tuple[words.Enter, Departure | None]] = {}
        line.restated(self._restated)

    @asynccontextmanager
    async def place(self, request: Request) -> AsyncIterator[Taken]:
        """A place for one try: of the hub's, and of this run's own."""
        if is_embedded(request.model):
            async with self._own.place(request) as taken:
                yield taken
            return
        queue = self._queues.setdefault(request.place, _Queue())
        word, departure = await self._enter(queue, request)
        leaves, again = (departure.leaves, partial(self._again, word.n, request)) if departure else (_of_no_matter, _at_once)
        taken = Taken(asyncio.get_running_loop().time(), 0.0, 0, leaves, again)
        told: dict[str, float | bool | None] = {}
        try:
            async with self._total:
                yield taken
            if taken.reply is not None:
                usage = taken.reply.usage
                told = {"accepted": True, "prompt": usage.prompt, "completion": usage.completion, "rest": taken.reply.rest}
        except RateLimited as error:
            told = {"refused": True, "retry_after": error.retry_after}
            raise
        finally:
            queue.asking -= 1
            queue.freed.set()
            self._held.pop(word.n, None)
            told |= departure.over() if departure else {}
            self._line.tell(words.Leave.model_validate({"n": self._line.next(), "place": word.n, **told}))

    async def _enter(self, queue: _Queue, request: Request) -> tuple[words.Enter, Departure | None]:
        standing = self._traffic.of(request.model)
        standing.waiting += 1
        try:
            async with queue.gate.turn(rank(request.label)):
                # a place is not asked for that could not be used
                while queue.asking >= self._concurrency:
                    queue.freed.clear()
                    await queue.freed.wait()
                queue.asking += 1
            try:
                word = self._word(request)
                matters = await self._line.ask(word, last=request.label.last)
            except BaseException:
                queue.asking -= 1
                queue.freed.set()
                raise
            departure = Departure(partial(self._left, word.n)) if matters is True else None
            self._held[word.n] = word, departure
            return word, departure
        finally:
            standing.waiting -= 1

    async def _again(self, place: int, request: Request) -> None:
        await self._line.ask(words.Again(n=self._line.next(), place=place), last=request.label.last)

    def _left(self, place: int, ago: float) -> None:
        self._line.tell(words.Left(n=self._line.next(), place=place, ago=ago))

    def _word(self, request: Request) -> words.Enter:
        settings = request.settings
        return words.Enter(
            n=self._line.next(),
            model=request.model,
            url=self._known_as(settings.base_url),
            slots=self._served.get(request.place),
            requests_per_minute=settings.requests_per_minute,
            tokens_per_minute=settings.tokens_per_minute,
            characters=characters(request),
            rank=rank(request.label),
            last=request.label.last,
        )

    def _known_as(self, url: str | None) -> str | None:
        """By what the hub knows an address: that of each machine itself is another one."""
        here = url is not None and (urlsplit(url).hostname or "") in LOOPBACK
        return f"{url} on {self._host}" if here else url

    def _restated(self) -> Iterable[words.Word]:
        held = self._held.values()
        return [word.model_copy(update={"held": True} | ({"ago": gone.ago} if gone else {})) for word, gone in held]


def _of_no_matter() -> None:
    """The hub keeps to no rate of that model that it was told."""


async def _at_once() -> None:
    """Nor does it matter how often it is asked."""


class HubBank:
    """The hub's bank. What is paid is written down here first, and forgotten when the hub has it."""

    def __init__(self, line: Line, outbox: DiskBank | None, notice: Notice) -> None:
        """Without an `outbox` it is a replay's."""
        self.replay = outbox is None
        self._line, self._outbox, self._notice = line, outbox, notice
        self._claims: dict[str, None] = {}
        self._late: dict[str, Sample] = {}
        """What embedded models said of late."""
        self._delivering = asyncio.create_task(self._deliver())
        line.restated(self._again)

    async def look(self, key: str) -> Sample | None:
        await self._ready()
        return _sample(await self._line.ask(words.Look(n=self._line.next(), key=key), last=True))

    async def claim(self, request: Request) -> Sample | None:
        """What an embedded model says costs nothing, so that nobody needs to wait for it: only what this worker has had while it
        looked is not asked for again."""
        if is_embedded(request.model):
            return self._late.get(request.key)
        await self._ready()
        word = words.Claim(n=self._line.next(), key=request.key)
        sample = _sample(await self._line.ask(word, last=request.label.last))
        self._claims[request.key] = None
        return sample

    def release(self, key: str) -> None:
        self._claims.pop(key, None)
        self._line.tell(words.Release(n=self._line.next(), key=key))

    async def put(self, key: str, sample: Sample) -> Sample:
        """The sample that stands; where the hub is not to be had any more ours does, and is delivered by whoever comes next."""
        word = words.Put(n=self._line.next(), key=key, sample=sample)
        self._claims.pop(key, None)
        if is_embedded(sample.model):
            self._line.tell(word)
            self._late[key] = sample
            if len(self._late) > LATE:
                del self._late[next(iter(self._late))]
            return sample
        if self._outbox is not None:
            await self._outbox.put(key, sample)
        if not _fits(sample):
            self._notice(f"a reply of more than {LARGEST:,} characters is too large for the hub: it stays in {OUTBOX}")
            self.release(key)
            return sample
        try:
            standing = _sample(await self._line.ask(word, last=True, stands=True)) or sample
        except HubAway:
            return sample
        if self._outbox is not None:
            self._outbox.forget([key])
        return standing

    def reject(self, key: str, why: str) -> None:
        self._line.tell(words.Reject(n=self._line.next(), key=key, why=why[:1_000]))

    async def close(self) -> None:
        self._delivering.cancel()
        await asyncio.gather(self._delivering, return_exceptions=True)
        if self._outbox is not None:
            left = sum(1 for _ in self._outbox.samples())
            if left:
                self._notice(f"{left} paid replies wait in {self._outbox.folder} for the hub: the next run delivers them")
            await self._outbox.close()

    async def _deliver(self) -> None:
        """What others have left here when their hub was away, or they were killed."""
        if self._outbox is None:
            return
        await asyncio.gather(*(self._hand_in(key, sample) for key, sample in self._outbox.samples() if _fits(sample)))

    async def _hand_in(self, key: str, sample: Sample) -> None:
        with suppress(HubAway, HubFailed):  # it stays for the next one
            await self._line.ask(words.Put(n=self._line.next(), key=key, sample=sample, late=True), last=True, stands=True)
            if self._outbox is not None:
                self._outbox.forget([key])

    async def _ready(self) -> None:
        """Nothing is asked for before what is paid for is handed in: it would be bought again."""
        if not self._delivering.done():
            await asyncio.wait([self._delivering])

    def _again(self) -> Iterator[words.Word]:
        for key in self._claims:
            yield words.Claim(n=self._line.next(), key=key)


def _fits(sample: Sample) -> bool:
    """Whether it can be said in a frame, however its characters are written."""
    return len(sample.reply.text) + len(sample.reply.reasoning) <= LARGEST


def _sample(answer: object) -> Sample | None:
    """Raises HubFailed for what is none."""
    try:
        return None if answer is None else Sample.model_validate(answer)
    except ValidationError as error:
        raise HubFailed(f"the hub gave what is no reply: {error.errors(include_url=False)[0]['msg']}") from None
