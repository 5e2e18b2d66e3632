"""`nlevolve serve` outside of its requests."""

from __future__ import annotations

import asyncio

import pytest

from nlevolve.cli.serve import _each_once


def test_what_goes_wrong_with_connections_is_said_once_and_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    async def flooded() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_each_once())
        for number in range(1000):
            context = {"message": "socket.accept() out of system resource", "exception": OSError(24, "Too many open files")}
            loop.call_exception_handler({**context, "socket": number})

    asyncio.run(flooded())
    said = capsys.readouterr().err
    assert said == "nlevolve: socket.accept() out of system resource ([Errno 24] Too many open files)\n"
