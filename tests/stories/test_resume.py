"""A run killed at any byte of its log resumes to the same answers."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from nlevolve.ask.prompts import bundled
from nlevolve.config import RunConfig, configure, presets
from nlevolve.llm.request import ProviderDown, Request
from nlevolve.options import Limits
from nlevolve.puzzle.datasets import load
from nlevolve.records import CallFinished, CandidateChecked, Event, RunFinished, TaskAnswered, Unreached
from nlevolve.run import store
from nlevolve.run.session import reopen
from tests.scripted import Say, asked_grid, bullets, chance, description_of, grid_reply
from tests.stories.worlds import config, groping, jittery, opining, play, scripted, task_file

SETTINGS = config(policy__phases=[{"births": 4, "overlap": 3}, {"births": 6, "moves": ["revise", "recombine"], "overlap": 3}])


def answers(events: list[Event]) -> object:
    end = [e for e in events if isinstance(e, TaskAnswered)][-1]
    return end.answers, end.stopped, end.best


async def resume(folder: Path, task: Path, cache: Path, settings: RunConfig = SETTINGS, say: Say = groping) -> list[Event]:
    live = scripted(say, jittery(9, 0.001))
    session = reopen(folder, load([str(task)]), settings, Limits(), prompts=bundled(), cache_dir=cache, live=live)
    await session.run([])
    return list(store.read_events(folder))


@pytest.fixture
def ran(tmp_path: Path) -> tuple[Path, Path, list[Event]]:
    """A finished run's folder, its task, and its log."""
    task = task_file(tmp_path, pairs=2)
    events = asyncio.run(play(tmp_path, task, scripted(groping, jittery(3)), settings=SETTINGS))
    return tmp_path / "runs" / "story", task, events


def cut(folder: Path, copy: Path, size: int) -> Path:
    copy.mkdir()
    shutil.copy(folder / "config.json", copy)
    (copy / "events.jsonl").write_bytes((folder / "events.jsonl").read_bytes()[:size])
    return copy


def test_every_byte_mends_to_the_last_whole_event(ran: tuple[Path, Path, list[Event]], tmp_path: Path) -> None:
    folder, _, _ = ran
    # what stands before a cut line is read alike wherever the cut is, so the first lines stand for all
    data = (folder / "events.jsonl").read_bytes()[:4000]
    copy = cut(folder, tmp_path / "cut", 0)
    for size in range(len(data) + 1):
        (copy / "events.jsonl").write_bytes(data[:size])
        whole = data[:size].rfind(b"\n") + 1
        assert len(store.read_events(copy)) == data[:whole].count(b"\n")
        store.Log(copy).close()
        assert (copy / "events.jsonl").read_bytes() == data[:whole]


def test_a_cut_after_any_event_resumes_to_the_same_answers_without_a_new_call(
    ran: tuple[Path, Path, list[Event]], tmp_path: Path
) -> None:
    folder, task, events = ran
    data = (folder / "events.jsonl").read_bytes()
    ends = [0, *(i + 1 for i, byte in enumerate(data) if byte == ord("\n"))]
    for number, end in enumerate(ends):
        copy = cut(folder, tmp_path / f"cut{number}", end)
        resumed = asyncio.run(resume(copy, task, tmp_path / "bank"))
        assert answers(resumed) == answers(events)
        ended = [e for e in resumed if isinstance(e, CallFinished)]
        assert all(e.source == "cache" or e.tries == 1 or (e.finish == "abandoned" and not e.tries) for e in ended)
        paid = [e.request for e in ended if e.source == "provider"]
        assert len(paid) == len(set(paid)), "a reply was counted as paid twice"


def test_a_cut_without_a_bank_resumes_to_the_same_answers(ran: tuple[Path, Path, list[Event]], tmp_path: Path) -> None:
    folder, task, events = ran
    size = (folder / "events.jsonl").stat().st_size
    for number, end in enumerate(range(0, size, max(1, size // 12))):
        copy = cut(folder, tmp_path / f"cut{number}", end)
        assert answers(asyncio.run(resume(copy, task, tmp_path / f"empty{number}"))) == answers(events)


def test_what_is_agreed_reviewed_judged_and_guessed_resumes_after_any_event(tmp_path: Path) -> None:
    """All that may come after a rule that fits, at once, in a world in which many fit."""
    changes = {
        "policy.phases": [{"births": 5, "moves": ["write", "revise"], "overlap": 2}],
        **{"policy.stop_when": "agree", "policy.agree": 3, "policy.review": "perfect", "policy.borderline": 3},
        **{"answers.judge": "differ", "answers.judge_samples": 2, "answers.direct": 1},
        **{"answers.samples": 3, "answers.agree_early": True},
    }
    settings, task = config().changed(changes), task_file(tmp_path, pairs=2)
    events = asyncio.run(play(tmp_path, task, scripted(fitting, jittery(5)), settings=settings))
    kinds = {type(event).__name__ for event in events}
    assert {"CandidateReviewed", "AnswerJudged", "AnswerGuessed", "AnswerFollowed"} <= kinds
    folder = tmp_path / "runs" / "story"
    data = (folder / "events.jsonl").read_bytes()
    ends = [i + 1 for i, byte in enumerate(data) if byte == ord("\n")]
    for number, end in enumerate(ends):
        copy = cut(folder, tmp_path / f"cut{number}", end)
        resumed = asyncio.run(resume(copy, task, tmp_path / "bank", settings, fitting))
        assert answers(resumed) == answers(events)
        paid = {e.request for e in resumed if isinstance(e, CallFinished) and e.source == "provider"}
        assert paid <= {e.request for e in events if isinstance(e, CallFinished)}, "something else was asked"


def fitting(request: Request) -> str:
    """Whatever is written fits the pairs, and gives one grid or another on the test input."""
    if request.label.purpose == "check":
        slips = request.label.target == 1 and not request.sample and chance(request).random() < 0.5
        return grid_reply([row if slips else row[::-1] for row in asked_grid(request)])
    if request.label.purpose == "follow":
        return grid_reply([[len(description_of(request)[0]) % 3]])
    rule = chance(request).choice(["Mirror it.", "Mirror all of it.", "Mirror each row of it."])
    return opining(request) if request.label.purpose in ("review", "judge", "solve") else bullets(rule, "Mirror every row.")


@pytest.mark.parametrize("preset", presets())
def test_every_preset_resumes_exactly(preset: str, tmp_path: Path) -> None:
    settings = configure(preset)
    task = task_file(tmp_path, pairs=2)
    events = asyncio.run(play(tmp_path, task, scripted(groping, jittery(4)), settings=settings))
    folder = tmp_path / "runs" / "story"
    size = (folder / "events.jsonl").stat().st_size
    for part in (0.1, 0.5, 0.9):
        copy = cut(folder, tmp_path / f"cut{part}", int(size * part))
        resumed = asyncio.run(resume(copy, task, tmp_path / "bank", settings))
        assert answers(resumed) == answers(events)
        assert len([e for e in resumed if isinstance(e, CallFinished) and e.source == "provider"]) <= len(
            [e for e in events if isinstance(e, CallFinished) and e.source == "provider"]
        )


def test_an_outage_is_not_evidence_and_is_asked_again(tmp_path: Path) -> None:
    task = task_file(tmp_path)

    def flaky(request: Request) -> str:
        if request.label.purpose == "check" and (request.label.birth or 0) % 3 == 0 and request.label.target == 1:
            raise ProviderDown("connection refused")
        return groping(request)

    settings = SETTINGS.changed({"checker.retries": 0})
    down = asyncio.run(play(tmp_path, task, scripted(flaky), settings=settings))
    lost = [e for e in down if isinstance(e, CandidateChecked) and any(isinstance(a, Unreached) for a in e.attempts)]
    assert lost, "the story needs an outage"
    assert not any(e.birth.index == a.best for e in lost for a in down if isinstance(a, TaskAnswered))

    folder = tmp_path / "runs" / "story"
    session = reopen(
        folder, load([str(task)]), settings, Limits(), prompts=bundled(), cache_dir=tmp_path / "bank", live=scripted(groping)
    )
    asyncio.run(session.run([]))
    undisturbed = asyncio.run(play(tmp_path, task, scripted(groping), name="calm", cache="calm", settings=settings))
    assert answers(list(store.read_events(folder))) == answers(undisturbed)


def test_a_finished_run_resumes_to_itself(ran: tuple[Path, Path, list[Event]], tmp_path: Path) -> None:
    folder, task, events = ran
    resumed = asyncio.run(resume(folder, task, tmp_path / "bank"))
    assert answers(resumed) == answers(events)
    assert len(resumed) == len(events) + 2  # its start and its end
    assert isinstance(resumed[-1], RunFinished)
    assert resumed[-1].exit_code == 0
