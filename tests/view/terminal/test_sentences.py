"""Events as sentences."""

import pytest

from nlevolve.records import CallRetried, ModelStopped, MoveFailed, Noticed, RunFinished, RunStarted
from nlevolve.view.terminal.sentences import of
from nlevolve.view.terminal.summary import Summary
from tests.view.fake_run import START, FakeRun


def test_a_run_reads_as_a_story() -> None:
    summary = Summary()
    told = [moment for event in FakeRun(tasks=2, seed=5, failing=(1,)).events() if (moment := summary.see(event))]
    headlines = [moment.text for moment in told if moment.headline]
    assert headlines[0] == "run demo started: 2 tasks, preset quick, openrouter/openai/gpt-5-mini → anthropic/claude-sonnet-5"
    assert any("the best so far" in text for text in headlines)
    assert any(text.startswith("failed: the provider is down (503) after 6 tries") for text in headlines)
    assert headlines[-1] == "the run is done"


def test_what_models_and_providers_say_cannot_reach_the_terminal() -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07[blink]boo[/blink]"
    birth = next(e.birth for e in FakeRun().events() if e.kind == "birth_planned")
    events = [
        CallRetried(at=START, task="t", model=hostile, why=hostile, wait=1.0),
        MoveFailed(at=START, task="t", birth=birth, reason="garbled", why=hostile),
        ModelStopped(at=START, model=hostile, why=hostile),
        Noticed(at=START, text=hostile),
        RunFinished(at=START, reason="failed", exit_code=4, why=hostile),
    ]
    for event in events:
        moment = of(event)
        assert moment is not None
        assert "\x1b" not in moment.text
        assert "[blink]boo[/blink]" in moment.text


@pytest.mark.parametrize(
    ("models", "told"),
    [
        (dict.fromkeys(("generator", "reviser", "checker"), "a/b"), "a/b in every role"),
        ({"generator": "a/b", "reviser": "c/d", "checker": "a/b"}, "a/b (checker: as generator)"),
        ({"generator": "a/b", "checker": "c/d"}, "a/b → c/d"),
    ],
)
def test_the_first_line_says_who_plays_which_role(models: dict[str, str], told: str) -> None:
    moment = of(RunStarted(run="r", models=models, preset="quick", tasks=("t",), concurrency=1))
    assert moment is not None
    assert moment.text.endswith(f", {told}")
