"""How much is asked at once and how fast, for each model: slots that adapt, paces that are told or learned."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

from nlevolve.llm.at_once import AtOnce
from nlevolve.llm.minute import ToldRates
from nlevolve.llm.pace import LearnedRate
from nlevolve.llm.places import Taken, characters
from nlevolve.llm.remembered import Remembered
from nlevolve.llm.request import Interrupted, Place, RateLimited, Reply, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.slots import Slots
from nlevolve.llm.stagger import Stagger
from nlevolve.llm.stopping import nap
from nlevolve.llm.traffic import Traffic
from nlevolve.llm.turns import Turns, rank
from nlevolve.records import Event, LimitChanged

CHARACTERS_A_TOKEN = 3.0
"""Of prompts that are mostly grids; too low a guess waits a little, and the reply's own figures correct it."""
LONGEST_REST = 300.0
"""Seconds without a request because headers ask for it. Then one is tried: headers are sometimes wrong, and nobody sees why
nothing happens."""
USUAL_REPLY = 1000.0
"""Tokens expected of a reply before the first one is seen."""
LEARNING = 1 / 20
"""Weight of one reply in the mean of what replies take."""


class Shared:
    """What the lanes of a run have in common: so many calls at once, over all models."""

    def __init__(
        self,
        concurrency: int,
        emit: Callable[[Event], None],
        stopping: asyncio.Event,
        served: Mapping[Place, int],
        traffic: Traffic,
        stagger: Stagger | None = None,
        most: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """`stagger`: None where calls that start together do not come back to this process. `most`: model -> calls in flight."""
        self.concurrency = concurrency
        self.most = most
        self.served = served
        self.traffic = traffic
        self.emit = emit
        self.stopping = stopping
        self.total = asyncio.Semaphore(concurrency)
        self.stagger = stagger


class Lane:
    """The way to one model at one endpoint. Requests pass its gate one by one, by their rank (turns.py)."""

    def __init__(self, model: str, settings: RoleSettings, shared: Shared) -> None:
        self._model = model
        self._shared = shared
        most = min(shared.concurrency, shared.most.get(model, shared.concurrency))
        self._slots = Slots(most, shared.served.get((model, settings.base_url)))
        self._said = int(self._slots.limit)
        self._told = ToldRates(settings.requests_per_minute, settings.tokens_per_minute)
        self._learned = LearnedRate()
        self._at_once = AtOnce()
        self._under_way: dict[Taken, None] = {}  # in the order in which they were sent
        self._usual_reply = USUAL_REPLY
        self._not_before = float("-inf")
        self._last_shrink = float("-inf")
        self._lesson = self._learned.lesson
        self._gate = Turns()
        self._freed = asyncio.Event()
        self._queued = 0
        self._in_demand = False  # slots, not the pace, are what the queue waits for

    async def enter(self, tokens: float, *, rank: int = 0, last: bool = False) -> Taken:
        """Wait for a slot, for the pace, and for a slot of the whole run, in this order.

        Only the first in the queue waits for these, so that none of them is held while another is waited for. Once the run is
        to stop only what is asked to the `last` gets a slot. Raises Interrupted.
        """
        standing = self._shared.traffic.of(self._model)
        self._queued += 1
        standing.waiting += 1
        try:
            async with self._gate.turn(rank):
                while self._slots.full:
                    self._in_demand = True
                    self._freed.clear()
                    await self._freed.wait()
                waited = await self._turn(tokens, last)
                if self._shared.stopping.is_set() and not last:
                    raise Interrupted("the run was interrupted")
                if self._shared.stagger is not None:
                    await self._shared.stagger.turn()
                return await self._taken(tokens, waited)
        finally:
            self._queued -= 1
            standing.waiting -= 1
            self._in_demand = self._in_demand and self._queued > 0

    async def resume(self, tokens: float, ago: float | None) -> Taken:
        """A place whose call is under way already; it left so many seconds ago, if it has."""
        taken = await self._place(tokens, waited=False)
        now, taken.gone = taken.sent_at, ago is not None
        self._told.resume(taken, tokens, now, None if ago is None else now - ago)
        return taken

    async def _taken(self, tokens: float, waited: bool) -> Taken:
        """A place whose turn has come."""
        taken = await self._place(tokens, waited)
        self._told.take(taken, taken.sent_at, tokens)
        return taken

    async def _place(self, tokens: float, waited: bool) -> Taken:
        """A place; of the whole run's slots one is waited for."""
        await self._shared.total.acquire()
        now = asyncio.get_running_loop().time()
        self._learned.sent(now, waited)
        taken = Taken(now, tokens, self._slots.in_flight, lambda: self.left(taken), lambda: self.again(taken))
        self._slots.in_flight += 1
        self._under_way[taken] = None
        return taken

    def left(self, taken: Taken, ago: float = 0.0) -> None:
        """It left for its provider so many seconds ago. What the provider counts in a minute is counted from then."""
        taken.gone = True
        self._told.left(taken, asyncio.get_running_loop().time() - ago)

    async def again(self, taken: Taken) -> None:
        """One more try in the same place. It may go out when there is room for whoever has his turn just now, too."""
        clock, stopping = asyncio.get_running_loop().time, self._shared.stopping
        while (wait := self._told.wait(clock(), taken.tokens, calls=2)) > 0 and not stopping.is_set():
            await nap(wait, stopping)
        self._told.take(taken, clock(), taken.tokens)

    @property
    def told(self) -> bool:
        """Whether a rate is kept to that somebody was told of: then it matters when each call leaves."""
        return self._told.known

    @property
    def standing(self) -> dict[str, float | None]:
        """Calls in flight, how many there may be, and the requests a minute that are kept to, if any are."""
        paces = [pace for pace in (self._told.per_minute, self._learned.per_minute) if pace is not None]
        return {"in_flight": self._slots.in_flight, "limit": int(self._slots.limit), "per_minute": min(paces, default=None)}

    def remembered(self) -> Remembered:
        """What is known of the model, for whoever asks it after us."""
        now = asyncio.get_running_loop().time()
        requests, tokens = self._told.remembered(now)
        rate, slots = self._learned.remembered(now), self._slots.remembered()
        rest = max(0.0, self._not_before - now)
        return Remembered(requests=requests, tokens=tokens, rate=rate, slots=slots, usual_reply=self._usual_reply, rest=rest)

    def recall(self, known: Remembered, ago: float) -> None:
        """What was known so many seconds ago."""
        now = asyncio.get_running_loop().time()
        self._told.recall(known, now, ago)
        self._learned.recall(known.rate, now)
        self._slots.recall(known.slots)
        self._lesson, self._said = self._learned.lesson, int(self._slots.limit)
        self._usual_reply = known.usual_reply
        self._rest(now, known.rest - ago)

    async def _turn(self, tokens: float, last: bool) -> bool:
        """Wait for the pace; whether the learned one made us wait."""
        loop, waited = asyncio.get_running_loop(), False
        while True:
            now = loop.time()
            learned = self._learned.wait(now)
            wait = max(self._not_before - now, learned, self._told.wait(now, tokens))
            if wait <= 0 or (self._shared.stopping.is_set() and not last):
                return waited
            self._in_demand = False
            waited = waited or learned >= wait
            standing = self._shared.traffic.of(self._model)
            standing.paced += 1
            try:
                await (asyncio.sleep(wait) if last else nap(wait, self._shared.stopping))
            finally:
                standing.paced -= 1

    def leave(self, taken: Taken) -> None:
        """The try is over. One that never left counts in no minute."""
        if not taken.gone:
            self._told.never_left(taken)
        self._shared.total.release()
        self._under_way.pop(taken, None)
        self._slots.in_flight -= 1
        self._freed.set()

    def accepted(self, taken: Taken, reply: Reply) -> None:
        """A reply came back: room to grow, and a lesson about tokens."""
        self.surely_left(taken)
        self._learned.accepted(taken.sent_at)
        self._at_once.passed(taken.beside)
        self._slots.passed(taken.beside)
        self._tell()
        if self._in_demand:
            self._slots.grow()
            self._say_growth()
        if reply.rest:
            self._rest(asyncio.get_running_loop().time(), reply.rest)
        self._usual_reply += LEARNING * (reply.usage.completion - self._usual_reply)
        self._told.took(taken, reply.usage.prompt + reply.usage.completion - taken.tokens)

    def surely_left(self, taken: Taken) -> None:
        """It left, though nobody said so."""
        if not taken.gone:
            self.left(taken)

    def refused(self, taken: Taken, retry_after: float | None) -> None:
        """A 429: slow down. Refusals of what was sent before the last step down are no news."""
        now = asyncio.get_running_loop().time()
        self.surely_left(taken)
        self._was_nothing(taken)
        if not self._learned.shut and self._too_many(taken, now):
            self._keep_to(taken, now)
            return
        rings = self._learned.refused(taken.sent_at, now)
        if not self._learned.shut:
            self._at_once.refused(taken.beside)
        if retry_after and self._learned.shut:
            self._rest(now, retry_after)
        if rings:
            if self._slots.in_flight >= self._slots.limit / 2:
                self._slots.shrink()
            self._say("it refuses more than is usual: one at a time until it lets one through")
        self._tell()

    def _was_nothing(self, refused: Taken) -> None:
        """What was refused took no place at the provider: it was beside nobody who was sent after it."""
        later = False
        for one in self._under_way:
            one.beside -= later
            later = later or one is refused

    def _too_many(self, taken: Taken, now: float) -> bool:
        """Whether it was refused for those it was sent beside. What is under way for twice as long as it was is let through."""
        if self._slots.holds(taken.beside):
            return True
        since = taken.sent_at - (now - taken.sent_at)
        return self._at_once.to_blame(taken.beside, (one.beside for one in self._under_way if one.sent_at < since))

    def _keep_to(self, taken: Taken, now: float) -> None:
        """As many at once as the one that was refused was sent beside; the rate is not to blame."""
        at_once = min(taken.beside, self._slots.held or taken.beside)
        news = at_once < self._said
        self._at_once.refused(taken.beside)
        self._learned.cleared(taken.sent_at, now, surely=self._slots.hold(at_once))
        self._lesson = self._learned.lesson
        if news:
            self._say("it refuses more at once")

    def tokens(self, characters: int) -> float:
        """Tokens that a request of so many characters is expected to take, reply included."""
        return characters / CHARACTERS_A_TOKEN + self._usual_reply

    def keep_to(self, requests: float | None, tokens: float | None) -> None:
        """Somebody else who asks this model was told of a limit, a minute: the least holds for all."""
        self._told.keep_to(requests, tokens)

    def _rest(self, now: float, seconds: float) -> None:
        """Send nothing for so long; but look again from time to time, since nobody sees why nothing happens."""
        self._not_before = max(self._not_before, now + min(seconds, LONGEST_REST))

    def _tell(self) -> None:
        """Say what was learned of the rate, if anything was. Where refusals come by chance, fewer in flight don't help either."""
        lesson = self._learned.lesson
        if lesson is self._lesson:
            return
        self._lesson = lesson
        if lesson.per_minute is not None:
            self._say(f"it lets through about {lesson.per_minute:.0f} requests a minute")
        else:
            self._slots.regain()
            self._say(f"it refuses {lesson.by_chance:.0%}, however slowly it is asked")

    def _say_growth(self) -> None:
        limit = int(self._slots.limit)
        if limit >= 1.25 * self._said or (limit == self._slots.most > self._said):
            self._say("it keeps up")

    def _say(self, why: str) -> None:
        self._said = int(self._slots.limit)
        self._shared.emit(LimitChanged(model=self._model, in_flight=self._said, per_minute=self._lesson.per_minute, why=why))


class Lanes:
    """Places in flight: of each model so many, of the whole run so many, and each to be had at its model's pace.

    Once `stopping` is set only what gives a task its answer waits for its turn; for the rest Interrupted is raised.
    """

    def __init__(
        self,
        concurrency: int,
        emit: Callable[[Event], None],
        stopping: asyncio.Event,
        served: Mapping[Place, int] = MappingProxyType({}),
        traffic: Traffic | None = None,
    ) -> None:
        """`served`: how many a server works on at once, where it says so."""
        self._shared = Shared(concurrency, emit, stopping, served, traffic or Traffic(emit), Stagger())
        self._lanes: dict[Place, Lane] = {}

    @asynccontextmanager
    async def place(self, request: Request) -> AsyncIterator[Taken]:
        """A place for one try. How the try ends tells how much can be asked at once and how fast."""
        lane = self._lanes.get(request.place)
        if lane is None:
            lane = self._lanes[request.place] = Lane(request.model, request.settings, self._shared)
        taken = await lane.enter(lane.tokens(characters(request)), rank=rank(request.label), last=request.label.last)
        try:
            yield taken
            if taken.reply is not None:
                lane.accepted(taken, taken.reply)
        except RateLimited as error:
            lane.refused(taken, error.retry_after)
            raise
        finally:
            lane.leave(taken)
