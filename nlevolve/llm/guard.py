"""What stands between litellm and the socket: a reply has a limit of size, and a redirect goes nowhere else.

litellm hands a session of ours to some providers and not to others, so the guard lies where all of them pass: the transport's
one method. It acts on requests that this program makes (a context variable says so) and on nobody else's in the process.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from nlevolve.llm.departure import leaves
from nlevolve.llm.request import Doubtful, NoReply, TooLarge

LARGEST = 2_000_000
"""Bytes of a reply, or of one event of a stream, unless a role's settings say otherwise."""
ENVELOPE = 64
"""A stream wraps each word in a few hundred bytes: its bytes may be so many times those of its words."""
ENDS = {"text/event-stream": (b"\n\n", b"\r\n\r\n", b"\r\r"), "application/x-ndjson": (b"\n",)}
"""Where an event of a stream ends. Of other streams (Bedrock's) only the whole is measured."""
STREAMS = (*ENDS, "application/vnd.amazon.eventstream")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CODINGS = {"gzip": 31, "x-gzip": 31, "deflate": 15, "": 0, "identity": 0}
"""Content-Encoding -> zlib's window."""
UNPACKED = 65_536
DEPTH = 8
_limit: ContextVar[int | None] = ContextVar("largest_reply", default=None)


@contextmanager
def guarding(largest: int | None) -> Iterator[None]:
    """What is asked in here, in this task, is guarded. `largest`: bytes of a reply, 2 MB if not given."""
    token = _limit.set(LARGEST if largest is None else largest)
    try:
        yield
    finally:
        _limit.reset(token)


def install(*transports: type[Any]) -> None:
    """Put the guard in front of transports of httpx's kind, once."""
    for transport in transports:
        theirs = transport.handle_async_request
        if not hasattr(theirs, "guarded"):
            transport.handle_async_request = _guarded(theirs)


def refused(error: BaseException | None) -> NoReply | None:
    """Our own error, where one of ours is what libraries have wrapped into theirs."""
    for _ in range(DEPTH):
        if error is None or isinstance(error, NoReply):
            return error
        error = error.__cause__ or error.__context__
    return None


def too_large(limit: int) -> TooLarge:
    """The error for a reply above the limit."""
    return TooLarge(f"its reply is larger than {limit:,} bytes")


def _guarded(theirs: Any) -> Any:
    @functools.wraps(theirs)
    async def handle_async_request(self: Any, request: Any) -> Any:
        limit = _limit.get()
        if limit is None:
            return await theirs(self, request)
        # what is packed is unpacked here, so that a few bytes cannot become gigabytes behind our back
        request.headers["accept-encoding"] = "gzip"
        leaves()
        response = await theirs(self, request)
        try:
            _stays(request, response)
            response.stream = _limited(response, limit)
        except NoReply:
            await response.aclose()
            raise
        return response

    handle_async_request.guarded = True  # type: ignore[attr-defined]
    return handle_async_request


def _stays(request: Any, response: Any) -> None:
    """Raises Doubtful where the server sends us on to another one: neither headers nor prompts are for that."""
    where = response.headers.get("location")
    if response.status_code not in REDIRECTS or not where:
        return
    target = request.url.join(where)
    ours, theirs = ((url.host, url.port or (443 if url.scheme == "https" else 80)) for url in (request.url, target))
    upgraded = request.url.scheme == "http" and target.scheme == "https" and ours == (target.host, 80) and theirs[1] == 443
    if (request.url.scheme, *ours) != (target.scheme, *theirs) and not upgraded:
        raise Doubtful(
            f"the server sends requests on to {target.scheme}://{target.host}:{theirs[1]}, and keys are not sent there: "
            "if it is to be trusted, name it as base_url",
            status=response.status_code,
        )


def _limited(response: Any, limit: int) -> Any:
    # httpx is litellm's: its kind of stream is known by its name
    kind_of_stream: Any = next(one for one in type(response.stream).__mro__ if one.__name__ == "AsyncByteStream")
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding not in CODINGS:
        raise Doubtful(f"its reply is encoded as {coding[:40]}, which was not asked for", status=response.status_code)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    whole = limit * ENVELOPE if kind in STREAMS else limit
    length = response.headers.get("content-length", "")
    if length.isdecimal() and len(length) < 20 and int(length) > whole:
        raise too_large(limit)
    for name in ("content-encoding", "content-length") if CODINGS[coding] else ():
        response.headers.pop(name, None)

    class Limited(kind_of_stream):  # type: ignore[misc]
        """The body, as far as it is let through."""

        def __init__(self, stream: Any) -> None:
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            count = Count(limit, whole, ENDS.get(kind, ()))
            async for part in _unpacked(self._stream, CODINGS[coding]):
                count.add(part)
                yield part

        async def aclose(self) -> None:
            await self._stream.aclose()

    return Limited(response.stream)


class Count:
    """How many bytes have come, in all and since the last end of an event."""

    def __init__(self, limit: int, whole: int, ends: tuple[bytes, ...]) -> None:
        self._limit, self._whole, self._ends = limit, whole, ends
        self._all = self._event = 0

    def add(self, part: bytes) -> None:
        """Raises TooLarge."""
        self._all += len(part)
        last = max((part.rfind(end) for end in self._ends), default=-1)
        self._event = len(part) - last if last >= 0 else self._event + len(part)
        if self._all > self._whole or (self._ends and self._event > self._limit):
            raise too_large(self._limit)


async def _unpacked(stream: Any, window: int) -> AsyncIterator[bytes]:
    """The bytes of a body as they were before they were packed, in pieces that are never large. Raises Doubtful."""
    if not window:
        async for part in stream:
            yield part
        return
    unpack = zlib.decompressobj(window)
    async for part in stream:
        while part:
            try:
                piece = unpack.decompress(part, UNPACKED)
            except zlib.error:
                raise Doubtful("its reply is said to be packed, and cannot be unpacked") from None
            part = unpack.unconsumed_tail
            if piece:
                yield piece
