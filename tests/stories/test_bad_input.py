"""Whatever is wrong with what was typed: exit 2, one line on stderr that says what to do, nothing sent, no run left behind."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from nlevolve.ask.prompts import bundled
from nlevolve.cli import main
from tests.server import Provider, Said
from tests.stories.processes import start

pytestmark = pytest.mark.forged
PAIR = {"input": [[1, 2], [3, 4]], "output": [[2, 1], [4, 3]]}
GOOD = {"train": [PAIR, PAIR], "test": [PAIR]}


class Outcome(NamedTuple):
    code: int
    err: str


Run = Callable[..., Outcome]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider(lambda asked: Said(status=500)) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a good task, broken ones, lists, and broken prompts."""
    files = {
        "good.json": GOOD,
        "ragged.json": {"train": [{"input": [[1, 2], [3]], "output": [[1]]}], "test": [PAIR]},
        "range.json": {"train": [{"input": [[1, 12]], "output": [[1]]}], "test": [PAIR]},
        "wide.json": {"train": [{"input": [[1] * 31], "output": [[1]]}], "test": [PAIR]},
        "untrained.json": {"train": [], "test": [PAIR]},
        "torn.json": json.dumps(GOOD)[:50],
        "empty.json": "",
        "itself.txt": "@itself.txt\n",
        "comment.txt": "# nothing is selected here\n\n",
        "misspelt.toml": "[polcy]\npool = 3\n",
        "torn.toml": "[policy",
        "file": "in the way of a folder",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content if isinstance(content, str) else json.dumps(content))
    for name in ("lacking", "strange", "bare", "binary"):
        shutil.copytree(bundled(), tmp_path / name)
    (tmp_path / "lacking" / "repair.md").unlink()
    (tmp_path / "strange" / "write.md").write_text((bundled() / "write.md").read_text() + "{{ colour }}")
    (tmp_path / "bare" / "apply.md").write_text("=== user\n{{ pairs }}{{ input }}{{ bullets[0].nothing.there }}")
    (tmp_path / "binary" / "apply.md").write_bytes(b"\xff\xfe\x00")
    return tmp_path


@pytest.fixture
def nlevolve(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call the command line in this process, in that folder."""

    def call(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["nlevolve", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return Outcome(int(ended.value.code or 0), capsys.readouterr().err)

    return call


@pytest.fixture
def over_http(provider: Provider) -> list[str]:
    """Options that send every role to the server."""
    return [f"--{role}=openai/m" for role in ("generator", "checker")] + [
        f"--set={role}.base_url={provider.url}" for role in ("generator", "checker")
    ]


BAD: dict[str, tuple[list[str], list[str]]] = {
    # what is wrong: what is typed behind `solve`, what the line must say
    "unknown id": (["arc1:67a3c6ad"], ["67a3c6ad", "nearest", "67a3c6ac"]),
    "unknown bare id": (["67a3c6az"], ["67a3c6az", "nearest", "67a3c6ac"]),
    "unknown data set": (["arc9:67a3c6ac"], ["arc9", "arc1, arc2, kaggle2024, kaggle2025"]),
    "empty slice": (["arc1:training[5:5]"], ["slice is empty", "400"]),
    "broken slice": (["arc1:training[x"], ["[a:b]"]),
    "nothing selected": ([" "], ["no task selected"]),
    "no selector": ([], ["SELECTORS", "--from RUN"]),
    "ragged grid": (["ragged.json"], ["ragged.json", "train pair 1", "row 2"]),
    "colour out of range": (["range.json"], ["range.json", "train pair 1", "row 1", "cell 2", "12"]),
    "grid too wide": (["wide.json"], ["wide.json", "31", "30"]),
    "no training pair": (["untrained.json"], ["untrained.json", "train"]),
    "torn file": (["torn.json"], ["torn.json", "cut short"]),
    "empty file": (["empty.json"], ["empty.json", "empty"]),
    "no such file": (["missing.json"], ["missing.json"]),
    "list that lists itself": (["@itself.txt"], ["itself.txt", "lists itself"]),
    "list of nothing": (["@comment.txt"], ["no task selected"]),
    "no such list": (["@missing.txt"], ["missing.txt"]),
    "unknown provider": (["good.json", "--generator=nosuch/model"], ["nosuch/model"]),
    "unknown embedded model": (["good.json", "--checker=offline/cheker"], ["offline/cheker", "offline/checker"]),
    "no model": (["good.json", "--generator="], ["generator.model", "empty"]),
    "hole in a mix": (["good.json", "--generator=offline/generator,,"], ["generator.model", "empty"]),
    "unknown preset": (["good.json", "--preset=quik"], ["quik", "quick"]),
    "no such preset file": (["good.json", "--preset=missing.toml"], ["missing.toml"]),
    "torn preset": (["good.json", "--preset=torn.toml"], ["torn.toml"]),
    "misspelt group in a preset": (["good.json", "--preset=misspelt.toml"], ["polcy", "policy"]),
    "unknown setting": (["good.json", "--set=policy.poool=3"], ["policy.poool", "policy.pool"]),
    "unknown setting of a role": (["good.json", "--set=generator.temprature=1"], ["generator.temperature"]),
    "unknown setting of a phase": (["good.json", "--set=policy.phases=[{birts=2}]"], ["birts", "policy.phases.births"]),
    "no value": (["good.json", "--set=policy.pool"], ["dotted.key=value"]),
    "wrong kind of value": (["good.json", "--set=policy.pool=many"], ["policy.pool", "many"]),
    "value out of range": (["good.json", "--set=policy.pool=0"], ["policy.pool", "0"]),
    "value for a group": (["good.json", "--set=generator=gpt-4o"], ["generator.NAME=VALUE"]),
    "temperature that is no number": (["good.json", "--set=checker.temperature=nan"], ["checker.temperature", "nan"]),
    "negative timeout": (["good.json", "--set=checker.timeout=-1"], ["checker.timeout", "-1"]),
    "negative retries": (["good.json", "--set=checker.retries=-1"], ["checker.retries", "-1"]),
    "negative price": (["good.json", "--set=checker.price_in=-1"], ["checker.price_in", "-1"]),
    "address without a scheme": (["good.json", "--set=reviser.base_url=localhost:1"], ["reviser.base_url", "http://"]),
    "no views": (["good.json", "--set=policy.views=[]"], ["policy.views"]),
    "unknown view": (["good.json", '--set=policy.views=["odd"]'], ["odd", "plain"]),
    "no births": (["good.json", "--set=policy.phases=[]"], ["policy.phases"]),
    "seed that is no number": (["good.json", "--set=seed=x"], ["seed", "x"]),
    "path as a run's name": (["good.json", "--run=../elsewhere"], ["../elsewhere", "--runs-dir"]),
    "no name for a run": (["good.json", "--run="], ["run name"]),
    "no calls in flight": (["good.json", "--concurrency=0"], ["--concurrency", "0"]),
    "no tasks at once": (["good.json", "--tasks-at-once=0"], ["--tasks-at-once", "0"]),
    "negative budget": (["good.json", "--budget=-1"], ["--budget", "-1"]),
    "budget that is no number": (["good.json", "--budget=nan"], ["--budget", "nan"]),
    "endless budget": (["good.json", "--budget=inf"], ["--budget", "inf"]),
    "negative task budget": (["good.json", "--task-budget=-0.5"], ["--task-budget", "-0.5"]),
    "negative cap on calls": (["good.json", "--max-calls=-1"], ["--max-calls", "-1"]),
    "budget with an unknown price": (["good.json", "--budget=1"], ["openai/m", "price_in", "--allow-unknown-prices"]),
    "runs folder that is a file": (["good.json", "--runs-dir=file"], ["file"]),
    "runs folder in a file": (["good.json", "--runs-dir=file/runs"], ["file/runs"]),
    "sample bank that is a file": (["good.json", "--cache-dir=file"], ["file", "--cache-dir"]),
    "nothing to replay": (["good.json", "--replay", "--cache-dir=missing"], ["missing", "--cache-dir"]),
    "prompts lacking one": (["good.json", "--prompts=lacking"], ["repair.md", "lacking"]),
    "prompt with a place nothing fills": (["good.json", "--prompts=strange"], ["write", "colour"]),
    "prompt that trips": (["good.json", "--prompts=bare"], ["apply", "nothing"]),
    "prompt that is no text": (["good.json", "--prompts=binary"], ["apply.md", "UTF-8"]),
    "no such prompts": (["good.json", "--prompts=missing"], ["missing"]),
    "unknown option": (["good.json", "--concurency=3"], ["--concurency"]),
}


@pytest.mark.parametrize("wrong", BAD)
def test_it_is_said_in_one_line_and_nothing_is_sent(
    wrong: str, nlevolve: Run, over_http: list[str], provider: Provider, folder: Path
) -> None:
    typed, says = BAD[wrong]
    before = len(provider.asked)
    code, err = nlevolve("solve", *over_http, *typed)
    assert code == 2
    assert err.count("\n") == 1, err
    assert err.startswith("nlevolve: ")
    assert [word for word in says if word not in err] == []
    assert len(provider.asked) == before
    assert not list((folder / "runs").glob("*"))


def test_a_missing_key_is_named(nlevolve: Run, folder: Path) -> None:
    code, err = nlevolve("solve", "good.json", "--generator=anthropic/claude-sonnet-4-5")
    assert code == 2
    assert err.count("\n") == 1
    assert "ANTHROPIC_API_KEY" in err
    assert not (folder / "runs").exists()


def test_what_is_right_is_sent(nlevolve: Run, over_http: list[str], provider: Provider, folder: Path) -> None:
    """The server counts, and is where the tests above would have gone."""
    before = len(provider.asked)
    once = [*(f"--set={role}.retries=0" for role in ("generator", "checker")), "--set=policy.phases=[{births=1}]"]
    code, err = nlevolve("solve", *over_http, "good.json", "--no-live", "--no-ping", *once)
    assert code == 4
    assert err.count("\n") == 1
    assert len(provider.asked) > before
    assert len(list((folder / "runs").glob("*"))) == 1


@pytest.fixture
def ran(nlevolve: Run, folder: Path) -> Path:
    """The config.json of a run that has ended."""
    assert nlevolve("solve", "good.json", "--run=ended", "--no-live", "--set=policy.phases=[{births=1}]").code == 0
    return folder / "runs" / "ended" / "config.json"


def test_what_cannot_be_resumed_is_said_in_one_line(nlevolve: Run, ran: Path) -> None:
    whole = ran.read_text()
    config = json.loads(whole)
    misspelt = {**config, "settings": {**config["settings"], "polcy": {}}}
    stories: list[tuple[list[str], str, list[str]]] = [
        (["endet"], whole, ["endet", "nearest", "ended"]),
        (
            ["ended", "--set=policy.pool=3", "--generator=offline/generator-weak"],
            whole,
            ["settings.policy.pool: 5 -> 3", 'settings.generator.model: "offline/generator" -> "offline/generator-weak"'],
        ),
        (["ended", "--seed=4"], whole, ["settings.seed: 0 -> 4"]),
        (["ended", "--preset=quik"], whole, ["quick"]),
        (["ended", "--concurrency=0"], whole, ["--concurrency"]),
        (["ended", "--prompts=strange"], whole, ["prompts", "write.md"]),
        (["ended"], whole[:100], ["config.json", "cannot be read"]),
        (["ended"], "[]", ["config.json"]),
        (["ended"], "{}", ["config.json", "settings"]),
        (["ended"], json.dumps(misspelt), ["polcy"]),
        (["ended"], json.dumps({**config, "tasks": ["gone.json:gone"]}), ["gone.json"]),
    ]
    for typed, content, says in stories:
        ran.write_text(content)
        log = (ran.parent / "events.jsonl").read_bytes()
        code, err = nlevolve("resume", *typed, "--no-live")
        assert code == 2, typed
        assert err.count("\n") == 1, err
        assert [word for word in says if word not in err] == [], err
        assert (ran.parent / "events.jsonl").read_bytes() == log


def test_a_task_that_changed_under_a_run_is_not_resumed(nlevolve: Run, ran: Path, folder: Path) -> None:
    (folder / "good.json").write_text(json.dumps(GOOD).replace("4", "5"))
    code, err = nlevolve("resume", "ended")
    assert code == 2
    assert "tasks_digest" in err


@pytest.mark.parametrize(
    "command", [["show", "nosuch", "good"], ["report", "nosuch"], ["compare", "nosuch", "ended"], ["watch", "nosuch"]]
)
def test_a_run_that_is_not_there_is_named_with_the_nearest(command: list[str], nlevolve: Run, ran: Path) -> None:
    code, err = nlevolve(*command)
    assert code == 2
    assert err.count("\n") == 1
    assert "nosuch" in err


def test_a_process_of_its_own_says_the_same(folder: Path) -> None:
    process = start("solve", "ragged.json", folder=folder)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out == ""
    assert err == "nlevolve: ragged.json: train pair 1, input: row 2 has 1 cells, row 1 has 2\n"
