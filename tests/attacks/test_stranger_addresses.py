"""No key, no variable and no request goes to an address that only a received file names, until somebody has said yes to it.

What decides is a server that writes down whatever reaches it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nlevolve.llm.catalogue import LOGGED_IN
from nlevolve.llm.endpoints import ON_THIS_MACHINE
from nlevolve.run import trust
from tests.attacks.conftest import SMALL, Nlevolve
from tests.server import Provider
from tests.server.embedded import embedded

KEY = "sk-the-users-own-key-0123456789"
MODEL = "openai/generator"
SECRET = "another-secret-of-the-user"


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A stranger's server; the user has a key for OpenAI, and a variable that is nobody's business."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("PRIVATE_THING", SECRET)
    with Provider(embedded) as server:
        yield server


def reached(server: Provider) -> list[Any]:
    """Whatever came."""
    return [*server.asked, *server.looked_at]


def preset(folder: Path, url: str, header: str = "") -> str:
    """A preset file that names an address, and a header."""
    lines = [f'model = "{MODEL}"', f'base_url = "{url}"', f'extra_headers = {{ "x-mine" = "{header}" }}' if header else ""]
    phases = "[policy]\nphases = [{births = 1, overlap = 1}]\n"
    (folder / "theirs.toml").write_text(phases + "\n".join(f"[{role}]\n" + "\n".join(lines) for role in ("generator", "checker")))
    return "theirs.toml"


def renamed(received: Path, **changes: Any) -> None:
    """Make the run a stranger's: with another model, address or header, and nothing done yet."""
    config = json.loads((received / "config.json").read_text())
    for role in ("generator", "reviser", "recombiner", "checker", "answerer"):
        config["settings"][role] |= {"model": MODEL, **changes}
    config["versions"].pop("embedded", None)
    (received / "config.json").write_text(json.dumps(config))
    (received / "events.jsonl").unlink(missing_ok=True)


def refused(ended: Any, *names: str) -> bool:
    """In one line, which names what it is about and what to do."""
    return ended.code == 2 and ended.err.count("\n") == 1 and all(name in ended.err for name in (*names, "--trust"))


def test_a_received_run_sends_nothing_until_its_names_are_confirmed_and_then_once(
    nlevolve: Nlevolve, received: Path, recorder: Provider
) -> None:
    renamed(received, base_url=recorder.url, extra_headers={"x-mine": "env:PRIVATE_THING"})
    ended = nlevolve("resume", "received", "--no-live")
    assert refused(ended, recorder.url, "PRIVATE_THING", "x-mine", "openai"), ended
    assert reached(recorder) == []
    ended = nlevolve("resume", "received", "--no-live", "--trust")
    assert ended.code == 0, ended
    assert f"with openai at {recorder.url}" in ended.out
    assert "with the variable PRIVATE_THING as the header x-mine" in ended.out
    assert recorder.asked[0].headers["X-Mine" if "X-Mine" in recorder.asked[0].headers else "x-mine"] == SECRET
    (received / "events.jsonl").unlink()
    assert nlevolve("resume", "received", "--no-live").code == 0  # once is enough


@pytest.mark.parametrize("command", ["solve", "sweep", "sweep by a file", "models"])
def test_a_strangers_preset_or_sweep_sends_nothing(
    command: str, nlevolve: Nlevolve, task: str, recorder: Provider, tmp_path: Path
) -> None:
    theirs = preset(tmp_path, recorder.url, "env:PRIVATE_THING")
    (tmp_path / "sweep.toml").write_text(
        f'selectors = ["{task}"]\npreset = ["quick", "thrifty"]\ngenerator = ["{MODEL}"]\n'
        f'[set]\n"generator.base_url" = "{recorder.url}"\n'
    )
    typed = {
        "solve": ["solve", task, "--preset", theirs, "--no-live"],
        "sweep": ["sweep", task, "--preset", theirs, "--preset", "quick", "--no-live"],
        "sweep by a file": ["sweep", "sweep.toml", "--no-live"],
        "models": ["models", "--preset", theirs, "--ping"],
    }
    ended = nlevolve(*typed[command])
    assert refused(ended, recorder.url), ended
    assert reached(recorder) == []
    assert not (tmp_path / "runs").exists()


def test_a_received_run_cannot_name_its_own_price_or_an_option_that_says_where_to(
    nlevolve: Nlevolve, received: Path, recorder: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A budget would be kept by the price; `aws_bedrock_runtime_endpoint` is an address for litellm."""
    renamed(received, model="openai/gpt-4o-mini", price_in=0, price_out=0)
    assert refused(nlevolve("resume", "received", "--no-live", "--budget", "1"), "a price of $0 and $0", "gpt-4o-mini")
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    renamed(
        received, model="anthropic/claude-sonnet-4-5", price_in=None, price_out=None, extra_body={"custom_llm_provider": "openai"}
    )
    assert refused(nlevolve("resume", "received", "--no-live"), "the field custom_llm_provider")
    assert reached(recorder) == []


ARN = "arn:aws:bedrock-agentcore:somewhere.invalid#:1:runtime/x"


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("ollama_chat/qwen3", "ollama_chat on this machine"),
        ("ollama/qwen3", "ollama on this machine"),
        ("vllm/someone/model", "vllm on this machine"),
        (f"bedrock/agentcore/{ARN}", f"the model bedrock/agentcore/{ARN}"),
        ("watsonx/x@somewhere.invalid/y", "the model watsonx/x@somewhere.invalid/y"),
        ("openai/unheard-of", "a price of $0 and $0 per million tokens, for openai/unheard-of"),
    ],
)
def test_a_model_by_whose_name_litellm_goes_somewhere_else_is_asked_about(
    model: str, said: str, nlevolve: Nlevolve, received: Path, recorder: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WATSONX_API_KEY", "WATSONX_TOKEN"):
        monkeypatch.setenv(name, "of-the-user-0123456789")
    renamed(received, model=model, **({"price_in": 0, "price_out": 0} if model.startswith("openai") else {}))
    assert refused(nlevolve("resume", "received", "--no-live"), said)
    names = ("vertex_ai/claude-sonnet-4-5@20250929", "cloudflare/@cf/meta/llama-2-7b-chat-int8", "bedrock/us-east-1/x.y-v2:0")
    assert not any(trust._PLACE.search(name) for name in names)


def test_every_provider_that_litellm_looks_for_on_this_machine_is_known() -> None:
    """Those that log in are left out: to be asked of is enough for them to do so."""
    import litellm

    providers = {getattr(one, "value", one) for one in litellm.provider_list} - LOGGED_IN.keys() - {"ragflow"}
    found = {name: str(litellm.get_llm_provider(f"{name}/x")[3]) for name in providers}
    local = {name for name, url in found.items() if "://localhost" in url or "://127." in url}
    assert "ollama" in local
    assert local <= ON_THIS_MACHINE


@pytest.mark.parametrize("provider", LOGGED_IN)
def test_nobody_is_logged_in_because_a_file_names_a_model(
    provider: str, nlevolve: Nlevolve, received: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    renamed(received, model=f"{provider}/x")
    code, _, err = nlevolve("resume", "received", "--no-live", "--trust")
    assert (code, err.count("\n")) == (2, 1)
    assert "wants somebody to log in" in err
    assert not (tmp_path / "home" / ".config").exists()


def test_a_file_cannot_say_yes_for_the_user(nlevolve: Nlevolve, task: str, recorder: Provider, tmp_path: Path) -> None:
    (tmp_path / "sweep.toml").write_text(
        f'selectors = ["{task}"]\ntrust = true\npreset = ["quick", "deep"]\n[set]\n"generator.base_url" = "{recorder.url}"\n'
    )
    assert nlevolve("sweep", "sweep.toml", "--no-live").code == 2
    (tmp_path / "theirs.toml").write_text("trust = true\n")
    assert nlevolve("solve", task, "--preset", "theirs.toml", "--no-live").code == 2
    assert reached(recorder) == []


def test_ones_own_runs_never_meet_a_question(nlevolve: Nlevolve, task: str, recorder: Provider, tmp_path: Path) -> None:
    """What the command names is chosen, also by the runs that go on from it, from another folder too."""
    named = ["--generator", MODEL, "--set", f"generator.base_url={recorder.url}"]
    assert nlevolve("solve", task, *named, *SMALL, "--run", "mine", "--runs-dir", "elsewhere").code == 0
    assert recorder.asked[0].headers.get("Authorization") == f"Bearer {KEY}"
    (tmp_path / "elsewhere" / "mine" / "events.jsonl").unlink()
    assert nlevolve("resume", "elsewhere/mine", "--no-live").code == 0


def test_a_known_address_gets_neither_another_providers_key_nor_another_variable(
    nlevolve: Nlevolve, received: Path, recorder: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    renamed(received, base_url=recorder.url)
    assert nlevolve("resume", "received", "--no-live", "--trust").code == 0
    before = len(reached(recorder))
    monkeypatch.setenv("GROQ_API_KEY", "gsk-the-users-own-key-0123456789")
    renamed(received, base_url=recorder.url, model="groq/generator")
    assert refused(nlevolve("resume", "received", "--no-live"), "groq at")
    renamed(received, base_url=recorder.url, extra_headers={"x-mine": "env:PRIVATE_THING"})
    assert refused(nlevolve("resume", "received", "--no-live"), "PRIVATE_THING")
    assert len(reached(recorder)) == before


def test_an_env_file_sends_no_key_but_its_own_to_an_address_that_it_names(
    nlevolve: Nlevolve, task: str, recorder: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(
        f"OPENAI_API_BASE={recorder.url}\nSSLKEYLOGFILE=/tmp/x\nPYTHONPATH=.\nX_API_KEY=${{PRIVATE_THING}}\n"
    )
    asked = ["solve", task, "--generator", MODEL, *SMALL]
    ended = nlevolve(*asked)
    assert ended.code == 2
    assert [word for word in (recorder.url, "ignored: SSLKEYLOGFILE, PYTHONPATH") if word not in ended.err] == []
    assert reached(recorder) == []
    assert os.environ.get("PYTHONPATH") != "."
    assert SECRET not in os.environ.get("X_API_KEY", "")
    monkeypatch.delenv("OPENAI_API_KEY")
    (tmp_path / ".env").write_text(f"OPENAI_API_BASE={recorder.url}\nOPENAI_API_KEY=sk-of-the-file-0123456789\n")
    assert nlevolve(*asked).code == 0
    assert {one.headers.get("Authorization") for one in recorder.asked} == {"Bearer sk-of-the-file-0123456789"}
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("X_API_KEY", raising=False)


def test_the_environments_address_is_recorded_and_another_one_is_a_changed_setting(
    nlevolve: Nlevolve, task: str, recorder: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", recorder.url)
    assert nlevolve("solve", task, "--generator", MODEL, *SMALL, "--run", "mine").code == 0
    assert json.loads((tmp_path / "runs/mine/config.json").read_text())["endpoints"] == {MODEL: recorder.url}
    before = len(reached(recorder))
    monkeypatch.setenv("OPENAI_API_BASE", "http://127.0.0.1:9/v1")
    ended = nlevolve("resume", "mine", "--no-live")
    assert ended.code == 2
    assert f'endpoints.{MODEL}: "{recorder.url}" -> "http://127.0.0.1:9/v1"' in ended.err
    assert len(reached(recorder)) == before


def test_on_a_terminal_it_is_asked_and_a_no_sends_nothing(
    nlevolve: Nlevolve, received: Path, recorder: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    renamed(received, base_url=recorder.url)
    for answer, code in (("n", 2), ("y", 0)):
        ours, theirs = os.openpty()
        with os.fdopen(os.dup(theirs)) as stdin, os.fdopen(theirs, "w", buffering=1) as stderr:
            os.write(ours, f"{answer}\n".encode())
            monkeypatch.setattr(sys, "stdin", stdin)
            monkeypatch.setattr(sys, "stderr", stderr)
            assert nlevolve("resume", "received", "--no-live").code == code
            asked = ""
            while "[y/N]" not in asked:
                asked += os.read(ours, 10_000).decode()
        os.close(ours)
        assert f"openai at {recorder.url}" in asked
        assert bool(reached(recorder)) == (answer == "y")


def test_a_name_cannot_look_like_another_or_speak_to_the_terminal(nlevolve: Nlevolve, received: Path, recorder: Provider) -> None:
    renamed(received, base_url="https://api.openаi.com/\x1b[2J\u202e", extra_headers={"x\nmine": "env:PRIVATE_THING"})
    ended = nlevolve("resume", "received", "--no-live")
    assert ended.code == 2
    assert ended.err.strip().isprintable()
    assert ended.err.isascii()


def test_a_run_of_the_providers_own_addresses_and_our_prompts_needs_no_yes_wherever_it_was_made(
    nlevolve: Nlevolve, received: Path, tmp_path: Path
) -> None:
    """As in a fresh container with the folder mounted: the prompts' folder and the bank of the other machine are not there."""
    config = json.loads((received / "config.json").read_text())
    gone = {"prompts_dir": "/home/alice/nlevolve/prompts", "cache_dir": "/home/alice/bank"}
    (received / "config.json").write_text(json.dumps(config | gone))
    (received / "events.jsonl").unlink()
    ended = nlevolve("resume", "received", "--no-live")
    assert ended.code == 0, ended
    assert ".nlevolve-cache is used instead" in ended.err
    assert not Path("/home/alice").exists()
    assert not Path(f"{tmp_path}-state").exists()


def test_prompts_of_a_received_run_are_confirmed_and_those_that_a_command_names_are_chosen(
    nlevolve: Nlevolve, received: Path, task: str, tmp_path: Path
) -> None:
    from nlevolve.ask.prompts import bundled

    for name in ("theirs", "own"):
        for file in bundled().rglob("*.md"):
            copy = tmp_path / name / file.relative_to(bundled())
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(file.read_text() + (f"\nSaid by {name}.\n" if file.name == "write.md" else ""))
    assert nlevolve("solve", task, "--prompts", "theirs", *SMALL, "--run", "made").code == 0
    assert nlevolve("resume", "made", "--no-live").code == 0
    assert nlevolve("export", "made", "--format", "sft").code == 0
    (Path(f"{tmp_path}-state") / "nlevolve" / trust.FILE).unlink()  # another machine
    assert refused(nlevolve("resume", "made", "--no-live"), "theirs")
    assert refused(nlevolve("export", "made", "--format", "sft"), "theirs")
    assert nlevolve("export", "made", "--format", "sft", "--trust").code == 0
    assert nlevolve("resume", "made", "--no-live").code == 0


def test_a_program_that_loads_a_strangers_preset_is_refused_too(task: str, recorder: Provider, tmp_path: Path) -> None:
    import nlevolve as library

    theirs = preset(tmp_path, recorder.url)
    with pytest.raises(trust.Unconfirmed, match="openai at"):
        library.solve([task], preset=theirs)
    assert reached(recorder) == []
    assert library.solve([task], preset=theirs, trust=True, report=False).exit_code == 0
    assert reached(recorder) != []
