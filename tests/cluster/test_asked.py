"""What `--cluster` refuses before anything is begun, in one line."""

from __future__ import annotations

import importlib.util
import json
import socket
from importlib import metadata
from pathlib import Path

import pytest

from nlevolve.cluster import asked
from nlevolve.cluster.asked import Cluster, cluster, planned
from nlevolve.errors import UsageError
from nlevolve.options import Options
from tests.attacks.fuzzing import call

pytest.importorskip("distributed")


def test_it_names_the_extra_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'nlevolve\[cluster\]'"):
        cluster(Options(cluster="local"))


def test_what_cannot_go_together_is_refused() -> None:
    with pytest.raises(UsageError, match="--workers says how many workers of a cluster"):
        cluster(Options(workers=2))
    with pytest.raises(UsageError, match="--replay sends nothing"):
        cluster(Options(cluster="local", replay=True))
    with pytest.raises(UsageError, match="--task-budget is not kept over the workers"):
        cluster(Options(cluster="local", task_budget=1.0))
    with pytest.raises(UsageError, match="the caps are the hub's, and --max-calls"):
        cluster(Options(cluster="local", hub="http://127.0.0.1:1", max_calls=3))
    assert cluster(Options()) is None
    assert cluster(Options(cluster="local", workers=2)) == Cluster("local", 2)


def test_an_address_at_which_nobody_answers_is_told_in_a_line_and_leaves_no_folder(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ended = call(tmp_path, ["solve", "arc1:67a3c6ac", "--cluster", f"tcp://127.0.0.1:{port}", "--no-live"])
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert f"no scheduler of Dask answers at tcp://127.0.0.1:{port} (connection refused)" in ended.err
    assert not (tmp_path / "runs").exists()


def test_whoever_is_no_scheduler_is_not_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "GLANCE", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(UsageError, match="does not greet"):
        cluster(Options(cluster=f"tcp://127.0.0.1:{silent.getsockname()[1]}"))


@pytest.mark.parametrize("address", ["http://a:1", "tcp://", "tcp://a:b", "tcp://a:0", "loca l", ""])
def test_what_is_no_address_of_a_scheduler_is_refused_unseen(address: str) -> None:
    with pytest.raises(UsageError, match="--cluster takes local, or a scheduler's address like tcp://HOST:PORT, got"):
        planned(Options(cluster=address))


def test_a_dry_run_says_who_would_take_part_and_looks_for_nobody(tmp_path: Path) -> None:
    dask = metadata.version("distributed")
    here, there = planned(Options(cluster="local", workers=3)), planned(Options(cluster="tcp://127.0.0.1:9"))
    assert here
    assert there
    assert here.told == f"cluster: 3 workers on this machine, by Dask {dask}"
    assert there.row == {"address": "tcp://127.0.0.1:9", "workers": None, "dask": dask}
    ended = call(tmp_path, ["solve", "arc1:67a3c6ac", "--dry-run", "--cluster", "tcp://127.0.0.1:9", "--workers", "1"])
    said = f"\ncluster: 1 worker at most at tcp://127.0.0.1:9, by Dask {dask}; whether"
    assert (ended.code, said in ended.out) == (0, True)
    refused = call(tmp_path, ["solve", "arc1:67a3c6ac", "--dry-run", "--cluster", "local", "--task-budget", "1"])
    assert (refused.code, refused.err.count("\n"), "--task-budget is not kept" in refused.err) == (2, 1, True)


def test_a_dry_run_names_the_hub_and_refuses_what_is_no_address_of_one(tmp_path: Path) -> None:
    ended = call(tmp_path, ["solve", "arc1:67a3c6ac", "--dry-run", "--hub", "http://127.0.0.1:9/"])
    assert (ended.code, "\nhub: its caps, limits and sample bank, at http://127.0.0.1:9; whether" in ended.out) == (0, True)
    told = call(tmp_path, ["solve", "arc1:67a3c6ac", "--dry-run", "--json", "--hub", "http://127.0.0.1:9"])
    assert json.loads(told.out)["hub"] == "http://127.0.0.1:9"
    refused = call(tmp_path, ["solve", "arc1:67a3c6ac", "--dry-run", "--hub", "foo"])
    assert (refused.code, refused.err.count("\n"), "--hub takes an address like http://HOST:PORT, got 'foo'" in refused.err) == (
        2,
        1,
        True,
    )


def test_commands_that_take_no_cluster_say_which_do(tmp_path: Path) -> None:
    ended = call(tmp_path, ["control", "some", "--cluster", "local"])
    assert (ended.code, "--cluster. Only solve, resume and sweep take a cluster" in ended.err) == (2, True)


def test_a_cluster_that_only_a_sweep_s_file_names_is_asked_about_first(tmp_path: Path) -> None:
    lines = ["selectors = ['arc1:67a3c6ac']", "generator = ['offline/generator', 'offline/generator-weak']"]
    (tmp_path / "sweep.toml").write_text("\n".join([*lines, "cluster = 'tcp://127.0.0.1:9'"]))
    ended = call(tmp_path, ["sweep", "sweep.toml"])
    assert ended.code == 2
    assert "nobody has chosen this here: the cluster at tcp://127.0.0.1:9" in ended.err
