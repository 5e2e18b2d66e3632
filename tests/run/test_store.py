"""A run's folder: names, an earlier run moved aside, one writer, a torn log mended, files replaced whole."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from nlevolve.errors import UsageError
from nlevolve.records import Event, LogDamaged, Noticed, RunFinished, write_event
from nlevolve.run import store

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["a", "2026-run_1.b", "x" * 100])
def test_a_plain_name_is_a_folder(name: str, tmp_path: Path) -> None:
    assert store.create(tmp_path / "runs", name).folder == tmp_path / "runs" / name


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "-x", "a/b", "../a", "/a", "a b", "a\nb", "a\\b", "ä", "x" * 101])
def test_what_is_no_plain_name_is_refused_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run name"):
        store.create(tmp_path / "runs", name)
    assert not (tmp_path / "runs").exists()


def test_an_earlier_run_of_the_same_name_is_moved_aside(tmp_path: Path) -> None:
    for content in ("first", "second", "third"):
        with closing(store.create(tmp_path, "a")) as lock:
            (lock.folder / "config.json").write_text(content)
    kept = {folder.name: (folder / "config.json").read_text() for folder in tmp_path.iterdir()}
    assert kept == {"a.1": "first", "a.2": "second", "a": "third"}


def test_runs_without_a_name_never_share_a_folder(tmp_path: Path) -> None:
    folders = [store.create(tmp_path, None).folder for _ in range(5)]
    assert len(set(folders)) == 5
    assert not [file for folder in folders for file in folder.iterdir()]


def test_a_run_has_one_writer_until_the_last_who_entered_leaves(tmp_path: Path) -> None:
    lock = store.create(tmp_path, "a")
    with lock:
        for second in (lambda: store.Lock(tmp_path / "a"), lambda: store.create(tmp_path, "a")):
            with pytest.raises(UsageError, match="run a is being written by another process"):
                second()
        assert store.being_written(tmp_path / "a")
    with pytest.raises(UsageError, match="another process"):
        store.Lock(tmp_path / "a")
    lock.close()
    assert not store.being_written(tmp_path / "a")
    assert [file.name for file in tmp_path.iterdir()] == ["a"]
    with closing(store.create(tmp_path, "a")) as again:
        assert again.folder == tmp_path / "a"


def test_a_lock_is_one_whichever_way_its_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "runs")
    monkeypatch.chdir(tmp_path)
    with closing(store.create(Path("runs"), "a")):
        for way in (Path("link/a"), tmp_path / "runs" / "a"):
            with pytest.raises(UsageError, match="another process"):
                store.Lock(way)


def test_what_a_kill_leaves_does_not_block_the_next_run(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from nlevolve.run import store; lock = store.create(Path(sys.argv[1]), 'a'); "
    wait = "print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code + wait, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(UsageError, match="another process"):
            store.create(tmp_path, "a")
        assert not (tmp_path / "a.1").exists(), "it was moved aside from under its writer"
        holder.kill()
    assert (tmp_path / ".a.lock").exists(), "the story needs a lock file that nobody took away"
    assert not store.being_written(tmp_path / "a")
    store.create(tmp_path, "a").close()
    assert (tmp_path / "a.1").exists()


def test_of_many_at_once_one_gets_the_name_and_none_is_moved_from_under_it(tmp_path: Path) -> None:
    """Real processes that start at one moment: each name is created once, and what was there before is moved aside once."""
    code = (
        "import sys, time; from pathlib import Path; from nlevolve.run import store; from nlevolve.errors import UsageError\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "try: lock = store.create(Path(sys.argv[1]), 'a')\n"
        "except UsageError as error: print(error, flush=True)\n"
        "else: (lock.folder / 'config.json').write_text(sys.argv[2]); print('got it', flush=True)\n"
        "sys.stdin.readline()"
    )
    (tmp_path / "a").mkdir()
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path), str(n)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for n in range(6)
    ]
    try:
        assert [racer.stdout.readline() for racer in racers if racer.stdout] == ["ready\n"] * 6
        for racer in racers:
            print(file=racer.stdin, flush=True)
        said = [racer.stdout.readline().strip() for racer in racers if racer.stdout]
    finally:
        for racer in racers:
            racer.communicate("\n")
    assert sorted(said) == ["got it"] + ["run a is being written by another process"] * 5
    assert (tmp_path / "a" / "config.json").read_text() == str(said.index("got it"))
    assert sorted(file.name for file in tmp_path.glob("[!.]*")) == ["a", "a.1"]


@pytest.mark.parametrize("torn", [b'{"v":1,"kind":"noti', b"\x00\xff", b"{}"])
def test_a_torn_last_line_is_left_out_and_cut_off(torn: bytes, tmp_path: Path) -> None:
    log = store.Log(tmp_path)
    log.append(Noticed(text="first"))
    log.close()
    with (tmp_path / "events.jsonl").open("ab") as file:
        file.write(torn)
    assert [event.kind for event in store.read_events(tmp_path)] == ["noticed"]
    log = store.Log(tmp_path)
    log.append(RunFinished(reason="done", exit_code=0))
    log.close()
    assert [event.kind for event in store.read_events(tmp_path)] == ["noticed", "run_finished"]
    assert torn not in (tmp_path / "events.jsonl").read_bytes()


class OfTheFuture(Event):
    kind: str = "of the future"
    text: str = "?"


def log_of(folder: Path, *lines: str) -> list[Event]:
    (folder / "events.jsonl").write_text("".join(line + "\n" for line in lines))
    return list(store.read_events(folder))


def test_what_a_newer_program_wrote_is_passed_over(tmp_path: Path) -> None:
    events = log_of(tmp_path, write_event(Noticed(text="a")), write_event(OfTheFuture()), write_event(Noticed(text="b")))
    assert [getattr(event, "text", None) for event in events] == ["a", "b"]


def test_damaged_lines_are_counted_by_kind(tmp_path: Path) -> None:
    good = write_event(Noticed(text="all is well"))
    bare = good[: good.index(',"crc"')] + "}"
    changed = good.replace("well", "lost")
    foreign = [bare.replace("noticed", "n0ticed"), bare.replace("2026", "20x6"), good.replace('"text"', '"test"')]
    first, damage, last = log_of(tmp_path, bare, changed, "no JSON", good[:30], *foreign, good)
    assert (getattr(first, "text", ""), getattr(last, "text", "")) == ("all is well", "all is well")
    assert isinstance(damage, LogDamaged)
    assert (damage.garbled, damage.altered, damage.strange) == (2, 2, 2)
    assert damage.words == "6 lines of the log cannot be read (2 garbled, 2 with a wrong check digit, 2 with wrong fields)"


def test_no_change_of_a_line_is_read_as_something_else(tmp_path: Path) -> None:
    event = Noticed(text="$0.25")
    good = write_event(event)
    for place in range(len(good)):
        spoilt = good[:place] + chr(ord(good[place]) ^ 1) + good[place + 1 :]
        (read,) = log_of(tmp_path, spoilt)
        assert isinstance(read, LogDamaged) or (read == event and "crc" not in spoilt), spoilt


def test_a_folder_without_a_log_has_no_events(tmp_path: Path) -> None:
    assert store.read_events(tmp_path) == []


def test_a_reader_never_sees_a_part(tmp_path: Path) -> None:
    path, stop, seen = tmp_path / "results.json", threading.Event(), set()
    versions = [{"n": n, "padding": "x" * 200_000} for n in range(30)]
    store.replace(path, versions[0])

    def read() -> None:
        while not stop.is_set():
            seen.add(json.loads(path.read_text())["n"])

    reader = threading.Thread(target=read)
    reader.start()
    for version in versions:
        store.replace(path, version)
    stop.set()
    reader.join()
    assert seen <= set(range(30))
    assert json.loads(path.read_text()) == versions[-1]
    assert os.listdir(tmp_path) == ["results.json"]


def test_a_folder_that_is_gone_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(store.StoreFailed, match=r"cannot write .*results\.json.*resume"):
        store.replace(tmp_path / "gone" / "results.json", {})
    with pytest.raises(store.StoreFailed, match=r"cannot write .*events\.jsonl"):
        store.Log(tmp_path / "gone")


def test_a_file_that_cannot_grow_is_said_in_one_line(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(store.StoreFailed, match="File too large"):
            store.replace(tmp_path / "results.json", {"padding": "x" * 10_000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not (tmp_path / "results.json").exists()


def test_a_run_is_found_by_name_and_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = store.create(tmp_path / "runs", "a").folder
    (folder / "config.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert store.find("a", Path("runs")) == Path("runs/a")
    assert store.find("runs/a", Path("elsewhere")) == Path("runs/a")
    with pytest.raises(UsageError, match="no run 'b' under runs; nearest: a"):
        store.find("b", Path("runs"))
    with pytest.raises(UsageError, match="there are no runs yet"):
        store.find("b", Path("elsewhere"))


@pytest.mark.parametrize(
    ("content", "told"), [('{"tasks": [', "cannot be read"), ("[]", "everything"), ('{"id": 1}', "lacks tasks")]
)
def test_a_config_that_is_none_is_named(content: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(UsageError, match=told):
        store.read_config(tmp_path)


def test_a_config_is_asked_for_what_its_reader_needs(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"tasks": []}')
    assert store.read_config(tmp_path) == {"tasks": []}
    with pytest.raises(UsageError, match=r"lacks id, preset, settings, limits, prompts_dir, cache_dir"):
        store.read_config(tmp_path, store.TO_RESUME)
