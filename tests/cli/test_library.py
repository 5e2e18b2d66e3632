"""`--library` and `nlevolve library`: rules of other tasks as examples; a run is told again and resumed exactly."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from nlevolve.cli.planning import plan
from nlevolve.puzzle.datasets import load
from nlevolve.records import BirthPlanned, CandidateChecked, Description
from nlevolve.run.store import read_events
from nlevolve.solved.entries import entry
from tests.audited import differences
from tests.cli.conftest import Run

SMALL = ["--set", "policy.phases=[{births=4}]", "--set", "answers.second=0", "--set", "policy.mix.behind=1", "--no-live"]
SMALL += ["--generator", "offline/generator-weak"]
EXAMPLES = "The rule of another puzzle"


@pytest.fixture
def solve(nlevolve: Run, tmp_path: Path) -> Run:
    """Call `nlevolve solve` on three tasks: two of which each row is turned round, and one that none solves."""
    rows = [[1, 2, 3, 4], [5, 6, 7, 8], [1, 5, 5, 0], [0, 2, 0, 9], [3, 3, 4, 1], [7, 1, 2, 2], [6, 0, 6, 1], [8, 2, 1, 5]]
    grids = [[row[:2], row[2:]] for row in rows]
    turned = [{"input": grid, "output": [row[::-1] for row in grid]} for grid in grids]
    odd = [{"input": [[a, b]], "output": [[b, c]]} for a, b, c in ((1, 2, 7), (5, 6, 0), (3, 3, 9), (8, 1, 4))]
    tasks = {"turned17": turned[:4], "turned18": turned[4:], "odd19": odd}
    for name, pairs in tasks.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"train": pairs[:-1], "test": pairs[-1:]}))
    return partial(nlevolve, "solve", *(f"{name}.json" for name in tasks))


def shown(run: str) -> dict[str, dict[int, int]]:
    """Task -> birth -> how many examples it was shown."""
    planned = [event for event in read_events(Path("runs", run)) if isinstance(event, BirthPlanned)]
    return {task: {e.birth.index: len(e.birth.examples) for e in planned if e.task == task} for task in {e.task for e in planned}}


def test_a_task_is_shown_what_the_run_has_solved_before_it_and_all_of_it_is_told_again(solve: Run, nlevolve: Run) -> None:
    code, out, _ = solve(*SMALL, "--run", "lib", "--library", "run")
    assert code == 0
    assert "as examples of good descriptions" in out, out
    assert "2 written descriptions with examples from a library: 0 fit all pairs" in out, out
    # the first is far enough before the third alone
    assert shown("lib")["odd19"] == {0: 0, 1: 1, 2: 0, 3: 1}
    assert not any([*shown("lib")["turned17"].values(), *shown("lib")["turned18"].values()])
    submission, results = (Path("runs/lib", name).read_bytes() for name in ("submission.json", "results.json"))
    assert json.loads(results)["totals"]["examples"]["shown"]["births"] == 2

    raw = nlevolve("show", "lib", "odd19", "--birth", "1", "--raw")[1]
    assert EXAMPLES in raw, raw
    assert "never as answers" in " ".join(raw.split())
    assert not any(name in raw.partition(EXAMPLES)[2] for name in ("turned17", ".json"))
    assert "shown 1 rule of other tasks" in " ".join(nlevolve("show", "lib", "odd19", "--birth", "1")[1].split())

    assert nlevolve("solve", "--from", "lib", "--replay", "--no-live", "--run", "again")[0] == 0
    assert shown("again")["odd19"] == shown("lib")["odd19"]
    assert Path("runs/again/submission.json").read_bytes() == submission
    log = Path("runs/lib/events.jsonl")
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[: 2 * len(lines) // 3]))
    assert nlevolve("resume", "lib", "--no-live")[0] == 0
    assert Path("runs/lib/submission.json").read_bytes() == submission
    assert shown("lib")["odd19"] == {0: 0, 1: 1, 2: 0, 3: 1}


def test_a_library_is_made_of_a_run_shown_to_another_and_pruned(solve: Run, nlevolve: Run, tmp_path: Path) -> None:
    assert solve(*SMALL, "--run", "plain")[0] == 0
    assert not any(any(births.values()) for births in shown("plain").values())
    code, out, _ = nlevolve("library", "add", "plain", "--file", "rules.jsonl")
    assert (code, out.strip()) == (0, "2 rules added, 2 in rules.jsonl")
    assert "turned17" in nlevolve("library", "list", "--file", "rules.jsonl")[1]
    assert "same size" in nlevolve("library", "show", "turned18", "--file", "rules.jsonl")[1]
    assert nlevolve("library", "show", "turned19", "--file", "rules.jsonl")[0] == 2

    code, out, _ = solve(*SMALL, "--run", "lib", "--library", "rules.jsonl")
    assert (code, shown("lib")["odd19"]) == (0, {0: 0, 1: 2, 2: 0, 3: 2})
    # its own rule is none that a task is shown
    assert set(shown("lib")["turned17"].values()) <= {0, 1}
    told = nlevolve("compare", "plain", "lib")[1]
    words = " ".join(told.split())
    assert "written descriptions with examples from a library" in words
    assert words.count("births with examples and those without are of the same searches") == 1
    assert "what a library adds is the difference to plain, task by task" in words
    assert "library – rules.jsonl, 2 rules," in words
    assert "fingerprints" not in words
    # from here on the run needs the file no more
    Path("rules.jsonl").rename("kept.jsonl")
    assert nlevolve("solve", "--from", "lib", "--replay", "--no-live", "--run", "again")[0] == 0
    assert shown("again")["odd19"] == shown("lib")["odd19"]
    without = plan((), {"library": "none"}, "lib")
    assert without.brought is not None
    assert without.brought.examples is None
    assert without.origin is not None
    assert without.origin.changes == ("library: none",)

    assert nlevolve("library", "add", "lib", "--file", "kept.jsonl")[1].startswith("0 rules added")
    assert "0/2" in nlevolve("library", "list", "--file", "kept.jsonl")[1]
    told = nlevolve("library", "prune", "--in-vain", "2", "--file", "kept.jsonl")[1]
    assert "none fitted" in told, told
    larc = {"task": "68b16354", "see": "a grid.", "grid": "is the same.", "do": "mirror it.", "builds": 2, "builds_succeeded": 2}
    Path("larc.jsonl").write_text(json.dumps(larc) + "\n" + json.dumps({**larc, "task": "nowhere"}) + "\n")
    told = nlevolve("library", "import", "larc.jsonl", "--file", "new.jsonl")[1]
    assert told.strip() == "1 rule added, 1 in new.jsonl; 1 left out: its task is in none of arc1, arc2"
    assert nlevolve("library", "import", "new.jsonl", "--file", "kept.jsonl")[0] == 0


@pytest.mark.forged
def test_an_audit_finds_a_birth_that_was_shown_what_it_should_not_have_been(solve: Run, tmp_path: Path) -> None:
    assert solve(*SMALL, "--run", "lib", "--library", "run")[0] == 0
    log = Path("runs/lib/events.jsonl")
    rule = next(e.birth.examples for e in read_events(Path("runs/lib")) if isinstance(e, CandidateChecked) and e.birth.examples)
    lines = log.read_text().splitlines()
    for now in ("[]", '["0123456789ab"]'):
        log.write_text("".join(_with(line, f'"examples":["{rule[0]}"]', f'"examples":{now}') + "\n" for line in lines))
        assert any("the examples of birth" in line for line in differences(tmp_path))


def _with(line: str, was: str, now: str) -> str:
    """The line with this instead of that, and then without its check digit, as older versions wrote it."""
    return line.replace(was, now).partition(',"crc":')[0] + "}" if was in line else line


@pytest.mark.forged
def test_a_rule_is_kept_from_copies_of_its_task_though_its_file_was_forged(solve: Run, nlevolve: Run, tmp_path: Path) -> None:
    tasks = load(["turned17.json", "turned18.json"]).tasks
    entries = [entry(one, Description(bullets=("Mirror the grid.",))) for one in tasks]
    forged = [{**one.model_dump(mode="json"), "fingerprints": [f"p{n:016}", f"{n:016}"]} for n, one in enumerate(entries)]
    leaky = {"task": "68b16354", "description": {"bullets": ["Write 2 0 2 / 0 0 0 / 0 0 0."]}}
    Path("rules.jsonl").write_text("".join(json.dumps(row) + "\n" for row in (*forged, leaky)))
    # a copy of a task that is in the run by another name, with a pair more that nobody solves
    copy, odd = (json.loads(Path(name).read_text()) for name in ("turned17.json", "odd19.json"))
    Path("copy17.json").write_text(json.dumps({**copy, "train": copy["train"] + odd["train"][:1]}))
    code, out, _ = solve("copy17.json", *SMALL, "--run", "lib", "--library", "rules.jsonl")
    assert (code, "rules.jsonl has 2 of them without the fingerprints of their own task" in out) == (0, True), out
    assert "of 2 rules of other tasks, from rules.jsonl; 1 left out: 1 has a grid written out" in out, out
    config = json.loads(Path("runs/lib/config.json").read_text())
    # both rules are of tasks that it shares an input with; a task that is neither's copy is shown them
    assert [shown("lib")[task] for task in ("copy17", "odd19")] == [dict.fromkeys(range(4), 0), {0: 0, 1: 2, 2: 0, 3: 2}]
    assert not differences(tmp_path)
    assert nlevolve("library", "add", "lib", "--file", "rules.jsonl")[0] == 0
    assert "/2" in nlevolve("library", "list", "--file", "rules.jsonl")[1], "what became of it is noted in the file's own entry"

    config["library"]["entries"][0]["fingerprints"] = forged[0]["fingerprints"]
    Path("runs/lib/config.json").write_text(json.dumps(config))
    found = differences(tmp_path)
    assert any("copies of that task may be shown its rule" in line for line in found), found


@pytest.mark.parametrize(
    ("library", "told"),
    [
        ("nowhere.jsonl", "there is no file 'nowhere.jsonl'; it takes none, run, or a file"),
        ("", "no file is named; it takes none, run, or a file"),
        (".", "no file is named"),
        ("runs.jsonl", "'runs.jsonl' is a folder; it takes none"),
        ("/dev/zero", "cannot read /dev/zero: it is no plain file"),
        ("odd19.json", "odd19.json, line 1"),
    ],
)
def test_what_is_no_library_is_one_line(library: str, told: str, solve: Run) -> None:
    Path("runs.jsonl").mkdir()
    code, _, err = solve(*SMALL, "--library", library)
    assert (code, err.count("\n")) == (2, 1)
    assert told in err
    assert not Path("runs").exists()
