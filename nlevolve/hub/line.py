"""A worker's way to its hub: a connection that is made again when it breaks, and words that are said until they are answered."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from nlevolve.errors import HubFailed, HubGone
from nlevolve.hub import words
from nlevolve.hub.address import AWAY, HUB, THERE, headers, is_here, refusal
from nlevolve.llm.means import Asker
from nlevolve.llm.request import CallFailed, Interrupted, OverBudget
from nlevolve.records import LimitChanged, ServerAway, ServerBack

if TYPE_CHECKING:
    from aiohttp import ClientSession, ClientWebSocketResponse

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds between tries to reach it: doubled from the first to the longest."""
CONNECTING = 5.0
"""Seconds for a connection."""
HEARTBEAT = 5.0
"""Seconds between looks whether the other end is still there."""
LINGER = 5.0
"""Seconds to wait, at the end, for what the hub has not confirmed."""
REPLACED = 4001
MOST_DEPARTED = 200_000
"""Digests; a run of more calls than that does not say which of them have left."""


class HubAway(CallFailed):
    """The hub is away, and there is no waiting for it any longer. Nothing was sent, and nothing is counted."""

    kind = "away"

    def __init__(self, url: str, waited: float) -> None:
        super().__init__(f"nothing answers at {url}, where the hub should be" + (f" (waited {waited:.0f} s)" if waited else ""))
        self.left = False


@dataclass(eq=False, slots=True)
class _Open:
    """A word that is not answered."""

    text: str
    answer: asyncio.Future[Any] | None = None
    """Where somebody waits for it."""
    last: bool = False
    """It is waited for even when the run is to stop."""


class Line:
    """The connection of one process to its hub."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._token = token
        self._session = uuid.uuid4().hex
        self._open_words: dict[int, _Open] = {}
        self._unsaid: list[int] = []
        self._n = 0
        self._news = asyncio.Event()
        self._here = asyncio.Event()
        self._answered = asyncio.Event()
        """Set while nothing is unanswered."""
        self._since: float | None = None
        """When it was seen to be away, if it is."""
        self._gave_up = False
        self._failure: HubFailed | None = None
        self._restate: list[Callable[[], Iterable[words.Word]]] = []
        self.welcome = words.Welcome(born="")
        self.carries = True
        """Whether the hub's caps carry one more task."""

    async def open(self, asker: Asker, *, reads: bool = False) -> None:
        """Wait until the hub has greeted us, or the run stops. `reads`: nothing is bought. Raises HubFailed."""
        self._asker, self._reads = asker, reads
        self._keeper = asyncio.create_task(self._keep())
        self._keeper.add_done_callback(self._broke)
        self._watcher = asyncio.create_task(self._watch())
        here = asyncio.create_task(self._here.wait())
        stops = asyncio.create_task(asker.stopping.wait())
        try:
            await asyncio.wait([here, stops, self._keeper], return_when=asyncio.FIRST_COMPLETED)
        finally:
            here.cancel()
            stops.cancel()
        if self._failure is not None:
            await self._end()
            raise self._failure

    def restated(self, by: Callable[[], Iterable[words.Word]]) -> None:
        """What a hub that has forgotten us is told first."""
        self._restate.append(by)

    def next(self) -> int:
        """The number of the next word."""
        self._n += 1
        return self._n

    def tell(self, word: words.Word) -> None:
        """Say it; nobody waits for the answer, but it is said until there is one."""
        self._say(word.n, _Open(word.model_dump_json()))

    async def ask(self, word: words.Word, *, last: bool = False, stands: bool = False) -> Any:
        """The answer. `last`: it is waited for also when the run is to stop. `stands`: it is to be carried out even when nobody
        waits for it any more; else it is taken back then.

        Raises OverBudget, HubAway, Interrupted and HubFailed.
        """
        if self._failure is not None:
            raise self._failure
        if self._asker.stopping.is_set() and not last:
            raise Interrupted("the run was interrupted")
        answer = asyncio.get_running_loop().create_future()
        self._say(word.n, _Open(word.model_dump_json(), answer, last))
        if self._hopeless:
            self._give_up()
        try:
            return _understood(await answer)
        except (asyncio.CancelledError, Interrupted, HubAway):
            if not stands:
                self._take_back(word.n)
            raise

    async def close(self) -> None:
        """Wait a little until all is confirmed, and say goodbye."""
        if self._here.is_set() and self._open_words and self._failure is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(LINGER):
                    await self._answered.wait()
        if self._here.is_set() and not self._open_words and self._failure is None:
            with suppress(Exception):
                async with asyncio.timeout(1.0):
                    await self.ask(words.Bye(n=self.next()), last=True, stands=True)
        await self._end()

    @property
    def unconfirmed(self) -> int:
        """Words that the hub has not answered."""
        return len(self._open_words)

    async def _end(self) -> None:
        for task in (self._keeper, self._watcher):
            task.cancel()
        await asyncio.gather(self._keeper, self._watcher, return_exceptions=True)

    def _say(self, n: int, word: _Open) -> None:
        self._open_words[n] = word
        self._answered.clear()
        self._unsaid.append(n)
        self._news.set()

    def _take_back(self, n: int) -> None:
        word = self._open_words.get(n)
        if word is not None:
            word.answer = None
        self.tell(words.Cancel(n=self.next(), of=n))

    @property
    def _hopeless(self) -> bool:
        """Whether it is away and not to be waited for."""
        return self._since is not None and (self._asker.stopping.is_set() or self._gave_up)

    def _give_up(self) -> None:
        for word in list(self._open_words.values()):
            if word.answer is not None and not word.answer.done():
                word.answer.set_exception(HubAway(self.url, self._asker.patience if self._gave_up else 0.0))

    async def _watch(self) -> None:
        """Once the run is to stop, only what gives a task its answer is waited for."""
        await self._asker.stopping.wait()
        for word in list(self._open_words.values()):
            if word.answer is not None and not word.answer.done() and not word.last:
                word.answer.set_exception(Interrupted("the run was interrupted"))
        if self._hopeless:
            self._give_up()

    async def _keep(self) -> None:
        """Be connected, as long as it lasts; and again."""
        import aiohttp

        pause = FIRST_PAUSE
        async with aiohttp.ClientSession(trust_env=not is_here(self.url), headers=headers(self._token)) as session:
            while self._failure is None:
                try:
                    await self._connected(session)
                    pause = FIRST_PAUSE
                except HubFailed as failure:
                    self._fail(failure)
                    return
                except (aiohttp.ClientError, TimeoutError, OSError, ValidationError, TypeError) as error:
                    self._away(error)
                self._here.clear()
                # not `nap`: settlements are delivered while a run stops
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, 2 * pause)

    async def _connected(self, session: ClientSession) -> None:
        """One connection, to its end. Raises HubFailed where the hub refuses us, and whatever a network does."""
        import aiohttp

        try:
            async with asyncio.timeout(CONNECTING):
                line = await session.ws_connect(
                    f"{self.url}/v1/work", heartbeat=HEARTBEAT, max_msg_size=words.LARGEST_FRAME, compress=0
                )
        except aiohttp.WSServerHandshakeError as error:
            if error.status in AWAY:
                raise
            raise refusal(self.url, error.status) from None
        async with line:
            async with asyncio.timeout(CONNECTING):
                await self._greet(line)
            writer = asyncio.create_task(self._write(line))
            try:
                async for message in line:
                    self._hear(message.data)
            finally:
                writer.cancel()
                await asyncio.gather(writer, return_exceptions=True)
            if line.close_code == REPLACED:
                raise HubFailed("another process carries on this run: the hub has ended our connection")
            if line.close_code in (1007, 1008, 1009):
                raise HubFailed(f"the hub at {self.url} does not understand us: it is of another version")

    async def _greet(self, line: ClientWebSocketResponse) -> None:
        asker = self._asker
        told: dict[str, Any] = {"run": asker.run_id or self._session, "part": asker.part, "name": asker.run}
        # only before it has greeted us is it of use
        departed = asker.departed if not self.welcome.born and len(asker.departed or ()) <= MOST_DEPARTED else None
        hello = words.Hello(session=self._session, reads=self._reads, departed=departed, **told)
        await line.send_str(hello.model_dump_json())
        try:
            self.welcome = words.Welcome.model_validate_json(await line.receive_str())
        except TypeError:
            if line.close_code == REPLACED:
                raise HubFailed("another process carries on this run: the hub does not take us back") from None
            raise
        said_anew = [] if self.welcome.expected else [word for by in self._restate for word in by()]
        self._unsaid = list(self._open_words)
        for word in reversed(said_anew):
            self._open_words.setdefault(word.n, _Open(word.model_dump_json()))
            self._unsaid.insert(0, word.n)
        self._news.set()
        self._here.set()
        self._gave_up = False
        if self._since is not None:
            seconds = asyncio.get_running_loop().time() - self._since
            self._since = None
            self._asker.emit(ServerBack(model=HUB, address=self.url, seconds=seconds))

    async def _write(self, line: ClientWebSocketResponse) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(0)  # who else has something to say says it now
            self._news.clear()
            unsaid, self._unsaid = self._unsaid, []
            frame: list[str] = []
            size = 0
            for n in unsaid:
                if (word := self._open_words.get(n)) is not None:
                    frame.append(word.text)
                    size += len(word.text)
                if size > words.USUAL_FRAME:
                    await line.send_str(f"[{','.join(frame)}]")
                    frame, size = [], 0
            if frame:
                await line.send_str(f"[{','.join(frame)}]")

    def _hear(self, frame: Any) -> None:
        told = words.Told.model_validate_json(frame)
        self.carries = told.carries
        for n, answer in told.done:
            word = self._open_words.pop(n, None)
            if word is not None and word.answer is not None and not word.answer.done():
                word.answer.set_result(answer)
        if not self._open_words:
            self._answered.set()
        for event in told.news:
            self._asker.emit(LimitChanged.model_validate(event))

    def _away(self, error: Exception) -> None:
        now = asyncio.get_running_loop().time()
        if self._since is None:
            self._since = now
            why = f"nothing answers at {self.url}" + (f" ({error})" if str(error) and len(str(error)) < 200 else "")
            self._asker.emit(ServerAway(model=HUB, address=self.url, why=why, patience=self._asker.patience))
        if not self._gave_up and now - self._since >= self._asker.patience:
            self._gave_up = True
            if self.welcome.born == "":
                self._fail(HubGone(f"nothing answers at {self.url}, where the hub should be: start it, then resume the run"))
        if self._hopeless:
            self._give_up()

    def _broke(self, keeper: asyncio.Task[None]) -> None:
        """What else it may have died of: who waits must hear of it."""
        if not keeper.cancelled() and (error := keeper.exception()) is not None:
            self._fail(HubFailed(f"the connection to the hub cannot go on ({type(error).__name__}: {error})"))

    def _fail(self, failure: HubFailed) -> None:
        self._failure = failure
        for word in self._open_words.values():
            if word.answer is not None and not word.answer.done():
                word.answer.set_exception(failure)


def _understood(answer: Any) -> Any:
    """Raises what the hub says in the place of an answer."""
    if not isinstance(answer, dict) or "error" not in answer:
        return answer
    message = str(answer.get("message", ""))
    if answer["error"] == OverBudget.kind:
        raise OverBudget(message, scope="task" if answer.get("scope") == "task" else "run")
    raise HubFailed(f"{THERE}{message}")
