"""Strangers, and workers gone mad, at a running `nlevolve hub`: each is refused, it stays alive, says nothing, and is exact.

    python -m benchmarks.hub_hostile [--connections 500]

One minute, most of it for connections that say nothing (cut off after ten seconds) and for one that reads nothing (after thirty).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

from nlevolve.hub.address import status

TOKEN = secrets.token_urlsafe(32)
KEY = f"{7:064x}"
UPGRADE = (
    f"GET /v1/work HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
).encode()
MINE = f"Authorization: Bearer {TOKEN}\r\n".encode()
POST = b"POST /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\n"
REQUESTS = {
    "no token": (b"GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b" 401 "),
    "a wrong token": (b"GET /v1/work HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer word\r\n\r\n", b" 401 "),
    "a gigabyte claimed": (POST + b"Content-Length: 1000000000\r\n\r\n" + b"x" * 10_000, b" 401 "),
    "the same, with the token": (POST + MINE + b"Content-Length: 1000000000\r\n\r\n" + b"x" * 10_000, b" 413 "),
    "no HTTP": (b"\x00\xff" * 5_000, b" 400 "),
}
FRAMES: dict[str, str | bytes] = {
    "malformed JSON": "[{",
    "10,000 nested lists": "[" * 10_000 + "]" * 10_000,
    "bytes": b"\x00\xff" * 1_000,
    "a negative amount": json.dumps([{"op": "reserve", "n": 1, "task": "t", "key": KEY, "prompt_usd": -1}]),
    "no number": '[{"op":"settle","n":1,"hold":1,"key":"","sent":true,"cost_usd":NaN}]',
    "1e308 dollars": '[{"op":"settle","n":1,"hold":1,"key":"","sent":true,"cost_usd":1e308}]',
    "a path for a key": '[{"op":"look","n":1,"key":"../../../etc/passwd"}]',
    "a reply that is none": json.dumps([{"op": "put", "n": 1, "key": KEY, "sample": {"model": "m", "reply": {"text": 5}}}]),
    "33 MB": json.dumps([{"op": "look", "n": 1, "key": "x" * 33_000_000}]),
}


async def story(url: str, pid: int, connections: int) -> None:
    port = int(url.rpartition(":")[2])
    async with worker(url, "honest", "session") as honest:
        assert (await answer(honest, {"op": "reserve", "n": 1, "task": "t", "key": KEY, "prompt_usd": 0.5}))["usd"] == 0.5
    await beside(url, port, connections, pid)


async def beside(url: str, port: int, connections: int, pid: int) -> None:
    """All of them, and then the honest one says what its call took."""
    for what, (request, expected) in REQUESTS.items():
        said = await asked(port, request)
        assert expected in said, (what, said)
    taken = await endless(port)
    for what, frame in FRAMES.items():
        code = await cut_off(url, frame)
        assert code in (1006, 1007, 1009), (what, code)
    silent = await crowd(port, connections, b"")
    slow = await crowd(port, connections, b"GET /v1/work HTTP/1.1\r\nX-Slow: ")
    unread = await asyncio.to_thread(reads_nothing, port)
    async with worker(url, "honest", "session") as honest:
        await answer(honest, {"op": "settle", "n": 2, "hold": 1, "key": KEY, "sent": True, "cost_usd": 0.25})
    told = status(url, TOKEN)
    assert told is not None
    spent, held = told["spent"], told["held"]
    assert (spent["usd"], spent["calls"], held["calls"]) == (0.25, 1, 0), (spent, held)
    print(
        f"{len(REQUESTS)} requests and {len(FRAMES)} frames refused; a body without end cut off after {taken:,} bytes;"
        f" {connections} silent connections gone after {silent:.0f} s, as many slow ones after {slow:.0f} s,"
        f" one that reads nothing after {unread:.0f} s; one call, $0.25, as the honest worker said; {memory(pid):.0f} MB"
    )


def memory(pid: int) -> float:
    """MB of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


@asynccontextmanager
async def worker(url: str, run: str, session: str = "") -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as web,
        web.ws_connect(f"{url}/v1/work", max_msg_size=0) as line,
    ):
        await line.send_json({"run": run, "session": session or secrets.token_hex(8)})
        await line.receive_str()
        yield line


async def answer(line: aiohttp.ClientWebSocketResponse, word: dict[str, Any]) -> Any:
    await line.send_json([word])
    return dict((await line.receive_json())["done"])[word["n"]]


async def asked(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    said = await reader.read(100)
    writer.close()
    return said


async def endless(port: int) -> int:
    """How much of a body that does not end was taken."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /v1/work HTTP/1.1\r\nHost: 127.0.0.1\r\n" + MINE + b"Transfer-Encoding: chunked\r\n\r\n")
    taken = 0
    with suppress(ConnectionError):
        while taken < 2**30:
            writer.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            await writer.drain()
            taken += 65_536
    assert taken < 2**30
    return taken


async def cut_off(url: str, frame: str | bytes) -> int | None:
    """The code with which a worker is sent away that says that."""
    async with worker(url, "mad") as line:
        with suppress(ConnectionError):
            await (line.send_bytes(frame) if isinstance(frame, bytes) else line.send_str(frame))
        assert (await line.receive()).type is not aiohttp.WSMsgType.TEXT
        return line.close_code


async def crowd(port: int, number: int, begins: bytes) -> float:
    """Seconds after which so many connections are gone that begin so and say no more."""
    began = time.monotonic()
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(number)]
    for _, writer in opened:
        writer.write(begins)
    async with asyncio.timeout(60.0):
        await asyncio.gather(*(reader.read() for reader, _ in opened), return_exceptions=True)
    for _, writer in opened:
        writer.close()
    return time.monotonic() - began


def reads_nothing(port: int) -> float:
    """Seconds after which a worker is gone that sends pings and takes no answer."""
    import socket

    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=1.0) as there:
        there.sendall(UPGRADE)
        hello = json.dumps({"run": "deaf", "session": "s"}).encode()
        there.sendall(bytes([0x81, 0x80 | len(hello)]) + bytes(4) + hello)
        while time.monotonic() - began < 120:
            try:
                there.sendall((bytes([0x89, 0x80 | 100]) + bytes(104)) * 100)
            except TimeoutError:
                continue
            except ConnectionError:
                return time.monotonic() - began
    raise AssertionError("it is kept for ever")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--connections", type=int, default=500)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "nlevolve", "hub", "--port", "0", "--folder", f"{folder}/hub", "--lease", "600"]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, env={**os.environ, "NLEVOLVE_HUB_TOKEN": TOKEN}, **pipes) as hub:
            assert hub.stdout
            try:
                asyncio.run(story(hub.stdout.readline().split()[2].rstrip(","), hub.pid, chosen.connections))
            finally:
                hub.send_signal(signal.SIGINT)
                _, complaints = hub.communicate(timeout=60)
    assert hub.returncode == 0, hub.returncode
    assert not complaints, complaints


if __name__ == "__main__":
    main()
