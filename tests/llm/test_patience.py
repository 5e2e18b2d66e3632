"""Time-outs give up what does not come, and not what came while nobody looked."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from nlevolve.llm.client import Client
from nlevolve.llm.patience import AWAKE, patient
from tests.llm.asking import request
from tests.llm.virtual import VirtualLoop, run_virtually
from tests.server import Asked, Provider, Said

SECONDS = 2.0
"""Seconds of a time-out here."""
LONG = " ".join(str(number) for number in range(30_000))
"""What is not read in one go."""


@pytest.mark.parametrize("stream", [True, False])
def test_a_process_that_was_stopped_reads_the_replies_that_have_come(stream: bool) -> None:
    """Stopped: the loop looks at nothing while the clock goes on, as after SIGSTOP or when a laptop sleeps."""
    all_there = threading.Event()

    def answer(asked: Asked) -> Said:
        if asked.number == 5:
            all_there.set()
        return Said(LONG, delay=0.5)

    async def ask(url: str) -> list[str]:
        client = Client({}, print)
        warm = request(model="hosted_vllm/m", base_url=url, stream=stream, timeout=60.0)
        try:
            await client(warm)
            one = warm.model_copy(update={"settings": warm.settings.model_copy(update={"timeout": SECONDS})})
            asking = [asyncio.create_task(client(one)) for _ in range(4)]
            await asyncio.to_thread(all_there.wait)
            time.sleep(SECONDS + 2.0)  # noqa: ASYNC251
            return [(await reply).text for reply in asking]
        finally:
            await client.close()

    with Provider(answer) as server:
        assert asyncio.run(ask(server.url)) == [LONG] * 4


async def waited(seconds: float, needs: float, renewed: int = 0) -> float | None:
    """When it was given up; None when it came."""
    clock = asyncio.get_running_loop().time
    began = clock()
    try:
        async with patient(seconds) as patience:
            for _ in range(renewed):
                await asyncio.sleep(seconds / 2)
                patience.renew(seconds)
            await asyncio.sleep(needs)
    except TimeoutError:
        assert patience.lost
        return clock() - began
    return None


def test_what_does_not_come_is_given_up_in_time() -> None:
    assert run_virtually(waited(60.0, 59.0)) is None
    assert run_virtually(waited(60.0, 100.0)) == pytest.approx(61.0)
    assert run_virtually(waited(0.4, 100.0)) == pytest.approx(0.5)


def test_what_is_renewed_waits_from_then_on() -> None:
    assert run_virtually(waited(10.0, 9.0, renewed=5)) is None
    assert run_virtually(waited(10.0, 20.0, renewed=5)) == pytest.approx(25.0 + 10.0 + 1.0)


def test_whoever_was_asleep_waits_a_little_longer_and_no_more() -> None:
    async def asleep() -> float | None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)

        def stopped() -> None:
            loop.pass_time(100.0)

        loop.call_later(5.0, stopped)
        return await waited(10.0, 10_000.0)

    assert run_virtually(asleep()) == pytest.approx(105.0 + AWAKE + 1.0)
