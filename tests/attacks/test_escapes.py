"""Text from outside commands no terminal, whichever command shows it; and what cannot be shown ends no run."""

from __future__ import annotations

import ast
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import nlevolve
from nlevolve.records import Noticed, write_event
from nlevolve.run.store import read_events
from nlevolve.view.door import console, say
from tests.attacks.fuzzing import READERS, Ended, call, furnish
from tests.stories.processes import CHECKOUT
from tests.stories.worlds import task_file

POISON = "\x1b[66mred\x1b]66;title\x07\x1bPq\x1b\\\x9b66mc1\x9d66;x\x9c\u202eback\u2066\ufeff\x00\x08\x7f"
FOREIGN = ("\x1b[66", "\x1b]", "\x1bP", "\x9b", "\x9d", "\u202e", "\u2066", "\x00", "\x08")
COMMANDS = [
    *READERS,
    ["compare", "a", "b", "--json"],
    ["show", "a", POISON],
    ["show", POISON, "good"],
    ["show", "a", f"good{POISON}", "--birth", "99"],
    ["export", "a", "-f", POISON],
    ["solve", POISON],
    ["solve", "good.json", f"--preset={POISON}"],
    ["solve", "good.json", f"--set=generator.{POISON}=1"],
    ["solve", "good.json", f"--generator={POISON}"],
    ["solve", "good.json", f"--run={POISON}"],
    ["tasks", f"@{POISON}"],
    ["tasks", f"odd{POISON}".replace("\x00", "")],
    ["models", POISON],
    ["cache", "show", "0" * 64, "--cache-dir=bank"],
    ["cache", "stats", f"--cache-dir={POISON}"],
    [POISON],
    ["solve", f"--{POISON}"],
]


COLOURED = [["show", "a", "good"], ["watch", "a", "--still"], ["compare", "a", "b"], ["ls"], ["tasks", "good.json", "--show"]]


def poisoned(folder: Path) -> None:
    """Put it wherever a text stands: in a log, its config, a bank, files of tasks."""
    said = json.dumps(POISON)[1:-1]
    for name in ("a", "b"):
        run = folder / "runs" / name
        log = re.sub(r',"crc":"[0-9a-f]+"', "", (run / "events.jsonl").read_text())  # as logs were before they had digests
        for empty in ("note", "why", "error", "preset"):
            log = log.replace(f'"{empty}":""', f'"{empty}":"{said}"')
        log = log.replace('"task":"good"', f'"task":"good{said}"').replace('"description":["', f'"description":["{said}')
        log = log.replace('"offline/generator"', f'"offline/generator{said}"').replace('"preset":"quick"', f'"preset":"{said}"')
        (run / "events.jsonl").write_text(log + write_event(Noticed(text=POISON)) + "\n")
        assert len(read_events(run)) == log.count("\n") + 1
        config = (run / "config.json").read_text()
        (run / "config.json").write_text(config.replace('"preset":"quick"', f'"preset":"{said} {name}"'))
    row = {"key": "0" * 64, "model": f"m{POISON}", "at": "2026-01-01T00:00:00Z", "rejected": POISON}
    (folder / "rows.jsonl").write_text(json.dumps({**row, "reply": {"text": POISON, "reasoning": POISON}}) + "\n")
    assert call(folder, ["cache", "import", "rows.jsonl", "--cache-dir=bank"]).code == 0
    odd = folder / f"odd{POISON}".replace("\x00", "")
    odd.mkdir()
    shutil.copy(folder / "good.json", odd / "good.json")


def harmless(ended: Ended, *, plain: bool) -> None:
    """None of ours in what was printed; where nothing is coloured, nothing of the kind at all."""
    told = ended.out + ended.err
    assert not any(mark in told for mark in ("\x1b[66", "\x1b]", "\x1bP", "\x9b", "\x9d", "\u202e", "\u2066", "\x00", "\x08")), (
        ended
    )
    assert not (plain and "\x1b" in told), ended
    assert "Traceback" not in told
    assert "unexpected error" not in told


def test_no_command_passes_an_escape_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    furnish(tmp_path)
    shutil.copytree(tmp_path / "runs" / "a", tmp_path / "runs" / "b")
    poisoned(tmp_path)
    for words in COMMANDS:
        harmless(call(tmp_path, [word.replace("\x00", "") for word in words]), plain=True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    for words in COLOURED:
        harmless(call(tmp_path, words), plain=False)


def test_nothing_prints_but_through_the_door() -> None:
    """The workers of the embedded models talk to us through their stdout, and to nobody else."""
    root = Path(nlevolve.__file__).parent
    for file in root.rglob("*.py"):
        if file.relative_to(root).parts in (("view", "door.py"), ("offline", "workers.py")):
            continue
        called = [node.func for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
        names = {name.id for name in called if isinstance(name, ast.Name)}
        assert not names & {"print", "Console"}, file
        written = {ast.unparse(one) for one in called if isinstance(one, ast.Attribute)}
        assert not written & {"sys.stdout.write", "sys.stderr.write", "typer.echo"}, file


def test_colours_of_ours_pass_the_door_and_others_do_not() -> None:
    screen = io.StringIO()
    console(file=screen, force_terminal=True, width=200).print(
        "[bold]ours[/] \x1b[66mtheirs\x9b66m \u202eback  two spaces", highlight=False
    )
    assert screen.getvalue() == "\x1b[1mours\x1b[0m theirs back  two spaces\n"
    plain = io.StringIO()
    say("  kept:  \x1b]0;x\x07as it is\n\tor nearly", stream=plain)
    assert plain.getvalue() == "  kept:  as it is\n    or nearly\n"


def test_an_output_in_another_encoding_ends_no_run(tmp_path: Path) -> None:
    """Streams of four encodings; and a process of its own, whose streams are as its environment says."""
    typed = ["solve", str(task_file(tmp_path)), "--set=policy.phases=[{births=1}]", "--no-live"]
    for encoding in ("latin-1", "cp437", "utf-16", "ascii"):
        said = io.BytesIO()
        screen = io.TextIOWrapper(said, encoding, write_through=True)
        ended = call(tmp_path, [*typed, f"--run={encoding}"], screen)
        assert (ended.code, ended.err) == (0, ""), encoding
        assert "run is done" in said.getvalue().decode(encoding)
        assert (tmp_path / "runs" / encoding / "report.html").exists()
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    asked = [sys.executable, "-m", "nlevolve", *typed, "--run=alone"]
    process = subprocess.run(asked, cwd=tmp_path, env=env, capture_output=True, check=False)
    assert (process.returncode, process.stderr) == (0, b"")
    assert "run is done" in process.stdout.decode("ascii")


def test_a_view_that_fails_is_said_once_and_the_run_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("nobody\x1b[66m can draw this")

    monkeypatch.setattr("nlevolve.view.terminal.summary.Summary.see", fail)
    ended = call(tmp_path, ["solve", str(task_file(tmp_path)), "--preset=quick", "--run=a", "--no-live"])
    assert ended.err.count("failed and sees no more") == 1
    assert "nobody can draw this" in ended.err
    assert read_events(tmp_path / "runs" / "a")[-1].kind == "run_finished"
