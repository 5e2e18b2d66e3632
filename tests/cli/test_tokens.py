"""`--max-tokens-total`: a cap that holds like the others."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from nlevolve.cli.series import left
from nlevolve.llm.owed import spent
from nlevolve.options import Limits
from nlevolve.records import RunStarted
from nlevolve.run.store import read_events
from nlevolve.view.run_folder import read_run
from tests.cli.conftest import Run
from tests.server import Provider
from tests.server.embedded import embedded

SMALL = ["--set", "policy.phases=[{births=4, overlap=2}]", "--no-live", "--no-ping", "--run", "r"]
CAP = 9_000


@pytest.fixture
def solve(nlevolve: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call `nlevolve solve` on one task that no embedded model solves."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    pairs = [{"input": [[a, b]], "output": [[b, c]]} for a, b, c in ((1, 2, 7), (5, 6, 0), (3, 4, 9), (8, 1, 4))]
    (tmp_path / "odd.json").write_text(json.dumps({"train": pairs[:3], "test": pairs[3:]}))
    return partial(nlevolve, "solve", "odd.json")


def served(url: str) -> list[str]:
    """The embedded models behind a server, bounded in their replies and free: a budget of dollars would stop nothing."""
    named = ["--generator", "openai/offline/generator", "--checker", "openai/offline/checker"]
    each = {"base_url": url, "max_tokens": 400, "price_in": 0, "price_out": 0}
    return [*named, *(f"--set={role}.{name}={value}" for role in ("generator", "checker") for name, value in each.items())]


def taken(run: str) -> int:
    tokens = read_run(Path("runs") / run).results["totals"]["tokens"]
    return int(tokens["prompt"] + tokens["completion"])


def test_it_is_not_passed_is_said_at_the_end_counted_for_others_and_resumed_with_more(solve: Run, nlevolve: Run) -> None:
    with Provider(embedded) as server:
        code, out, _ = solve(*served(server.url), *SMALL, "--max-tokens-total", str(CAP))
        assert code == 3
        assert "too few for" in out
        assert "--max-tokens-total" in out
        assert CAP / 2 < taken("r") <= CAP
        assert spent(read_events(Path("runs/r"))).tokens == taken("r")
        assert left(Limits(max_tokens_total=100_000), [Path("runs/r")])["max_tokens_total"] == 100_000 - taken("r")
        assert nlevolve("resume", "r", "--no-live", "--max-tokens-total", "100000")[0] == 0
    sessions = [e.max_tokens for e in read_events(Path("runs/r")) if isinstance(e, RunStarted)]
    assert sessions == [CAP, 100_000]


def test_what_cannot_be_is_one_line(solve: Run) -> None:
    assert solve(*SMALL, "--max-tokens-total", "-1")[2] == "nlevolve: --max-tokens-total: give 0 or more, got -1\n"
