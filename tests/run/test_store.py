"""A run's folder: names, an earlier run moved aside, one writer, a torn log mended, files replaced whole."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from nlevolve.errors import UsageError
from nlevolve.records import Noticed, RunFinished, write_event
from nlevolve.run import store


@pytest.mark.parametrize("name", ["a", "2026-run_1.b", "x" * 100])
def test_a_plain_name_is_a_folder(name: str, tmp_path: Path) -> None:
    assert store.create(tmp_path / "runs", name) == tmp_path / "runs" / name


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "-x", "a/b", "../a", "/a", "a b", "a\nb", "a\\b", "ä", "x" * 101])
def test_what_is_no_plain_name_is_refused_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run name"):
        store.create(tmp_path / "runs", name)
    assert not (tmp_path / "runs").exists()


def test_an_earlier_run_of_the_same_name_is_moved_aside(tmp_path: Path) -> None:
    for content in ("first", "second", "third"):
        (store.create(tmp_path, "a") / "config.json").write_text(content)
    kept = {folder.name: (folder / "config.json").read_text() for folder in tmp_path.iterdir()}
    assert kept == {"a.1": "first", "a.2": "second", "a": "third"}


def test_runs_without_a_name_never_share_a_folder(tmp_path: Path) -> None:
    folders = [store.create(tmp_path, None) for _ in range(5)]
    assert len(set(folders)) == 5
    assert not [file for folder in folders for file in folder.iterdir()]


def test_a_run_has_one_writer(tmp_path: Path) -> None:
    folder = store.create(tmp_path, "a")
    log = store.Log(folder)
    for second in (lambda: store.Log(folder), lambda: store.create(tmp_path, "a")):
        with pytest.raises(UsageError, match="another process"):
            second()
    log.close()
    store.Log(folder).close()
    assert store.create(tmp_path, "a") == folder


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


def test_lines_of_no_known_kind_are_left_out(tmp_path: Path) -> None:
    lines = [write_event(Noticed(text="a")), '{"v":1,"kind":"of the future"}', "no JSON", write_event(Noticed(text="b"))]
    (tmp_path / "events.jsonl").write_text("\n".join(lines) + "\n")
    assert [getattr(event, "text", None) for event in store.read_events(tmp_path)] == ["a", "b"]


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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "results.json.part").symlink_to("/dev/full")
    with pytest.raises(store.StoreFailed, match="No space left on device"):
        store.replace(tmp_path / "results.json", {})
    assert not (tmp_path / "results.json").exists()


def test_a_run_is_found_by_name_and_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = store.create(tmp_path / "runs", "a")
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
