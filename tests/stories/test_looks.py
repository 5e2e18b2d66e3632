"""However a task is shown, the run goes as any: it is told again to the byte, and every birth says how it was shown."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import nlevolve
from nlevolve.audit.audit import audit
from nlevolve.llm.replay_bank import ReplayBank
from nlevolve.llm.request import Request
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.notations import NOTATIONS
from nlevolve.puzzle.pictures import picture
from nlevolve.records import BirthPlanned, CallFinished, CandidateChecked, Event, read_event
from nlevolve.records.events import AnyEvent
from nlevolve.run.retell import retell
from nlevolve.run.store import read_config, read_events
from nlevolve.view.compare.comparison import compare
from nlevolve.view.compare.sheets import sheets
from nlevolve.view.publish import Publisher
from nlevolve.view.raw import parts
from nlevolve.view.report.report import report
from nlevolve.view.run_folder import read_run
from tests.audited import differences
from tests.scripted import bullets, chance
from tests.stories.test_resume import resume
from tests.stories.worlds import REAL, RULES, config, groping, play, prepare, scripted, task_file

TASK = "arc1:67a3c6ac"


def solved(place: Path, run: str, **options: Any) -> Path:
    nlevolve.solve([TASK], run=run, runs_dir=place / "runs", cache_dir=place / "bank", report=False, **options)
    return place / "runs" / run


def events(folder: Path) -> list[AnyEvent]:
    return [read_event(line) for line in (folder / "events.jsonl").read_bytes().splitlines()]


def test_births_see_grids_in_one_notation_after_another_and_the_run_is_told_again(tmp_path: Path) -> None:
    settings = {
        "policy.grids": list(NOTATIONS),
        "checker.grids": "names",
        "policy.phases": [{"births": 7}],
        "policy.stop_perfect": 7,
    }
    first = solved(tmp_path, "first", settings=settings)
    planned = [event.birth for event in events(first) if isinstance(event, BirthPlanned)]
    assert [birth.grids for birth in planned] == [*NOTATIONS, NOTATIONS[0]]
    again = solved(tmp_path, "again", settings=settings, replay=True)
    assert [event.source for event in events(again) if isinstance(event, CallFinished) if event.source != "cache"] == []
    assert (again / "submission.json").read_bytes() == (first / "submission.json").read_bytes()


def test_with_facts_beside_the_grids_a_resumed_run_asks_the_same(tmp_path: Path) -> None:
    task, settings = task_file(tmp_path), config(generator__facts=True, checker__facts=True, policy__phases=[{"births": 4}])
    seen: list[str] = []

    def say(request: Request) -> str:
        seen.append("\n".join(message.text for message in request.messages))
        return groping(request)

    before = asyncio.run(play(tmp_path, task, scripted(say), settings=settings))
    assert all("## Facts of pair 2\n- the output is as large as the input" in text for text in seen)
    assert {event.birth.facts for event in before if isinstance(event, BirthPlanned)} == {True}
    folder = tmp_path / "runs" / "story"
    half = next(n for n, event in enumerate(before) if isinstance(event, CandidateChecked)) + 1
    log = folder / "events.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:half]))
    told, after = len(seen), asyncio.run(resume(folder, task, tmp_path / "bank", settings))
    assert len(seen) == told
    assert {one.request for one in after if isinstance(one, CallFinished)} == {
        one.request for one in before if isinstance(one, CallFinished)
    }


SEEING = {f"{role}__sees": True for role in ("generator", "reviser", "recombiner", "checker", "answerer")}


def test_births_with_pictures_and_without_compete_and_their_gains_are_told_apart(tmp_path: Path) -> None:
    """Whoever sees finds the rule, whoever does not finds none: the eye is chosen more often, and a resumed run chooses alike."""
    real = {name.replace(".", "__"): value for name, value in REAL.items()}
    phases = [{"births": 10, "overlap": 1}]
    settings = config(
        **real, **SEEING, policy__eyes=["none", "all"], checker__images="inputs", policy__phases=phases, policy__stop_perfect=10
    )
    held: list[int] = []

    def say(request: Request) -> str:
        held.append(sum(len(message.images) for message in request.messages))
        if request.label.role in ("checker", "answerer"):
            return groping(request)
        return bullets(list(RULES)[0 if held[-1] else 3], f"Look again {chance(request).random()} times.")

    session = prepare(tmp_path, task_file(tmp_path), scripted(say), settings=settings)
    asyncio.run(session.run([Publisher(session.folder, session.selection).see]))
    before = list(read_events(session.folder))
    eyes = [event.birth.eye for event in before if isinstance(event, BirthPlanned)]
    assert set(eyes) == {"none", "all"}
    assert eyes.count("all") > eyes.count("none")
    assert set(held) == {0, 3, 4}  # no eye; the other pairs and the input at hand; all pairs and the test
    looks = json.loads((session.folder / "results.json").read_bytes())["totals"]["looks"]
    assert {name: row["births"] for name, row in looks.items()} == {
        "digits": eyes.count("none"),
        "digits pictures:all": eyes.count("all"),
    }
    assert looks["digits pictures:all"]["gain"] / eyes.count("all") > looks["digits"]["gain"] / eyes.count("none")
    assert looks["digits pictures:all"]["best"] == 1
    assert len((session.folder / "events.jsonl").read_bytes()) / len(before) < 2_000
    assert differences(tmp_path) == []
    _is_shown(session.folder, before, eyes.index("all"))
    for published in ("results.json", "submission.json"):
        (session.folder / published).unlink()
    cut = next(n for n, event in enumerate(before) if isinstance(event, CandidateChecked)) + 1
    log = session.folder / "events.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:cut]))
    told, after = len(held), asyncio.run(resume(session.folder, tmp_path / "mirror.json", tmp_path / "bank", settings, say))
    assert len(held) == told
    assert [event.birth for event in after if isinstance(event, BirthPlanned)][-len(eyes) :] == [
        event.birth for event in before if isinstance(event, BirthPlanned)
    ]


def _is_shown(folder: Path, log: list[Event], birth: int) -> None:
    """By `show --raw`, the report and `compare`; and a picture that should not be in a request is found by an audit."""
    config = read_config(folder)
    told = retell(config, log, "mirror")
    of_birth = [call for call in told if call.call.birth == birth]
    raw = [line for call in of_birth for part in parts(call) for line in part.lines]
    assert sum(line.startswith("[picture 2x3 to 2x3, ") for line in raw) == 3
    run = read_run(folder)
    page = report(run.results, run.history, run.config, run.solutions)
    assert "How births were shown the task" in page
    copy = read_run(shutil.copytree(folder, folder.parent / "copy"))
    (sheet,) = [one for one in sheets(compare([run, copy])) if one.title == "How births were shown the task"]
    assert [row[1] for row in sheet.rows] == ["as usual", "with pictures"] * 2
    shutil.rmtree(copy.folder)
    judged = next(call for call in of_birth if call.call.purpose == "check" and call.call.target == 0 and call.request)
    pair = load([str(folder.parents[1] / "mirror.json")]).tasks[0].pairs[0]
    *rest, last = judged.request.messages
    leak = last.model_copy(update={"images": (picture((pair.input, pair.output)),)})
    forged = replace(judged, request=judged.request.model_copy(update={"messages": (*rest, leak)}))
    bank = ReplayBank(Path(config["cache_dir"]), print)
    try:
        found = audit(folder, config, bank, lambda task: [forged])
    finally:
        asyncio.run(bank.close())
    assert any("a picture of what it must not show" in str(one) for one in found.differs)
