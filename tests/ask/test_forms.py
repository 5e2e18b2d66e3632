"""In which form a reply is asked for: by what the role sets and what its model can do, in words and schema alike."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from nlevolve.ask.checker import check, following
from nlevolve.ask.forms import SCHEMAS
from nlevolve.ask.generator import describe
from nlevolve.ask.prompts import KINDS, LATER, TEMPLATES, Prompts, bundled
from nlevolve.ask.question import Asker
from nlevolve.ask.rehearsal import PARENTS, TASK, rehearse, rendered
from nlevolve.ask.replies import read_bullets, read_grid
from nlevolve.llm.catalogue import ModelCard, embedded_card
from nlevolve.llm.manner import MANNERS, Manner, manner_of, reason
from nlevolve.llm.request import Reply, Request
from nlevolve.llm.schema_fallback import in_form
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.wire import ANY_OBJECT
from nlevolve.offline.provider import complete
from nlevolve.records import Birth, Description
from tests.goldens import assert_golden

PROMPTS = Prompts(bundled())
CHATTY = ModelCard(model="hosted_vllm/some", provider="hosted_vllm")
THINKER = ModelCard(model="openai/o9", provider="openai", thinks=True)
CLAUDE = ModelCard(model="anthropic/claude-sonnet-4-5", provider="anthropic", thinks=True)


def asked(
    *replies: str, card: ModelCard = CHATTY, prompts: Prompts = PROMPTS, revise: bool = False, **settings: object
) -> list[Request]:
    """What is sent to check a description, or to revise one, when these replies come back."""
    sent: list[Request] = []

    async def llm(request: Request) -> Reply:
        sent.append(request)
        return Reply(text=replies[len(sent) - 1])

    asker = Asker(llm, prompts, lambda request, why: None, {card.model: card})
    role = RoleSettings.model_validate({"model": card.model, **settings})
    birth = Birth(index=1, operator="revise", parents=(0,), model=card.model)
    if revise:
        asyncio.run(describe(asker, role, TASK, birth, PARENTS[:1], sample=0, tokens=9000))
    else:
        asyncio.run(check(asker, role, TASK, 0, PARENTS[0][0], birth=0))
    return sent


GRID = "The output has 2 rows.\n\n```\n0 2 1\n4 3 0\n```"
BULLETS = "Pair 1 is wrong in its second row.\n\n```\n- Mirror each row of the grid.\n```"


def test_the_words_of_the_forms_look_as_they_did() -> None:
    page = [f"=== {kind}, {manner} ===\n{PROMPTS.words(kind, manner)}" for kind in KINDS for manner in MANNERS]
    assert_golden("prompts/forms", "\n\n".join(page) + "\n")


@pytest.mark.parametrize(
    ("settings", "card", "manner", "why"),
    [
        ({}, CHATTY, "text", "not known to think"),
        ({}, CHATTY.model_copy(update={"thinks": False}), "text", "it does not think"),
        ({"reasoning_effort": "low"}, CHATTY, "bare", "it thinks first"),
        ({"thinking_budget": 2000}, CHATTY, "bare", "it thinks first"),
        ({}, THINKER, "bare", "it thinks first"),
        ({"thinking": "off"}, THINKER, "text", "thinking is off"),
        ({"thinking": "high"}, CHATTY, "bare", "it thinks first"),
        ({}, CLAUDE, "bare", "it thinks first"),
        # what goes before thinking, where thinking must be asked for
        ({"temperature": 0.2}, CLAUDE, "text", "it does not think with these settings"),
        ({}, embedded_card("offline/checker"), "bare", "embedded"),
        ({}, None, "bare", "embedded"),
        ({"form": "text"}, THINKER, "text", "form=text"),
        ({"form": "object"}, CHATTY, "object", "form=object"),
        ({"form": "schema"}, embedded_card("offline/checker"), "schema", "form=schema"),
    ],
)
def test_who_cannot_think_beforehand_works_in_the_reply(
    settings: dict[str, str], card: ModelCard | None, manner: Manner, why: str
) -> None:
    called = RoleSettings.model_validate({"model": "m", **settings})
    assert manner_of(called, card) == manner
    assert reason(called, card) == why


def test_what_works_first_stands_first_in_its_schema() -> None:
    for kind, answer in (("grid", ["grid", "note"]), ("bullets", ["bullets"])):
        with_working, bare = SCHEMAS[kind, "schema"], SCHEMAS[kind, "bare"]
        assert with_working
        assert bare
        assert list(with_working["properties"]) == with_working["required"] == ["working", *answer]
        assert list(bare["properties"]) == answer


@pytest.mark.parametrize(("form", "schema"), [("text", None), ("object", ANY_OBJECT), ("schema", SCHEMAS["grid", "schema"])])
def test_words_and_schema_say_the_same_and_a_repair_asks_for_it_again(form: Manner, schema: object) -> None:
    first, repair = asked("I do not know.", GRID, form=form)
    assert first.reply_schema == repair.reply_schema == schema
    assert PROMPTS.words("grid", form) in first.messages[0].text
    assert repair.messages[: len(first.messages)] == first.messages


@pytest.mark.parametrize("form", ["schema", "object"])
def test_where_a_form_is_refused_the_words_come_down_with_it(form: Manner) -> None:
    (request,) = asked(GRID, form=form)
    as_object, as_text = in_form(request, "a JSON object"), in_form(request, "plain text")
    assert as_object.reply_schema == ANY_OBJECT
    assert PROMPTS.words("grid", form) in as_object.messages[0].text
    assert as_text.reply_schema is None
    assert PROMPTS.words("grid", "text") in as_text.messages[0].text
    assert "JSON" not in "".join(message.text for message in as_text.messages)
    # the reply is banked under what was wanted
    assert request.key == request.model_copy(update={"reworded": None}).key


def test_a_revision_first_says_the_cause_of_each_wrong_pair() -> None:
    (request,) = asked(BULLETS, revise=True)
    assert "for each wrong pair, the cells that are wrong and the cause" in request.messages[-1].text
    (request,) = asked(BULLETS, card=THINKER, revise=True)
    assert "for each wrong pair, the cells" not in request.messages[-1].text


def test_all_births_in_one_form_share_their_beginning() -> None:
    for manner in MANNERS:
        told = rendered(PROMPTS, manner)
        assert len({told[name][:2] for name in ("write", "revise", "recombine")}) == 1


def test_prompts_without_a_place_for_the_form_get_its_words_last(tmp_path: Path) -> None:
    """Copies of the prompts from before there were forms go on working."""
    shutil.copytree(bundled(), tmp_path, dirs_exist_ok=True)
    for name, kind in (("_generator.md", "bullets"), ("apply.md", "grid"), ("guide.md", "grid")):
        file = tmp_path / name
        file.write_text(file.read_text(encoding="utf-8").replace(f'{{% include "_form_{kind}.md" %}}', "Reply as JSON."))
        (tmp_path / f"_form_{kind}.md").unlink(missing_ok=True)
    for later in LATER:
        (tmp_path / later).unlink()
    old = Prompts(tmp_path)
    rehearse(old)
    (request,) = asked(GRID, prompts=old)
    assert request.messages[-1].text == PROMPTS.words("grid", "text")
    (request,) = asked(GRID, prompts=old, form="schema")
    assert in_form(request, "plain text").messages[-1].text == PROMPTS.words("grid", "text")


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("name", ["write", "revise", "apply", "guide", "alone", "solve"])
def test_the_embedded_models_answer_in_the_form_that_is_asked_for(name: str, manner: Manner) -> None:
    kind = TEMPLATES[name]
    assert kind is not None
    messages = [{"role": m.role, "content": m.text} for m in rendered(PROMPTS, manner)[name]]
    said = asyncio.run(
        complete("offline/checker" if kind != "bullets" else "offline/generator", messages, 0, SCHEMAS[kind, manner])
    )
    assert said.text.startswith("{") == (manner != "text")
    assert said.text.endswith("```") == (manner == "text")
    assert ("working" in said.text) == (manner == "schema")
    read = read_grid if kind != "bullets" else read_bullets
    bare = [{"role": m.role, "content": m.text} for m in rendered(PROMPTS)[name]]
    same = asyncio.run(complete("offline/checker" if kind != "bullets" else "offline/generator", bare, 0, SCHEMAS[kind, "bare"]))
    prompt = messages[0]["content"]
    told, expected = read(said.text, prompt=prompt), read(same.text, prompt=prompt)
    assert getattr(told, "grid", told) == getattr(expected, "grid", expected)


def test_an_imperfect_description_is_a_guide_and_the_embedded_checker_follows_it_to_the_letter_all_the_same() -> None:
    told = rendered(PROMPTS)
    assert "the examples decide" in told["guide"][0].text
    assert "Never use them to replace, correct or complete the description" in told["apply"][0].text
    turned = Description(bullets=("Swap the colours red and yellow.",))
    guided = following(PROMPTS, TASK, TASK.tests[0], turned, guide=True)
    messages = [{"role": m.role, "content": m.text} for m in guided]
    said = asyncio.run(complete("offline/checker", messages, 0, SCHEMAS["grid", "bare"]))
    # the description swaps two colours; the examples mirror every row
    assert read_grid(said.text).grid == ((4, 2), (6, 0))


def test_what_a_checker_says_before_its_grid_is_looked_through() -> None:
    told = read_grid('{"working": "2 rows x 2 columns. Row 1: 1 2", "grid": [[2, 1], [4, 3]], "note": ""}')
    assert told.grid == ((2, 1), (4, 3))
