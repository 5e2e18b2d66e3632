"""A run over jobs of a batch system, one worker each: dask-jobqueue submits them, and takes them back when the run is over.

    pip install 'nlevolve[cluster]' dask-jobqueue
    python jobqueue.py RUN JOBS SELECTOR… [options of nlevolve solve]

Run it where jobs can be submitted, and where they can connect to (a login host, or a job of its own): scheduler, driver and hub
of the run are this process and its child. PBSCluster, LSFCluster, SGECluster and others of dask-jobqueue are called alike. A job
whose time is up is a worker that is lost: its tasks go on elsewhere from their events, and another job is submitted. Begun
again, it goes on with the run.
"""

from __future__ import annotations

import signal
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
        # not scale(jobs=…): that submits none in the place of one that is over
        cluster.adapt(minimum_jobs=int(jobs), maximum_jobs=int(jobs))
        # Ctrl-C is for the run, which ends in order; then the jobs do
        signal.signal(signal.SIGINT, lambda *_: None)
        return call([*begun(run, told), "--cluster", cluster.scheduler_address])


if __name__ == "__main__":
    sys.exit(main())
