"""Every cent that a provider bills is known, or said to be unknown: also when replies are lost, and runs are killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from nlevolve.api import Result, asolve
from nlevolve.llm.owed import spent
from nlevolve.run.store import read_events
from nlevolve.view.run_folder import read_run
from tests.attacks.billing import LATE, LOSSES, MOST_TOKENS, PRICES, Billing
from tests.server import Provider
from tests.stories.processes import start
from tests.stories.worlds import task_file

BUDGET = 0.6
CENT = 1e-9
"""Sums of dollars are not exact."""


def settings(url: str, timeout: float = 60.0) -> dict[str, float | str | bool | list[object]]:
    each = {"base_url": url, "max_tokens": MOST_TOKENS, "retries": 1, "timeout": timeout, "form": "schema", **PRICES}
    return {f"{role}.{name}": value for role in ("generator", "checker") for name, value in each.items()} | {
        "policy.confirm": "never",
        "policy.phases": [{"births": 40, "overlap": 4}],
    }


def accounted(folder: Path, billing: Billing) -> None:
    """What was billed is known or said to be unknown, and both together are within the budget."""
    totals = read_run(folder).results["totals"]
    known, unknown = totals["cost_usd"], totals["cost_unknown_usd"]
    assert known <= billing.usd + known * 0.5 + CENT, "estimates may be high, but not by so much"
    assert billing.usd <= known + unknown + CENT
    assert known + unknown <= BUDGET + CENT
    counted = spent(read_events(folder))
    assert counted.usd == pytest.approx(known + unknown, abs=1e-5)
    assert counted.calls >= billing.asked, "a request may be given up before the server has it"


@pytest.mark.parametrize("loss", LOSSES)
def test_a_budget_is_not_passed_by_more_than_what_is_said_to_be_unknown(loss: str, tmp_path: Path) -> None:
    billing = Billing([loss])
    with Provider(billing) as server:
        result = asyncio.run(
            asolve(
                [str(task_file(tmp_path))],
                generator="hosted_vllm/m",
                settings=settings(server.url, LATE if loss == "late" else 60.0),
                budget=BUDGET,
                concurrency=4,
                report=False,
                run="r",
            )
        )
    assert result.exit_code == 3, result
    assert result.totals["cost_unknown_usd"] > 0
    accounted(Path("runs/r"), billing)


def test_runs_that_name_one_file_share_one_budget(tmp_path: Path) -> None:
    billing = Billing(["cut 200", "no usage"], every=3)

    async def both(url: str) -> list[Result]:
        shared = {"generator": "hosted_vllm/m", "settings": settings(url), "budget": BUDGET, "report": False}
        runs = [asolve([str(task)], run=task.stem, budget_file=tmp_path / "team.budget", **shared) for task in tasks]
        return await asyncio.gather(*runs)

    tasks = [task_file(tmp_path, name=name) for name in ("one", "other")]
    with Provider(billing) as server:
        results = asyncio.run(both(server.url))
    assert [result.exit_code for result in results] == [3, 3]
    totals = [read_run(Path("runs") / task.stem).results["totals"] for task in tasks]
    said = [one["cost_usd"] + one["cost_unknown_usd"] for one in totals]
    assert min(said) > 0
    assert billing.usd <= sum(said) + CENT
    assert 0.8 * BUDGET < sum(said) <= BUDGET + CENT


def killed(process: subprocess.Popen[str], billing: Billing, after: int) -> None:
    """Kill -9 when so many more requests have come."""
    goal = billing.asked + after
    while billing.asked < goal and process.poll() is None:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def test_what_was_in_flight_at_each_kill_is_in_the_accounts(tmp_path: Path) -> None:
    billing = Billing(["slow", "cut 200", "no usage", "slow", "reset after generation", "negative usage"])
    task = task_file(tmp_path)
    run = tmp_path / "runs" / "r"
    with Provider(billing) as server:
        told = [
            f"--set={name}={value}".replace("'", '"') for name, value in settings(server.url).items() if name != "policy.phases"
        ]
        phases = "--set=policy.phases=[{births=40, overlap=4}]"
        options = ["--no-live", "--no-ping", "--run=r", f"--budget={BUDGET}", "--max-calls=60", "--concurrency=6"]
        process = start("solve", task.name, "--generator=hosted_vllm/m", *told, phases, *options, folder=tmp_path)
        for _ in range(2):
            killed(process, billing, after=4)
            accounted(run, billing)
            process = start("resume", "r", "--no-live", folder=tmp_path)
        out, err = process.communicate(timeout=300)
    assert process.returncode == 3, (out, err)
    accounted(run, billing)
    assert "more may have been billed" in out
