"""The connections to providers: ours, not litellm's, so that they are closed, and none is waited for without end.

litellm makes sessions of aiohttp's of its own, some of which nobody closes, waits as long for a connection as for a reply, and
sends a request once more, unseen, when its connection breaks. It takes this one in their place.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from nlevolve.llm.departure import leaves
from nlevolve.llm.request import ProviderDown

if TYPE_CHECKING:
    from aiohttp import ClientRequest, ClientResponse, ClientSession
    from aiohttp.client_middlewares import ClientHandlerType

LONGEST_CONNECT = 10.0
"""Seconds in which a connection is made: name, way and TLS. Whoever is there answers within one; a packet that is dropped on the
way is sent again after one, three and seven."""
KEPT = 60.0
"""Seconds that an idle connection is kept: servers and proxies close them after as many or more."""
STILL_THERE = 30
"""Seconds of silence after which the kernels assure each other that they are there: what translates addresses between them
forgets a connection after a few minutes, and a model thinks for longer."""
LONG_SILENCE = 15.0
"""Seconds: proxies close idle connections after 30, 60, 100."""
NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST")
"""What TLS calls the words of a server that speaks plain HTTP."""


@dataclass
class Answered:
    """How a server really answered, whatever litellm makes of it."""

    status: int | None = None
    kind: str = ""
    """Of the body: its content type."""

    @property
    def page(self) -> bool:
        """Whether a page for people came in place of a reply."""
        return "html" in self.kind

    @property
    def said(self) -> str:
        """What came that nobody can read as a reply."""
        if self.page:
            return "a web page (is the address right, is a login in between?)"
        return "a stream that nobody asked for" if "event-stream" in self.kind else f"{self.kind or 'a body'} that cannot be read"

    @property
    def unread(self) -> ProviderDown:
        """Our error for it."""
        return ProviderDown(f"it answers with {self.said}", status=200)


ANSWERED: ContextVar[Answered | None] = ContextVar("answered", default=None)
"""Where the call of this asyncio task wants it written down."""


class Unconnected(Exception):
    """There is no connection, so nothing was sent. No error of aiohttp's: of those litellm sends some again."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"no connection to {address}: {why}")
        self.address = address
        """Scheme, host and port."""
        self.why = why


class Insecure(Unconnected):
    """Somebody is there, but a secure connection fails."""

    lasting = False
    """Whether it always will: the certificate or the address is wrong."""


class Broken(Exception):
    """The connection broke off under the request or before its reply began. It may have been heard, and billed."""


class Connections:
    """The connections of an event loop, shared by the clients in it: the last one that closes them does close them."""

    _of: ClassVar[dict[asyncio.AbstractEventLoop, Connections]] = {}

    def __init__(self) -> None:
        self.session = _session()
        self._users = 0

    @classmethod
    def opened(cls) -> Connections:
        """Those of the running event loop, for one more user."""
        loop = asyncio.get_running_loop()
        found = cls._of[loop] = cls._of.get(loop) or cls()
        found._users += 1
        return found

    async def close(self) -> bool:
        """One user needs them no more; whether he was the last, and they are closed."""
        self._users -= 1
        if self._users:
            return False
        for loop in [loop for loop, one in Connections._of.items() if one is self]:
            del Connections._of[loop]
        await self.session.close()
        return True


def _session() -> ClientSession:
    import aiohttp

    class Connector(aiohttp.TCPConnector):
        async def connect(self, req: ClientRequest, traces: list[Any], timeout: aiohttp.ClientTimeout) -> Any:  # noqa: ASYNC109
            async with asyncio.timeout(LONGEST_CONNECT):
                return await super().connect(req, traces, timeout)

    # how many at once is decided elsewhere (limits.py)
    connector = Connector(limit=0, keepalive_timeout=KEPT, ttl_dns_cache=300, socket_factory=_socket)
    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(_leaves)
    trace.on_request_chunk_sent.append(_leaves)
    settings: dict[str, Any] = {"cookie_jar": aiohttp.DummyCookieJar(), "middlewares": (_named,), "trace_configs": [trace]}
    return aiohttp.ClientSession(connector=connector, **settings)


async def _leaves(*_: object) -> None:
    """A connection is there, and the next piece of the request goes into it."""
    leaves()


def _socket(address: tuple[Any, ...]) -> socket.socket:
    made = socket.socket(*address[:3])
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name in ("TCP_KEEPIDLE", "TCP_KEEPALIVE", "TCP_KEEPINTVL"):
        if hasattr(socket, name):
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), STILL_THERE)
    return made


async def _named(req: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Answer a request; what goes wrong before there is a reply is raised as one of our errors."""
    import aiohttp

    address, asked_at = str(req.url.origin()), time.monotonic()
    try:
        response = await handler(req)
        if (answered := ANSWERED.get()) is not None:
            answered.status, answered.kind = response.status, response.content_type
        return response
    except aiohttp.ConnectionTimeoutError as error:
        raise Unconnected(address, f"no connection within {LONGEST_CONNECT:g} s") from error
    except aiohttp.ClientSSLError as error:
        raise _insecure(address, error) from error
    except aiohttp.ClientProxyConnectionError as error:
        raise Unconnected(f"http://{error.host}:{error.port}", f"the proxy: {reason(error.os_error)}") from error
    except aiohttp.ClientConnectorError as error:
        raise Unconnected(address, reason(error.os_error)) from error
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise Broken(f"the connection to {address} broke off{_silent(time.monotonic() - asked_at)}") from error


def _silent(seconds: float) -> str:
    if seconds < LONG_SILENCE:
        return ""
    return f" after {seconds:.0f} s without a word: what stands in between may close connections that are idle for so long"


def _insecure(address: str, error: Any) -> Insecure:
    """What TLS says, in words that say what to do."""
    said = getattr(error, "certificate_error", None) or error.os_error
    reason = str(getattr(said, "reason", None) or said)
    if isinstance(said, ssl.SSLCertVerificationError):
        why = f"its certificate is not accepted ({said.verify_message}): SSL_CERT_FILE can name one that is"
    elif reason in NO_TLS:
        why = f"it does not speak TLS ({reason}): http:// may be meant"
    else:
        why = f"TLS failed ({reason})"
    found = Insecure(address, why)
    found.lasting = isinstance(said, ssl.SSLCertVerificationError) or reason in NO_TLS
    return found


def reason(error: OSError) -> str:
    """In words; those of aiohttp's own errors name the address once more."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or ""
