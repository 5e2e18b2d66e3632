"""`nlevolve sweep`: says what it may cost, buys what is equal once, keeps one budget over all runs, and compares."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from nlevolve.run.store import read_events
from nlevolve.view.history import read
from tests.cli.conftest import Run
from tests.server import Provider
from tests.server.embedded import embedded

SMALL = ["--set", "policy.phases=[{births=2, overlap=2}]", "--no-live"]


@pytest.fixture
def sweep(nlevolve: Run, tmp_path: Path) -> Run:
    """Call `nlevolve sweep` in a folder that holds one task, turned.json."""
    pairs = [{"input": [[a, b], [c, d]], "output": [[b, a], [d, c]]} for a, b, c, d in ((1, 2, 3, 4), (5, 6, 7, 8), (1, 5, 5, 0))]
    (tmp_path / "turned.json").write_text(json.dumps({"train": pairs[:2], "test": pairs[2:]}))
    return partial(nlevolve, "sweep")


CHECKERS = ["--checker", "offline/checker", "--checker", "offline/checker-weak"]


def test_every_combination_is_run_and_compared(sweep: Run, tmp_path: Path) -> None:
    code, out, _ = sweep("turned.json", *CHECKERS, *SMALL, "--run", "s", "--html", "c.html")
    assert code == 0
    assert sorted(p.name for p in (tmp_path / "runs").iterdir()) == ["s.checker", "s.checker-weak"]
    assert "On 1 shared task" in out
    assert "checker.model" in out
    assert "s.checker-weak" in (tmp_path / "c.html").read_text()


def test_first_descriptions_are_bought_once_for_all_checkers(sweep: Run, tmp_path: Path) -> None:
    sweep("turned.json", *CHECKERS, *SMALL, "--run", "s")
    first, second = (read(read_events(tmp_path / "runs" / name)) for name in ("s.checker", "s.checker-weak"))
    assert first.by_role["generator", "offline/generator"].provider == 2
    assert second.by_role["generator", "offline/generator"].provider == 0
    assert second.by_role["generator", "offline/generator"].cache == 2


def test_a_dry_run_says_how_much_and_sends_nothing(sweep: Run, tmp_path: Path) -> None:
    code, out, _ = sweep("turned.json", *CHECKERS, *SMALL, "--preset", "quick", "--dry-run")
    assert code == 0
    assert [line.split()[-3:] for line in out.splitlines()[2:5]] == [["14", "$0", "$0"], ["12", "$0", "$0"], ["26", "$0", "$0"]]
    code, out, _ = sweep("turned.json", *CHECKERS, *SMALL, "--preset", "quick", "--dry-run", "--json")
    assert [run["high"]["calls"] for run in json.loads(out)["runs"]] == [14, 12]
    assert not (tmp_path / "runs").exists()
    assert not (tmp_path / ".nlevolve-cache").exists()


def test_with_json_stdout_holds_the_comparison_alone(sweep: Run) -> None:
    _, out, _ = sweep("turned.json", *CHECKERS, *SMALL, "--json")
    found = json.loads(out)
    assert [side["models"]["checker"] for side in found["runs"]] == ["offline/checker", "offline/checker-weak"]


def test_the_cap_holds_for_all_runs_together(sweep: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded models behind a server: as themselves they count against no cap."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    served = [part.replace("offline/", "openai/offline/") for part in (*CHECKERS, "--generator", "offline/generator")]
    with Provider(embedded) as server:
        at = [f"--set={role}.base_url={server.url}" for role in ("generator", "checker")]
        code, _, _ = sweep("turned.json", *served, *at, *SMALL, "--run", "s", "--max-calls", "8")
    spent = [read(read_events(folder)).account for folder in (tmp_path / "runs").iterdir()]
    assert code == 3
    # one call of a run's is kept for its answer, and not spent where there is nothing to answer with
    assert sum(account.provider for account in spent) == len(server.asked)
    assert 7 <= len(server.asked) <= 8


def test_embedded_models_count_against_no_cap(sweep: Run) -> None:
    assert sweep("turned.json", *CHECKERS, *SMALL, "--max-calls", "0")[0] == 0


def test_a_file_says_it_all(sweep: Run, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(
        'selectors = ["turned.json"]\nchecker = ["offline/checker", "offline/checker-weak"]\npreset = ["quick"]\nname = "filed"\n'
        '[set]\n"policy.phases" = [{births = 2, overlap = 2}]\n'
    )
    code, out, _ = sweep("s.toml", "--dry-run")
    assert code == 0
    assert "26" in out.splitlines()[4]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["turned.json"], "give --generator, --checker or --preset more than once"),
        (["turned.json", "--checker", "offline/checker", "--checker", "offline/none"], "no embedded model 'offline/none'"),
        (["turned.json", "--preset", "quick", "--preset", "quack"], "unknown preset 'quack'; nearest: quick"),
        (["none.toml"], "cannot read the sweep none.toml"),
        (["bad.toml"], "bad.toml is not TOML"),
        (["odd.toml"], "unknown setting 'generators'; nearest: generator"),
        (["set.toml"], "sweep: set: input should be a valid dictionary"),
        (["gone.json", *CHECKERS], "gone.json"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(sweep: Run, tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "bad.toml").write_text("generator = [")
    (tmp_path / "set.toml").write_text("set = 3")
    (tmp_path / "odd.toml").write_text('generators = ["a"]')
    code, _, err = sweep(*arguments)
    assert code == 2
    assert said in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "runs").exists()
