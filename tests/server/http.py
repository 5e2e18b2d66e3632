"""The server itself: a thread with its own event loop; what it answers is a function of what it is asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from aiohttp import web

from nlevolve.records import Usage
from tests.server.wires import ANTHROPIC, GEMINI, OPENAI, Wire


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    number: int
    """Counted from 1, over all requests of this server."""
    wire: str
    model: str
    texts: tuple[str, ...]
    body: dict[str, Any]
    headers: dict[str, str]


@dataclass(frozen=True)
class Said:
    """What to answer, and how to fail at it."""

    text: str | None = "ok"
    finish: str = "stop"
    usage: Usage = field(default_factory=lambda: Usage(prompt=100, completion=20))
    reasoning: str = ""
    refusal: str = ""
    status: int = 200
    code: str = "error"
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """The body as it is, instead of a well-formed one."""
    delay: float = 0.0
    reset: bool = False
    """Drop the connection before a byte."""
    cut: bool = False
    """Drop it in the middle of the body."""


Script = Callable[[Asked], Said | Awaitable[Said]]


class Provider:
    """`with Provider(lambda asked: Said("…")) as server:` gives `server.url`, and `server.asked` afterwards."""

    def __init__(self, script: Script, port: int = 0) -> None:
        self._script = script
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runner: web.AppRunner | None = None
        self.asked: list[Asked] = []
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
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/chat/completions", self._speaking(OPENAI))
        app.router.add_post("/v1/messages", self._speaking(ANTHROPIC))
        app.router.add_post("/{version}/models/{call}", self._speaking(GEMINI))
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

    def _speaking(self, wire: Wire) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            return await self._answer(request, wire)

        return answer

    async def _answer(self, request: web.Request, wire: Wire) -> web.StreamResponse:
        body = await request.json()
        model = body.get("model") or request.match_info["call"].split(":")[0]
        asked = Asked(len(self.asked) + 1, wire.name, model, tuple(wire.texts(body)), body, dict(request.headers))
        self.asked.append(asked)
        said = self._script(asked)
        said = said if isinstance(said, Said) else await said
        await asyncio.sleep(said.delay)
        if said.reset:
            return self._drop(request)
        if said.raw is not None:
            return web.Response(status=said.status, body=said.raw, headers={"content-type": "application/json", **said.headers})
        if said.status != 200:
            return web.json_response(
                wire.error(said.status, said.code, said.text or ""), status=said.status, headers=said.headers
            )
        reply = wire.reply(model, said.text, said.finish, said.usage, said.reasoning, said.refusal)
        whole = web.json_response(reply, headers=said.headers)
        return await self._half(request, whole) if said.cut else whole

    def _drop(self, request: web.Request) -> web.StreamResponse:
        if request.transport:
            request.transport.abort()
        return web.Response()

    async def _half(self, request: web.Request, whole: web.Response) -> web.StreamResponse:
        body = bytes(whole.body) if isinstance(whole.body, bytes) else b""
        part = web.StreamResponse(headers={"content-type": "application/json", "content-length": str(len(body))})
        await part.prepare(request)
        await part.write(body[: len(body) // 2])
        return self._drop(request)
