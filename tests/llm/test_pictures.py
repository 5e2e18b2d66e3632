"""Pictures on their way to models that see: over real HTTP, by three providers' wires; what they are taken to cost; who sees."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import pytest

from nlevolve.ask.generator import describing
from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.ask.rehearsal import TASK
from nlevolve.errors import UsageError
from nlevolve.llm.budget import most_prompt_tokens
from nlevolve.llm.catalogue import ModelCard, embedded_card
from nlevolve.llm.client import Client
from nlevolve.llm.pictures import likely, most, named, require_sight
from nlevolve.llm.preflight import check_models
from nlevolve.llm.quiet_import import load_litellm
from nlevolve.llm.request import Label, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.puzzle.pictures import picture
from nlevolve.records import Birth
from tests.drawn import grids_in
from tests.server import Provider, Said

ROUTES = {"openai/gpt-4o": "/v1", "anthropic/claude-sonnet-4-5": "", "gemini/gemini-2.5-flash": "/v1beta"}
BIRTH = Birth(index=0, operator="write", model="", eye="all", blind=1)
CROWDED = tuple(tuple((r * 7 + c * 3) % 10 for c in range(30)) for r in range(30))


def images_in(body: Any) -> Iterator[str]:
    """What stands in a body as a picture in base64, whatever the wire."""
    if isinstance(body, dict):
        for name, value in body.items():
            if name == "data" and isinstance(value, str):
                yield value
            elif name == "url" and isinstance(value, str):
                found = re.fullmatch(r"data:image/png;base64,(.*)", value)
                assert found
                yield found[1]
            else:
                yield from images_in(value)
    elif isinstance(body, list):
        for value in body:
            yield from images_in(value)


@pytest.mark.parametrize("model", ROUTES)
def test_a_picture_that_reaches_a_server_is_the_grid_cell_by_cell(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.setenv(name, "sk-of-nobody")
    with Provider(lambda asked: Said("- a rule")) as server:
        settings = RoleSettings(model=model, base_url=server.root + ROUTES[model])
        messages = describing(Prompts(bundled()), TASK, BIRTH, (), 0)
        request = Request(settings=settings, messages=messages, label=Label(task="t", role="generator", purpose="write"))

        async def run() -> None:
            client = Client(check_models([settings]), lambda text: None)
            try:
                await client(request)
            finally:
                await client.close()

        asyncio.run(run())
        (asked,) = server.asked
    seen = [grids_in(image) for image in images_in(asked.body)]
    pairs = [pair for number, pair in enumerate(TASK.pairs) if number != BIRTH.blind]
    assert seen == [*([pair.input, pair.output] for pair in pairs), *([test] for test in TASK.tests)]
    assert [line for line in asked.texts[-1].splitlines() if "picture before" in line] == [
        "The picture before this line shows pair 1, its input on the left and its output on the right.",
        "The picture before this line shows pair 3, its input on the left and its output on the right.",
        "The picture before this line shows test input 1.",
    ]


def test_a_picture_is_reserved_for_at_what_its_provider_may_bill() -> None:
    image = picture((CROWDED, CROWDED))
    assert named(image) == f"[picture 30x30 to 30x30, 994 x 485 pixels, {len(image) * 3 // 4 - image.count('='):,} bytes]"
    of = {
        model: likely(model, image)
        for model in ("gpt-4o", "gpt-4o-mini", "gpt-5", "gpt-5-mini", "claude-opus-4-1", "gemini-2.5-pro")
    }
    assert of == {
        "gpt-4o": 1445,
        "gpt-4o-mini": 48169,
        "gpt-5": 1190,
        "gpt-5-mini": 830,
        "claude-opus-4-1": 643,
        "gemini-2.5-pro": 2064,
    }
    for model, tokens in of.items():
        assert most(model, image) >= tokens
    assert most("hosted_vllm/some", image) > 1.3 * likely("hosted_vllm/some", image)
    settings = RoleSettings(model="openai/gpt-4o-mini")
    label = Label(task="t", role="generator", purpose="write")
    bare, drawn = (
        most_prompt_tokens(Request(settings=settings, messages=describing(Prompts(bundled()), TASK, birth, (), 0), label=label))
        for birth in (BIRTH.model_copy(update={"eye": "none"}), BIRTH)
    )
    assert drawn - bare > 3 * 8_500


def test_of_openais_usual_models_a_picture_counts_as_litellm_counts_it() -> None:
    from litellm.litellm_core_utils.token_counter import calculate_img_tokens

    load_litellm()
    for grids in (((1, 2),),), (((1,),), ((2,),)), (CROWDED,), (CROWDED, CROWDED):
        image = picture(grids)
        assert likely("gpt-4o", image) == calculate_img_tokens(f"data:image/png;base64,{image}", mode="high")


def test_whoever_is_not_known_to_see_is_shown_nothing_unless_it_is_said() -> None:
    settings, card = (
        RoleSettings(model="hosted_vllm/own", images="all"),
        ModelCard(model="hosted_vllm/own", provider="hosted_vllm"),
    )
    with pytest.raises(UsageError, match=r"hosted_vllm/own is not known to take any.*set generator\.sees=true"):
        require_sight("generator", settings, card, wanted=True)
    require_sight("generator", settings.model_copy(update={"sees": True}), card, wanted=True)
    require_sight("generator", settings, card.model_copy(update={"takes_images": True}), wanted=True)
    require_sight("generator", settings, card, wanted=False)
    with pytest.raises(UsageError, match="the embedded models read text alone"):
        require_sight("checker", settings.model_copy(update={"sees": True}), embedded_card("offline/checker"), wanted=True)


def test_a_yes_or_no_of_before_there_was_a_choice_still_holds() -> None:
    assert [RoleSettings(model="m", images=said).images for said in (False, True, "inputs")] == ["none", "all", "inputs"]
