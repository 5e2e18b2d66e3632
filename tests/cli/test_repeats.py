"""`solve --repeats`: runs of their own with other seeds and other samples, one set of caps, compared at the end."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from nlevolve.records import CallFinished
from nlevolve.run.retell import retell
from nlevolve.run.store import read_config, read_events
from tests.cli.conftest import Run
from tests.server import Provider
from tests.server.embedded import embedded

SMALL = ["--set", "policy.phases=[{births=2, overlap=2}]", "--no-live", "--run", "r"]


@pytest.fixture
def solve(nlevolve: Run, tmp_path: Path) -> Run:
    """Call `nlevolve solve` on one task."""
    pairs = [{"input": [[a, b], [c, d]], "output": [[b, a], [d, c]]} for a, b, c, d in ((1, 2, 3, 4), (5, 6, 7, 8), (1, 5, 5, 0))]
    (tmp_path / "turned.json").write_text(json.dumps({"train": pairs[:2], "test": pairs[2:]}))
    return partial(nlevolve, "solve", "turned.json")


def bought(run: str) -> set[str]:
    """The requests that a provider answered."""
    events = read_events(Path("runs") / run)
    return {e.request for e in events if isinstance(e, CallFinished) and e.source == "provider"}


def served(url: str) -> list[str]:
    """The embedded models behind a server: real ones, as far as a run knows."""
    named = ["--generator", "openai/offline/generator", "--checker", "openai/offline/checker", "--no-ping"]
    return [*named, *(f"--set={role}.base_url={url}" for role in ("generator", "checker"))]


def test_each_repeat_has_its_seed_its_name_and_replies_of_its_own(solve: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    with Provider(embedded) as server:
        code, out, _ = solve(*served(server.url), *SMALL, "--repeats", "2")
        assert code == 0
        asked = len(server.asked)
        runs = [f"r.s{n}" for n in (1, 2)]
        settings = [read_config(Path("runs") / run)["settings"] for run in runs]
        assert [(one["seed"], one["repeat"]) for one in settings] == [(0, 0), (1, 1)]
        assert all(bought(run) for run in runs)
        assert len(set.union(*map(bought, runs))) == asked
        assert "Repeats (solved)" in out
        assert "--repeats was not used" not in out
        # the first of them asks what the plain run asks
        assert solve(*served(server.url), *SMALL, "--replay")[0] == 0
        assert len(server.asked) == asked
    # what the other asked can be told again
    run = Path("runs/r.s2")
    told = [one for one in retell(read_config(run), read_events(run), "turned") if one.call.role != "answerer"]
    assert told
    assert [one.call for one in told if one.request is None or one.sample is None] == []
    assert {one.request.sample // 1_000_000 for one in told if one.request} == {1}


def test_compare_takes_the_name_of_all_for_all_of_them(solve: Run, nlevolve: Run) -> None:
    solve(*SMALL, "--repeats", "2", "--seed", "7")
    solve(*SMALL[:-1], "other")
    code, out, _ = nlevolve("compare", "r", "other", "--json")
    assert code == 0
    found = json.loads(out)
    assert [(group["name"], group["runs"], group["seeds"]) for group in found["groups"]] == [
        ("r", ["r.s1", "r.s2"], [7, 8]),
        ("other", ["other"], [0]),
    ]
    assert nlevolve("compare", "r")[0] == 0
    assert nlevolve("compare", "r", "turned")[0] == 0
    assert "no run 'q'" in nlevolve("compare", "q", "r")[2]


def test_caps_hold_for_all_together_and_what_was_not_begun_is_said(
    solve: Run, nlevolve: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    with Provider(embedded) as server:
        code, _, err = solve(*served(server.url), *SMALL, "--repeats", "4", "--max-calls", "8")
        assert code == 3
        assert 7 <= len(server.asked) <= 8
        begun = sorted(path.name for path in Path("runs").iterdir())
        assert "r.s1" in begun
        assert f"not begun: {', '.join(f'r.s{n}' for n in range(len(begun) + 1, 5))}" in err
        # a repeat is a run as any other
        assert nlevolve("resume", begun[-1], "--no-live", "--max-calls", "100")[0] == 0


def test_a_dry_run_multiplies_and_sends_nothing_and_wants_no_key(solve: Run, tmp_path: Path) -> None:
    named = ("--generator", "openai/gpt-4o-mini", "--dry-run")
    code, out, _ = solve(*SMALL, *named, "--json")
    once = json.loads(out)
    assert (code, once["tasks"], once["low"]["calls"] < once["high"]["calls"]) == (0, 1, True)
    assert sum(role["likely"]["cost_usd"] for role in once["roles"].values()) == pytest.approx(once["likely"]["cost_usd"])
    code, out, _ = solve(*SMALL, "--repeats", "3", *named)
    most = once["high"]["calls"]
    assert [[line.split()[0], line.split()[2]] for line in out.splitlines()[2:6]] == [
        *([str(seed), str(most)] for seed in range(3)),
        ["all", str(3 * most)],
    ]
    assert "generator" in solve(*SMALL, *named)[1].splitlines()[2]
    assert not (tmp_path / "runs").exists()
    assert not (tmp_path / ".nlevolve-cache").exists()


def test_with_json_stdout_holds_one_object(solve: Run, tmp_path: Path) -> None:
    done = tmp_path / "done"
    code, out, _ = solve(*SMALL, "--repeats", "2", "--json", "--when-done", f"echo $NLEVOLVE_RUN >> {done}")
    found = json.loads(out)
    assert (code, found["exit_code"]) == (0, 0)
    assert list(found["runs"]) == ["r.s1", "r.s2"]
    assert found["comparison"]["groups"][0]["runs"] == ["r.s1", "r.s2"]
    assert done.read_text().split() == ["r.s1", "r.s2"]


def test_a_sweep_repeats_every_combination(nlevolve: Run, solve: Run) -> None:
    checkers = ["--checker", "offline/checker", "--checker", "offline/checker-weak"]
    code, out, _ = nlevolve("sweep", "turned.json", *checkers, *SMALL, "--repeats", "2", "--json")
    assert code == 0
    assert [group["runs"] for group in json.loads(out)["groups"]] == [
        [f"r.{checker}.s{n}" for n in (1, 2)] for checker in ("checker", "checker-weak")
    ]


def test_no_repeat_at_all_is_refused_in_a_line(solve: Run) -> None:
    code, _, err = solve(*SMALL, "--repeats", "0")
    assert code == 2
    assert err.count("\n") == 1
    assert "--repeats: give 1 or more" in err
