"""The recipes for job arrays, Kubernetes and Dask can be read by what reads them, and a job that comes again goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

EXAMPLES = Path(__file__).parents[1] / "examples"
JOBS = """
class SLURMCluster:
    scheduler_address = "tcp://there"
    def __init__(self, **told): pass
    def __enter__(self): return self
    def __exit__(self, *_): print("no more jobs", flush=True)
    def adapt(self, minimum_jobs, maximum_jobs): print(minimum_jobs, "to", maximum_jobs, "jobs", flush=True)
"""
"""Stands in for dask_jobqueue."""
SCRIPTS = [EXAMPLES / "shard.sh", *sorted((EXAMPLES / "slurm").iterdir())]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_bash_can_read_it(script: Path) -> None:
    assert subprocess.run(["bash", "-n", str(script)], capture_output=True, check=False).stderr == b""


@pytest.mark.parametrize("program", sorted((EXAMPLES / "dask").iterdir()), ids=lambda path: path.name)
def test_python_can_read_it(program: Path) -> None:
    compile(program.read_text(), program.name, "exec")


def test_ctrl_c_in_a_cluster_of_jobs_is_for_the_run_and_begun_again_it_goes_on(tmp_path: Path) -> None:
    (tmp_path / "dask_jobqueue.py").write_text(JOBS)
    program = tmp_path / "nlevolve"
    # as a run does: it hears Ctrl-C, and takes its time to end
    program.write_text("#!/usr/bin/env bash\ntrap 'echo ended; exit 130' INT\necho $@\nwhile :; do read -t 0.1 <>$FIFO; done\n")
    program.chmod(0o755)
    os.mkfifo(tmp_path / "fifo")
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHONPATH": str(tmp_path), "FIFO": str(tmp_path / "fifo")}

    def told(*words: str) -> list[str]:
        command = [sys.executable, str(EXAMPLES / "dask" / "jobqueue.py"), "many", "3", "arc1:training", *words]
        with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True) as one:
            assert one.stdout
            lines = [one.stdout.readline(), one.stdout.readline()]
            os.killpg(one.pid, signal.SIGINT)
            lines += one.stdout.readlines()
        assert one.returncode == 130
        return [line.strip() for line in lines]

    there = ["3 to 3 jobs", "solve arc1:training --budget 10 --run many --cluster tcp://there", "ended", "no more jobs"]
    assert told("--budget", "10") == there
    (tmp_path / "runs" / "many").mkdir(parents=True)
    (tmp_path / "runs" / "many" / "config.json").touch()
    assert told()[1] == "resume many --cluster tcp://there"


def documents(name: str) -> list[Any]:
    return list(yaml.safe_load_all((EXAMPLES / "kubernetes" / name).read_text()))


def pods() -> Iterator[tuple[str, Any]]:
    for file in sorted((EXAMPLES / "kubernetes").iterdir()):
        for document in documents(file.name):
            if "template" in document["spec"]:
                yield f"{file.name} {document['kind']}", document["spec"]["template"]


def test_every_shard_of_the_job_has_its_number_and_the_hub_its_name() -> None:
    (job,) = documents("job.yaml")
    hub, service, policy = documents("hub.yaml")
    (merge,) = documents("merge.yaml")
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert f" {job['spec']['completions']} study " in container["args"][0]
    assert f"study.*of{job['spec']['completions']} " in merge["spec"]["template"]["spec"]["containers"][0]["args"][0]
    assert job["spec"]["parallelism"] <= job["spec"]["completions"]
    port = service["spec"]["ports"][0]["port"]
    assert f"--hub http://{service['metadata']['name']}:{port}" in container["args"][0]
    (serving,) = hub["spec"]["template"]["spec"]["containers"]
    assert str(port) in serving["command"]
    (let_in,) = policy["spec"]["ingress"]
    assert let_in["ports"] == service["spec"]["ports"]
    assert let_in["from"] == [{"podSelector": {"matchLabels": job["spec"]["template"]["metadata"]["labels"]}}]
    labels = hub["spec"]["template"]["metadata"]["labels"]
    assert (
        labels
        == hub["spec"]["selector"]["matchLabels"]
        == service["spec"]["selector"]
        == policy["spec"]["podSelector"]["matchLabels"]
    )


def test_a_lost_shard_comes_again_where_its_run_lies_and_what_cannot_help_is_not_tried_again() -> None:
    (job,) = documents("job.yaml")
    rules = job["spec"]["podFailurePolicy"]["rules"]
    # a server refuses an index's rule where no limit is by index, and any policy where pods restart their containers
    assert job["spec"]["backoffLimitPerIndex"] > 0
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"
    assert [rule["action"] for rule in rules] == ["Ignore", "FailIndex"]
    assert rules[1]["onExitCodes"]["values"] == [2, 3]
    claims = {
        volume["persistentVolumeClaim"]["claimName"]
        for _, pod in pods()
        for volume in pod["spec"]["volumes"]
        if "persistentVolumeClaim" in volume
    }
    assert claims == {document["metadata"]["name"] for document in documents("volume.yaml")}


@pytest.mark.parametrize("pod", [pytest.param(pod, id=name) for name, pod in pods()])
def test_a_namespace_with_the_restricted_standard_lets_the_pod_in(pod: Any) -> None:
    """What Kubernetes's Pod Security Standards ask of its strictest namespaces; and nothing but its volumes is written to."""
    spec = pod["spec"]
    assert spec["securityContext"]["runAsNonRoot"]
    assert spec["securityContext"]["runAsUser"] == spec["securityContext"]["fsGroup"] == 1000
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = spec["containers"]
    told = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True}
    assert container["securityContext"] == told
    mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounted["tmp"] == "/tmp"
    claimed = {"hub"} if "hub" in mounted else set()  # of a StatefulSet's own
    assert mounted.keys() == {volume["name"] for volume in spec["volumes"]} | claimed


def called(place: Path, script: str, **told: str) -> str:
    """What a batch script of an array calls, in a folder where jobs are submitted."""
    program = place / "program"
    program.write_text('#!/usr/bin/env bash\necho "$@"\n')
    program.chmod(0o755)
    env = {"NLEVOLVE": str(program), "SLURM_SUBMIT_DIR": str(EXAMPLES), "SLURM_TMPDIR": "/disk", "PATH": "/usr/bin:/bin", **told}
    script = str(EXAMPLES / "slurm" / script)
    return subprocess.run(["bash", script], cwd=place, env=env, check=True, capture_output=True, text=True).stdout.strip()


def test_a_task_of_an_array_begins_its_shard_and_goes_on_with_it_when_it_comes_again(tmp_path: Path) -> None:
    def task(number: int, **told: str) -> str:
        return called(tmp_path, "array.sbatch", SLURM_ARRAY_TASK_ID=str(number), SLURM_ARRAY_TASK_COUNT="1", **told)

    places = f"--runs-dir runs --cache-dir /disk/nlevolve-bank-{os.getuid()} --no-live"
    solved = f"solve arc2:evaluation{{0}} --shard {{1}} --run {{2}} {places}"
    # of an array of one task, the one that is to come again, there are seven shards all the same
    assert task(3) == solved.format(" --budget 10", "3/7", "study.3of7")
    assert task(4, BUDGET_EACH="", SHARDS="20", STUDY="own") == solved.format("", "4/20", "own.4of20")
    for run in ("study.3of7", "study.5of7", "study.3of7.1", "study.3of20", "own.4of20"):
        (tmp_path / "runs" / run).mkdir(parents=True)
        (tmp_path / "runs" / run / "config.json").touch()
    assert task(3, NLEVOLVE_RESUME="--budget 20") == f"resume study.3of7 {places} --trust --budget 20"
    assert called(tmp_path, "merge.sbatch") == "merge study.3of7 study.5of7 --run study --runs-dir runs"
    assert called(tmp_path, "merge.sbatch", STUDY="own", SHARDS="20") == "merge own.4of20 --run own --runs-dir runs"
