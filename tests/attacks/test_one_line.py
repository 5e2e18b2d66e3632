"""Where one line is promised there is one line, in our words; what nobody foresaw leaves its traceback in a file."""

from __future__ import annotations

import gzip
import json
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from nlevolve.llm.disk import FILE
from tests.attacks.fuzzing import TASK, Ended, call, furnish

ROW = {"key": "0" * 64, "model": "m", "at": "2026-01-01T00:00:00", "reply": {"text": "x"}}
DEEP = "a." * 2000 + "b=1"

SAID: dict[str, tuple[list[str], str]] = {
    # what is wrong: what is typed, what the line says
    "a model without a name": (["models", ""], "a model's name is empty"),
    "a report into a folder": (["report", "a", "-o", "."], "is a folder: name a file in it"),
    "an export into a folder": (["export", "a", "-f", "sft", "-o", "sub"], "sub is a folder: name a file in it"),
    "a bank into a folder": (["cache", "export", ".", "--cache-dir=bank"], "Is a directory"),
    "a run of 300 characters": (["show", "a" * 300, "good"], "File name too long"),
    "a new run of 300 characters": (["solve", "good.json", "--run", "a" * 300], "run name"),
    "a setting 2,000 deep": (["solve", "good.json", "--set", DEEP], "no setting lies that deep"),
    "a value 2,000 deep": (["solve", "good.json", "--set", "seed=" + "[" * 2000], "--set 'seed'"),
    "a value 900 deep": (["solve", "good.json", "--set", "seed=" + "[" * 900 + "]" * 900], "--set 'seed'"),
    "a number of 5,000 digits": (["solve", "good.json", "--set", "seed=" + "9" * 5000], "a number too long"),
    "an option of 5,000 digits": (["solve", "good.json", "--seed", "9" * 5000], "--seed"),
    "an argument that is no text": (["solve", "good\udcff.json"], "argument 2 is not UTF-8"),
    "a request in a thousand years": (
        ["solve", "good.json", "--set", "generator.requests_per_minute=1e-300"],
        "requests_per_minute",
    ),
    "a budget that is no number": (["solve", "good.json", "--budget", "nan"], "--budget: give a number that has an end, got nan"),
    "a task 3,000 deep": (["tasks", "deep.json"], "deep.json"),
    "a colour of 5,000 digits": (["tasks", "number.json"], "number.json"),
    "a task that is a link to itself": (["tasks", "loop.json"], "loop.json"),
    "a preset that is no TOML": (["solve", "good.json", "--preset", "deep.toml"], "deep.toml is not TOML"),
    "a preset that is a folder": (["solve", "good.json", "--preset", "folder.toml"], "folder.toml"),
    "a preset of a megabyte": (["solve", "good.json", "--preset", "large.toml"], "it has more than 1,000,000 bytes"),
    "a sweep that is a pipe": (["sweep", "pipe.toml"], "it is no plain file"),
    "a sweep of a million runs": (["sweep", "million.toml"], "a sweep of more than 1,000 runs"),
    "a mix of 51 models": (["solve", "good.json", "--generator", ",".join(["offline/generator"] * 51)], "has 50 models at most"),
    "a schedule of 1,001 phases": (
        ["solve", "good.json", "--set", f"policy.phases=[{','.join(['{births=1}'] * 1001)}]"],
        "at most 1000 items",
    ),
    "a task of 1,001 pairs": (["tasks", "pairs.json"], '"train" has 1,001 pairs, a task has 1,000 at most'),
    "lists that double": (["tasks", "@double0.txt"], "lists deep in lists: 5 at most"),
    "lists without end": (["tasks", "@long.txt"], "the lists have more than 100,000 lines"),
    "prices that are a number": (["models", "openai/gpt-4o"], "prices.toml is not a table of prices"),
    "prompts that are a file": (["solve", "good.json", "--prompts", "good.json"], "good.json"),
    "a bank that is cut short": (["cache", "import", "cut.jsonl.gz", "--cache-dir=bank"], "cut short or damaged in line"),
    "a bank that is no gzip": (
        ["cache", "import", "rows.jsonl.gz", "--cache-dir=bank"],
        "cut short or damaged in line 1: nothing is taken in",
    ),
    "a bank that is a folder": (["cache", "import", "sub", "--cache-dir=bank"], "is no file but a folder"),
    "a bank of another program": (["cache", "stats", "--cache-dir=other"], "sample bank"),
}


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("furnished")
    furnish(folder)
    (folder / "folder.toml").mkdir()
    (folder / "pairs.json").write_text(json.dumps({**TASK, "train": TASK["train"][:1] * 1_001}))
    for number in range(20):
        (folder / f"double{number}.txt").write_text(f"@double{number + 1}.txt\n" * 2)
    (folder / "long.txt").write_text("\n" * 100_001)
    (folder / "large.toml").write_text(f"about = '{'x' * 1_000_000}'\n")
    os.mkfifo(folder / "pipe.toml")
    models = [f"offline/generator{n}" for n in range(1000)]
    (folder / "million.toml").write_text(f"selectors = ['good.json']\ngenerator = {models}\nchecker = {models}\n")
    rows = "".join(json.dumps({**ROW, "key": f"{n:064}"}) + "\n" for n in range(5000))
    (folder / "cut.jsonl.gz").write_bytes(gzip.compress(rows.encode())[:-200])
    (folder / "other").mkdir()
    (folder / "other" / FILE).write_bytes(b"SQLite format 3\x00" + b"\x07" * 4096)
    return folder


@pytest.mark.parametrize("wrong", SAID)
def test_it_is_said_in_one_line(wrong: str, furnished: Path) -> None:
    typed, words = SAID[wrong]
    prices = furnished / "prices.toml"
    prices.write_text('"openai/gpt-4o" = 7\n') if words.startswith("prices") else prices.unlink(missing_ok=True)
    ended = call(furnished, typed)
    assert words in ended.err
    assert ended.fault() is None or wrong == "a bank of another program", ended.fault()


def test_a_row_that_no_reply_fills_is_neither_taken_in_nor_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    furnish(tmp_path)
    wrong = {
        "has more than 20,000 characters": {**ROW, "reply": {"text": "x" * 20_000}},
        "is no row": {**ROW, "reply": {"text": "x", "cost_usd": -1e300, "usage": {"prompt": -5}}},
        "has no key of 64 digits": {**ROW, "key": "../" * 21 + "x"},
    }
    large = {**ROW, "key": "3" * 64, "reply": {"text": "x" * 20_000}}
    (tmp_path / "large.jsonl").write_text(json.dumps(large) + "\n")
    assert call(tmp_path, ["cache", "import", "large.jsonl", "--cache-dir=bank"]).code == 0
    monkeypatch.setattr("nlevolve.llm.bank.LARGEST_ROW", 20_000)
    monkeypatch.setattr("nlevolve.llm.bank_files.LARGEST_ROW", 20_000)
    for said, row in wrong.items():
        (tmp_path / "wrong.jsonl").write_text(json.dumps(row) + "\n")
        ended = call(tmp_path, ["cache", "import", "wrong.jsonl", "--cache-dir=bank"])
        assert ended.code == 2
        assert said in ended.err
        assert ended.fault() is None
    # one that is there already, however it came: another program may have written the database
    assert "a row that nlevolve did not write" in call(tmp_path, ["cache", "stats", "--cache-dir=bank"]).err


def test_a_row_without_a_zone_or_with_impossible_figures_spoils_no_bank(tmp_path: Path) -> None:
    furnish(tmp_path)
    odd = [{**ROW, "key": "1" * 64, "at": "2026-01-01T00:00:00+14:00"}, {**ROW, "model": "\x1b[31mother"}]
    huge = {**ROW, "key": "2" * 64, "reply": {"text": "x", "usage": {"prompt": 10**400}}}
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in odd))
    (tmp_path / "huge.jsonl").write_text(json.dumps(huge) + "\n")
    assert call(tmp_path, ["cache", "import", "rows.jsonl", "--cache-dir=bank"]).code == 0
    assert "line 1 is no row" in call(tmp_path, ["cache", "import", "huge.jsonl", "--cache-dir=bank"]).err
    told = call(tmp_path, ["cache", "stats", "--cache-dir=bank"])
    assert (told.code, "other" in told.out) == (0, True)


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        ("config.json", lambda tree: tree | {"tasks": 7}, "tasks:"),
        ("config.json", lambda tree: tree | {"settings": [1]}, "settings:"),
        ("config.json", lambda tree: tree | {"prices": {"m": 0.5}}, "prices:"),
        ("config.json", lambda tree: [tree], "it lacks everything"),
        ("results.json", lambda tree: tree | {"totals": "many"}, "cannot be read either"),
    ],
)
def test_files_of_a_run_with_values_of_another_kind_are_named(
    file: str, change: Callable[[dict[str, object]], object], words: str, furnished: Path, tmp_path: Path
) -> None:
    run = tmp_path / "runs" / "a"
    run.mkdir(parents=True)
    for name in ("config.json", "events.jsonl", "results.json"):
        (run / name).write_bytes((furnished / "runs" / "a" / name).read_bytes())
    config = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps(config | {"tasks": [str(tmp_path / "gone.json")]}))
    (run / file).write_text(json.dumps(change(json.loads((run / file).read_text()))))
    ended = call(tmp_path, ["report", "a"])
    assert ended.code == 2
    assert words in ended.err
    assert len(ended.err.splitlines()) == 1


def accident(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Ended:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("of a kind that nobody foresaw, with sk-0123456789abcdef\x1b[31m\nand more")

    (folder / "good.json").write_text(json.dumps(TASK))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789abcdef")
    monkeypatch.setattr("nlevolve.puzzle.datasets.load", fail)
    return call(folder, ["tasks", "good.json"])


def test_an_error_that_nobody_foresaw_is_one_line_and_a_file_for_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    ended = accident(tmp_path, monkeypatch)
    assert ended.code == 1
    words = r"nlevolve: unexpected error \(RuntimeError: .* with \*\*\* and more\); the traceback is in (.*): .*\n"
    said = re.fullmatch(words, ended.err)
    assert said, ended.err
    file = Path(said[1])
    assert file.parent == tmp_path / "state" / "nlevolve"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = file.read_text()
    assert "Traceback" in kept
    assert "sk-0123456789abcdef" not in kept


def test_where_no_file_can_be_written_the_line_is_said_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "state").write_text("in the way")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "state"))
    ended = accident(tmp_path, monkeypatch)
    assert ended.code == 1
    assert "could not be kept anywhere" in ended.err


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise BrokenPipeError(32, os.strerror(32))

    (tmp_path / "good.json").write_text(json.dumps(TASK))
    monkeypatch.setattr("rich.console.Console.print", gone)
    ended = call(tmp_path, ["tasks", "good.json"])
    assert (ended.code, ended.err) == (1, "")
