"""What is wrong with models, keys and prices is said before anything is sent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nlevolve.errors import UsageError
from nlevolve.llm.preflight import check_models
from nlevolve.llm.settings import RoleSettings

KEYS = ("OPENAI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "ANTHROPIC_API_KEY")


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)


def complaint(**settings: object) -> str:
    options = {name: settings.pop(name) for name in ("priced", "keyed") if name in settings}
    with pytest.raises(UsageError) as caught:
        check_models([RoleSettings.model_validate(settings)], **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_an_unknown_model_is_named_with_the_nearest() -> None:
    assert "nearest: offline/generator," in complaint(model="offline/genrator")
    assert "nearest: gpt-4o-mini," in complaint(model="gpt-4o-mni")
    assert "no provider is known for the model 'nosuch/thing'" in complaint(model="nosuch/thing")
    assert "offline/chekcer" in complaint(model="offline/generator,offline/chekcer")


def test_a_missing_key_is_named_by_its_variable() -> None:
    assert "set OPENAI_API_KEY in the environment or in .env" in complaint(model="openai/gpt-4o-mini")
    assert "set GOOGLE_API_KEY or GEMINI_API_KEY" in complaint(model="gemini/gemini-2.5-flash")


def test_one_of_two_keys_may_be_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "some")
    assert check_models([RoleSettings(model="gemini/gemini-2.5-flash")])


def test_a_key_is_taken_from_env_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", os.environ.copy())
    (tmp_path / ".env").write_text("OPENAI_API_KEY=from-a-file\n")
    assert check_models([RoleSettings(model="openai/gpt-4o-mini")])


def test_a_header_from_the_environment_must_be_there() -> None:
    assert "GATEWAY_PASS" in complaint(model="hosted_vllm/x", extra_headers={"x-gateway": "env:GATEWAY_PASS"})


def test_no_key_is_needed_to_replay_nor_for_a_server_of_ones_own() -> None:
    assert check_models([RoleSettings(model="openai/gpt-4o-mini")], keyed=False)
    assert check_models([RoleSettings(model="openai/mine", base_url="http://127.0.0.1:1/v1")])


def test_a_budget_needs_a_price(tmp_path: Path) -> None:
    mine = {"model": "hosted_vllm/mine"}
    assert "the price of hosted_vllm/mine is not known" in complaint(**mine, priced=True)
    assert check_models([RoleSettings(model="hosted_vllm/mine", price_in=0.0, price_out=0.0)], priced=True)
    (tmp_path / "prices.toml").write_text('["hosted_vllm/mine"]\nprice_in = 1.5\nprice_out = 2.5\n')
    price = check_models([RoleSettings(**mine)], priced=True)["hosted_vllm/mine"].price
    assert price is not None
    assert (price.prompt, price.completion, price.source) == (1.5, 2.5, "prices.toml")


@pytest.mark.parametrize("text", ["nonsense", '["m"]\nprice_in = "much"\nprice_out = 1', '["m"]\nprice_in = 1', "m = 3"])
def test_a_broken_table_of_prices_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "prices.toml").write_text(text)
    assert "prices.toml is not a table of prices" in complaint(model="offline/generator")


def test_prices_are_those_of_the_pinned_table_and_say_so() -> None:
    card = check_models([RoleSettings(model="openai/gpt-4o-mini")], keyed=False)["openai/gpt-4o-mini"]
    assert card.price is not None
    assert (card.price.prompt, card.price.cached, card.price.completion) == (0.15, 0.075, 0.6)
    assert card.price.source.startswith("litellm 1.")
    assert (card.context, card.longest_reply, card.takes_schema, card.takes_images) == (128_000, 16_384, True, True)


def test_a_card_is_asked_for_once_and_a_key_every_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, role = tmp_path / "cards.json", RoleSettings(model="openai/gpt-4o-mini")
    first = check_models([role], keyed=False, remember=shelf)
    monkeypatch.setattr("nlevolve.llm.quiet_import.load_litellm", lambda: pytest.fail("asked again"))
    assert check_models([role], keyed=False, remember=shelf) == first
    with pytest.raises(UsageError, match="OPENAI_API_KEY"):
        check_models([role], remember=shelf)
    shelf.write_text("torn {")
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert check_models([role], keyed=False, remember=shelf) == first


def test_neither_import_nor_embedded_models_load_litellm(tmp_path: Path) -> None:
    program = (
        "import sys; from nlevolve.llm.preflight import check_models; from nlevolve.llm.settings import RoleSettings; "
        "import nlevolve.llm.stack; check_models([RoleSettings(model='offline/generator')]); assert 'litellm' not in sys.modules"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path, env=environment)
