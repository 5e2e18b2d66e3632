"""The server itself: a thread with its own event loop; what it answers is a function of what it is asked."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType

from aiohttp import web

from tests.server.dialects.dialect import PLAIN, Dialect, Serving
from tests.server.said import Asked, Said, Script
from tests.server.streams import CONTENT_TYPES, Pieces, plain, stream
from tests.server.wires import ANTHROPIC, GEMINI, OLLAMA, OPENAI, Wire

__all__ = ["Asked", "Provider", "Said", "Script"]

ROUTES = {
    "/v1/chat/completions": OPENAI,
    "/api/v1/chat/completions": OPENAI,
    "/v1/messages": ANTHROPIC,
    "/{version}/models/{call}": GEMINI,
    "/api/chat": OLLAMA,
}
UNLIMITED = Serving()
FOR_EVER = 3600.0
GLANCE = 0.02
"""Seconds between looks at whether the client is still there."""


class Provider:
    """`with Provider(lambda asked: Said("…")) as server:` gives `server.url`, and `server.asked` afterwards.

    `dialect` and `serving` make it one kind of server with one model: see dialects/.
    """

    def __init__(self, script: Script, port: int = 0, *, dialect: Dialect = PLAIN, serving: Serving = UNLIMITED) -> None:
        self._script = script
        self._dialect = dialect
        self._serving = serving
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runner: web.AppRunner | None = None
        self._slots: contextlib.AbstractAsyncContextManager[object] = contextlib.nullcontext()
        self._working = 0
        self.asked: list[Asked] = []
        self.looked_at: list[str] = []
        """Paths that were asked for with GET, or otherwise than for a reply."""
        self.hung_up: list[int] = []
        """Numbers of the requests whose client went away before their reply was out."""
        self.most_at_once = 0
        """Requests that were worked on at the same moment, at most."""
        self.port = port

    @property
    def url(self) -> str:
        """Base URL of the OpenAI-compatible routes."""
        return f"{self.root}/v1"

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Provider:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(60)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    async def _start(self) -> None:
        if self._serving.slots is not None:
            self._slots = asyncio.Semaphore(self._serving.slots)
        app = web.Application(client_max_size=2**26)
        for path, wire in ROUTES.items():
            app.router.add_post(path, self._speaking(wire))
        app.router.add_get("/{path:.*}", self._tell)
        app.router.add_post("/{path:.*}", self._tell)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=1024, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        assert self._runner
        await self._runner.cleanup()
        hanging = asyncio.all_tasks() - {asyncio.current_task()}
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)

    async def _tell(self, request: web.Request) -> web.StreamResponse:
        self.looked_at.append(request.path)
        told = self._dialect.tells(self._serving).get(request.path)
        return web.json_response(told) if told is not None else _failed(OPENAI, self._dialect.lost)

    def _speaking(self, wire: Wire) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            asked = await self._read(request, wire)
            self.asked.append(asked)
            try:
                return await self._answer(request, wire, asked)
            except ConnectionError:
                self.hung_up.append(asked.number)
                return web.Response()

        return answer

    async def _read(self, request: web.Request, wire: Wire) -> Asked:
        body = await request.json()
        return Asked(
            number=len(self.asked) + 1,
            wire=wire.name,
            model=body.get("model") or request.match_info["call"].split(":")[0],
            texts=tuple(wire.texts(body)),
            body=body,
            headers=dict(request.headers),
            chat=tuple(wire.chat(body)),
            schema=wire.schema(body),
            thinks=wire.thinks(body),
        )

    async def _answer(self, request: web.Request, wire: Wire, asked: Asked) -> web.StreamResponse:
        async with self._at_work():
            said = await self._said(asked)
            await _stay(request, said.delay)
            if said.reset:
                return _drop(request)
            if said.raw is not None or said.status != 200:
                return _failed(wire, said)
            body = self._dialect.dresses(wire.reply(asked, said), asked, said)
            wants_stream = bool(asked.body.get("stream")) or ":stream" in request.match_info.get("call", "")
            if wants_stream or said.streamed:
                pieces = stream(wire.name, body)
                return await _send(request, said, pieces, CONTENT_TYPES.get(wire.name, "text/event-stream"))
            if said.in_pieces:
                return await _send(request, said, plain(body, said.text or ""), "application/json")
            return web.json_response(body, headers=said.headers)

    @contextlib.asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        async with self._slots:
            self._working += 1
            self.most_at_once = max(self.most_at_once, self._working)
            try:
                yield
            finally:
                self._working -= 1

    async def _said(self, asked: Asked) -> Said:
        refusal = self._dialect.refuses(asked, self._serving)
        if refusal is not None:
            return refusal
        said = self._script(self._dialect.sees(asked, self._serving))
        return await said if inspect.isawaitable(said) else said


def _failed(wire: Wire, said: Said) -> web.Response:
    if said.raw is None:
        return web.json_response(wire.error(said.status, said.code, said.text or ""), status=said.status, headers=said.headers)
    kind = "application/json" if said.raw[:1] in b"{[" else "text/plain"
    return web.Response(status=said.status, body=said.raw, headers={"content-type": kind, **said.headers})


def _drop(request: web.Request) -> web.StreamResponse:
    if request.transport:
        request.transport.abort()
    return web.Response()


async def _stay(request: web.Request, seconds: float) -> None:
    """Wait, but no longer than the client does. Raises ConnectionError when it goes away."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while (left := until - loop.time()) > 0:
        await asyncio.sleep(min(left, GLANCE))
        if request.transport is None or request.transport.is_closing():
            raise ConnectionResetError("the client hung up")


async def _send(request: web.Request, said: Said, pieces: Pieces, kind: str) -> web.StreamResponse:
    """The pieces one by one; all of them, half, or without end."""
    whole = pieces.whole
    headers = {"content-type": kind, **said.headers}
    if said.cut and kind == "application/json":
        headers["content-length"] = str(sum(map(len, whole)))  # else a half looks like a whole
    part = web.StreamResponse(headers=headers)
    await part.prepare(request)
    for piece in whole[: -(-len(whole) // 2)] if said.cut or said.stalls else [*pieces.before, *pieces.again]:
        await part.write(piece)
        await _stay(request, said.pause)
    if said.cut:
        return _drop(request)
    if said.stalls:
        await _stay(request, FOR_EVER)
    while said.endless:
        for piece in pieces.again or [b" "]:
            await part.write(piece)
            await _stay(request, max(said.pause, 0.001))
    for piece in pieces.after:
        await part.write(piece)
    await part.write_eof()
    return part
