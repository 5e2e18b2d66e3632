"""Connections: closed in the end, not waited for without end, not tried again unseen; and what is said where there is none."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import shutil
import socket
import ssl
import struct
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from nlevolve.llm import connections
from nlevolve.llm.budget import may_be_billed
from nlevolve.llm.client import Client
from nlevolve.llm.request import Away, BrokeOff, NoReply, Unusable
from tests.llm.asking import ignore, request
from tests.server import Provider, Said
from tests.server.routes import KEYS, ROUTES

NOBODY = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.setenv(name, "sk-none")


@pytest.fixture(params=ROUTES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def failing(client: Client, name: str, root: str) -> NoReply:
    model, path = ROUTES[name]
    with pytest.raises(NoReply) as caught:
        await client(request(model=model, base_url=root + path, timeout=20.0))
    return caught.value


def test_all_connections_are_closed_with_the_client() -> None:
    """Streamed and whole replies, failures and absences, by every way that litellm has; also in a process's second run."""

    async def use(root: str) -> None:
        client = Client({}, ignore)
        for name, (model, path) in ROUTES.items():
            for stream in (True, False):
                await client(request(model=model, base_url=root + path, stream=stream))
            await failing(client, name, NOBODY)
        await client.close()
        open_ones = [one for one in gc.get_objects() if type(one) is aiohttp.ClientSession and not one.closed]
        assert open_ones == []

    with Provider(lambda asked: Said()) as server:
        for _ in range(2):
            asyncio.run(use(server.root))


@pytest.fixture
def hole() -> Iterator[str]:
    """An address from which nothing comes back, not even a refusal: its queue is full, and nobody empties it."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, contextlib.ExitStack() as queue:
        for _ in range(3):
            waiting = queue.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_where_no_connection_comes_about_the_server_is_away_within_seconds(
    name: str, hole: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "LONGEST_CONNECT", 0.3)
    client = Client({}, ignore)

    async def ask() -> NoReply:
        try:
            return await failing(client, name, hole)
        finally:
            await client.close()

    error = asyncio.run(ask())
    assert isinstance(error, Away)
    assert str(error) == f"nothing answers at {hole} (no connection within 0.3 s)"
    assert not error.left


@contextlib.asynccontextmanager
async def resetting() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that hears a request and then tears the connection; and what it has heard."""
    heard: list[bytes] = []

    async def tear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()

    server = await asyncio.start_server(tear, "127.0.0.1", 0)
    async with server:
        yield "http://127.0.0.1:{1}".format(*server.sockets[0].getsockname()), heard


def test_a_request_whose_connection_is_torn_is_not_sent_again_unseen_and_may_be_billed(name: str) -> None:
    async def ask() -> tuple[NoReply, int]:
        client = Client({}, ignore)
        async with resetting() as (root, heard):
            error = await failing(client, name, root)
            await client.close()
        return error, len(heard)

    error, times = asyncio.run(ask())
    assert isinstance(error, BrokeOff)
    assert may_be_billed(error)
    assert "broke off" in str(error)
    assert times == 1


def test_a_connection_that_breaks_after_a_long_silence_hints_at_what_stands_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LONG_SILENCE", 0.05)
    with Provider(lambda asked: Said(delay=0.1, reset=True)) as server:
        error = refused_by(server.root)
    assert isinstance(error, BrokeOff)
    assert "s without a word: what stands in between may close connections" in str(error)


def refused_by(root: str, name: str = "vllm") -> NoReply:
    async def ask() -> NoReply:
        client = Client({}, ignore)
        try:
            return await failing(client, name, root)
        finally:
            await client.close()

    return asyncio.run(ask())


@pytest.mark.parametrize("name", ["openai", "vllm"])
def test_https_at_a_server_of_plain_http_is_said(name: str) -> None:
    with Provider(lambda asked: Said()) as server:
        root = server.root.replace("http:", "https:")
        error = refused_by(root, name)
    assert isinstance(error, Unusable)
    assert f"no connection to {root}: it does not speak TLS" in str(error)
    assert "http:// may be meant" in str(error)
    assert not error.left


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes a certificate")
def test_a_certificate_that_is_not_accepted_is_named(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = f"openssl req -x509 -newkey rsa:2048 -nodes -keyout {key} -out {certificate} -days 2 -subj /CN=localhost"
    subprocess.run(made.split(), check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def ask() -> NoReply:
        client = Client({}, ignore)
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0, ssl=context)
        async with server:
            try:
                return await failing(client, "vllm", "https://127.0.0.1:{1}".format(*server.sockets[0].getsockname()))
            finally:
                await client.close()

    error = asyncio.run(ask())
    assert isinstance(error, Unusable)
    assert "its certificate is not accepted (self-signed certificate)" in str(error)
    assert "SSL_CERT_FILE" in str(error)
