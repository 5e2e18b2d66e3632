"""One budget for several runs: never passed by all of them together, whoever waits, dies or comes back."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from nlevolve.errors import BudgetFileFailed
from nlevolve.llm.ledger import Caps, Hold, Ledger, Need, Spent
from nlevolve.llm.purse import SharedPurse, check_budget_file, read_book
from nlevolve.llm.request import OverBudget

DOLLAR = Need(prompt_usd=1.0)
CHECKOUT = Path(__file__).parents[2]
SPENDER = """
import asyncio, sys
from pathlib import Path
from random import Random
from nlevolve.llm.ledger import Caps, Ledger, Need, Spent
from nlevolve.llm.purse import SharedPurse
from nlevolve.llm.request import OverBudget

async def main(name):
    rng, ledger = Random(name), Ledger(Caps(usd=5.0), Spent(), SharedPurse(Path("team.budget"), name, name))

    async def spend():
        while True:
            hold = await ledger.reserve("t", Need(prompt_usd=rng.uniform(0.0, 0.2)))
            await asyncio.sleep(0)
            hold.sent, hold.cost_usd = True, hold.usd * rng.random()
            ledger.settle("t", hold)

    print(name, flush=True)
    sys.stdin.readline()
    ended = await asyncio.gather(*(spend() for _ in range(4)), return_exceptions=True)
    assert all(isinstance(one, OverBudget) for one in ended), ended
    print(repr(ledger.usd), flush=True)

asyncio.run(main(sys.argv[1]))
"""
HOLDER = """
import asyncio, sys
from pathlib import Path
from nlevolve.llm.ledger import Caps, Ledger, Need, Spent
from nlevolve.llm.purse import SharedPurse
ledger = Ledger(Caps(usd=2.0), Spent(), SharedPurse(Path("team.budget"), "gone", "gone"))
asyncio.run(ledger.reserve("t", Need(prompt_usd=1.5)))
print("held", flush=True)
sys.stdin.readline()
"""


def python(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def ledger(purse: SharedPurse, usd: float = 2.0, spent: float = 0.0) -> Ledger:
    return Ledger(Caps(usd=usd), Spent(usd=spent), purse)


def settle(book: Ledger, hold: Hold, usd: float) -> None:
    hold.sent, hold.cost_usd = True, usd
    book.settle("t", hold)


def test_processes_that_share_a_budget_spend_all_of_it_and_no_more() -> None:
    spenders = [python(SPENDER, f"run{number}") for number in range(4)]
    for one in spenders:
        assert one.stdout
        one.stdout.readline()
    spent = []
    for one in spenders:
        assert one.stdin
        print(file=one.stdin, flush=True)
    for one in spenders:
        out, _ = one.communicate()
        assert one.returncode == 0
        spent.append(float(out))
    assert 4.7 < sum(spent) <= 5.0 + 1e-9
    kept = read_book(Path("team.budget")).runs
    assert sum(share.spent_usd for share in kept.values()) == pytest.approx(sum(spent))
    assert all(share.held_usd == 0 for share in kept.values())


def test_a_cap_on_tokens_is_shared_through_the_file_too() -> None:
    call = Need(prompt=300, tokens=400, least=400)
    with (
        closing(SharedPurse(Path("team.budget"), "a", "a")) as first,
        closing(SharedPurse(Path("team.budget"), "b", "b")) as second,
    ):
        one, other = (Ledger(Caps(tokens=1_000), Spent(), purse) for purse in (first, second))
        hold = asyncio.run(one.reserve("t", call))
        hold.sent, hold.took = True, 350
        one.settle("t", hold)
        with pytest.raises(OverBudget, match=r"650 of the cap of 1,000 tokens are left.*\(350 are other runs'\)"):
            asyncio.run(other.reserve("t", call))
    assert json.loads(Path("team.budget").read_text())["runs"]["a"]["spent_tokens"] == 350
    check_budget_file(Path("team.budget"), None, 1_000)


def die_holding() -> None:
    """A process is killed that holds $1.50 of $2, while another run waits for some of it."""
    holder = python(HOLDER)
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"

    async def other() -> None:
        with closing(SharedPurse(Path("team.budget"), "other", "other")) as purse:
            mine = ledger(purse)
            waiting = asyncio.create_task(mine.reserve("t", DOLLAR))
            done, _ = await asyncio.wait([waiting], timeout=0.6)
            assert not done, "it may yet come back: its holder lives"
            holder.kill()
            holder.communicate()
            with pytest.raises(OverBudget, match=r"\$0.5000 of the run's budget of \$2 is left.*\$1.5000 are other runs'"):
                await waiting

    asyncio.run(other())


def test_what_a_killed_run_held_stays_counted_and_nobody_waits_for_it() -> None:
    die_holding()


def test_a_resumed_run_says_anew_what_it_has_spent() -> None:
    die_holding()

    async def both() -> None:
        with closing(SharedPurse(Path("team.budget"), "gone", "gone")) as purse:
            ledger(purse, spent=0.25)
        with closing(SharedPurse(Path("team.budget"), "other", "other")) as purse:
            other = ledger(purse)
            settle(other, await other.reserve("t", DOLLAR), 1.0)
            with pytest.raises(OverBudget):
                await other.reserve("t", DOLLAR)

    asyncio.run(both())
    assert {run: share.spent_usd for run, share in read_book(Path("team.budget")).runs.items()} == {"gone": 0.25, "other": 1.0}


def test_two_runs_of_one_process_wait_for_each_other() -> None:
    async def both() -> None:
        file = Path("team.budget")
        with closing(SharedPurse(file, "a", "a")) as a, closing(SharedPurse(file, "b", "b")) as b:
            one, other = ledger(a), ledger(b)
            hold = await one.reserve("t", Need(prompt_usd=1.5))
            waiting = asyncio.create_task(other.reserve("t", DOLLAR))
            await asyncio.sleep(0)
            assert not waiting.done()
            settle(one, hold, 0.5)
            settle(other, await waiting, 1.0)

    asyncio.run(both())


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"kind": "another"}', '{"runs": {"a": {"run": "a", "spent_usd": -5}}}', "\0" * 9]
)
def test_a_file_of_something_else_is_refused_in_one_line_and_stays_as_it_was(content: str, tmp_path: Path) -> None:
    file = tmp_path / "team.budget"
    file.write_text(content)
    with pytest.raises(BudgetFileFailed, match=r"is not a budget file of nlevolve's: name another one, or remove it$"):
        check_budget_file(file, 5.0)
    assert file.read_text() == content


@pytest.mark.parametrize("where", [".", "file/team.budget"])
def test_a_file_that_cannot_be_is_refused_in_one_line(where: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BudgetFileFailed, match=r"cannot use the budget file|is no plain file: name another one"):
        check_budget_file(tmp_path / where, 5.0)


def test_a_budget_file_needs_a_budget(tmp_path: Path) -> None:
    with pytest.raises(BudgetFileFailed, match="--budget-file needs --budget"):
        check_budget_file(tmp_path / "team.budget", None)


def test_the_file_is_for_people_too() -> None:
    with closing(SharedPurse(Path("team.budget"), "id", "my-run")) as purse:
        ledger(purse, spent=1.5)
    assert json.loads(Path("team.budget").read_text())["runs"]["id"] == {"run": "my-run", "spent_usd": 1.5, "held_usd": 0.0}
    assert [file.name for file in Path().iterdir() if file.name != "team.budget.lock"] == ["team.budget"]
