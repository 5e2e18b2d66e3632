"""`nlevolve exam`: which checker to buy, what it may cost, what comes from where, and who is found out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.server import Provider, Said
from tests.server.embedded import embedded

TRUE = ["--arm", "true", "--shown", "others"]


def exam(nlevolve: Run, *arguments: str, code: int = 0) -> dict[str, Any]:
    ended, out, err = nlevolve("exam", "--json", *arguments)
    assert ended == code, err
    found: dict[str, Any] = json.loads(out)
    return found


def named(checker: str) -> list[str]:
    return ["--checker", f"offline/{checker}"]


def test_of_the_embedded_checkers_one_is_right_and_one_is_measurably_worse(nlevolve: Run) -> None:
    found = exam(nlevolve, *named("checker"), *named("checker-weak"), *TRUE, "--grids", "2")
    good, weak = found["standings"]
    assert good["exact"]["share"] >= 0.95
    assert good["understood"] == weak["understood"] >= 12
    assert good["descriptions"] == found["descriptions"] >= 60
    assert good["not_understood"] == 4 * (good["descriptions"] - good["understood"])
    (duel,) = found["duels"]
    assert duel["checker"] == "offline/checker-weak"
    assert duel["interval"][1] < 0
    assert weak["agreement"] < good["agreement"] == 1.0


def test_a_checker_that_cheats_is_found_out_by_saying_nothing(nlevolve: Run) -> None:
    found = exam(
        nlevolve, *named("checker"), *named("checker-clever"), "--tasks", "16", "--grids", "1", "--samples", "1",
        "--arm", "true", "--arm", "empty", "--shown", "others",
    )  # fmt: skip
    honest, clever = found["uplifts"]
    assert honest["uplift"] == 1.0
    assert clever["without"] >= 0.75
    assert clever["uplift"] <= 0.25
    assert clever["interval"][0] < 0 < clever["interval"][1]
    first, second, _ = found["advice"]
    assert "offline/checker: it follows" in first
    assert "it needs the words" in first
    assert second.startswith("offline/checker-clever: it solves most of them without the words")


def test_the_tables_end_with_the_advice_and_a_second_exam_asks_nobody(nlevolve: Run, tmp_path: Path) -> None:
    asked = ["exam", *named("checker"), "--tasks", "20", "--html", "exam.html"]
    _, first, _ = nlevolve(*asked)
    _, second, _ = nlevolve(*asked)
    assert "20 descriptions (our own), 60 grids" in first
    assert "Without the right words" in first
    assert first.splitlines()[-2].startswith("offline/checker follows 100% of")
    assert "; 0 calls" in second
    assert "it needs the words" in (tmp_path / "exam.html").read_text()
    assert not (tmp_path / "runs").exists()


def test_a_dry_run_says_how_much_and_sends_nothing_and_wants_no_key(nlevolve: Run, tmp_path: Path) -> None:
    code, out, _ = nlevolve("exam", "--checker", "openai/gpt-4o", "--tasks", "10", "--dry-run")
    assert code == 0
    # ten descriptions of three grids: twice with the true words, once in each other arm, with examples and without
    assert ["openai/gpt-4o", "240"] in [line.split()[:2] for line in out.splitlines()]
    assert not list(tmp_path.glob(".nlevolve-cache/*.db"))
    told = exam(nlevolve, "--checker", "openai/gpt-4o", "--tasks", "10", *TRUE, "--samples", "1", "--dry-run")
    assert told["forecast"]["openai/gpt-4o"]["calls"] == 30
    assert told["forecast"]["openai/gpt-4o"]["usd"] > 0


def test_a_runs_own_descriptions_are_followed_as_the_run_followed_them_from_its_bank(nlevolve: Run) -> None:
    nlevolve("solve", "arc1:67a3c6ac", "arc1:68b16354", "arc1:045e512c", "--run", "r", "--preset", "quick", "--no-live")
    found = exam(nlevolve, *named("checker"), "--from-run", "r", *TRUE, "--samples", "1")
    assert {row["task"] for row in found["rows"]} == {"67a3c6ac", "68b16354"}
    assert {row["outcome"] for row in found["rows"]} == {"exact"}
    assert found["calls"] == {"provider": 0, "cache": len(found["rows"]), "failed": 0}


def test_of_peoples_words_an_embedded_checker_reads_what_is_to_be_done(nlevolve: Run, tmp_path: Path) -> None:
    said = {"see": "a picture", "grid": "the same", "builds": 2, "builds_succeeded": 2}
    told = [("67a3c6ac", "flip the grid from left to right"), ("007bbfb7", "do as the picture wants"), ("b1948b0a", "copy it")]
    (tmp_path / "larc.jsonl").write_text("\n".join(json.dumps({"task": task, "do": do, **said}) for task, do in told))
    found = exam(nlevolve, *named("checker"), "--larc", "larc.jsonl", *TRUE, "--samples", "1")
    outcomes = {row["task"]: row["outcome"] for row in found["rows"]}
    assert outcomes["67a3c6ac"] == "exact"
    assert outcomes["007bbfb7"] == "not_understood"


def test_fresh_grids_take_the_place_of_ours(nlevolve: Run, tmp_path: Path) -> None:
    pairs = [{"input": [[n, 2], [3, 4]], "output": [[3, 4], [n, 2]]} for n in range(5)]
    (tmp_path / "fresh.json").write_text(json.dumps({"68b16354": pairs}))
    found = exam(nlevolve, *named("checker"), "--fresh", "fresh.json", "--grids", "4", *TRUE)
    assert (found["descriptions"], found["grids"]) == (1, 4)
    assert found["standings"][0]["exact"]["share"] == 1.0


def test_a_cap_holds_for_all_checkers_together_and_what_was_answered_is_shown(
    nlevolve: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded models behind a server: as themselves they count against no cap."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    served = ["--checker", "openai/offline/checker", "--checker", "openai/offline/checker-weak"]
    with Provider(embedded) as server:
        at = ["--set", f"checker.base_url={server.url}"]
        found = exam(nlevolve, *served, *at, "--arm", "empty", "--max-calls", "7", code=3)
        assert len(server.asked) == 7
    assert len(found["rows"]) == found["calls"]["provider"] == 7
    assert "the cap of 7 calls is reached" in found["ended"]
    assert found["standings"][0]["embedded"] is True


def test_a_checker_that_refuses_its_key_is_exit_code_4(nlevolve: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    with Provider(lambda asked: Said("invalid api key", status=401)) as server:
        found = exam(nlevolve, "--checker", "openai/x", "--set", f"checker.base_url={server.url}", "--tasks", "2", *TRUE, code=4)
    assert found["rows"] == []
    assert "openai/x" in found["ended"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--checker", "offline/none"], "no embedded model 'offline/none'"),
        (["--checker", "openai/gpt-4o"], "openai/gpt-4o needs a key: set OPENAI_API_KEY"),
        (["--arm", "emty"], "--arm 'emty': there are true, empty, shuffled; nearest: empty"),
        (["--shown", "all"], "--shown 'all': there are others, none"),
        (["--set", "generator.temperature=1"], "an exam asks checkers alone, so set checker.NAME"),
        (["--set", "checker.shown=none"], "--shown chooses"),
        (["--set", "checker.images=all"], "the embedded models read text alone"),
        (["--larc", "a", "--from-run", "b"], "--larc and --from-run each say which descriptions to take"),
        (["--larc", "gone.jsonl"], "cannot read gone.jsonl"),
        (["--from-run", "gone"], "no run 'gone' under runs"),
        (["--html", "."], "--html .: name a file in a folder that is there"),
        (["--tasks", "0"], "greater than or equal to 1"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(nlevolve: Run, tmp_path: Path, arguments: list[str], said: str) -> None:
    code, out, err = nlevolve("exam", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1
