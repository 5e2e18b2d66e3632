"""Whole runs with a real language model behind llama.cpp's own server. It solves nothing; the run must end well all the same."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from nlevolve.llm.preflight import check_models
from nlevolve.llm.request import Label, Message, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.records import CallFinished, Event
from tests.llm.asking import ask_all
from tests.llm_real.llama import MODEL, SLOTS, WINDOW, LlamaCpp, Shell, running
from tests.server import Provider, Said
from tests.server.dialects import LLAMA_CPP, Serving

pytestmark = [pytest.mark.llm_real, pytest.mark.timeout(280)]
ENDED = (0, 4)
"""Exit codes: a reply that fills the window cannot be sent back for a repair, which counts as a reply that did not come."""
YES_OR_NO = {"type": "object", "properties": {"yes": {"type": "boolean"}}, "required": ["yes"], "additionalProperties": False}


def ended(process: subprocess.Popen[str], seconds: float = 240.0) -> tuple[int, str]:
    """Exit code and all that was printed, which holds no traceback."""
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert "Traceback" not in out + err
    return process.returncode, out + err


def request(server: LlamaCpp, text: str, schema: dict[str, Any] | None = YES_OR_NO, **settings: Any) -> Request:
    sample = settings.pop("sample", 0)
    return Request(
        settings=RoleSettings(model=MODEL, base_url=server.url, **{"timeout": 120.0, **settings}),
        messages=(Message(role="user", text=text),),
        reply_schema=schema,
        sample=sample,
        label=Label(task="t", role="generator", purpose="write"),
    )


def ask(folder: Path, *requests: Request, at_once: int = 1) -> tuple[list[Any], list[Event]]:
    """Replies, or the exceptions in their place, and the events."""
    return ask_all(folder / "bank", None, *requests, cards=check_models([requests[0].settings]), concurrency=at_once)


def test_a_run_ends_and_its_rerun_and_resumption_send_nothing(llama: LlamaCpp, shell: Shell) -> None:
    code, said = ended(shell.start(*shell.solving(llama)))
    assert code in ENDED
    assert "of 1 task solved" in said
    results = json.loads((shell.folder / "runs/real/results.json").read_text())
    assert results["totals"]["calls"]["provider"] > 0
    submission = (shell.folder / "runs/real/submission.json").read_bytes()
    code, said = ended(shell.start("resume", "real"))
    assert code in ENDED
    code, said = ended(shell.start(*shell.solving(llama, "--replay", run="again")))
    assert code in ENDED
    assert (shell.folder / "runs/again/submission.json").read_bytes() == submission


def test_ctrl_c_ends_a_run_and_resume_goes_on(llama: LlamaCpp, shell: Shell) -> None:
    process = shell.start(*shell.solving(llama, births=1))
    shell.wait_for("birth_planned", process)
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    code, _ = ended(process)
    assert code == 130
    code, said = ended(shell.start("resume", "real"))
    assert code in ENDED
    assert "of 1 task solved" in said
    born = {event["birth"]["index"] for event in shell.events() if event["kind"] in ("candidate_checked", "move_failed")}
    assert born == {0}


def test_a_server_that_is_killed_and_comes_back_costs_no_birth(shell: Shell) -> None:
    with running() as server:
        process = shell.start(*shell.solving(server, births=1))
        shell.wait_for("birth_planned", process)
        time.sleep(2.0)
        server.stop()
        time.sleep(2.0)
        server.start()
        code, said = ended(process)
    assert code in ENDED
    assert "of 1 task solved" in said
    assert [event for event in shell.events() if event["kind"] == "call_retried"]
    assert {event["kind"] for event in shell.events()} & {"candidate_checked", "move_failed"}
    assert "provider_down" not in {event.get("finish") for event in shell.events()}


def test_a_prompt_that_does_not_fit_is_named_in_the_log(shell: Shell) -> None:
    with running(slots=1, window=256) as server:
        code, _ = ended(shell.start(*shell.solving(server, births=1)))
    assert code != 0
    failures = [event for event in shell.events() if event["kind"] == "call_finished" and event.get("error")]
    assert failures
    assert {"the window 256" in event["error"] for event in failures} == {True}, failures


def test_a_schema_is_kept_and_the_same_seed_says_the_same(llama: LlamaCpp, tmp_path: Path) -> None:
    text = "Is the sky blue?"
    (first, free), _ = ask(tmp_path, request(llama, text), request(llama, text, None, max_tokens=8, temperature=0.0))
    (second,), _ = ask(tmp_path / "anew", request(llama, text))
    assert set(json.loads(first.text)) == {"yes"}
    assert first.text == second.text
    assert free.usage.completion >= 8


def test_four_slots_answer_two_dozen_calls(llama: LlamaCpp, tmp_path: Path) -> None:
    replies, events = ask(tmp_path, *(request(llama, f"Is {n} an even number?") for n in range(24)), at_once=24)
    assert [json.loads(reply.text).keys() for reply in replies] == [{"yes"}] * 24
    assert sum(event.tries for event in events if isinstance(event, CallFinished)) == 24


def test_the_test_server_in_the_manner_of_llama_cpp_is_like_it(llama: LlamaCpp, tmp_path: Path) -> None:
    long = request(llama, "word " * 2 * WINDOW, None)
    with Provider(lambda asked: Said(), dialect=LLAMA_CPP, serving=Serving(window=WINDOW, slots=SLOTS)) as likeness:
        other = long.settings.model_copy(update={"base_url": likeness.url})
        (real, alike), _ = ask(tmp_path, long, long.model_copy(update={"settings": other}))
        told = {path: LLAMA_CPP.tells(Serving(window=WINDOW, slots=SLOTS))[path] for path in ("/props", "/slots", "/v1/models")}
    assert (real.status, real.kind) == (alike.status, alike.kind)
    assert f"the window {WINDOW}" in str(real)
    assert f"the window {WINDOW}" in str(alike)
    assert llama.ask("/props")["total_slots"] == told["/props"]["total_slots"] == SLOTS
    assert llama.ask("/props")["default_generation_settings"]["n_ctx"] == WINDOW
    assert [slot["n_ctx"] for slot in llama.ask("/slots")] == [slot["n_ctx"] for slot in told["/slots"]]
    assert told["/v1/models"]["data"][0].keys() <= llama.ask("/v1/models")["data"][0].keys()
