"""Keys in every place, echoed by the provider in every form: they are in no file and in no output."""

from __future__ import annotations

import base64
import gzip
import html
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from nlevolve.cli import main
from nlevolve.errors import UsageError
from nlevolve.llm.hiding import hidden
from nlevolve.llm.keys import check_address, check_headers
from nlevolve.llm.preflight import check_models
from nlevolve.llm.settings import RoleSettings
from nlevolve.view.run_folder import flat
from tests.server import Asked, Provider, Said

PLANTED = {
    "OPENAI_API_KEY": "sk-Env+Key/0123456789=planted",
    "HOSTED_VLLM_API_KEY": "vllm-dotenv-KEY-abcdef-4711",
    "GATEWAY_PASS": "gate way? of & the <team> 77",
    "TEAM_TOKEN": "Bearer team-4f9a-from-the-dotenv",
}
IN_DOTENV = ("HOSTED_VLLM_API_KEY", "TEAM_TOKEN")
SECRETS = (*PLANTED.values(), "team-4f9a-from-the-dotenv")
FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "base64": lambda s: base64.b64encode(f"user:{s}, and more".encode()).decode(),
    "base64 for addresses": lambda s: base64.urlsafe_b64encode(s.encode()).decode().rstrip("="),
    "in an address": lambda s: quote(s, safe=""),
    "each character in an address": lambda s: "".join(f"%{ord(c):02x}" for c in s),
    "twice in an address": lambda s: quote(quote(s, safe=""), safe=""),
    "hexadecimal": lambda s: s.encode().hex(),
    "in HTML": html.escape,
    "HTML by number": lambda s: "".join(f"&#{ord(c)};" for c in s),
    "JSON": lambda s: "".join(f"\\u{ord(c):04x}" for c in s),
}


def leaks(text: str) -> list[str]:
    """What of the secrets can be found in a text, in any of the forms."""
    ends = {"base64": 12, "base64 for addresses": 4}  # what stands beside a secret has a part in the outermost characters
    told = []
    for secret in SECRETS:
        for name, form in FORMS.items():
            whole = form(secret)
            if whole[ends.get(name, 0) : len(whole) - ends.get(name, 0)] in text:
                told.append(f"{name}: {secret}")
    return told


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_found_in_every_form(form: str) -> None:
    for secret in SECRETS:
        text = f"before {FORMS[form](secret)} after"
        assert leaks(text)
        mended = hidden(text, [secret])
        assert not leaks(mended), mended
        assert mended.startswith("before ")
        assert mended.endswith(" after")


@pytest.mark.parametrize("mark", ["\u200b", "\u00ad", "\u2060", "\x00", "\x08"])
def test_a_secret_cut_up_by_marks_that_no_screen_shows_is_hidden(mark: str) -> None:
    """They are taken out before a text is printed, and then it would stand whole."""
    assert hidden(f"before\n{mark.join(SECRETS[0])} after", SECRETS) == "before\n*** after"
    untouched = f"no {mark} secret"
    assert hidden(untouched, SECRETS) is untouched


def test_text_without_a_secret_stays_as_it_is() -> None:
    text = 'Turn 100% of the &#114;ed cells \\u0062lue: {"grid": [[0, 1]]} ' * 50
    assert hidden(text, SECRETS) is text


def test_looking_for_twenty_secrets_in_a_megabyte_takes_no_more_than_reading_it_as_json_a_few_times() -> None:
    secrets = [f"sk-{number:04}-{'ab' * 20}" for number in range(20)]
    texts = [part * (1_000_000 // len(part)) for part in ("0 1 2 ", "%25", "\\u0073\\u006b", "&#115;", "sk-0001-ab")]
    listed = json.dumps(list(range(150_000)))
    began = time.process_time()
    for _ in range(60):
        json.loads(listed)
    allowed = time.process_time() - began
    for text in texts:
        began = time.process_time()
        hidden(text, secrets)
        assert time.process_time() - began < allowed


def echo(asked: Asked) -> Said:
    """Gives back every header and key that it got, in a form of its own for each request."""
    form = list(FORMS.values())[asked.number % len(FORMS)]
    told = " ".join(
        form(value) for name, value in asked.headers.items() if name.lower() in ("authorization", "x-gateway", "x-team")
    )
    told += " ".join(form(secret) for secret in SECRETS)
    if asked.number % 7 == 0:
        return Said(f"wrong: {told}", status=500 if asked.number % 2 else 400)
    if "# Description" in asked.texts[-1]:
        return Said(json.dumps({"note": told, "grid": [[1, 2], [3, 4]]}), reasoning=told)
    return Said(json.dumps({"bullets": [f"Mirror it as {told}.", "Keep the size."]}), reasoning=told)


@pytest.fixture
def nlevolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    def call(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["nlevolve", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0)

    return call


def test_keys_that_a_provider_echoes_in_every_form_are_in_no_file_and_no_output(
    tmp_path: Path, nlevolve: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, secret in PLANTED.items():
        if name not in IN_DOTENV:
            monkeypatch.setenv(name, secret)
    monkeypatch.setattr(os, "environ", os.environ)
    dotenv = tmp_path / ".env"
    dotenv.write_text("".join(f"{name}='{PLANTED[name]}'\n" for name in IN_DOTENV))
    pair = {"input": [[1, 2], [3, 4]], "output": [[2, 1], [4, 3]]}
    (tmp_path / "task.json").write_text(json.dumps({"train": [pair, pair], "test": [pair]}))
    headers = '{x-gateway="env:GATEWAY_PASS", x-team="env:TEAM_TOKEN"}'
    try:
        with Provider(echo) as server:
            roles = [f"--set={role}.base_url={server.url}" for role in ("generator", "checker")]
            roles += [f"--set={role}.extra_headers={headers}" for role in ("generator", "checker")]
            models = ["--generator=openai/writer", "--checker=hosted_vllm/follower"]
            nlevolve("solve", "task.json", *models, *roles, "--run=a", "--no-live", "--max-calls=40")
            nlevolve("models", "--ping", *models, *roles)
            assert len(server.asked) > 20
            assert {PLANTED["GATEWAY_PASS"], PLANTED["TEAM_TOKEN"]} <= set(server.asked[0].headers.values())
    finally:
        for name in IN_DOTENV:
            os.environ.pop(name, None)
    shutil.copytree(tmp_path / "runs" / "a", tmp_path / "runs" / "b")
    for command in (
        ["report", "a"],
        ["show", "a", "task"],
        ["show", "a", "task", "--raw"],
        ["watch", "a", "--no-live"],
        ["watch", "a", "--still", "--size=200x60"],
        ["compare", "a", "b", "--json", "--html=both.html"],
        *(["export", "a", f"--format={form}"] for form in ("kaggle", "arc-prize", "sft", "library")),
        ["cache", "stats"],
        ["cache", "export", "bank.jsonl.gz"],
    ):
        assert nlevolve(*command) == 0, command
    files = [file for file in tmp_path.rglob("*") if file.is_file() and file != dotenv]
    assert len(files) > 10
    said = "".join(capfd.readouterr())
    assert "***" in said
    for file in files:
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        found = leaks(content.decode("utf-8", "replace"))
        assert not found, f"{file}: {found}"
    assert not leaks(said)


WRITTEN_OUT = {
    "name and password": "base_url=http://me:hunter2pass@127.0.0.1:9/v1",
    "name alone": "base_url=http://hunter2pass@127.0.0.1:9/v1",
    "key in the query": "base_url=http://127.0.0.1:9/v1?key=hunter2pass",
    "token in the query": "base_url=http://127.0.0.1:9/v1?api-version=1&access_token=hunter2pass",
    "key in the path": "base_url=http://127.0.0.1:9/sk-hunter2pass0123456789/v1",
    "authorization": 'extra_headers={Authorization="hunter2pass"}',
    "key": 'extra_headers={x-api-key="hunter2pass"}',
    "cookie": 'extra_headers={Cookie="hunter2pass"}',
    "unknown name": 'extra_headers={X-Gateway="hunter2pass"}',
    "harmless name": 'extra_headers={X-Title="sk-hunter2pass-0123456789"}',
    "not even a table": "extra_headers=hunter2pass",
    "not an address": "base_url=me:hunter2pass@127.0.0.1:9",
    "not a port": "base_url=http://me:hunter2pass@127.0.0.1:ninety/v1",
}


@pytest.mark.parametrize("setting", WRITTEN_OUT)
def test_a_secret_written_out_is_refused_and_not_repeated(
    setting: str, tmp_path: Path, nlevolve: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    models = ["--generator=openai/writer", "--checker=hosted_vllm/follower"]
    assert (
        nlevolve(
            "solve",
            "arc1:67a3c6ac",
            *models,
            f"--set=generator.{WRITTEN_OUT[setting]}",
            "--set=checker.base_url=http://127.0.0.1:9/v1",
        )
        == 2
    )
    said = capfd.readouterr().err
    assert len(said.strip().splitlines()) == 1
    assert "base_url" in said or "extra_headers" in said
    assert "hunter2pass" not in said
    assert not list(tmp_path.rglob("*hunter2pass*"))
    assert not (tmp_path / "runs").exists()


def test_an_address_of_the_environment_is_judged_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789")
    monkeypatch.setenv("OPENAI_API_BASE", "http://me:hunter2pass@127.0.0.1:9/v1")
    with pytest.raises(UsageError, match="OPENAI_API_BASE") as refused:
        check_models([RoleSettings(model="openai/writer")])
    assert "hunter2pass" not in str(refused.value)


def test_what_is_no_secret_passes() -> None:
    for url in ("https://openrouter.ai/api/v1", "http://[::1]:8000/v1", "https://x.azure.com/openai?api-version=2024-10-21"):
        check_address(url, "base_url")
    told = {"X-Title": "my run 7", "HTTP-Referer": "https://example.org/a1b2c3d4", "X-Region": "eu-west", "X-Debug": "true"}
    check_headers({**told, "x-team": "env:TEAM", "Authorization": "env:AUTH", "OpenAI-Organization": "org-4711abcdef"}, "")


def test_a_run_of_before_shows_no_key_that_was_written_out() -> None:
    role = {"base_url": "http://me:hunter2pass@host/v1", "extra_headers": {"Authorization": "hunter2pass", "X-Title": "mine"}}
    told = dict(
        flat({"generator": role, "checker": {"base_url": "http://host/v1"}, "endpoints": {"m": "http://host/?key=hunter2pass"}})
    )
    assert "hunter2pass" not in str(told)
    assert told["generator.extra_headers.X-Title"] == "mine"
    assert told["checker.base_url"] == "http://host/v1"


ODD_KEYS = {
    "a line end": "sk-0123456789\nsk-9876543210",
    "a typographic quote": "“sk-0123456789”",
    "an ellipsis": "sk-01234…6789",
    "quotes around it": '"sk-0123456789"',
    "a space": "sk-01234 56789",
    "a character that no key has": "sk-0123456789\u00a0",
}


@pytest.mark.parametrize("fault", ODD_KEYS)
def test_a_key_that_cannot_be_one_is_said_in_one_line_before_anything_is_sent(
    fault: str, nlevolve: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", ODD_KEYS[fault])
    assert nlevolve("solve", "arc1:67a3c6ac", "--generator=openai/gpt-4o") == 2
    said = capfd.readouterr().err
    assert len(said.splitlines()) == 1
    assert f"OPENAI_API_KEY cannot be a key, it has {fault}" in said
    assert "1234" not in said


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "latin-1"])
def test_a_dotenv_in_another_encoding_is_said_in_one_line(
    encoding: str, tmp_path: Path, nlevolve: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text("# Schlüssel\nOPENAI_API_KEY=sk-0123456789\n", encoding=encoding)
    assert nlevolve("solve", "arc1:67a3c6ac") == 2
    said = capfd.readouterr().err
    assert len(said.splitlines()) == 1
    assert ".env is not UTF-8" in said


def test_a_dotenv_with_a_byte_order_mark_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    monkeypatch.delenv("OPENAI_API_KEY")
    (tmp_path / ".env").write_text("OPENAI_API_KEY=sk-0123456789\n", encoding="utf-8-sig")
    try:
        assert check_models([RoleSettings(model="openai/gpt-4o")])["openai/gpt-4o"].missing == ()
    finally:
        os.environ.pop("OPENAI_API_KEY", None)
