"""A run over machines that are reached by ssh: a scheduler and workers of Dask are started there, and end with the run.

    pip install 'nlevolve[cluster]' asyncssh
    python ssh.py RUN SELECTOR… [options of nlevolve solve] -- HOST [HOST …]      # the scheduler runs on the first

Every host has the same Python and nlevolve, with its extra `cluster`, at the same path; it lets you in without a password, is
among your known_hosts, and has its own keys (a .env in the home folder: ssh brings no environment along). Begun again, it goes
on with the run.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from subprocess import call

from dask.distributed import SSHCluster


def begun(run: str, told: list[str]) -> list[str]:
    """The command: a run that is there is gone on with, with what its config.json says."""
    if Path("runs", run, "config.json").exists():
        return ["nlevolve", "resume", run]
    return ["nlevolve", "solve", *told, "--run", run]


def main() -> int:
    run, *told = sys.argv[1 : sys.argv.index("--")]
    hosts = sys.argv[sys.argv.index("--") + 1 :]
    with SSHCluster(
        [hosts[0], *hosts], worker_options={"nthreads": 1}, scheduler_options={"port": 0, "dashboard": False}
    ) as cluster:
        # Ctrl-C is for the run, which ends in order; then the cluster does
        signal.signal(signal.SIGINT, lambda *_: None)
        return call([*begun(run, told), "--cluster", cluster.scheduler_address])


if __name__ == "__main__":
    sys.exit(main())
