"""What data sets hold beside ARC's own: as the commands see it, from a run to what is looked at afterwards."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_rows_of_93_cells_go_through_a_whole_run_and_everything_that_looks_at_it(nlevolve: Run, tmp_path: Path) -> None:
    def pair(start: int) -> dict[str, list[list[int]]]:
        row = [3 if start <= cell < start + 4 else 0 for cell in range(93)]
        return {"input": [row], "output": [[0, *row[:-1]]]}

    task = {"train": [pair(5), pair(30), pair(70)], "test": [pair(50)]}
    (tmp_path / "long.json").write_text(json.dumps(task))
    assert "--max-side" in nlevolve("solve", "long.json")[2]
    assert nlevolve("solve", "long.json", "--max-side=93", "--run=long", "--no-live")[0] == 0
    assert json.loads((tmp_path / "runs/long/config.json").read_text())["max_side"] == 93
    results = json.loads((tmp_path / "runs/long/results.json").read_text())
    assert results["totals"]["solved"] == 1
    for command in (
        ["resume", "long", "--no-live"],
        ["show", "long", "long"],
        ["show", "long", "long", "--raw"],
        ["report", "long"],
    ):
        code, _, err = nlevolve(*command)
        assert (code, err) == (0, ""), command
    assert nlevolve("solve", "long.json", "--max-side=93", "--run=again", "--replay", "--no-live")[0] == 0
    again = json.loads((tmp_path / "runs/again/submission.json").read_text())
    assert again == json.loads((tmp_path / "runs/long/submission.json").read_text())


def test_what_was_left_out_is_said_by_every_command_that_leaves_it_out(nlevolve: Run, tmp_path: Path) -> None:
    pair = {"input": [[1]], "output": [[2]]}
    (tmp_path / "data").mkdir()
    (tmp_path / "data/good.json").write_text(json.dumps({"train": [pair], "test": [pair]}))
    (tmp_path / "data/torn.json").write_text("{")
    code, out, err = nlevolve("tasks", "data", "--skip-broken")
    assert (code, err.startswith("nlevolve: left out: data/torn.json is not valid JSON")) == (0, True)
    assert "1 task, " in out
    code, out, _ = nlevolve("solve", "data", "--skip-broken", "--no-live", "--set=policy.phases=[{births=1}]")
    assert (code, "left out, because they are broken: data/torn.json" in out) == (0, True)


def test_what_the_cache_lacks_is_named_and_an_earlier_run_of_the_name_is_not_renamed_in_silence(
    nlevolve: Run, tmp_path: Path
) -> None:
    pair = {"input": [[1]], "output": [[2]]}
    (tmp_path / "one.json").write_text(json.dumps({"train": [pair], "test": [pair]}))
    few = ["--no-live", "--set=policy.phases=[{births=1}]", "--run=mine"]
    code, out, _ = nlevolve("solve", "one.json", *few)
    assert (code, "the earlier run" in out) == (0, False)
    code, out, err = nlevolve("solve", "one.json", *few, "--replay", "--set=answers.samples=2")
    assert "the earlier run mine is now mine.1" in out
    code, out, err = nlevolve("solve", "one.json", *few, "--replay", "--generator=offline/generator-weak")
    assert code == 4
    assert "not in the cache, and --replay sends nothing (task one, the write of birth 0, request " in err
    assert "reached" not in out + err
    assert " resume mine" not in out, "another replay of it lacks the same"
