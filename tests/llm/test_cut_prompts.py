"""A server that reads a part of the prompt and answers that: its answer is none, and that is said once."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from nlevolve.llm.client import Client
from nlevolve.llm.preflight import check_models
from nlevolve.llm.request import Message, Reply, TooLong
from nlevolve.llm.windows import cut, tokens
from nlevolve.records import Usage
from tests.llm.asking import request
from tests.server import Asked, Provider, Said
from tests.server.dialects import OLLAMA, Serving
from tests.server.dialects.dialect import prompt_tokens

GRIDS = " ".join(str(Random(1).randrange(10)) for _ in range(9_000))


def counting(asked: Asked) -> Said:
    """Counts what it has seen."""
    return Said(usage=Usage(prompt=prompt_tokens(asked), completion=20))


@pytest.mark.parametrize("stream", [True, False])
def test_a_reply_to_a_part_of_the_prompt_is_none_and_that_is_said_once(stream: bool) -> None:
    notices: list[str] = []

    async def ask(url: str) -> list[Reply | BaseException]:
        asked = [request(text, model="ollama_chat/some", base_url=url, stream=stream) for text in (GRIDS, GRIDS + " 1", "hello")]
        client = Client(check_models([asked[0].settings]), notices.append)
        try:
            return await asyncio.gather(*map(client, asked), return_exceptions=True)
        finally:
            await client.close()

    with Provider(counting, dialect=OLLAMA, serving=Serving(model="some", window=2048)) as server:
        first, second, short = asyncio.run(ask(server.root))
    for error in (first, second):
        assert isinstance(error, TooLong)
        assert error.window == 2048
        assert "only 2,048 were read" in str(error)
        assert "num_ctx" in str(error)
    assert isinstance(short, Reply)
    assert len(notices) == 1


def test_a_smaller_count_is_no_cut_where_a_tokenizer_may_make_it() -> None:
    messages = (Message(role="user", text=GRIDS),)
    had = tokens(messages)
    assert cut(messages, round(0.6 * had), 65_536) is None
    assert cut(messages, round(0.45 * had), 65_536)
    assert cut(messages, 4096 * 3, 65_536)
    assert cut(messages, 32_768, 32_768), "it fills the window that was asked for"
    assert cut(messages, 300, 65_536) is None, "what is new in a prompt, as old servers count it"
