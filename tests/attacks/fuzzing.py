"""Random command lines and random damage, the same for the same number."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from nlevolve.cli import main

PAIR = {"input": [[1, 2], [3, 4]], "output": [[2, 1], [4, 3]]}
TASK = {"train": [PAIR, PAIR], "test": [PAIR]}
OTHER = {"input": [[5, 6], [7, 8], [0, 5]], "output": [[0, 5], [7, 8], [5, 6]]}
LOOKS = ["--set=policy.grids=['names', 'digits']", "--set=generator.facts=true", "--coder=offline/coder"]
CODES = {0, 1, 2, 3, 4, 130}
LONGEST = 400.0
"""Seconds that a command may take on a busy machine: what takes longer hangs."""

ODD = [
    *(
        "",
        " ",
        "-",
        "--",
        "-1",
        "0",
        "1",
        "2",
        "7",
        "1e-300",
        "1e300",
        "nan",
        "inf",
        "-inf",
        "0x10",
        "½",
        "１",
        "9" * 5000,
        "0.5",
    ),
    *(
        "true",
        "null",
        "é",
        "日本",
        "\u202eevil",
        "\x1b[31mred",
        "\x9b31m",
        "\udcff",
        "a" * 300,
        "a/b/c",
        ".",
        "sub/../sub",
        "%s",
        "{}",
    ),
    *(
        "[",
        "]",
        "{",
        "=",
        "a=b",
        "a.b=1",
        "a." * 2000 + "=1",
        "x=" + "[" * 2000 + "]" * 2000,
        "x=" + "{a=" * 300 + "1" + "}" * 300,
    ),
    *("generator.model=", "generator.temperature=1e400", "generator.requests_per_minute=1e-300", f"seed={'9' * 5000}", "seed=-1"),
    *("policy.pool=1e9", "policy.phases=[{births=1}]", "policy.views=[]", "answers=1", "generator=1", "=1", "policy.=1", ".=1"),
    *(
        "generator.extra_headers={a='b'}",
        "generator.extra_headers=7",
        "generator.extra_body={model='x'}",
        "generator.max_tokens=-1",
    ),
    *(
        "offline/generator",
        "offline/checker",
        "offline/nothing",
        "openai/gpt-4o",
        "nosuch/model",
        "offline/generator,,",
        "openai/",
    ),
    *("quick", "thrifty", "preset.toml", "torn.toml", "latin.toml", "sub", "missing.toml", "loop.toml", "deep.toml"),
    *(
        "good.json",
        "torn.json",
        "deep.json",
        "number.json",
        "latin.json",
        "list.txt",
        "@list.txt",
        "@bytes.txt",
        "@sub",
        "loop.json",
    ),
    *(
        "a",
        "runs/a",
        "runs",
        "b",
        "A",
        "arc1:67a3c6ac",
        "arc1:",
        "arc1:training[:1]",
        "arc9:x",
        "arc1:training~1e9",
        "a[b",
        "good.json[:1]",
    ),
    *(
        "bank",
        "bank/cache.db",
        "rows.jsonl",
        "torn.jsonl.gz",
        "rows.jsonl.gz",
        "prompts",
        "kaggle",
        "sft",
        "library",
        "arc-prize",
        "lib.jsonl",
        "torn-lib.jsonl",
        "sub/lib.jsonl",
        "run",
        "none",
    ),
    *("1/2", "3/2", "0/1", "1/0", "-1/2", "1/2/3", "1/1e9", "http://127.0.0.1:9", "127.0.0.1:9", "tcp://127.0.0.1:9", "local"),
    *(
        "policy.grids=['digits', 'names']",
        "policy.grids=[]",
        "policy.grids=words",
        "policy.eyes=['none', 'all']",
        "policy.eyes=[1]",
    ),
    *("generator.facts=true", "generator.facts=7", "checker.grids=letters", "generator.images=true", "generator.images=some"),
    *("policy.examples.every=0", "policy.examples={}", "policy.examples=1", "policy.examples.words=nan", "policy.read=both"),
    *("policy.writes=programs", "policy.ahead=free", "policy.stop_when=agree", "policy.agree=9", "coder.grids=names"),
    *("offline/coder", "python", "greenblatt", "careful", "bare", "nothing=5", "offline/generator=5", "offline/generator=-1"),
]
FLAGS = {
    "solve": "--generator --checker --reviser --preset --set --prompts --seed --budget --task-budget --max-calls --concurrency "
    "--tasks-at-once --patience --runs-dir --cache-dir --run --see --replay --json --no-live --allow-unknown-prices "
    "--library --hub --shard --coder --seeds --from --repeats --budget-file --max-tokens-total --dry-run --max-side "
    "--skip-broken --reviewer --judge --recombiner --answerer --cluster",
    "resume": "--generator --preset --set --prompts --seed --budget --max-calls --runs-dir --cache-dir --json --no-live",
    "sweep": "--generator --checker --preset --set --budget --run --dry-run --json --html --runs-dir",
    "watch": "--runs-dir --speed --at --still --size --palette --no-live",
    "show": "--birth --runs-dir --raw --palette",
    "report": "--runs-dir --output -o",
    "compare": "--runs-dir --json --html",
    "export": "--format -f --runs-dir --output -o",
    "tasks": "--show --limit --seed --palette",
    "models": "--generator --checker --preset --set",
    "merge": "--run --partial --json --runs-dir",
    "audit": "--runs-dir --json --cache-dir",
    "control": "--arm --tasks --dry-run --json --runs-dir --budget --no-live",
    "exam": "--checker --budget --dry-run --json --html --no-live",
    "hub": "--folder --budget --max-calls --concurrency --rate --token-rate --at-once --lease --status --json",
    "library list": "--file",
    "library show": "--file",
    "library add": "--file --runs-dir",
    "library import": "--file",
    "library prune": "--file --in-vain --dry-run",
    "presets": "--x",
    "presets copy": "--x",
    "prompts copy": "--x",
    "ls": "--runs-dir --json",
    "note": "--runs-dir",
    "pause": "--runs-dir",
    "go": "--runs-dir",
    "budget": "--runs-dir",
    "doctor": "--json",
    "cache stats": "--cache-dir",
    "cache show": "--cache-dir",
    "cache export": "--cache-dir",
    "cache import": "--cache-dir",
    "cache forget": "--model --older-than --rejected --all --dry-run --cache-dir",
    "serve": "--latency --latency-spread",
    "nothing": "--x",
}
SWITCHES = {
    *("--replay", "--json", "--no-live", "--allow-unknown-prices", "--dry-run"),
    *("--still", "--raw", "--show", "--rejected", "--all", "--partial", "--skip-broken"),
}
FITTING = {
    "--generator": ["offline/generator", "offline/generator,offline/generator-weak"],
    "--checker": ["offline/checker"],
    "--preset": ["quick", "preset.toml"],
    "--set": ["policy.pool=2", "seed=3", "generator.temperature=0.5"],
    "--format": ["kaggle", "sft", "dpo", "ttt", "library", "arc-prize"],
    "-f": ["kaggle", "sft", "library"],
    "--size": ["80x24", "1x1", "500x200"],
    "--at": ["50%"],
    "--cache-dir": ["bank"],
    "--prompts": ["prompts"],
    "--limit": ["1"],
    "--library": ["run", "none", "lib.jsonl"],
    "--file": ["lib.jsonl"],
    "--shard": ["1/2", "2/2"],
    "--coder": ["offline/coder"],
    "--seeds": ["a", "rows.jsonl"],
    "--from": ["a"],
    "--hub": ["http://127.0.0.1:9"],
    "--budget-file": ["purse.json"],
    "--repeats": ["2"],
    "--arm": ["empty", "shuffled", "direct"],
    "--tasks": ["1"],
    "--in-vain": ["3"],
}
ARGUMENTS = {
    "solve": 1,
    "resume": 1,
    "sweep": 1,
    "watch": 1,
    "show": 2,
    "report": 1,
    "compare": 2,
    "export": 1,
    "tasks": 1,
    "models": 1,
    "merge": 2,
    "audit": 1,
    "control": 1,
    "library show": 1,
    "library add": 1,
    "library import": 1,
    "presets copy": 1,
    "prompts copy": 1,
    "note": 2,
    "pause": 1,
    "go": 1,
    "budget": 2,
}
FIRST = {
    "solve": "good.json",
    "sweep": "good.json",
    "tasks": "good.json",
    "models": "offline/generator",
    "library show": "good",
    "library import": "lib.jsonl",
    "presets copy": "quick",
    "prompts copy": "sub/prompts",
}


def command_line(number: int) -> list[str]:
    """What somebody might type, of things that fit and things that do not."""
    rng = random.Random(f"line/{number}")
    command = rng.choice([*FLAGS, "solve", "solve", "show", "report", "export", "cache import"])
    words = command.split()
    wanted = ARGUMENTS.get(command, int(command in ("cache show", "cache export", "cache import")))
    for place in range(wanted if rng.random() < 0.85 else rng.randrange(4)):
        fits = "rows.jsonl" if command == "cache import" else "good" if place else FIRST.get(command, "a")
        words.append(fits if rng.random() < 0.6 else rng.choice(ODD))
    for flag in rng.sample(FLAGS[command].split(), k=min(len(FLAGS[command].split()), rng.randrange(4))):
        words.append(flag)
        if flag not in SWITCHES:
            words.append(rng.choice(FITTING.get(flag, ODD) if rng.random() < 0.3 else ODD))
    if command in ("solve", "resume", "sweep") and rng.random() < 0.9:
        words += ["--max-calls=5", "--no-live"]
    return [*words, *_kept_short(command, rng)]


def _kept_short(command: str, rng: random.Random) -> list[str]:
    """What keeps a command from serving, asking or waiting for ever."""
    if command == "serve" or (command == "hub" and rng.random() < 0.7):
        return ["--port=99999"]
    if command == "hub":
        return ["--status=http://127.0.0.1:9"]
    if command == "exam":
        return ["--tasks=1", "--max-calls=5"]
    return ["--patience=1"] if command in ("solve", "sweep", "control") else []


def furnish(folder: Path) -> None:
    """A folder with a finished run, its bank, and files that are as they should be and files that are not."""
    from nlevolve.ask.prompts import bundled

    deep = "[" * 3000 + "]" * 3000
    files: dict[str, str | bytes] = {
        "good.json": json.dumps(TASK),
        "other.json": json.dumps({"train": [OTHER, OTHER], "test": [OTHER]}),
        "torn.json": json.dumps(TASK)[:60],
        "deep.json": '{"train": ' + deep + ', "test": []}',
        "number.json": '{"train": [{"input": [[' + "9" * 5000 + ']], "output": [[1]]}], "test": []}',
        "latin.json": '{"träin": []}'.encode("latin-1"),
        "list.txt": "good.json\n# no more\n",
        "bytes.txt": b"\xff\xfe\x00good.json",
        "preset.toml": "[policy]\npool = 3\n",
        "torn.toml": "[policy",
        "latin.toml": "about = 'für'".encode("latin-1"),
        "deep.toml": f"policy = {deep}\n",
        "rows.jsonl": '{"key": "' + "0" * 64 + '", "model": "\x1b[31mm", "at": "2026-01-01T00:00:00", "reply": {"text": "x"}}\n',
        "torn.jsonl.gz": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\x4c",
        "rows.jsonl.gz": b"no gzip at all",
    }
    for name, content in files.items():
        (folder / name).write_bytes(content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)
    for name in ("loop.json", "loop.toml"):
        (folder / name).symlink_to(name)
    (folder / "sub").mkdir()
    shutil.copytree(bundled(), folder / "prompts")
    typed = ["--cache-dir=bank", "--preset=quick", "--set=policy.phases=[{births=3}]", "--no-live"]
    for words in (
        ["solve", "other.json", "--run=o", *typed],
        ["library", "add", "o", "--file=lib.jsonl"],
        ["solve", "good.json", "--run=a", "--library=lib.jsonl", "--set=policy.examples.every=1", *LOOKS, *typed],
    ):
        ended = call(folder, words)
        assert ended.code == 0, ended.err
    (folder / "torn-lib.jsonl").write_bytes((folder / "lib.jsonl").read_bytes()[:300])


@dataclass(frozen=True)
class Ended:
    """How a command came to its end."""

    words: list[str]
    code: int
    out: str
    err: str

    def fault(self) -> str | None:
        """What is wrong with that, if anything is."""
        typed = " ".join(word if len(word) < 60 else f"{word[:50]}…" for word in self.words)
        told = f"{typed}\n{self.err[-600:]}"
        if self.code not in CODES:
            return f"exit {self.code}: {told}"
        if "Traceback" in self.err or "unexpected error" in self.err:
            return f"unexpected: {told}"
        if self.code == 2 and len(self.err.strip().splitlines()) != 1 and "nlevolve: nlevolve" not in self.err:
            return f"not one line: {told}"
        if any(mark in self.out + self.err for mark in "\x1b\x9b\u202e"):
            return f"escapes: {told}"
        return None


class Hangs(BaseException):
    """It took too long."""


def call(folder: Path, words: list[str], screen: TextIO | None = None) -> Ended:
    """The command line, in this process and that folder; with a `screen` of one's own nothing is told of what was printed."""
    out, err, argv, here = screen or Screen(), Screen(), sys.argv, Path.cwd()
    sys.argv = ["nlevolve", *words]
    os.chdir(folder)
    try:
        with redirect_stdout(out), redirect_stderr(err), _in_time():
            main()
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    except Hangs:
        code = -1
    finally:
        os.chdir(here)
        sys.argv = argv
    return Ended(words, code, out.getvalue() if isinstance(out, Screen) else "", err.getvalue())


class Screen(io.StringIO):
    """What is printed; of streams in memory rich asks nothing more."""

    encoding = "utf-8"


@contextmanager
def _in_time() -> Iterator[None]:
    def over(number: int, at: FrameType | None) -> None:
        raise Hangs

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


READERS = [
    *(
        ["report", "a"],
        ["show", "a", "good"],
        ["show", "a", "good", "--raw"],
        ["watch", "a", "--no-live"],
        ["watch", "a", "--still"],
    ),
    *(["compare", "a", "b"], *(["export", "a", "-f", form] for form in ("kaggle", "arc-prize", "sft", "dpo", "ttt", "library"))),
    *(["cache", "stats", "--cache-dir=bank"], ["cache", "export", "out.jsonl", "--cache-dir=bank"]),
    *(["cache", "forget", "--all", "--dry-run", "--cache-dir=bank"], ["cache", "import", "rows.jsonl", "--cache-dir=bank"]),
    *(["library", "list", "--file=lib.jsonl"], ["library", "prune", "--file=lib.jsonl"]),
    ["audit", "a"],
    ["resume", "a", "--no-live"],
]
MORE = [
    *(["export", "a", "-f", form] for form in ("hf", "events", "programs", "otlp")),
    ["library", "add", "a", "--file=lib.jsonl"],
    ["solve", "good.json", "--library=lib.jsonl", "--preset=bare", "--no-live", "--run=c"],
    ["solve", "--from=a", "--replay", "--run=r", "--no-live"],
    ["control", "a", "--dry-run"],
    ["merge", "a", "b", "--run=m"],
]
"""What `make fuzz` calls, too."""
VALUES: list[Any] = [None, True, -1, 10**400, 0.5, "", "x" * 300, "\x1b[31m", "\ud800", [], [[]], {}, {"a": 1}, [1, "a"], 1e308]


def damage(folder: Path, number: int) -> str:
    """Do something to a run's files or its bank; what."""
    rng = random.Random(f"damage/{number}")
    run = folder / "runs" / "a"
    names = ["config.json", "config.json", "events.jsonl", "events.jsonl", "results.json", "bank", "lib.jsonl"]
    elsewhere = {"bank": folder / "bank" / "cache.db", "lib.jsonl": folder / "lib.jsonl"}
    file = elsewhere.get(name := rng.choice(names), run / name)
    if name == "results.json":
        (folder / "good.json").unlink()  # else they are made anew
    ways = [_flip, _cut, _wipe, _lengthen] + ([_retype] * 6 if name != "bank" else [_swap])
    way = rng.choice(ways)
    way(file, rng)
    return f"{way.__name__} {name}"


def _flip(file: Path, rng: random.Random) -> None:
    data = bytearray(file.read_bytes())
    for _ in range(rng.choice([1, 20, 400])):
        data[rng.randrange(len(data))] = rng.randrange(256)
    file.write_bytes(bytes(data))


def _cut(file: Path, rng: random.Random) -> None:
    file.write_bytes(file.read_bytes()[: rng.randrange(file.stat().st_size)])


def _wipe(file: Path, rng: random.Random) -> None:
    file.unlink()
    if rng.random() < 0.5:
        file.mkdir()
    else:
        file.write_bytes(b"")


def _lengthen(file: Path, rng: random.Random) -> None:
    file.write_bytes(file.read_bytes() + rng.choice([b"\xff\xfe", b"[" * 5000, b"{}\n", b"null\n", b"\x00" * 4096, b"\n" * 99]))


def _swap(file: Path, rng: random.Random) -> None:
    """A database of somebody else's, with the same name."""
    import sqlite3

    file.unlink()
    base = sqlite3.connect(file)
    base.execute(rng.choice(["CREATE TABLE Cache (x)", "CREATE TABLE Settings (key, value)", "CREATE TABLE other (y)"]))
    base.commit()
    base.close()


def _retype(file: Path, rng: random.Random) -> None:
    """One value, somewhere, is of another kind."""
    lines = file.read_text().splitlines()
    place = rng.randrange(len(lines))
    tree = json.loads(lines[place])
    tree.pop("crc", None)  # as a log of before there were digests, else the line is only left out
    at, key = tree, rng.choice(list(tree))
    while isinstance(at[key], dict | list) and at[key] and rng.random() < 0.7:
        at = at[key]
        key = rng.choice(list(at) if isinstance(at, dict) else range(len(at)))
    at[key] = rng.choice(VALUES)
    lines[place] = json.dumps(tree)
    file.write_text("\n".join(lines) + "\n")
