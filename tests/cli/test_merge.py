"""`solve --shard` and `merge`: a run in parts, here or on many machines, is the run that was not divided."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import nlevolve as package
from nlevolve.cli.audit import audited
from nlevolve.records import CallFinished, RunFinished, RunStarted
from nlevolve.run.store import Lock, read_config, read_events
from tests.cli.conftest import Run

OF = 3
RULES: Mapping[str, Callable[[list[list[int]]], list[list[int]]]] = {
    "turned": lambda grid: [row[::-1] for row in grid],
    "down": lambda grid: grid[::-1],
    "odd": lambda grid: [[sum(map(sum, grid)) % 10]],
    "tall": lambda grid: grid + grid,
}
# no birth is begun that another may make needless: how many calls those come to is a matter of time
ONE_BY_ONE: dict[str, Any] = {"settings": {"policy.phases": [{"births": 2, "overlap": 1}]}, "concurrency": 1, "report": False}
TIMES = {"seconds", "reply_seconds"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of four tasks, and its three shards, each kind with a bank of its own."""
    place = tmp_path_factory.mktemp("made")
    grids = [[[a, b], [c, d]] for a, b, c, d in ((1, 2, 3, 4), (5, 6, 7, 8), (1, 5, 5, 9))]
    pairs = {name: [{"input": grid, "output": rule(grid)} for grid in grids] for name, rule in RULES.items()}
    file = place / "tasks.json"
    file.write_text(json.dumps({name: {"train": told[:2], "test": told[2:]} for name, told in pairs.items()}))
    told: dict[str, Any] = {**ONE_BY_ONE, "runs_dir": place / "runs"}
    package.solve([str(file)], run="whole", cache_dir=place / "bank", **told)
    for number in range(OF, 0, -1):
        package.solve([str(file)], run=f"p{number}", shard=f"{number}/{OF}", cache_dir=place / "parts", max_calls=50, **told)
    return place


@pytest.fixture
def runs(made: Path, tmp_path: Path) -> Path:
    """A copy, to be merged or damaged."""
    shutil.copytree(made / "runs", tmp_path / "runs")
    return tmp_path / "runs"


def untimed(told: Any) -> Any:
    """Without times, and without the run's name."""
    if isinstance(told, dict):
        return {key: untimed(value) for key, value in told.items() if key not in TIMES | {"run"}}
    return [untimed(one) for one in told] if isinstance(told, list) else told


def results(run: Path) -> str:
    return json.dumps(untimed(json.loads((run / "results.json").read_text())))


def submission(run: Path) -> bytes:
    return (run / "submission.json").read_bytes()


def test_merged_shards_are_the_undivided_run(nlevolve: Run, runs: Path) -> None:
    code, out, _ = nlevolve("merge", "p2", "p1", "p3", "--run", "merged")
    assert code == 0
    assert "merged  3 of 4 tasks solved" in out
    whole, merged = runs / "whole", runs / "merged"
    assert submission(merged) == submission(whole)
    assert results(merged) == results(whole)
    config = read_config(merged)
    assert config["digest"] == read_config(whole)["digest"]
    assert config["limits"]["max_calls"] == 50 * OF
    assert [(part["run"], part["shard"]) for part in config["merged"]["parts"]] == [("p2", "2/3"), ("p1", "1/3"), ("p3", "3/3")]
    events = read_events(merged)
    began = [event for event in events if isinstance(event, RunStarted)]
    assert [event.part for event in began] == ["p3", "p2", "p1", ""]  # by when they began
    assert [event.resumed for event in began] == [False, True, True, True]
    assert all(event.tasks == tuple(RULES) for event in began)
    assert isinstance(events[-1], RunFinished)
    found = audited(merged, config)
    assert not found.differs
    assert not [told for told in found.unverifiable if "clock" in told]
    code, out, _ = nlevolve("compare", "whole", "merged", "--json")
    assert list(json.loads(out)["settings"]) == ["limits.max_calls"]
    assert nlevolve("export", "merged", "--format", "kaggle")[0] == 0
    # there is nothing left to do
    assert nlevolve("resume", "merged", "--no-live")[0] == 0
    assert submission(merged) == submission(whole)
    calls = [sum(isinstance(event, CallFinished) for event in read_events(run)) for run in (merged, whole)]
    assert calls[0] == calls[1]


def test_replies_that_lie_apart_are_brought_together_and_an_audit_says_what_is_lacking(nlevolve: Run, runs: Path) -> None:
    config = runs / "p3" / "config.json"
    told, bank = config.read_text(), read_config(runs / "p3")["cache_dir"]
    config.write_text(told.replace(bank, "/nowhere"))
    code, _, err = nlevolve("merge", "p1", "p2", "p3", "--run=m", "--cache-dir=all")
    assert (code, err.count("\n")) == (0, 3)
    assert "37 replies are together in all" in err
    assert "5 of the 5 replies of p3 are in no sample bank here" in err
    assert "cache import FILE --cache-dir all takes them in" in err
    code, out, _ = nlevolve("audit", "m")
    assert code == 0
    assert "; nothing differs; not verified: 5 of 42 replies" in out.splitlines()[-1]
    config.write_text(told.replace(bank, f"{bank}/../again"))
    shutil.copytree(bank, Path(bank).parent / "again", dirs_exist_ok=True)
    code, _, err = nlevolve("merge", "p1", "p2", "p3", "--run=m")
    assert "the runs have 2 sample banks" in err
    assert "merge p1 p2 p3 --run m --cache-dir DIR brings their replies together" in err
    assert nlevolve("merge", "p1", "p2", "p3", "--run=m", "--cache-dir=all")[2] == "nlevolve: 42 replies are together in all\n"
    found = audited(runs / "m", read_config(runs / "m"))
    assert (found.differs, found.unseen) == ([], {})


def test_what_is_missing_is_named_and_resuming_a_partial_merge_makes_it_whole(nlevolve: Run, runs: Path) -> None:
    log = runs / "p2" / "events.jsonl"
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])  # as a kill leaves it
    (runs / "p2" / "results.json").unlink()
    code, _, err = nlevolve("merge", "p1", "p2", "--run", "merged")
    assert (code, err.count("\n")) == (2, 1)
    assert "shard 3/3 missing, with 1 of 4 tasks" in err
    code, out, _ = nlevolve("merge", "p1", "p2", "--run", "merged", "--partial")
    assert code == 0
    assert "resume merged" in out
    merged = runs / "merged"
    assert json.loads((merged / "submission.json").read_text()).keys() == RULES.keys()
    finished = read_events(merged)[-1]
    assert isinstance(finished, RunFinished)
    assert (finished.reason, finished.why[1:27]) == ("interrupted", " of 4 tasks are not over: ")
    assert any("without shard 3/3" in getattr(event, "text", "") for event in read_events(merged))
    assert not audited(merged, read_config(merged), requests=False).differs
    assert (
        "task odd is in merged, which was merged without shard 3/3: merge the shards anew"
        in nlevolve("merge", "merged", "p3", "--run", "late")[2]
    )
    assert nlevolve("resume", "merged", "--no-live")[0] == 0
    assert submission(merged) == submission(runs / "whole")
    assert not audited(merged, read_config(merged), requests=False).differs


def test_what_cannot_be_merged_is_refused_in_a_line_and_leaves_nothing(nlevolve: Run, runs: Path) -> None:
    def refused(*named: str) -> str:
        code, _, err = nlevolve("merge", *named)
        assert (code, err.count("\n")) == (2, 1)
        assert not (runs / "new").exists()
        return err

    shutil.copytree(runs / "p1", runs / "twin")
    assert "both are shard 1/3" in refused("p1", "twin", "--run", "new")
    assert "task turned is in whole and in p1: a run has a task once" in refused("whole", "p1", "--run", "new")
    assert "named twice" in refused("p1", "runs/p1", "--run", "new")
    assert "two runs or more" in refused("p1", "--run", "new")
    assert "one of those to be merged" in refused("p1", "p2", "p3", "--run", "p3")
    config = runs / "p2" / "config.json"
    config.write_text(config.read_text().replace('"offline/generator"', '"offline/generator-weak"'))
    assert "generator.model: offline/generator in p1 and 1 more, offline/generator-weak in p2" in refused(
        "p1", "p2", "p3", "--run", "new"
    )
    assert "run name '../new'" in refused("p1", "p2", "p3", "--run", "../new")
    log = runs / "p3" / "events.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"purpose":"check"', b'"purpose":"chuck"', 1))
    assert "run p3: 1 line of the log cannot be read" in refused("p1", "p3", "--run", "new")
    with Lock(runs / "p1"):
        assert "run p1 is being written by another process" in refused("p1", "p2", "--run", "new")


def test_a_log_with_less_than_its_results_say_is_refused_and_one_with_more_is_not(nlevolve: Run, runs: Path) -> None:
    log = runs / "p2" / "events.jsonl"
    whole = log.read_bytes().splitlines(keepends=True)

    def refused(lines: list[bytes]) -> str:
        log.write_bytes(b"".join(lines))
        code, _, err = nlevolve("merge", "p1", "p2", "p3", "--run", "new")
        assert (code, err.count("\n"), (runs / "new").exists()) == (2, 1, False)
        return err

    def without(kind: bytes) -> list[bytes]:
        place = next(number for number, line in enumerate(whole) if b'"kind":"%s"' % kind in line)
        return whole[:place] + whole[place + 1 :]

    calls = sum(b'"kind":"call_finished"' in line for line in whole)
    assert f"run p2: its log has 0 calls, its results.json {calls}" in refused([])
    assert f"has {calls - 1} calls, its results.json {calls}: " in refused(without(b"call_finished"))
    assert " candidates, its results.json " in refused(without(b"candidate_checked"))
    assert "has 0 answered tasks, its results.json 1: " in refused(without(b"task_answered"))
    log.write_bytes(b"".join(whole) + b'{"kind":"call_s')
    older = json.loads((runs / "p1" / "results.json").read_text())
    older["totals"]["candidates"] -= 1
    (runs / "p1" / "results.json").write_text(json.dumps(older))
    (runs / "p3" / "results.json").unlink()
    code, _, err = nlevolve("merge", "p1", "p2", "p3", "--run", "new")
    assert (code, "run p2: the last line of its log was torn" in err) == (0, True)


def test_each_shard_of_one_command_is_a_run_of_its_own(nlevolve: Run, runs: Path) -> None:
    # the tasks' file, and the bank, are where the runs were made
    config = read_config(runs / "p1")
    selector = config["tasks"][0].rpartition(":")[0]
    small = ["--no-live", "--replay", f"--cache-dir={config['cache_dir']}", "--set=policy.phases=[{births=2,overlap=1}]"]
    assert nlevolve("solve", selector, "--shard=1/3", *small)[0] == 0
    (unnamed,) = (run for run in runs.iterdir() if run.name.endswith(".1of3"))
    row = next(one for one in json.loads(nlevolve("ls", "--json")[1]) if one["run"] == unnamed.name)
    assert (row["tasks"], row["shard"]) == (2, "1/3")
    assert "2, shard 1 of 3" in nlevolve("ls")[1]
    assert "shard 1 of 3" in nlevolve("watch", unnamed.name, "--still", "--size=120x30")[1]
    assert "shard 1 of 3" in (unnamed / "report.html").read_text()
    # jobs that are all told one name do not move aside each other's run
    code, _, err = nlevolve("solve", selector, "--shard=3/3", "--run=p1", *small)
    assert (code, err.count("\n")) == (2, 1)
    assert "run p1 is shard 1/3: call this one otherwise, for example --run p1.3of3" in err
