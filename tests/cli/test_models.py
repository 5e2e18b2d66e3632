"""`nlevolve models` and `nlevolve cache`, as typed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nlevolve.llm.bank import DiskBank, Sample
from nlevolve.llm.request import Reply
from nlevolve.view.text import plural
from tests.cli.conftest import Run
from tests.server import Provider, Said


def test_the_models_of_the_roles_are_shown_without_any_key(nlevolve: Run) -> None:
    code, out, err = nlevolve("models")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()[1:]] == ["offline/generator", "offline/checker"]
    assert "none needed" in out


def test_key_price_window_and_abilities_of_the_models_named(nlevolve: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-to-be-seen")
    code, out, _ = nlevolve("models", "openai/gpt-4o-mini", "anthropic/claude-sonnet-4-5", "hosted_vllm/mine")
    assert code == 0
    assert "sk-" not in out
    first, second, third = (" ".join(line.split()) for line in out.splitlines()[1:])
    assert first.startswith("openai/gpt-4o-mini set: OPENAI_API_KEY 0.15 / 0.075 / 0.6 litellm 1.")
    assert first.endswith("no text, the answer last (it does not think) 128,000 yes yes")
    assert "missing: ANTHROPIC_API_KEY" in second
    assert "yes schema, the answer alone (it thinks first) 200" in second
    assert third == "hosted_vllm/mine none needed unknown - ? text, the answer last (not known to think) - ? ?"


def test_how_replies_are_asked_for_is_said_as_it_is_set(nlevolve: Run) -> None:
    _, out, _ = nlevolve(
        "models", "--generator", "hosted_vllm/mine", "--checker", "offline/checker", "--set", "generator.form=schema"
    )
    assert "hosted_vllm/mine none needed unknown - ? schema, working first (form=schema)" in " ".join(out.split())
    assert "free no schema, the answer alone (embedded)" in " ".join(out.split())


def test_an_unknown_model_is_one_line_and_exit_code_2(nlevolve: Run) -> None:
    code, out, err = nlevolve("models", "offline/genrator")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "offline/generator" in err


BULLETS = '{"bullets": ["Mirror every row from left to right."]}'


def test_a_ping_asks_as_a_run_will_and_in_every_form(nlevolve: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTED_VLLM_API_KEY", "sk-not-to-be-seen")
    priced = ("--set", "generator.price_in=1", "--set", "generator.price_out=2", "--set", "generator.max_tokens=77")
    with Provider(lambda asked: Said(BULLETS)) as server:
        code, out, _ = nlevolve("models", "hosted_vllm/a", *priced, "--set", f"generator.base_url={server.url}", "--ping")
        bodies = [asked.body for asked in server.asked]
    assert code == 0
    assert bodies[0]["max_tokens"] == 77
    assert "response_format" not in bodies[0]
    assert "# Training pairs" in str(bodies[0]["messages"])
    forms = [body.get("response_format", {}).get("type") for body in bodies]
    assert {"json_schema", "json_object", None} <= set(forms)
    for line in (
        "as a run asks: read; ",
        "schema, the answer alone: read",
        "text, the answer last: read",
        "thinking: none seen",
        "gave one reply",
        "seeing: ",
    ):
        assert line in out
    assert f"hosted_vllm/a, as the generator at {server.url}" in out
    assert "100 + 20 tokens, $0.000140" in out


def test_a_ping_that_fails_says_why_and_hints_at_the_address(nlevolve: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTED_VLLM_API_KEY", "sk-not-to-be-seen")
    with Provider(lambda asked: Said(f"bad key {asked.headers['Authorization']}", status=401)) as server:
        code, out, _ = nlevolve("models", "hosted_vllm/a", "--set", f"generator.base_url={server.url}", "--ping")
        assert code == 4
        assert "401" in out.splitlines()[-1]
        assert "sk-not-to-be-seen" not in out
        code, out, _ = nlevolve("models", "hosted_vllm/a", "--set", f"generator.base_url={server.root}", "--ping")
        assert code == 4
        assert out.count(f"{server.root}/v1 may be meant") == 1


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    async def fill() -> None:
        one = DiskBank(tmp_path / ".nlevolve-cache", print)
        old = datetime.now(UTC) - timedelta(days=40)
        for number in range(6):
            reply = Reply(text=str(number), cost_usd=0.25 if number else None)
            row = Sample(
                model="ab"[number % 2],
                reply=reply,
                rejected="no" if number == 3 else "",
                at=old if number < 2 else datetime.now(UTC),
            )
            await one.put(f"{number}" * 64, row)
        await one.close()

    asyncio.run(fill())
    return tmp_path


def test_what_the_bank_holds(nlevolve: Run, bank: Path) -> None:
    code, out, _ = nlevolve("cache", "stats")
    assert code == 0
    assert [line.split()[:3] for line in out.splitlines()[1:3]] == [["a", "3", "0"], ["b", "3", "1"]]
    assert "0.5000 + 1 of unknown price" in out
    assert out.splitlines()[-1].startswith("6 replies, ")


def test_the_bank_goes_to_a_file_and_back(nlevolve: Run, bank: Path) -> None:
    assert nlevolve("cache", "export", "bank.jsonl.gz")[1] == "6 replies written to bank.jsonl.gz\n"
    assert nlevolve("cache", "import", "bank.jsonl.gz", "--cache-dir", "other")[1] == "6 replies read, 6 of them new\n"
    assert nlevolve("cache", "import", "bank.jsonl.gz")[1] == "6 replies read, 0 of them new\n"


@pytest.mark.parametrize(
    ("what", "count"),
    [
        (["--model", "a"], 3),
        (["--older-than", "30"], 2),
        (["--rejected"], 1),
        (["--rejected", "--model", "a"], 0),
        (["55555555"], 1),
        (["--all"], 6),
    ],
)
def test_what_is_forgotten_is_gone(nlevolve: Run, bank: Path, what: list[str], count: int) -> None:
    told = plural(count, "reply", "replies")
    assert nlevolve("cache", "forget", *what, "--dry-run")[1] == f"{told} would be forgotten\n"
    assert nlevolve("cache", "forget", *what)[1] == f"{told} forgotten\n"
    assert nlevolve("cache", "stats")[1].splitlines()[-1].startswith(f"{6 - count} replies")


@pytest.mark.parametrize("arguments", [["forget"], ["forget", "5"], ["stats", "--cache-dir", "nowhere"], ["import", "nowhere"]])
def test_a_mistake_is_one_line_and_exit_code_2(nlevolve: Run, bank: Path, arguments: list[str]) -> None:
    code, out, err = nlevolve("cache", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
