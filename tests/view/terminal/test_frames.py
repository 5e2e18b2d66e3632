"""What the dashboard looks like, state by state. Times are the events' own, so equal code draws equal frames."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from nlevolve.records import (
    CallFinished,
    CallRetried,
    CallSent,
    CandidateChecked,
    Description,
    Event,
    LimitChanged,
    ModelStopped,
    Noticed,
    OtherReading,
    RunFinished,
    RunStarted,
    TaskAnswered,
    TaskStarted,
)
from nlevolve.sandbox.pool import BROKE_DOWN
from nlevolve.view.terminal.canvas import Canvas
from nlevolve.view.terminal.palette import COLOUR_BLIND, STANDARD
from nlevolve.view.terminal.panels.look import PAGES, Look, Page
from nlevolve.view.terminal.panels.screen import HELP, HELP_WITH_A_CODER, draw
from nlevolve.view.terminal.summary import SELDOM, Summary
from nlevolve.view.text import count
from tests.goldens import assert_golden
from tests.view.fake_run import FakeRun


def fold(events: list[Event]) -> Summary:
    summary = Summary()
    for event in events:
        summary.see(event)
    return summary


def look(events: list[Event], *, colour: bool = False, page: Page = "overview", focus: str = "") -> Look:
    """Focused on the task of the last headline, as a viewer would see it."""
    summary = fold(events)
    told = [moment.task for moment in summary.moments if moment.task and moment.headline]
    started = [event.task for event in events if isinstance(event, TaskStarted)]
    focus = focus or (told or started or [""])[-1]
    return Look(summary, summary.latest or events[0].at, focus=focus, page=page, colour=colour)


def text(of: Look, width: int, height: int) -> str:
    return "\n".join(row.plain.rstrip() for row in draw(of, width, height).rows) + "\n"


def until(events: list[Event], share: float) -> list[Event]:
    """The share of the events, of which calls sent count for nothing: the moment is one whether or not a log tells them."""
    counted = [n for n, event in enumerate(events) if not isinstance(event, CallSent)]
    return events[: counted[int(len(counted) * share)]]


def throttled() -> list[Event]:
    events = until(FakeRun(throttled=0.2).events(), 0.5)
    at, model = events[-1].at, "anthropic/claude-sonnet-5"
    retries = [
        CallRetried(at=at, task=events[-1].task, model=model, failure="rate_limit", why="rate_limit: 429", wait=20.0)
        for _ in range(9)
    ]
    return [*events, *retries, LimitChanged(at=at, model=model, in_flight=6, why="429")]


def failed() -> list[Event]:
    events = FakeRun(failing=(1,)).events()
    place = next(n for n, e in enumerate(events) if isinstance(e, TaskAnswered) and e.stopped == "failed")
    return events[: place + 1]


def coded() -> list[Event]:
    """A run with a coder, a reviewer and a judge: its programs read the first pair and fail on the last."""
    events = until(FakeRun(budget=5.0).events(), 0.6)
    return [one for event in events for one in _coded(event)]


def _coded(event: Event) -> list[Event]:
    match event:
        case RunStarted():
            return [event.model_copy(update={"models": event.models | {"coder": "openai/gpt-5-nano"}})]
        case CandidateChecked():
            first, *between, last = event.attempts
            broken = OtherReading(by="coder", why=BROKE_DOWN if event.birth.index == 1 else "ValueError (line 3)")
            read = (first.model_copy(update={"by": "coder"}), *between, last.model_copy(update={"other": broken}))
            return [event.model_copy(update={"program": "def transform(grid): ...", "attempts": read})]
        case CallFinished(role="answerer"):
            asked = [event.model_copy(update={"role": role, "request": f"{role}{event.request}"}) for role in SELDOM]
            return [event, *asked]
    return [event]


STATES: dict[str, Callable[[], list[Event]]] = {
    "starting": lambda: FakeRun().events()[:3],
    "busy": lambda: until(FakeRun(budget=5.0).events(), 0.6),
    "rate-limited": throttled,
    "budget-nearly-gone": lambda: until(FakeRun(budget=0.55).events(), 0.75),
    "task-failed": failed,
    "coded": coded,
    "finished": lambda: FakeRun().events(),
    "400-tasks": lambda: until(FakeRun(tasks=400, at_once=16, births=6).events(), 0.6),
}


@pytest.mark.parametrize("state", STATES)
def test_frame_on_a_small_screen(state: str) -> None:
    assert_golden(f"frames/{state}-80x24", text(look(STATES[state]()), 80, 24))


@pytest.mark.parametrize("state", ["busy", "coded", "400-tasks"])
def test_frame_on_a_large_screen(state: str) -> None:
    assert_golden(f"frames/{state}-200x50", text(look(STATES[state]()), 200, 50))


@pytest.mark.parametrize("page", PAGES[1:])
def test_page(page: Page) -> None:
    assert_golden(f"frames/page-{page}-100x30", text(look(STATES["busy"](), page=page), 100, 30))


def test_states_say_what_they_must() -> None:
    """The golden frames could be rewritten by mistake; these words may not go."""
    told = {state: text(look(events()), 80, 24) for state, events in STATES.items()}
    assert "tasks 0/6" in told["starting"]
    assert "none yet" in told["starting"]
    assert "(≤6; 9 again)" in told["rate-limited"]
    assert "of $0.55" in told["budget-nearly-gone"]
    assert "× 1" in told["task-failed"]
    assert "the provider is down (503)" in told["task-failed"]
    assert "gpt-5-mini → gpt-5-nano → claude-s" in told["coded"]
    assert re.search(r"programs \d+  no grid \d+/\d+  broke \d", told["coded"])
    assert re.search(r"gen \d+%  code \d+%  check \d+%  ans \d+%  review \d+%  judge \d+%$", told["coded"], re.MULTILINE)
    wide = text(look(coded()), 200, 50)
    assert re.search(r"coder \$\S+ · checker \$\S+ · answers \$\S+ · reviewer \$\S+ · judge \$", wide)
    assert "✔ done in" in told["finished"]
    assert "tasks 6/6" in told["finished"]
    assert "/400" in told["400-tasks"]


def test_help_is_not_cut_off_on_the_smallest_screen() -> None:
    told = text(replace(look(STATES["coded"]()), help=True), 80, 30)
    body = told.split("── help")[1].split("\n")[1:-2]
    assert "…" not in "".join(body)
    assert sum(bool(line) for line in body) == len(HELP) + len(HELP_WITH_A_CODER)


def test_no_more_is_in_flight_than_may_be() -> None:
    events = until(FakeRun(budget=5.0).events(), 0.6)
    sent = next(event for event in reversed(events) if isinstance(event, CallSent))
    late = [sent.model_copy(update={"request": f"late{n}"}) for n in range(40)]
    assert "in flight 32/32" in text(look([*events, *late]), 80, 24)


def test_a_cap_on_tokens_is_shown_with_what_is_taken_of_it() -> None:
    started, *rest = until(FakeRun(budget=5.0).events(), 0.6)
    assert isinstance(started, RunStarted)
    told = text(look([started.model_copy(update={"max_tokens": 50_000}), *rest]), 200, 50)
    taken = re.search(r"  ([\d.k,]+) of 50.0k tokens", told)
    assert taken is not None
    bought = [e.usage for e in rest if isinstance(e, CallFinished) and e.source == "provider"]
    assert taken[1] == count(sum(one.prompt + one.completion for one in bought))


def test_a_log_that_does_not_say_what_is_sent_is_drawn_without_guessing() -> None:
    told = {says: text(look(until(FakeRun(budget=5.0, tells_sending=says).events(), 0.6)), 80, 24) for says in (True, False)}
    assert "  in flight 2/32  cached" in told[True]
    assert told[False] == told[True].replace("  in flight 2/32  cached", "  at most 32 in flight  cached")


EVENTS = {tasks: FakeRun(tasks=tasks, births=8, at_once=5, failing=(1,)).events() for tasks in (1, 6, 60)}


@settings(max_examples=120, deadline=None)
@given(
    tasks=st.sampled_from(sorted(EVENTS)),
    share=st.floats(0, 1),
    width=st.integers(0, 230),
    height=st.integers(0, 70),
    page=st.sampled_from(PAGES),
    colour=st.booleans(),
)
def test_a_frame_fills_any_screen_exactly(tasks: int, share: float, width: int, height: int, page: Page, colour: bool) -> None:
    rows = draw(look(EVENTS[tasks][: 1 + int(share * len(EVENTS[tasks]))], page=page, colour=colour), width, height).rows
    assert [row.cell_len for row in rows] == [width] * height


def test_another_candidate_can_be_looked_at() -> None:
    of = look(until(FakeRun(tasks=1, births=40, seed=3).events(), 0.99))
    last = of.summary.ranked(of.focus)[-1]
    told = text(replace(of, birth=last.index), 80, 24)
    assert f"── birth {last.index} " in told
    assert f"▸{len(of.summary.ranked(of.focus)):>2} {last.index:>4}" in told
    assert "more, by ↑ and ↓" in told
    assert text(replace(of, birth=999), 80, 24) == text(of, 80, 24)


def test_models_of_one_run_are_all_cut_to_their_telling_part_or_none_is() -> None:
    begun = FakeRun().events()[0]
    assert isinstance(begun, RunStarted)
    models = {"generator": "hosted_vllm/generator", "checker": "hosted_vllm/checker"}
    told = begun.model_copy(update={"models": models, "asked": ("generator", "checker")})
    assert "  generator → checker" in text(look([told]), 120, 24)
    short = told.model_copy(update={"models": {"generator": "a/one", "checker": "b/two"}})
    assert "  a/one → b/two" in text(look([short]), 120, 24)


def test_before_a_task_is_taken_up_it_says_how_workers_of_a_cluster_come() -> None:
    begun = FakeRun().events()[0]
    assert "no task has been taken up yet" in text(look([begun]), 80, 24)
    starting = Noticed(at=begun.at, text="cluster: starting 2 workers on this machine")
    assert "── cluster: starting 2 workers on this machine ──" in text(look([begun, starting]), 80, 24)


def test_nothing_has_happened_yet() -> None:
    empty = Look(Summary(), FakeRun().events()[0].at)
    assert "waiting for the run's first event" in text(empty, 80, 24)


def test_each_state_has_its_own_glyph_without_colour() -> None:
    events = FakeRun(tasks=60, at_once=8, failing=(0,)).events()
    strip = text(look(until(events, 0.5)), 80, 24).splitlines()[4]
    assert set(strip.strip()) >= {"×", "█", "·"}


def test_hostile_descriptions_do_nothing() -> None:
    hostile = ("\x1b[2J\x1b]0;owned\x07[bold red]boo[/bold red]", "\u202egnorw", "")
    events = [
        e.model_copy(update={"description": Description(bullets=hostile)}) if isinstance(e, CandidateChecked) else e
        for e in until(FakeRun().events(), 0.6)
    ]
    for page in PAGES:
        told = text(look(events, page=page), 120, 40)
        assert "\x1b" not in told
        assert "\x07" not in told
        assert "\u202e" not in told
    assert "[bold red]boo[/bold red]" in text(look(events), 120, 40)


def test_perfection_is_green_in_either_palette() -> None:
    events = FakeRun().events()
    for colours in (STANDARD, COLOUR_BLIND):
        summary = fold(events)
        perfect = next(task.id for task in summary.history.tasks.values() if summary.phase(task) == "perfect")
        drawn = draw(Look(summary, events[-1].at, focus=perfect, palette=colours), 100, 30)
        styles = {str(style) for row in drawn.rows if perfect in row.plain for _, style in row.parts}
        assert any(colours.good in style for style in styles)


def test_the_curve_shows_the_last_births_when_there_are_too_many() -> None:
    events = FakeRun(tasks=1, births=120, seed=3).events()
    told = [row.plain for row in draw(look(until(events, 0.99)), 80, 24).rows if row.plain.startswith("  fit ")]
    assert len(told) == 1
    assert len(told[0]) == 80


def test_the_clock_goes_on_while_nothing_happens() -> None:
    now = look(STATES["busy"]())
    later = Look(now.summary, now.now + timedelta(minutes=1), focus=now.focus)
    assert text(now, 80, 24).splitlines()[0] != text(later, 80, 24).splitlines()[0]


def test_a_model_that_was_stopped_is_named() -> None:
    events = until(FakeRun().events(), 0.5)
    events.append(ModelStopped(at=events[-1].at, model="anthropic/claude-sonnet-5", why="the key was refused (401)"))
    told = text(look(events), 120, 40)
    assert "claude-sonnet-5 stopped" in told
    assert "nothing more is sent to anthropic/claude-sonnet-5" in told


def test_an_interrupted_run_says_so() -> None:
    events = until(FakeRun().events(), 0.5)
    events.append(RunFinished(at=events[-1].at, reason="interrupted", exit_code=130))
    assert "■ interrupted in" in text(look(events), 80, 24)


def test_a_replay_says_which_keys_hold_it_and_change_its_speed() -> None:
    of = replace(look(STATES["busy"]()), watching=True, replayed=True)
    for width in (80, 120):
        foot = text(of, width, 24).splitlines()[-1]
        assert "space pause  +- speed" in foot
        assert "q leave" in foot
        assert "overview 1/6" in foot
    assert "of a replay" in text(replace(of, help=True), 80, 24)
    assert "space" not in text(replace(of, replayed=False), 80, 24).splitlines()[-1]


def test_before_the_first_task_it_says_what_is_asked() -> None:
    started, call = FakeRun().events()[0], next(e for e in FakeRun().events() if isinstance(e, CallSent))
    of = look([started, call])
    assert f"asking {call.model.rpartition('/')[2]} a small question first, for 0:05" in text(
        replace(of, now=call.at + timedelta(seconds=5), focus=""), 80, 24
    )


def test_a_frame_is_shown_at_once_and_costs_nothing_when_nothing_has_changed() -> None:
    console = Console(file=(out := io.StringIO()), width=80, height=24, force_terminal=True)
    canvas, frame = Canvas(console), draw(look(STATES["busy"]()), 80, 24)
    canvas.draw(frame)
    first = out.getvalue()
    assert first.startswith("\x1b[?2026h\x1b[2J")
    assert first.endswith("\x1b[?2026l")
    canvas.draw(frame)
    assert out.getvalue() == first
