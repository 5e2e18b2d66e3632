"""The recipe for SLURM, on a SLURM of one node that is set up for it in a temporary folder: what holds when jobs are not let end.

    python -m benchmarks.slurm [plain|accidents|time|hub …]

Wants the programs of slurm and munge (Debian: slurm-wlm and munge), whose daemons it starts by hand and ends; elsewhere it
says what is missing. `plain`: docs/SCALING.md's commands as they stand, embedded models, seven shards of fourteen tasks. The
others ask a slow provider over HTTP, which counts. `accidents`: one task is requeued in mid-run, one is killed, the node of a
third dies. `time`: jobs whose time is up. `hub`: the accidents, with one account. Each ends with the merged run beside an
undivided one.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path

import psutil

from benchmarks.figures import machine
from nlevolve.cli.audit import audited
from nlevolve.hub.address import status
from nlevolve.records import CallFinished
from nlevolve.run.store import read_config, read_events
from tests.stories.test_processes import Slow
from tests.stories.worlds import task_file

ROOT = Path(__file__).parents[1]
DAEMONS = ("munged", "slurmctld", "slurmd")
COMMANDS = ("sbatch", "squeue", "scontrol")
STORIES = ("plain", "accidents", "time", "hub")
SHARDS, TASKS = 7, 14
UNDER_WAY = 25
"""Lines of a shard's log after which it is well under way."""
SECONDS = 0.7
"""Of a reply."""
CONFIG = """\
ClusterName=here
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock,cred_expire=5
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_res
SelectTypeParameters=CR_Core_Memory
MpiDefault=none
ReturnToService=2
MinJobAge=3600
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory}
PartitionName=all Nodes=ALL Default=YES State=UP
"""
"""A requeued job waits as long as a credential holds: 120 s, but for cred_expire."""


def program(name: str) -> str | None:
    """Daemons lie where not everybody's PATH looks."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")


@dataclass
class Slurm:
    """A controller and its one node, and a folder from which jobs are submitted."""

    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def daemon(self, name: str, *words: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as out:
            self.running[name] = subprocess.Popen([str(program(name)), *words], env=self.env, stdout=out, stderr=out)

    @property
    def env(self) -> dict[str, str]:
        ours = {"PYTHONPATH": str(ROOT), "NLEVOLVE": f"{sys.executable} -m nlevolve", "HOSTED_VLLM_API_KEY": "any"}
        return {**os.environ, **ours, "SLURM_CONF": str(self.folder / "slurm.conf"), "TMPDIR": str(self.folder)}

    def call(self, *words: str, **more: str) -> str:
        return subprocess.run(words, cwd=self.folder, env=self.env | more, check=True, capture_output=True, text=True).stdout

    def submit(self, *words: str, **more: str) -> str:
        return self.call("sbatch", "--parsable", *words, **more).strip()

    def states(self, job: str) -> Counter[str]:
        return Counter(self.call("squeue", "--array", "--noheader", "--states=all", "--job", job, "--format=%T").split())

    def over(self, job: str) -> Counter[str]:
        """Wait for all of a job's tasks; the states in which they ended."""
        until(lambda: not self.states(job).keys() & {"PENDING", "RUNNING", "COMPLETING", "CONFIGURING", "SUSPENDED", "REQUEUED"})
        return self.states(job)


@contextmanager
def slurm() -> Iterator[Slurm]:
    with tempfile.TemporaryDirectory(prefix="slurm-") as place:
        ours = Slurm(Path(place))
        try:
            _started(ours)
            yield ours
        finally:
            for process in reversed(ours.running.values()):
                process.terminate()
                process.wait()


def _started(ours: Slurm) -> None:
    folder, host = ours.folder, socket.gethostname().split(".")[0]
    for name in ("state", "spool"):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.write_bytes(secrets.token_bytes(1024))
    key.chmod(0o400)
    folder.chmod(0o755)  # munge wants to see who can change its socket
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20 - 256
    about = {"host": host, "user": getuser(), "cpus": os.cpu_count(), "memory": memory, "ports": (free_port(), free_port())}
    (folder / "slurm.conf").write_text(CONFIG.format(folder=folder, **about))
    files = [f"--{name}={folder}/munge.{name[:4]}" for name in ("socket", "pid-file", "log-file", "seed-file")]
    ours.daemon("munged", "--foreground", f"--key-file={key}", *files)
    until((folder / "munge.sock").exists)
    ours.daemon("slurmctld", "-D")
    ours.daemon("slurmd", "-D")
    until(lambda: "idle" in subprocess.run(["sinfo", "-h"], env=ours.env, capture_output=True, text=True, check=False).stdout)
    for recipe in ("shard.sh", "slurm/array.sbatch", "slurm/merge.sbatch"):
        shutil.copy(ROOT / "examples" / recipe, folder)


def until(holds: Callable[[], bool], seconds: float = 900) -> None:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"waited for {seconds:.0f} s"
        time.sleep(0.2)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


# what a job is


def lines_of(ours: Slurm, shard: int) -> int:
    log = ours.folder / "runs" / f"study.{shard}of{SHARDS}" / "events.jsonl"
    return log.read_bytes().count(b"\n") if log.exists() else 0


def workers(ours: Slurm) -> dict[str, psutil.Process]:
    """The processes that work on shards, by run: bash and shard.sh have given them their place."""
    found = {}
    for process in psutil.process_iter():
        words = _words(process)
        if any(word.startswith(str(ours.folder / "nlevolve-bank")) for word in words):
            found |= {word: process for word in words if word.startswith("study.")}
    return found


def _words(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def node_dies(ours: Slurm) -> None:
    """All that SLURM has there, and all jobs; then SLURM is told, and a new node is up, on whose disk there is no bank."""
    ours.running["slurmd"].kill()
    for job in workers(ours).values():
        for process in (job.parent(), job):
            if process is not None:
                process.kill()
    ours.running.pop("slurmd").wait()
    shutil.rmtree(next(ours.folder.glob("nlevolve-bank-*")))
    host = socket.gethostname().split(".")[0]
    ours.call("scontrol", "update", f"nodename={host}", "state=down", "reason=dead")
    ours.daemon("slurmd", "-D")
    until(lambda: "down" not in ours.call("sinfo", "-h"))


# stories


def plain(ours: Slurm) -> str:
    told = {"TASKS": f"arc1:training[:{TASKS}]", "OPTIONS": "--set policy.phases=[{births=3,overlap=1}]"}
    job = ours.submit("--export=ALL", "array.sbatch", **told)
    merging = ours.submit(f"--dependency=afterany:{job}", "merge.sbatch")
    ended = ours.over(job), ours.over(merging)
    whole(ours, told["TASKS"], *told["OPTIONS"].split())
    return f"{_told(ended[0])}; merging {_told(ended[1])}; {beside(ours)}"


def accidents(ours: Slurm, hub: str = "", token: str = "") -> str:
    slow = Slow(seconds=0)
    with slow.provider as provider:
        told = world(ours, slow, f"--hub {hub}" if hub else "") | {"NLEVOLVE_HUB_TOKEN": token}
        job = ours.submit("array.sbatch", **told)
        until(lambda: lines_of(ours, 1) > UNDER_WAY)
        ours.call("scontrol", "requeue", f"{job}_1")
        until(lambda: lines_of(ours, 2) > UNDER_WAY)
        workers(ours)[f"study.2of{SHARDS}"].kill()
        until(lambda: lines_of(ours, 3) > UNDER_WAY)
        node_dies(ours)
        ended = ours.over(job)
        again = ours.submit("--array=2", "array.sbatch", **told)
        merging = ours.submit(f"--dependency=afterany:{again}", "merge.sbatch")
        ours.over(merging)
        asked = len(provider.asked)
        spent = (status(hub, token) or {})["spent"]["calls"] if hub else None
        return f"{_told(ended)}; again {_told(ours.over(again))}; {beside(ours, asked, spent)}"


def by_hub(ours: Slurm) -> str:
    token, port = secrets.token_urlsafe(32), free_port()
    with (ours.folder / "hub.log").open("ab") as out:
        words = [sys.executable, "-m", "nlevolve", "hub", "--port", str(port), "--max-calls", "100000"]
        process = subprocess.Popen(words, cwd=ours.folder, env=ours.env | {"NLEVOLVE_HUB_TOKEN": token}, stdout=out, stderr=out)
    try:
        return accidents(ours, f"http://127.0.0.1:{port}", token)
    finally:
        process.terminate()
        process.wait()


def out_of_time(ours: Slurm) -> str:
    slow, two = Slow(seconds=0), {"SHARDS": "2"}
    with slow.provider:
        told = two | world(ours, slow, "--concurrency 1", tasks=4)
        slow.seconds = 3 * SECONDS
        tries = []
        while not tries or tries[-1].keys() != {"COMPLETED"}:
            # a minute before the time is up, or up to a minute earlier
            job = ours.submit("--array=1-2", "--time=3", "--signal=B:TERM@60", "array.sbatch", **told)
            tries.append(ours.over(job))
        ours.over(ours.submit("merge.sbatch", **two))
        return f"{', then '.join(map(_told, tries))}; {beside(ours, len(slow.provider.asked))}"


def world(ours: Slurm, slow: Slow, options: str, tasks: int = TASKS) -> dict[str, str]:
    """Tasks and what is said of them, and the undivided run, for which the provider takes no time."""
    names = [task_file(ours.folder, name=f"task{number}").name for number in range(tasks)]
    models = "--generator hosted_vllm/some --checker hosted_vllm/some --no-ping --set policy.phases=[{births=8,overlap=2}]"
    where = " ".join(f"--set {role}.base_url={slow.provider.url}" for role in ("generator", "checker"))
    whole(ours, *names, *models.split(), *where.split())
    slow.seconds = SECONDS
    slow.provider.asked.clear()
    return {"TASKS": " ".join(names), "BUDGET_EACH": "", "OPTIONS": f"{models} {where} {options}"}


def whole(ours: Slurm, *told: str) -> None:
    """The undivided run."""
    places = ("--run", "whole", "--cache-dir", "apart", "--no-live")
    ours.call(*ours.env["NLEVOLVE"].split(), "solve", *told, *places)


STORY: dict[str, Callable[[Slurm], str]] = {"plain": plain, "accidents": accidents, "time": out_of_time, "hub": by_hub}


def _told(states: Counter[str]) -> str:
    return " and ".join(f"{number} {state}" for state, number in sorted(states.items()))


def beside(ours: Slurm, asked: int | None = None, spent: int | None = None) -> str:
    """The merged run beside the undivided one, and by itself; the requests that the provider and the hub counted."""
    merged, one = (ours.folder / "runs" / name for name in ("study", "whole"))
    same = (merged / "submission.json").read_bytes() == (one / "submission.json").read_bytes()
    ends = [event for event in read_events(merged) if isinstance(event, CallFinished)]
    bought = Counter(event.request for event in ends if event.source == "provider")
    found = audited(merged, read_config(merged), requests=False).differs
    told = [f"answers {'the same' if same else 'NOT THE SAME'}", f"audit: {found[:2] or 'nothing differs'}"]
    told += [f"{len(ends)} calls in its log, {sum(bought.values()) - len(bought)} paid twice"]
    told += ["A BANK IN THE SUBMITTING FOLDER"] * (ours.folder / ".nlevolve-cache").exists()
    told += [f"{asked} requests came to the provider"] * (asked is not None)
    told += [f"{spent} calls in the hub's account"] * (spent is not None)
    return "; ".join(told)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stories", nargs="*", metavar="STORY", default=list(STORIES), choices=STORIES)
    asked = parser.parse_args()
    missing = [name for name in (*DAEMONS, *COMMANDS) if program(name) is None]
    if missing:
        print(f"slurm: {', '.join(missing)} not found; on Debian apt install slurm-wlm munge", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {machine()}, {subprocess.check_output([str(program('slurmd')), '-V'], text=True).strip()}"
    )
    for story in asked.stories:
        with slurm() as ours:
            print(f"{story}: {STORY[story](ours)} (load {os.getloadavg()[0]:.0f})", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
