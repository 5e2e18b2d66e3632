"""One small run, forged in every way that we could think of: the audit names the place."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nlevolve.audit.audit import audit
from nlevolve.cli.audit import audited
from nlevolve.config import digest
from nlevolve.llm.bank import Sample
from nlevolve.llm.replay_bank import ReplayBank
from nlevolve.run.store import read_config
from tests.audit import forging
from tests.audit.forging import of_kind, put

Forge = Callable[[Path], None]
CHECKED = of_kind("candidate_checked", duplicate_of=None)
ANSWERED = of_kind("task_answered", task="68b16354")
FOLLOWED = of_kind("answer_followed", task="68b16354")
BOUGHT = of_kind("call_finished", source="provider", purpose="check")
OTHER = [[1, 2], [3, 4]]


def found(folder: Path) -> list[str]:
    """What differs, a line each. The requests are not made again: no forgery of a file changes what they held."""
    config = read_config(folder)
    bank = ReplayBank(Path(config["cache_dir"]), print)
    try:
        return list(map(str, audit(folder, config, bank).differs))
    finally:
        asyncio.run(bank.close())


def test_the_true_runs_pass_with_their_requests(solved: Path, flaky: Path) -> None:
    for run in (solved, flaky):
        told = audited(run, read_config(run))
        assert not told.differs
        assert told.compared["request"] > 100
        assert all(told.compared[kind] for kind in ("figure", "grid", "answer", "call", "reply", "birth", "setting", "task"))


def partly(event: Any) -> bool:
    """Whether it is a candidate that has a pair right."""
    return CHECKED(event) and any(one.get("accuracy") == 1 for one in event["attempts"])


def another_grid(event: Any) -> None:
    attempt = next(one for one in event["attempts"] if one["kind"] == "followed" and one["accuracy"] == 1)
    attempt["grid"][0][0] = 9 - attempt["grid"][0][0]


def claimed(event: Any) -> None:
    attempt = next(one for one in event["attempts"] if one["kind"] == "followed" and one["accuracy"] < 1)
    attempt["accuracy"] = 1.0


def swapped(event: Any) -> None:
    answer = event["answers"][0] if "answers" in event else event["25d487eb"][0]
    answer["attempt_1"], answer["attempt_2"] = answer["attempt_2"], answer["attempt_1"]


def invented(event: Any) -> None:
    event["answers"][0]["attempt_2"] = OTHER


def banked(which: Callable[[Any], bool], **changes: Any) -> Forge:
    def forge(folder: Path) -> None:
        key = forging.first(folder, which)["request"]
        forging.bank(folder, key, lambda sample: Sample.model_validate(sample.model_dump() | changes))

    return forge


def said_otherwise(folder: Path) -> None:
    key = forging.first(folder, of_kind("call_finished", purpose="follow"))["request"]
    text = json.dumps({"grid": OTHER, "note": ""})
    forging.bank(folder, key, lambda sample: sample.model_copy(update={"reply": sample.reply.model_copy(update={"text": text})}))


def flipped(folder: Path) -> None:
    data = bytearray((folder / "events.jsonl").read_bytes())
    data[data.index(b'"copy_accuracy":') + 19] ^= 1
    (folder / "events.jsonl").write_bytes(data)


def foretold(folder: Path) -> None:
    body = b'{"v":1,"at":"2026-11-26T16:00:00Z","kind":"call_foretold"'
    with (folder / "events.jsonl").open("ab") as file:
        file.write(body + b',"crc":"%08x"}\n' % zlib.crc32(body))


def log(which: Callable[[Any], bool], change: Callable[[Any], Any]) -> Forge:
    return lambda folder: forging.log(folder, which, change)


def file(name: str, change: Callable[[Any], Any]) -> Forge:
    return lambda folder: forging.file(folder, name, change)


def drop(event: Any) -> bool:
    return False


FORGERIES: dict[str, tuple[Forge, str]] = {
    "a grid": (log(partly, another_grid), "accuracy: is"),
    "an accuracy": (log(of_kind("candidate_checked", task="25d487eb"), claimed), "accuracy: is 1.0"),
    "a description": (log(CHECKED, put("description", "bullets", 0, value="Do the right thing.")), "the description of birth"),
    "the plan of a birth": (log(CHECKED, put("birth", "temperature", value=0.5)), "is not as it was planned"),
    "how a birth was shown the task": (log(of_kind("birth_planned"), put("birth", "grids", value="names")), "was shown the task"),
    "what came of a way of showing": (
        file("results.json", put("totals", "looks", "digits", "exact", value=lambda n: n + 1)),
        "totals.looks.digits.exact: is",
    ),
    "a candidate that is gone": (log(of_kind("candidate_checked", task="25d487eb"), drop), "the log does not say what came"),
    "a duplicate that is none": (log(of_kind("candidate_checked"), put("duplicate_of", value=7)), "is no duplicate of birth 7"),
    "the best birth": (log(ANSWERED, put("best", value=1)), "the best birth: is 1"),
    "why it stopped": (log(of_kind("task_answered", task="25d487eb"), put("stopped", value="perfect")), 'stopped: is "perfect"'),
    "the two answers, swapped": (log(of_kind("task_answered", task="25d487eb"), swapped), "test input 1, attempt_1"),
    "a second answer that nobody voted for": (log(ANSWERED, invented), "attempt_2: is [[1, 2], [3, 4]]"),
    "more votes": (log(ANSWERED, put("answers", 0, "proposed", 0, "votes", value=900.0)), "its votes"),
    "a vote that is gone": (log(FOLLOWED, drop), "68b16354, test input 1, its votes"),
    "a vote for something else": (log(FOLLOWED, put("attempt", "grid", value=OTHER)), "the grid of birth"),
    "a training pair": (log(of_kind("task_started"), put("pairs", 0, 1, value=OTHER)), "the training pairs of"),
    "a call that is gone": (log(BOUGHT, drop), "results.json, totals.calls.provider"),
    "tokens": (log(BOUGHT, put("usage", "prompt", value=1)), "the log has 1+"),
    "a cost": (log(BOUGHT, put("cost_usd", value=0.5)), "by config.json's price it is 0.0"),
    "a model that was asked": (log(BOUGHT, put("model", value="offline/checker-weak")), "asks offline/checker-weak"),
    "a kind of line that nobody knows": (foretold, "wrote it and knows no such kind"),
    "a byte of the log": (flipped, "its check digit is wrong"),
    "a count": (file("results.json", put("totals", "calls", "provider", value=lambda n: n + 1)), "totals.calls.provider: is"),
    "a task that is solved": (
        file("results.json", put("tasks", "25d487eb", "solved", value=True)),
        "tasks.25d487eb.solved: is true",
    ),
    "the totals' score": (file("results.json", put("totals", "score_tasks", value=1.0)), "totals.score_tasks: is 1.0"),
    "what a role's calls cost": (file("results.json", put("by_role", 0, "cost_usd", value=3.0)), "cost_usd: is 3.0"),
    "the description that is shown": (
        file("results.json", put("tasks", "68b16354", "description", value=["Do."])),
        'tasks.68b16354.description: is ["Do."]',
    ),
    "a figure that nothing says": (file("results.json", put("totals", "elo", value=2000)), "totals.elo: is 2000, which nothing"),
    "submitted answers, swapped": (file("submission.json", swapped), "submission.json, 25d487eb, test input 1, attempt_1"),
    "a third attempt": (
        file("submission.json", put("25d487eb", 0, "attempt_3", value=OTHER)),
        'attempts: is ["attempt_1", "attempt_2", "attempt_3"]',
    ),
    "cells that are no whole numbers": (
        file("submission.json", put("25d487eb", 0, "attempt_1", 0, 0, value=float)),
        "submission.json, 25d487eb, test input 1, attempt_1: is [[",
    ),
    "a task that is not submitted": (file("submission.json", lambda tasks: tasks.pop("25d487eb")), "submission.json, its tasks"),
    "a price": (
        file("config.json", put("prices", "offline/checker", "completion", value=5.0)),
        "the cost of a call of offline/checker",
    ),
    "a seed": (file("config.json", put("settings", "seed", value=1)), "config.json, digest"),
    "a setting": (file("config.json", put("settings", "answers", "perfect", value=1)), "config.json, digest"),
    "the data set's revision": (
        file("config.json", put("task_digests", "arc1:68b16354", value="0" * 64)),
        "task_digests.arc1:68b16354",
    ),
    "a budget": (file("config.json", put("limits", "budget", value=3.0)), "budget_usd: is null; derived again it is 3.0"),
    "a reply of another model": (banked(BOUGHT, model="openai/gpt-5"), "is of openai/gpt-5, the call asked offline/checker"),
    "a reply that says something else": (said_otherwise, "is not what the banked replies to its calls say"),
}


REPLIED = of_kind("call_finished", source="provider", purpose="write")
SERVED = of_kind("call_finished", source="cache")
FAILED = of_kind("call_finished", source="failed")
UNSEEN_BY_FIGURES: dict[str, tuple[Callable[[Any], bool], Callable[[Any], Any], str]] = {
    "a task's beginning": (of_kind("task_started"), drop, "its task_started is missing"),
    "a task that was not selected": (of_kind("call_sent"), put("task", value="flip"), "is not among those selected"),
    "a time": (BOUGHT, lambda event: put("at", value=_later(event["at"]))(event), "is not between those of its neighbours"),
    "an error of a reply": (REPLIED, put("error", value="timed out"), "brought a reply, and is said to have failed"),
    "tries": (REPLIED, put("tries", value=2), "is said to have taken 2 tries, and took 1"),
    "a try's number": (of_kind("call_sent"), put("tries", value=3), "is said to be try 3"),
    "whose call it was": (BOUGHT, put("purpose", value="follow"), "was sent as another one"),
    "a birth that was not planned": (REPLIED, put("birth", value=99), "is for birth 99, which was not planned"),
    "a pair that there is not": (BOUGHT, put("target", value=40), "is for pair 41, and there are"),
    "what a cached reply took": (SERVED, put("seconds", value=2.0), "takes no try and no time"),
    "an accuracy on a test input": (FOLLOWED, put("attempt", "accuracy", value=1.0), "a run knows no test output"),
    "a description's price": (CHECKED, put("generator_usd", value=0.3), "its description is said to have cost 0.3"),
    "a sample": (FOLLOWED, put("sample", value=1), "and lacks an earlier one"),
    "births without evidence": (ANSWERED, put("unreached", value=1), "unreached: is 1"),
    "a remedy": (ANSWERED, put("remedy", value="pay"), "is said to have failed, and its search ended of itself"),
    "an exit code": (of_kind("run_finished"), put("exit_code", value=3), "exit_code: is 3"),
    "an excuse": (of_kind("run_finished"), put("why", value="no money"), "is said to be done, and why it is not"),
}


def _later(at: str) -> str:
    return (datetime.fromisoformat(at) + timedelta(minutes=5)).isoformat()


def test_what_changes_no_figure_is_named_too(solved: Path, tmp_path: Path) -> None:
    """By the log alone: no bank is asked."""
    folder = forging.copied(solved, tmp_path)
    config, true = read_config(folder), (folder / "events.jsonl").read_text()
    unseen = []
    for name, (which, change, line) in UNSEEN_BY_FIGURES.items():
        forging.log(folder, which, change)
        told = list(map(str, audit(folder, config).differs))
        unseen += [(name, told)] if not any(line in one for one in told) else []
        (folder / "events.jsonl").write_text(true)
    assert not unseen


def test_what_stands_in_config_json_beside_the_settings_is_held_against_the_log(solved: Path, tmp_path: Path) -> None:
    folder = forging.copied(solved, tmp_path)
    forging.file(folder, "config.json", put("versions", "litellm", value="9.9"))
    forging.file(folder, "config.json", put("prices", "offline/checker", "source", value="a friend"))
    forging.file(folder, "config.json", put("limits", "patience", value=1.0))
    told = found(folder)
    assert [line.partition(": ")[0] for line in told] == [f"config.json, {key}" for key in ("limits", "prices", "versions")]
    # of an older log nothing else than the bank knows whose replies they are
    forging.log(folder, of_kind("run_started"), put("config", value={}))
    assert not found(folder)
    forging.file(folder, "config.json", put("id", value="mine"))
    assert any("config.json, id: is 'mine'; of what the run bought the bank has" in line for line in found(folder))


def test_thinking_that_no_reply_has_and_a_note_are_named_by_the_bank(solved: Path, tmp_path: Path) -> None:
    folder = forging.copied(solved, tmp_path)
    forging.log(folder, REPLIED, put("reasoning", value="Let me think."))
    forging.log(folder, BOUGHT, put("finish", value="length"))
    forging.log(folder, FOLLOWED, put("attempt", "note", value="fine"))
    told = " ".join(found(folder))
    for line in ("is banked with other thinking", 'finish: is "length"', "or its note, is not what the banked replies"):
        assert line in told


def test_what_failed_and_what_nobody_could_read_is_held_against_its_calls(flaky: Path, tmp_path: Path) -> None:
    folder = forging.copied(flaky, tmp_path)
    config, true = read_config(folder), (folder / "events.jsonl").read_text()
    for which, change, line in (
        (FAILED, put("reasoning", value="hm"), "failed, and is said to have brought something"),
        (FAILED, put("tries", value=7), "is said to have taken 7 tries"),
    ):
        forging.log(folder, which, change)
        assert any(line in str(one) for one in audit(folder, config).differs)
        (folder / "events.jsonl").write_text(true)


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_named(name: str, solved: Path, tmp_path: Path) -> None:
    forge, line = FORGERIES[name]
    folder = forging.copied(solved, tmp_path)
    forge(folder)
    assert any(line in told for told in found(folder)), found(folder)


def test_a_seed_is_found_out_though_the_digest_was_made_to_fit(solved: Path, tmp_path: Path) -> None:
    folder = forging.copied(solved, tmp_path)
    forging.file(folder, "config.json", put("settings", "seed", value=1))
    config = read_config(folder)
    deciding = {name: config[name] for name in ("settings", "tasks", "tasks_digest", "prompts")}
    forging.file(folder, "config.json", put("digest", value=digest(deciding)))
    assert any("the pair hidden from birth" in line for line in found(folder))


def test_a_failed_call_that_is_gone_is_missed_twice(flaky: Path, tmp_path: Path) -> None:
    """By the figures of results.json, and, where these were made to fit, by the log itself."""
    folder = forging.copied(flaky, tmp_path)
    forging.log(folder, of_kind("call_finished", source="failed"), drop)
    told = found(folder)
    assert any("results.json, totals.calls.failed: is" in line for line in told)
    assert any("is said not to have been reached, and no call failed" in line for line in told)


def test_figures_and_log_forged_alike_disagree_with_the_bank(solved: Path, tmp_path: Path) -> None:
    """Whoever makes a grid right, its accuracy with it, still has a reply that says otherwise."""
    folder = forging.copied(solved, tmp_path)

    def righted(event: Any) -> None:
        attempt = next(one for one in event["attempts"] if one["kind"] == "followed" and one["accuracy"] < 1)
        pairs = forging.first(folder, of_kind("task_started", task=event["task"]))["pairs"]
        attempt["grid"], attempt["accuracy"] = pairs[attempt["pair"]][1], 1.0

    forging.log(folder, of_kind("candidate_checked", task="25d487eb"), righted)
    assert any("is not what the banked replies to its calls say" in line for line in found(folder))
