"""A run over machines that are reached by ssh: a scheduler and workers of Dask are started there, and end with the run.

    python ssh.py RUN SELECTOR… [options of nlevolve solve] -- HOST [HOST …]      # the scheduler runs on the first

Every host has the same nlevolve, with its extra `cluster`, at the same place, and its own keys (or a .env in the home folder).
"""

from __future__ import annotations

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
    with SSHCluster([hosts[0], *hosts], worker_options={"nthreads": 1}) as cluster:
        return call([*begun(run, told), "--cluster", cluster.scheduler_address])


if __name__ == "__main__":
    sys.exit(main())
