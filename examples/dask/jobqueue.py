"""A run over jobs of a batch system, one worker each: dask-jobqueue submits them, and takes them back when the run is over.

    pip install 'nlevolve[cluster]' dask-jobqueue
    python jobqueue.py RUN JOBS SELECTOR… [options of nlevolve solve]

PBSCluster, LSFCluster, SGECluster and others of dask-jobqueue are called alike. A job whose time is up is a worker that is lost:
its tasks go on elsewhere from their events.
"""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import call

from dask_jobqueue import SLURMCluster


def begun(run: str, told: list[str]) -> list[str]:
    """The command: a run that is there is gone on with, with what its config.json says."""
    if Path("runs", run, "config.json").exists():
        return ["nlevolve", "resume", run]
    return ["nlevolve", "solve", *told, "--run", run]


def main() -> int:
    run, jobs, *told = sys.argv[1:]
    with SLURMCluster(cores=1, processes=1, memory="2GB", walltime="08:00:00") as cluster:
        cluster.scale(jobs=int(jobs))
        return call([*begun(run, told), "--cluster", cluster.scheduler_address])


if __name__ == "__main__":
    sys.exit(main())
