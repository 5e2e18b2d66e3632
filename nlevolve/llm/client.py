"""litellm, as a translator only: one request becomes one provider call. It and quiet_import.py alone import litellm."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from nlevolve.llm.arguments import Arguments
from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.concessions import WHOLE
from nlevolve.llm.connections import ANSWERED, Answered, Connections
from nlevolve.llm.embedded import PROVIDER, Complete, register
from nlevolve.llm.failures import LONGEST_MESSAGE, failure, lost, unconnected
from nlevolve.llm.gc import collected, uncollected
from nlevolve.llm.guard import guarding, refused
from nlevolve.llm.hearing import Hearing
from nlevolve.llm.keys import Secrets, secrets_of
from nlevolve.llm.patience import patient
from nlevolve.llm.quiet_import import hide_warnings, load_litellm
from nlevolve.llm.remedies import Remedies
from nlevolve.llm.request import BrokeOff, NoReply, Place, Rejected, Reply, Request, TimedOut
from nlevolve.llm.room import Bound, bound_of
from nlevolve.llm.serving import Served
from nlevolve.llm.sse import ErrorInStream, forgiving
from nlevolve.llm.streams import Heard, listen, no_stream
from nlevolve.llm.told import LONGEST_SAID, is_reply, told
from nlevolve.llm.traffic import Standing, Traffic
from nlevolve.llm.windows import cut
from nlevolve.llm.wire import BY_ITSELF

OK = 200
UNREAD = (None, OK, 422, 500)
"""What litellm makes of a reply that it cannot read."""
LOCAL = "unsupportedparamserror"
"""The error, by its class in lower case, with which litellm refuses what it then does not send."""

UNLIMITED = 1e6
"""Seconds, for litellm: how long is waited is decided here."""

MOST_STREAMS = 100
"""Replies heard as they come at the same time; further ones are asked for whole. A piece takes 20 to 110 microseconds, so that a
hundred of fifty tokens a second are up to half a core; of five hundred the loop would do nothing else."""


class Client:
    """The innermost LLM: no retries, no cache, no limits. Raises NoReply.

    `own_process`: nothing else lives in this process (the command line says so). Then its garbage collector is kept off
    litellm (see gc.py), and warnings that litellm causes are hidden. In somebody else's process both stay as they are.
    """

    _open = 0
    """How many in this process have used litellm and are not closed."""

    def __init__(
        self,
        cards: Mapping[str, ModelCard],
        notice: Callable[[str], None],
        embedded: Complete | None = None,
        *,
        own_process: bool = False,
        traffic: Traffic | None = None,
        served: Mapping[Place, Served] | None = None,
    ) -> None:
        """`served`: what the models' servers told of themselves."""
        self._cards = cards
        self._traffic = traffic
        self._remedies = Remedies(cards, served or {})
        self._notice = notice
        self._embedded = embedded
        self._own_process = own_process
        self._library: asyncio.Future[Any] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="litellm-import")
        self._arguments = Arguments(cards, notice)
        self._secrets = Secrets()
        self._hearing = Hearing(cards, notice, self._secrets)
        self._streaming = 0
        self._pieces: set[Place] = set()
        self._garbled: set[Place] = set()
        self._cut: set[Place] = set()
        self._connections: Connections | None = None
        self._handler: Any = None

    async def __call__(self, request: Request) -> Reply:
        with guarding(request.settings.largest_reply):
            return await self._asked(request)

    async def _asked(self, request: Request) -> Reply:
        litellm = await self._litellm()
        bound = bound_of(request, self._cards.get(request.model))
        arguments = self._arguments.of(litellm, request, bound) | self._ways(litellm, _provider(request, self._cards))
        _skip_its_log()
        ANSWERED.set(answered := Answered())
        started = time.monotonic()
        try:
            # litellm's own timeout is not enforced for every provider
            async with patient(request.settings.timeout):
                if self._streams(request):
                    heard = await self._listened(litellm, request, arguments, bound)
                    if not heard.nothing:
                        self._garbled.discard(request.place)
                        return self._uncut(request, self._hearing.heard(litellm, request, heard, time.monotonic() - started))
                    raise self._unstreamed(request, answered)
                response = await self._waited_for(litellm, request, arguments, answered)
        except TimeoutError:
            raise TimedOut(f"no reply within {request.settings.timeout:g} s") from None
        except NoReply:
            raise
        except Exception as error:
            raise self._failure(error, request) from None
        return self._uncut(request, self._hearing.whole(request, response, time.monotonic() - started))

    def _uncut(self, request: Request, reply: Reply) -> Reply:
        """The reply, if it is one to the whole prompt. Raises TooLong."""
        window = self._arguments.windows.get(request.place)
        if window is None or reply.usage.estimated:
            return reply
        told = request.settings.extra_body.get("num_ctx")
        shortened = cut(request.messages, reply.usage.prompt, told if isinstance(told, int) else window)
        if shortened is None:
            return reply
        if request.place not in self._cut:
            self._cut.add(request.place)
            self._notice(f"{request.model} does not read the whole prompt: {shortened}")
        raise shortened

    def _streams(self, request: Request) -> bool:
        embedded = request.model.startswith(f"{PROVIDER}/")
        if embedded or "stream" in request.without:
            return False
        return (
            request.place in self._pieces
            or WHOLE in request.without
            or (request.settings.stream and self._streaming < MOST_STREAMS)
        )

    def _unstreamed(self, request: Request, answered: Answered) -> NoReply:
        """The error for what came in place of a stream: an outage, or a server that sends none if it is so twice running."""
        place = request.place
        if place in self._garbled and place not in self._pieces and not answered.page:
            return no_stream()
        self._garbled.add(place)
        garbled = answered.unread
        garbled.broke = not answered.page  # it may be billed
        return garbled

    async def _waited_for(self, litellm: Any, request: Request, arguments: dict[str, Any], answered: Answered) -> Any:
        """The whole reply. Raises NoReply: also for one that litellm cannot read, which is asked for in pieces from then on."""
        try:
            return await litellm.acompletion(**arguments)
        except Exception as error:
            failure = self._failure(error, request)
            if refused(error) or answered.status != OK or failure.status not in UNREAD:
                raise failure from None
        if "stream" not in request.without and not answered.page:
            self._pieces.add(request.place)
            self._notice(f"{request.model} answers with {answered.said}: its replies are asked for as streams from now on")
        raise answered.unread

    async def _listened(self, litellm: Any, request: Request, arguments: dict[str, Any], bound: Bound | None) -> Heard:
        """The reply as it comes. Raises NoReply, and what litellm raises before it has begun."""
        standing = self._traffic.of(request.model) if self._traffic else Standing()
        self._streaming += 1
        standing.writing += 1
        try:
            return await self._hear(litellm, request, arguments, bound, standing)
        finally:
            self._streaming -= 1
            standing.writing -= 1

    async def _hear(
        self, litellm: Any, request: Request, arguments: dict[str, Any], bound: Bound | None, standing: Standing
    ) -> Heard:
        asked_at = time.monotonic()
        stream = await litellm.acompletion(**arguments, stream=True, stream_options={"include_usage": True})
        try:
            pieces = forgiving(await stream.fetch_stream(), _provider(request, self._cards))  # some are asked only now
        except Exception as error:
            raise self._failure(_with_headers(error), request) from None
        try:
            heard = await listen(pieces, bound, request.settings, asked_at, standing)
        except (NoReply, TimeoutError):
            raise
        except Exception as error:
            raise self._broken(error, request) from None
        finally:
            with contextlib.suppress(Exception):
                await stream.aclose()
        heard.headers = (getattr(stream, "_hidden_params", None) or {}).get("additional_headers") or {}
        return heard

    def _broken(self, error: Exception, request: Request) -> NoReply:
        """What went wrong in the middle of a stream: the provider says it, or the connection is gone."""
        ours = refused(error)
        if ours is not None:
            return ours
        if isinstance(getattr(error, "status_code", None), int):
            failure = self._failure(_with_headers(error), request)
            failure.broke = True
            return failure
        if isinstance(body := getattr(error, "body", None), dict):  # the SDK's, without a status
            return self._failure(ErrorInStream({"error": body}), request)
        said = self._hide(" ".join(f"{type(error).__name__}: {error}".split()), request)
        return BrokeOff(f"its reply broke off ({said})"[:LONGEST_MESSAGE], status=200)

    async def close(self) -> None:
        """Close the connections. litellm's are shared by the whole process, so the last client to close closes them."""
        self._thread.shutdown(wait=False)
        if self._library is None:
            return
        litellm: Any = self._library.result() if self._library.done() and not self._library.exception() else None
        if self._connections and await self._connections.close():
            _forget(litellm.in_memory_llm_clients_cache)
        Client._open -= 1
        if Client._open:
            return
        collected()
        if litellm:
            await litellm.close_litellm_async_clients()
            litellm.in_memory_llm_clients_cache.flush_cache()  # what was closed must not be used again

    async def _litellm(self) -> Any:
        if self._library is None:
            Client._open += 1
            self._library = asyncio.get_running_loop().run_in_executor(self._thread, self._load)
        return await asyncio.shield(self._library)

    def _load(self) -> Any:
        if not self._own_process:
            return self._loaded()
        hide_warnings()
        with uncollected():
            return self._loaded()

    def _loaded(self) -> Any:
        litellm = load_litellm()
        providers = {card.provider for card in self._cards.values()}
        if PROVIDER in providers:
            register(litellm, self._embedded or _embedded_models())
        if providers - {PROVIDER}:
            # what the SDK imports at its first call would stop the event loop for most of a second
            _ = litellm.AsyncOpenAI(api_key="none", base_url="http://127.0.0.1").chat.completions
        return litellm

    def _ways(self, litellm: Any, provider: str) -> dict[str, Any]:
        """Our connections, as litellm takes them for this provider."""
        if provider == PROVIDER:
            return {}
        if self._connections is None:
            self._connections = Connections.opened()
            self._handler = litellm.AsyncHTTPHandler(timeout=UNLIMITED, shared_session=self._connections.session)
        return {"client": self._handler} if provider in BY_ITSELF else {"shared_session": self._connections.session}

    def _hide(self, text: str, request: Request) -> str:
        return self._secrets.hide(text[:LONGEST_SAID], secrets_of(request.settings.extra_headers))

    def _failure(self, error: Exception, request: Request) -> NoReply:
        said = told(error)
        ours = refused(error) or unconnected(error, request.settings.base_url) or lost(error, said.status)
        if ours is not None:
            return ours
        said = replace(said, message=self._hide(said.message, request))
        ours = Rejected(f"{type(error).__name__}: {said.message}"[:LONGEST_MESSAGE]) if said.status is None else failure(said)
        ours.left = LOCAL not in said.codes
        # of a connection that was lost, or a reply that litellm cannot read, it makes a 500
        ours.broke = ours.left and not is_reply(error)
        return self._remedies.of(ours, request, said.codes)


def _provider(request: Request, cards: Mapping[str, ModelCard]) -> str:
    card = cards.get(request.model)
    return card.provider if card else request.model.partition("/")[0]


def _forget(clients: Any) -> None:
    """Have litellm forget its clients of this event loop: their connections are closed, and it would make others of its own."""
    for key in [key for key in clients.cache_dict if key.endswith(f"-{id(asyncio.get_running_loop())}")]:
        clients.delete_cache(key)


def _with_headers(error: Exception) -> Exception:
    """An error of a stream, with its headers where litellm's own errors have theirs."""
    error.litellm_response_headers = getattr(error, "headers", None)  # type: ignore[attr-defined]
    return error


def _skip_its_log() -> None:
    """Have litellm not log the calls of this asyncio task: nobody reads that, and it is a tenth of a call's CPU."""
    with contextlib.suppress(ImportError):  # meant for litellm's calls within calls; where a version lacks it, it logs
        from litellm._internal_context import is_internal_call

        is_internal_call.set(True)


def _embedded_models() -> Complete:
    from nlevolve.offline import provider

    return provider.complete
