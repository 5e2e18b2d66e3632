"""A log with damaged lines: how many and how is said everywhere, and its money is called a lower bound."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from nlevolve.api import asolve
from nlevolve.cli import main
from nlevolve.llm.bank import DiskBank
from nlevolve.view.run_folder import read_run
from tests.attacks.billing import Billing
from tests.attacks.test_money_lost_replies import settings
from tests.server import Provider
from tests.stories.worlds import task_file


def nlevolve(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["nlevolve", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    return int(ended.value.code or 0)


def test_what_a_damaged_log_cannot_tell_is_said_and_billed_as_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    billing, task = Billing(["cut 200"], every=100), task_file(tmp_path)
    with Provider(billing) as server:
        given = {"generator": "hosted_vllm/m", "settings": settings(server.url), "report": False}
        asyncio.run(asolve([str(task)], run="r", max_calls=12, **given))
        log = Path("runs/r/events.jsonl")
        lines = log.read_bytes().splitlines()
        paid = [n for n, line in enumerate(lines) if b'"kind":"call_finished"' in line and b'"source":"provider"' in line]
        for n in paid[:3]:
            lines[n] = lines[n].replace(b'"provider"', b'"pr0vider"')
        lines[paid[3]] = lines[paid[3]][:100]
        log.write_bytes(b"\n".join(lines) + b"\n")

        told = "4 lines of the log cannot be read (1 garbled, 3 with a wrong check digit)"
        results = read_run(Path("runs/r")).results
        assert results["damage"] == {"lines": 4, "why": told}
        assert results["totals"]["cost_usd"] < billing.usd < results["totals"]["cost_usd"] + results["totals"]["cost_unknown_usd"]
        nlevolve("show", "r", task.stem)
        assert told in capsys.readouterr().out
        nlevolve("resume", "r", "--no-live", "--max-calls=12")
        out = capsys.readouterr().out
        assert f"{told}: what is counted here is less than was" in " ".join(out.split())
        assert "at least $" in out
        assert billing.asked == 12, "what the log cannot tell counts against the caps all the same"


def test_an_error_that_nobody_expected_ends_the_run_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(DiskBank, "get", fail)
    assert nlevolve("solve", task_file(tmp_path).name, "--run=r", "--no-live") == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    told = re.search(r"unexpected error \(KeyError: 'a bug'\); the traceback is in (\S+): ", said)
    assert told, said
    assert "nlevolve resume r" in said
    assert "Traceback" in Path(told[1]).read_text()
    assert "Traceback" not in "".join(file.read_text(errors="replace") for file in Path("runs/r").iterdir())
