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
from tests.llm_real.llama import BOUND, MODEL, SLOTS, WINDOW, LlamaCpp, Shell, running, tiny_task
from tests.server import Provider, Said
from tests.server.dialects import LLAMA_CPP, Serving

pytestmark = [pytest.mark.llm_real, pytest.mark.timeout(900)]
ENDED = (0, 4)
"""Of a run that came to its end: nobody may have been able to read a word of this small model, and then no task is answered."""
YES_OR_NO = {"type": "object", "properties": {"yes": {"type": "boolean"}}, "required": ["yes"], "additionalProperties": False}


def ended(process: subprocess.Popen[str], seconds: float = 600.0) -> tuple[int, str]:
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
        settings=RoleSettings(model=MODEL, base_url=server.url, **{"timeout": 300.0, **settings}),
        messages=(Message(role="user", text=text),),
        reply_schema=schema,
        sample=sample,
        label=Label(task="t", role="generator", purpose="write"),
    )


def ask(folder: Path, *requests: Request, at_once: int = 1) -> tuple[list[Any], list[Event]]:
    """Replies, or the exceptions in their place, and the events."""
    return ask_all(folder / "bank", None, *requests, cards=check_models([requests[0].settings]), concurrency=at_once)


@pytest.mark.parametrize("form", ["text", "schema"])
def test_a_run_ends_and_its_rerun_and_resumption_send_nothing(form: str, llama: LlamaCpp, shell: Shell) -> None:
    """Every reply is cut: the bound is kept, the closing words say what to set, and the replies can be looked at."""
    asked = ("--set", f"generator.form={form}", "--set", f"checker.form={form}")
    code, said = ended(shell.start(*shell.solving(llama, *asked)))
    assert code in ENDED
    assert "0 of 1 task solved" in said
    finished = shell.of("call_finished")
    assert 1 <= sum(call["tries"] for call in finished) <= 6
    assert max(call["usage"]["completion"] for call in finished) <= 2 * BOUND
    if {call["finish"] for call in finished} == {"length"}:
        assert "100% cut" in said
    submission = (shell.folder / "runs/real/submission.json").read_bytes()
    before = shell.events()
    code, _ = ended(shell.start("resume", "real"))
    assert code in ENDED
    assert not [event for event in shell.events()[len(before) :] if event["kind"] == "call_sent"]
    code, _ = ended(shell.start(*shell.solving(llama, *asked, "--replay", run="again")))
    assert code in ENDED
    assert not shell.of("call_sent", "again")
    assert (shell.folder / "runs/again/submission.json").read_bytes() == submission
    code, raw = ended(shell.start("show", "real", "tiny", "--birth", "0", "--raw"))
    assert code == 0
    assert "How to reply." in raw
    assert all(call["request"][:8] in raw for call in finished)
    code, kept = ended(shell.start("cache", "show", finished[0]["request"]))
    assert code == 0
    assert MODEL in kept


def test_a_real_checker_follows_what_an_embedded_generator_wrote(llama: LlamaCpp, shell: Shell) -> None:
    """It is asked for a JSON object. Whatever it says, each pair has its row, and no grid is right."""
    models = ("--generator", "offline/generator", "--set", "checker.form=object")
    code, said = ended(shell.start(*shell.solving(llama, *models)))
    assert code in ENDED
    assert "0 of 1 task solved" in said
    assert {call["role"] for call in shell.of("call_finished")} == {"generator", "checker"}
    (checked,) = shell.of("candidate_checked")
    assert {attempt["kind"] for attempt in checked["attempts"]} <= {"followed", "garbled", "skipped"}


def test_ctrl_c_ends_a_run_and_resume_goes_on(llama: LlamaCpp, shell: Shell) -> None:
    process = shell.start(*shell.solving(llama))
    shell.wait_for("call_sent", process)
    process.send_signal(signal.SIGINT)
    code, said = ended(process)
    assert code == 130
    assert "nlevolve resume real" in said
    code, said = ended(shell.start("resume", "real"))
    assert code in ENDED
    assert "of 1 task solved" in said
    born = {event["birth"]["index"] for event in (*shell.of("candidate_checked"), *shell.of("move_failed"))}
    assert born == {0}


def test_a_server_that_is_killed_and_comes_back_costs_no_birth(shell: Shell) -> None:
    with running() as server:
        process = shell.start(*shell.solving(server))
        shell.wait_for("call_sent", process)
        server.stop()
        shell.wait_for("server_away", process)
        server.start()
        code, said = ended(process)
    assert code in ENDED
    assert "of 1 task solved" in said
    assert [event["address"] for event in shell.of("server_back")] == [server.url.removesuffix("/v1")]
    assert {event["reason"] for event in shell.of("move_failed")} <= {"garbled"}
    assert "failed" not in {event["source"] for event in shell.of("call_finished")}


def test_a_prompt_that_does_not_fit_is_made_smaller_and_if_nothing_helps_the_last_line_says_so(shell: Shell) -> None:
    tiny_task(shell.folder, pairs=4, side=8)
    with running(slots=1, window=1_536) as server:
        code, _ = ended(shell.start(*shell.solving(server, "--max-calls", "1")))
        assert code == 3
        assert ["of 4 pairs" in call["trimmed"] for call in shell.of("call_sent")] == [True]
        assert [call["finish"] for call in shell.of("call_finished") if call["tries"]] == ["length"]
    with running(slots=1, window=256) as server:
        code, said = ended(shell.start(*shell.solving(server, run="none")))
        assert code == 4
        assert "the prompt does not fit into the model's window (the prompt has" in said
        assert "the window 256): serve the model with a larger window, or choose another model" in said
        assert "nlevolve resume" not in said
        code, said = ended(shell.start(*shell.solving(server, "--ping", run="asked")))
        assert code == 4
        assert "nothing was begun" in said
        assert "serve the model with a larger window" in said
        assert "nlevolve resume" not in said


def test_a_reply_that_runs_away_is_ended_and_its_slot_is_free(llama: LlamaCpp, tmp_path: Path) -> None:
    """A grammar makes it say one long word for ever: it has room for 1,900 of them."""
    ever = {"grammar": 'root ::= " responsibilities"+'}
    (reply,), events = ask(tmp_path, request(llama, "Go on.", None, extra_body=ever))
    assert reply.finish == "length"
    assert sum(event.tries for event in events if isinstance(event, CallFinished)) == 1
    assert reply.text.startswith(" responsibilities" * 20)
    assert len(reply.text) < 6_000
    until = time.monotonic() + 60
    while any(slot["is_processing"] for slot in llama.ask("/slots")) and time.monotonic() < until:
        time.sleep(0.2)
    assert not any(slot["is_processing"] for slot in llama.ask("/slots"))


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
    assert f"the window {WINDOW:,}" in str(real)
    assert f"the window {WINDOW:,}" in str(alike)
    assert llama.ask("/props")["total_slots"] == told["/props"]["total_slots"] == SLOTS
    assert llama.ask("/props")["default_generation_settings"]["n_ctx"] == WINDOW
    assert [slot["n_ctx"] for slot in llama.ask("/slots")] == [slot["n_ctx"] for slot in told["/slots"]]
    assert told["/v1/models"]["data"][0].keys() <= llama.ask("/v1/models")["data"][0].keys()
