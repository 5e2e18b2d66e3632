"""A provider that takes no pictures, or fewer, costs a run nothing but the pictures: births go on without, and are counted so."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nlevolve.llm.request import NoSight, Rejected, Request
from nlevolve.records import BirthPlanned, CandidateChecked, MoveFailed, Noticed, RunFinished
from nlevolve.run.session import Session
from nlevolve.run.store import read_events
from nlevolve.view.compare.comparison import compare
from nlevolve.view.compare.sheets import sheets
from nlevolve.view.looks import told
from nlevolve.view.publish import Publisher
from nlevolve.view.report.report import report
from nlevolve.view.run_folder import read_run
from tests.audited import differences
from tests.scripted import bullets, chance, scripted
from tests.stories.test_looks import SEEING
from tests.stories.test_resume import resume
from tests.stories.worlds import REAL, RULES, config, groping, prepare, task_file

PHASES = [{"births": 9, "overlap": 2}]


def settings(**changes: Any) -> Any:
    real = {name.replace(".", "__"): value for name, value in REAL.items()}
    usual = {"policy__eyes": ["none", "all"], "policy__phases": PHASES, "policy__stop_perfect": 9}
    return config(**{**real, **SEEING, **usual, **changes})


def refusing(error: Callable[[], Rejected], after: int = 0) -> tuple[Callable[[Request], str], list[int]]:
    """A model that takes pictures so often, and then refuses them; and how many pictures were in each of its requests."""
    held: list[int] = []

    def say(request: Request) -> str:
        held.append(len(request.images))
        if request.images and sum(map(bool, held)) > after:
            raise error()
        return groping(request)

    return say, held


def ran(session: Session) -> list[Any]:
    asyncio.run(session.run([Publisher(session.folder, session.selection).see]))
    return list(read_events(session.folder))


def notices(log: list[Any]) -> list[str]:
    return [event.text for event in log if isinstance(event, Noticed) and "pictures" in event.text]


def births(log: list[Any]) -> list[Any]:
    return [event.birth for event in log if isinstance(event, BirthPlanned)]


@pytest.mark.parametrize(
    ("after", "words"), [(1, "image input is not supported"), (0, "")], ids=["later, in words", "before, by what passes without"]
)
def test_an_eye_that_is_refused_is_dropped_and_its_births_count_as_what_they_were(after: int, words: str, tmp_path: Path) -> None:
    say, held = refusing(lambda: NoSight(words, status=400) if words else Rejected("bad request", status=400), after)
    session = prepare(tmp_path, task_file(tmp_path), scripted(say), ping=True, settings=settings())
    log = ran(session)
    assert len(notices(log)) == 1
    assert sum(map(bool, held)) <= after + 2  # births in flight side by side may be refused side by side
    planned = births(log)
    assert {birth.eye for birth in planned[:2]} == {"none", "all"}
    assert {birth.eye for birth in planned[4:]} == {"none"}
    lost = [event for event in log if isinstance(event, CandidateChecked) and event.unseen == ("pictures",)]
    assert {event.birth.eye for event in lost} == {"all"}
    looks = json.loads((session.folder / "results.json").read_bytes())["totals"]["looks"]
    assert looks["digits"]["births"] == len(planned)
    assert (looks["digits pictures:all"]["births"], looks["digits pictures:all"]["unseen"]) == (0, len(lost))
    assert differences(tmp_path) == []
    _is_told(session)
    _comes_again(session, tmp_path, say, held, planned)


def test_an_eye_that_gives_no_description_is_chosen_less_and_its_births_are_counted(tmp_path: Path) -> None:
    """Whoever sees says nothing; whoever does not finds something: no survivors alone are told of, and all comes again alike."""
    held: list[int] = []

    def say(request: Request) -> str:
        held.append(len(request.images))
        if request.label.role in ("checker", "answerer"):
            return groping(request)
        blind = request.images or request.label.repair
        return "" if blind else bullets(next(iter(RULES)), f"Look again {chance(request).random()} times.")

    chosen = settings(checker__images="none", answerer__images="none")
    session = prepare(tmp_path, task_file(tmp_path), scripted(say), settings=chosen)
    log = ran(session)
    planned = births(log)
    blind = [event.birth for event in log if isinstance(event, MoveFailed)]
    assert {birth.eye for birth in blind} == {"all"}
    assert 1 <= len(blind) < len(planned) / 3  # every second, if only survivors counted
    looks = json.loads((session.folder / "results.json").read_bytes())["totals"]["looks"]
    assert {name: row["births"] for name, row in looks.items()} == {
        "digits": len(planned) - len(blind),
        "digits pictures:all": len(blind),
    }
    assert (looks["digits pictures:all"]["gain"], looks["digits pictures:all"]["exact"]) == (0, 0)
    assert differences(tmp_path) == []
    assert [(row["name"], row["births"]) for row in told(read_run(session.folder).results)][1] == ("with pictures", len(blind))
    whole = (session.folder / "events.jsonl").read_bytes().splitlines(keepends=True)
    for published in ("results.json", "submission.json"):
        (session.folder / published).unlink()
    cut = next(n for n, event in enumerate(log) if isinstance(event, MoveFailed)) + 1
    (session.folder / "events.jsonl").write_bytes(b"".join(whole[:cut]))
    after = asyncio.run(resume(session.folder, tmp_path / "mirror.json", tmp_path / "bank", session.config, say))
    assert [*{birth.index: birth for birth in births(after)}.values()] == planned
    again = prepare(tmp_path, tmp_path / "mirror.json", scripted(say), name="again", settings=session.config, replay=True)
    assert births(ran(again)) == planned


def _is_told(session: Session) -> None:
    run = read_run(session.folder)
    page = report(run.results, run.history, run.config, run.solutions)
    assert '<th scope="row">with pictures</th>' in page
    assert "asked for without the pictures" in str(run.history.tasks["mirror"].smaller(1))


def _comes_again(session: Session, tmp_path: Path, say: Callable[[Request], str], held: list[int], planned: list[Any]) -> None:
    """Resumed from the middle, and by --replay: the same births, and nothing is sent that was paid for."""
    task, bank, answers = tmp_path / "mirror.json", tmp_path / "bank", (session.folder / "submission.json").read_bytes()
    log = session.folder / "events.jsonl"
    whole = list(read_events(session.folder))
    for published in ("results.json", "submission.json"):
        (session.folder / published).unlink()
    cut = next(n for n, event in enumerate(whole) if isinstance(event, CandidateChecked) and event.unseen) + 1
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:cut]))
    before = sum(not pictures for pictures in held)
    after = asyncio.run(resume(session.folder, task, bank, session.config, say))
    assert [*{birth.index: birth for birth in births(after)}.values()] == planned
    assert sum(not pictures for pictures in held) == before
    again = prepare(tmp_path, task, scripted(say), name="again", settings=session.config, replay=True)
    assert births(ran(again)) == planned
    assert (again.folder / "submission.json").read_bytes() == answers
    (sheet,) = [one for one in sheets(compare([read_run(again.folder)])) if one.title == "How births were shown the task"]
    assert sheet.columns[-1] == "unseen"
    assert [row[1] for row in sheet.rows] == ["as usual", "with pictures"]


@pytest.mark.parametrize(
    "error",
    [
        lambda: NoSight("At most 2 image(s) may be provided in one request.", status=400),
        lambda: Rejected("413 Request Entity Too Large", status=413),
    ],
    ids=["too many", "too large"],
)
def test_a_bound_on_pictures_is_learned_from_one_refusal_and_said(error: Callable[[], Rejected], tmp_path: Path) -> None:
    say, held = refusing(error, 1)
    session = prepare(tmp_path, task_file(tmp_path), scripted(say), ping=True, settings=settings(policy__eyes=["all"]))
    log = ran(session)
    assert sum(map(bool, held)) == 3  # the question before, and two births side by side
    assert len(notices(log)) == 1
    assert isinstance(log[-1], RunFinished)
    assert log[-1].reason == "done"


def test_where_every_birth_is_to_see_and_none_can_nothing_is_begun(tmp_path: Path) -> None:
    say, held = refusing(lambda: NoSight("image input is not supported", status=400))
    session = prepare(tmp_path, task_file(tmp_path), scripted(say), ping=True, settings=settings(policy__eyes=["all"]))
    end = ran(session)[-1]
    assert isinstance(end, RunFinished)
    assert end.exit_code == 4
    assert "leave out images and eyes" in end.why
    assert held.count(0) <= 1  # the checker, asked beside it
