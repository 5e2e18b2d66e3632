"""The test server's own forms, read by litellm: if it misreads them, no test over them says anything."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from nlevolve.llm.quiet_import import load_litellm
from nlevolve.records import Usage
from tests.server import Provider, Said
from tests.server.dialects import DIALECTS, Serving
from tests.server.routes import ROUTES

pytestmark = pytest.mark.filterwarnings("ignore:Accessing the .model_:DeprecationWarning")  # litellm's
TEXT = 'Ünder the "grid":\n0 1 2\n3 4 5\n\nDone, as asked.'
USED = Usage(prompt=1000, prompt_cached=400, completion=200, reasoning=150)


async def _ask(model: str, base_url: str, **options: Any) -> Any:
    litellm = load_litellm()
    messages = [{"role": "system", "content": "Be exact."}, {"role": "user", "content": "Go on."}]
    return await litellm.acompletion(model, messages, base_url=base_url, api_key="none", timeout=20, max_retries=0, **options)


def _alone(asking: Coroutine[Any, Any, Any]) -> Any:
    """What comes of it in an event loop of its own, whose connections are closed afterwards."""

    async def run() -> Any:
        try:
            return await asking
        finally:
            litellm = load_litellm()
            await litellm.close_litellm_async_clients()
            await litellm.module_level_aclient.close()
            litellm.in_memory_llm_clients_cache.flush_cache()

    return asyncio.run(run())


async def _stream(model: str, base_url: str) -> tuple[str, str, list[Any]]:
    """Text, reasoning and chunks of a streamed reply."""
    chunks = [c async for c in await _ask(model, base_url, stream=True, stream_options={"include_usage": True})]
    deltas = [c.choices[0].delta for c in chunks if c.choices]
    return (
        "".join(delta.content or "" for delta in deltas),
        "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas),
        chunks,
    )


@pytest.mark.parametrize("name", DIALECTS)
def test_a_streamed_reply_says_what_a_whole_one_says(name: str) -> None:
    model, path = ROUTES[name]
    serving = Serving(model=model.split("/", 1)[1])
    with Provider(
        lambda asked: Said(TEXT, reasoning="hm, let me see", usage=USED), dialect=DIALECTS[name], serving=serving
    ) as server:
        whole = _alone(_ask(model, server.root + path))
        text, reasoning, chunks = _alone(_stream(model, server.root + path))
    assert whole.choices[0].message.content == TEXT == text
    assert (whole.choices[0].message.reasoning_content or "").strip() == "hm, let me see" == reasoning.strip()
    assert [c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason] == ["stop"]
    used = [chunk.usage for chunk in chunks if getattr(chunk, "usage", None)][-1]
    assert (
        (used.prompt_tokens, used.completion_tokens) == (whole.usage.prompt_tokens, whole.usage.completion_tokens) == (1000, 200)
    )


def test_a_client_that_hangs_up_frees_its_slot() -> None:
    async def impatient(url: str) -> None:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await _ask("hosted_vllm/some", url)

    with Provider(lambda asked: Said(endless=True), serving=Serving(slots=1)) as server:
        _alone(impatient(server.url))
    assert len(server.asked) == 3
    assert server.hung_up[:2] == [1, 2]
    assert server.most_at_once == 1
