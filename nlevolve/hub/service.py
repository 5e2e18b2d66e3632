"""The hub as a web service: one WebSocket for each worker, one page of JSON for people. TLS is a proxy's business."""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from pydantic import ValidationError

from nlevolve.hub import words
from nlevolve.hub.address import LOOPBACK, THERE, VARIABLE, check_strong, reachable
from nlevolve.hub.desk import LEASE, Desk
from nlevolve.hub.rates import Rates
from nlevolve.hub.status import status_of
from nlevolve.hub.worker import Replaced, Worker
from nlevolve.llm.ledger import Caps, Spent

HEADERS, GREETING = 10.0, 10.0
"""Seconds for a connection's request, and for a worker's first frame."""
HEARTBEAT = 10.0
"""Seconds between looks whether a worker is still there; one that does not answer within half of that is gone."""
UNREAD = 30.0
"""Seconds in which the other end must take what it is sent."""
BACKLOG = 4 * words.LARGEST_FRAME
"""Characters that wait for a worker that does not read: it is dropped then."""
REPLACED = 4001
"""Code with which a connection ends that another process of the same run has replaced."""
MALFORMED, TRY_AGAIN = 1007, 1013


@dataclass(frozen=True)
class Hub:
    """A hub that is listening."""

    url: str
    token: str
    desk: Desk

    @staticmethod
    @asynccontextmanager
    async def started(
        folder: Path,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        token: str | None = None,
        bank: Path | None = None,
        caps: Caps | None = None,
        earlier: Spent | None = None,
        rates: Rates | None = None,
        lease: float = LEASE,
        notice: Callable[[str], None] = lambda text: None,
        where: str = THERE,
    ) -> AsyncIterator[Hub]:
        """Listen while the context is open. Port 0 takes a free one; without a token one is drawn, "" needs none. The sample bank
        is in the folder, unless another is said to have it; `earlier` counts against the caps, too. `where`: with
        what begins what it says of them.

        Raises UsageError, and OSError where the port is taken.
        """
        token = secrets.token_urlsafe(32) if token is None else token
        check_strong(token, host)
        desk = Desk(folder, caps or Caps(), rates or Rates(), bank=bank, earlier=earlier, lease=lease, notice=notice, where=where)
        runner = web.AppRunner(
            application(desk, token),
            access_log=None,
            logger=_unheard(),
            keepalive_timeout=HEADERS,
            lingering_time=0.0,
            shutdown_timeout=1.0,
        )
        try:
            await runner.setup()
            site = web.TCPSite(runner, host, port)
            await site.start()
            yield Hub(reachable(host, runner.addresses[0][1]), token, desk)
        finally:
            await runner.cleanup()
            await desk.close()


def _unheard() -> logging.Logger:
    """Where the web server logs what strangers send it: whoever reaches the port could fill a disk with that."""
    logger = logging.Logger("nlevolve.hub")
    logger.addHandler(logging.NullHandler())
    return logger


def application(desk: Desk, token: str) -> web.Application:
    """The web application."""
    lines: set[web.WebSocketResponse] = set()

    async def work(request: web.Request) -> web.StreamResponse:
        _drop_if_unread(request)
        line = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=words.LARGEST_FRAME, compress=False)
        await line.prepare(request)
        lines.add(line)
        try:
            await _serve(desk, line)
        finally:
            lines.discard(line)
        return line

    async def status(_: web.Request) -> web.Response:
        return web.json_response(status_of(desk))

    async def hang_up(_: web.Application) -> None:
        for line in list(lines):
            await line.close(code=1001)

    app = web.Application(middlewares=[_guard(token)], client_max_size=1)
    app.router.add_get("/v1/work", work)
    app.router.add_get("/v1/status", status)
    app.on_shutdown.append(hang_up)
    return app


def _guard(token: str) -> Any:
    @web.middleware
    async def guarded(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, f"Bearer {token}".encode()) and token:
            return _refused(401, f"the token is wrong: workers and hub need the same {VARIABLE}")
        # pages of a browser name where they are from; and one may have its own name point to this machine
        if "Origin" in request.headers or not (token or _names_this_machine(request.host)):
            return _refused(403, "a hub does not answer to web pages")
        if request.can_read_body:
            return _refused(413, "a hub reads no bodies")
        try:
            response: web.StreamResponse = await handler(request)
        except web.HTTPException as error:
            return _refused(error.status, f"{request.method} {request.path[:100]}: {error.reason}")
        return response

    return guarded


def _drop_if_unread(request: web.Request) -> None:
    """Have the system end a connection whose other end takes nothing: no heartbeat comes through to one that does not read."""
    there = request.transport.get_extra_info("socket") if request.transport else None
    if there is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
        there.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(1_000 * UNREAD))


def _names_this_machine(host: str) -> bool:
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return name.strip("[]") in LOOPBACK


def _refused(status: int, why: str) -> web.Response:
    response = web.json_response({"error": why}, status=status)
    response.force_close()
    return response


async def _serve(desk: Desk, line: web.WebSocketResponse) -> None:
    """One worker's connection, from its first frame to its end."""
    try:
        hello = words.Hello.model_validate_json(await line.receive_str(timeout=GREETING))
    except (ValidationError, TypeError, TimeoutError):
        await line.close(code=MALFORMED, message=b"no greeting of a worker")
        return
    outgoing = _Outgoing(line)
    try:
        worker, welcome = desk.arrive(hello, outgoing.put, outgoing.end)
    except Replaced:
        await line.close(code=REPLACED, message=b"another process carries on this run")
        return
    writer = asyncio.create_task(outgoing.carry(welcome.model_dump_json()))
    try:
        await _listen(desk, line, worker)
    finally:
        writer.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await writer
        if worker.dismiss == outgoing.end:  # else it is here again by another connection
            desk.leave(worker)


async def _listen(desk: Desk, line: web.WebSocketResponse, worker: Worker) -> None:
    async for message in line:
        if message.type != WSMsgType.TEXT:
            await line.close(code=MALFORMED, message=b"only text is understood")
            return
        try:
            said = words.SAID.validate_json(message.data)
        except ValidationError as error:
            what = error.errors(include_url=False, include_input=False)[0]
            why = f"not understood: {what['msg']} at {'.'.join(map(str, what['loc']))}"
            await line.close(code=MALFORMED, message=why.encode()[:120])
            return
        if worker.send is None:
            return
        desk.hear(worker, said)


class _Outgoing:
    """Frames on their way to one worker."""

    def __init__(self, line: web.WebSocketResponse) -> None:
        self._line = line
        self._frames: list[str] = []
        self._size = 0
        self._there = asyncio.Event()
        self._ends: int | None = None

    def put(self, frame: str) -> None:
        self._frames.append(frame)
        self._size += len(frame)
        if self._size > BACKLOG:
            self._ends = TRY_AGAIN
        self._there.set()

    def end(self) -> None:
        """Another connection has taken its place."""
        self._ends = REPLACED
        self._there.set()

    async def carry(self, first: str) -> None:
        """Send, until it is cancelled."""
        await self._line.send_str(first)
        while True:
            await self._there.wait()
            self._there.clear()
            if self._ends is not None:
                await self._line.close(code=self._ends)
                return
            frames, self._frames, self._size = self._frames, [], 0
            for frame in frames:
                await self._line.send_str(frame)
