"""The embedded models as litellm's."""

from __future__ import annotations

import asyncio
import gc
import warnings

from nlevolve.llm.embedded import Unbegun


async def answer() -> str:
    await asyncio.sleep(0)
    return "said"


def test_what_litellm_drops_before_it_is_awaited_warns_nobody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dropped = Unbegun(answer)
        assert asyncio.iscoroutine(dropped), "litellm awaits nothing else"
        del dropped
        gc.collect()


def test_what_litellm_awaits_is_answered() -> None:
    assert asyncio.run(_awaited()) == "said"
    assert asyncio.run(Unbegun(answer)) == "said"


async def _awaited() -> str:
    return str(await Unbegun(answer))
