"""The recipes for job arrays, Kubernetes and Dask can be read by what reads them, and a job that comes again goes on."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

EXAMPLES = Path(__file__).parents[1] / "examples"
SCRIPTS = [EXAMPLES / "shard.sh", *sorted((EXAMPLES / "slurm").iterdir())]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_bash_can_read_it(script: Path) -> None:
    assert subprocess.run(["bash", "-n", str(script)], capture_output=True, check=False).stderr == b""


@pytest.mark.parametrize("program", sorted((EXAMPLES / "dask").iterdir()), ids=lambda path: path.name)
def test_python_can_read_it(program: Path) -> None:
    compile(program.read_text(), program.name, "exec")


def test_every_shard_of_the_job_has_its_number_and_the_hub_its_name() -> None:
    (job,) = yaml.safe_load_all((EXAMPLES / "kubernetes" / "job.yaml").read_text())
    hub, service = yaml.safe_load_all((EXAMPLES / "kubernetes" / "hub.yaml").read_text())
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert f" {job['spec']['completions']} study " in container["args"][0]
    assert job["spec"]["parallelism"] <= job["spec"]["completions"]
    assert f"--hub http://{service['metadata']['name']}:{service['spec']['ports'][0]['port']}" in container["args"][0]
    (serving,) = hub["spec"]["template"]["spec"]["containers"]
    assert str(service["spec"]["ports"][0]["port"]) in serving["command"]
    mounted = {volume["name"] for volume in job["spec"]["template"]["spec"]["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == mounted


def test_a_task_of_an_array_begins_its_shard_and_goes_on_with_it_when_it_comes_again(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text('#!/usr/bin/env bash\necho "$@" >>called\n')
    program.chmod(0o755)
    for task in (1, 2, 1):
        told = {"SLURM_ARRAY_TASK_ID": str(task), "SLURM_ARRAY_TASK_COUNT": "2", "NLEVOLVE_EXAMPLES": str(EXAMPLES)}
        place = {"NLEVOLVE": str(program), "SLURM_SUBMIT_DIR": str(tmp_path), "SLURM_TMPDIR": "/disk", "PATH": "/usr/bin:/bin"}
        subprocess.run(["bash", str(EXAMPLES / "slurm" / "array.sbatch")], cwd=tmp_path, env=told | place, check=True)
        run = tmp_path / "runs" / f"study.{task}of2"
        run.mkdir(parents=True, exist_ok=True)
        (run / "config.json").touch()
    subprocess.run(["bash", str(EXAMPLES / "slurm" / "merge.sbatch")], cwd=tmp_path, env={"NLEVOLVE": str(program)}, check=True)
    solved = "solve arc2:evaluation --cache-dir /disk/nlevolve-bank --budget 10 --shard {0}/2 --run study.{0}of2 {1}"
    places = "--runs-dir runs --no-live"
    assert (tmp_path / "called").read_text().splitlines() == [
        solved.format(1, places),
        solved.format(2, places),
        f"resume study.1of2 {places} --trust",
        "merge study.1of2 study.2of2 --run study --runs-dir runs",
    ]
