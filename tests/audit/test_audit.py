"""What an audit says of runs that nobody forged: older ones, killed ones, those whose tasks or bank are gone; and of requests."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from nlevolve.audit.asked import check, grids_in
from nlevolve.audit.audit import audit
from nlevolve.audit.evidence import Evidence, read
from nlevolve.audit.findings import Findings
from nlevolve.cli import main
from nlevolve.cli.audit import audited
from nlevolve.llm.request import Message, Request
from nlevolve.puzzle.grids import render
from nlevolve.records import read_event, write_event
from nlevolve.run.retell import Told, retell
from nlevolve.run.store import read_config, read_events
from nlevolve.view.publish import Publisher
from tests.audit import forging
from tests.stories import worlds

GOLDEN = Path(__file__).parents[1] / "golden"
NEWER = ("task_digests", "prices", "max_side", "digest", "stand_in", "origin", "endpoints")


def test_what_an_older_log_does_not_say_is_unverifiable_and_not_wrong(solved: Path, tmp_path: Path) -> None:
    folder = forging.copied(solved, tmp_path)
    forging.file(folder, "config.json", lambda config: [config.pop(name) for name in NEWER])
    forging.file(folder, "config.json", forging.put("versions", "nlevolve", value="0.1.0"))
    forging.file(folder, "results.json", lambda results: [results["totals"].pop(name) for name in ("replies", "losses")])
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    for event in events:
        event.pop("crc")
        event.pop("config", None)
    kept = [event for event in events if event["kind"] not in ("call_sent", "reply_unread")]
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in kept))
    found = audit(folder, read_config(folder))
    assert [str(one) for one in found.differs] == []
    told = " ".join(found.unverifiable)
    for lacking in (
        "no check digit",
        "no digest of each task",
        "no price of offline/checker",
        "when tries leave",
        "does not say totals.replies",
        "does not say what stood in config.json",
    ):
        assert lacking in told


def test_logs_of_every_version_load(tmp_path: Path) -> None:
    for log in GOLDEN.glob("events.*.jsonl"):
        folder = tmp_path / log.stem
        folder.mkdir()
        shutil.copy(log, folder / "events.jsonl")
        assert audit(folder, {"tasks": ["arc1:007bbfb7", "arc1:00d62c1b"]}).compared["line"] == len(log.read_text().splitlines())


def test_results_of_a_killed_run_may_be_those_of_an_earlier_moment(solved: Path, tmp_path: Path) -> None:
    """They are written when tasks end. What they say of that moment is checked all the same."""
    from nlevolve.puzzle.datasets import load

    folder = forging.copied(solved, tmp_path)
    lines = (folder / "events.jsonl").read_text().splitlines(keepends=True)
    ends = [number for number, line in enumerate(lines) if '"kind":"task_answered"' in line]
    config = read_config(folder)
    (folder / "events.jsonl").write_text("".join(lines[: ends[0] + 1]))
    Publisher(folder, load(config["tasks"]), read_events(folder)).write()
    (folder / "events.jsonl").write_text("".join(lines[: ends[0] + 40]) + '{"torn')
    found = audit(folder, config)
    assert not found.differs
    assert any("results.json is from before the run was stopped" in line for line in found.unverifiable)
    forging.file(folder, "results.json", forging.put("totals", "candidates", value=99))
    assert any("totals.candidates: is 99" in str(one) for one in audit(folder, config).differs)


def test_without_the_tasks_or_the_bank_that_is_said(flaky: Path, tmp_path: Path) -> None:
    folder = forging.copied(flaky, tmp_path)
    gone = {**read_config(folder), "tasks": [str(tmp_path / "nowhere.json:mirror")]}
    gone.pop("digest")
    forging.log(folder, forging.of_kind("run_started"), forging.put("config", value={}))
    found = audit(folder, gone)
    assert [str(one) for one in found.differs] == []
    told = " ".join(found.unverifiable)
    assert "the tasks cannot be read" in told
    assert "no sample bank" in told
    assert "scores of tasks whose solutions are not here" in told


def test_births_that_a_cap_refused_ask_less_when_told_again_and_take_nobodys_call(tmp_path: Path) -> None:
    """Without its parents, of which the bank has no reply, a revision asks what a first description was asked by."""
    settings = worlds.config(**{name.replace(".", "__"): value for name, value in worlds.REAL.items()})
    live = worlds.scripted(lambda request: worlds.groping(request, luck=0.0))
    session = worlds.prepare(tmp_path, worlds.task_file(tmp_path), live, settings=settings, max_calls=28)
    asyncio.run(session.run([Publisher(session.folder, session.selection).see]))
    run, config = session.folder, read_config(session.folder)
    shared = [told for told in retell(config, read_events(run), "mirror") if len({label.purpose for label in told.labels}) > 1]
    assert shared
    assert not audited(run, config, requests=True).differs
    key = shared[0].call.request
    forging.log(run, forging.of_kind("call_finished", request=key), forging.put("purpose", value="recombine"))
    told = [str(one) for one in audited(run, config, requests=True).differs if one.kind == "request"]
    assert [line.partition(": ")[2] for line in told] == ['purpose: is "recombine"; derived again it is "write"']


def doctored(solved: Path, add: Any) -> list[str]:
    """What is found where a check request of the unsolved task says more than it should."""
    config, events = read_config(solved), read_events(solved)
    found = Findings()
    evidence = read(solved, config, found)
    told = [one for one in retell(config, events, "25d487eb") if one.call.purpose == "check" and one.request is not None]
    request = told[0].request
    assert request is not None
    text = add(evidence, told[0])
    more = request.model_copy(update={"messages": (*request.messages, Message(role="user", text=text))})
    told[0] = Told(told[0].call.model_copy(update={"request": more.key}), more, None)
    check(evidence, lambda task: told if task == "25d487eb" else ())
    return [str(one) for one in found.differs]


def test_what_was_asked_before_the_run_is_told_from_other_requests_that_cannot_be_made_again(solved: Path) -> None:
    config, events = read_config(solved), read_events(solved)
    found = Findings()
    evidence = read(solved, config, found)
    call = next(one.call for one in retell(config, events, "25d487eb") if one.call.birth is not None)
    ping = call.model_copy(update={"birth": None, "target": None})
    told = [Told(one, None, None) for one in (ping, ping, call)]
    check(evidence, lambda task: told if task == "25d487eb" else ())
    lines = [one for one in found.unverifiable if "requests" in one]
    assert [line.partition(":")[0] for line in lines] == [
        "2 of 3 requests are small questions asked before the run began (pings), which are not made again",
        "1 of 3 requests cannot be made again from this log",
    ]
    assert found.unseen["request"] == (3, 3)


def secret(evidence: Evidence, told: Told) -> str:
    return f"By the way:\n{render(evidence.solutions['25d487eb'][0])}\nis right."


def as_json(evidence: Evidence, told: Told) -> str:
    return f"It is {json.dumps(evidence.solutions['25d487eb'][0])}."


def judged(evidence: Evidence, told: Told) -> str:
    return render(evidence.tasks["25d487eb"].pairs[told.call.target or 0].output)


@pytest.mark.parametrize(
    ("add", "named"),
    [
        (secret, "holds the output of test input 1"),
        (as_json, "holds the output of test input 1"),
        (judged, "which it has judged"),
        (lambda evidence, told: "This is task 25d487eb.", "holds the task's id"),
        (lambda evidence, told: "Take your time.", ""),
    ],
)
def test_a_request_that_says_too_much_is_named(solved: Path, add: Any, named: str) -> None:
    found = doctored(solved, add)
    assert any(named in line for line in found) if named else not found


def test_a_request_that_is_not_the_one_of_the_log_is_named(solved: Path) -> None:
    config, found = read_config(solved), Findings()
    evidence = read(solved, config, found)
    told = next(one for one in retell(config, read_events(solved), "25d487eb") if one.request is not None)
    other: Request = told.request.model_copy(update={"sample": 5})
    check(evidence, lambda task: [Told(told.call, other, None)] if task == "25d487eb" else ())
    assert any("its digest" in str(one) for one in found.differs)


def test_grids_are_found_in_every_form() -> None:
    assert list(grids_in("a 1 2\n1 2\n3 4\n\nfive 5\n[[1,2],\n [3, 4]] and [[1],[2,3]]")) == [((1, 2), (3, 4)), ((1, 2), (3, 4))]


def test_the_command_ends_with_1_where_something_differs(
    solved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["nlevolve", "audit", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().out

    folder = forging.copied(solved, tmp_path)
    code, out = call(str(folder))
    assert (code, out.splitlines()[-1].endswith("derived again; nothing differs")) == (0, True)
    assert "run true (2 tasks, " in out
    forging.file(folder, "results.json", forging.put("totals", "solved", value=2))
    code, out = call(str(folder))
    assert code == 1
    assert out.splitlines()[0] == "results.json, totals.solved: is 2; derived again it is 1"
    code, out = call(str(folder), "--json")
    told = json.loads(out)
    assert (code, told["ok"], told["run"]) == (1, False, "true")
    assert told["differs"] == [{"kind": "figure", "where": "results.json, totals.solved", "what": "is 2; derived again it is 1"}]
    assert call("nothing")[0] == 2
    (folder / "submission.json").unlink()
    code, out = call(str(folder))
    assert (code, "submission.json: is not there, and the log has 2 answers" in out) == (1, True)


def test_a_clock_that_is_set_back_is_no_forgery(solved: Path, tmp_path: Path) -> None:
    """It moves every line that comes after; a single line out of its order was changed."""
    folder = forging.copied(solved, tmp_path)
    lines = (folder / "events.jsonl").read_text().splitlines()
    events = [read_event(line) for line in lines]
    late = [event.model_copy(update={"at": event.at - timedelta(hours=1)}) for event in events[len(events) // 2 :]]
    told = [write_event(event) for event in [*events[: len(events) // 2], *late]]
    (folder / "events.jsonl").write_text("".join(f"{line}\n" for line in told))
    found = audit(folder, read_config(folder))
    assert not [one for one in found.differs if one.kind == "time"]
    assert any("the clock went back once" in line for line in found.unverifiable)
