"""A run over jobs of a batch system, one worker each: dask-jobqueue submits them, and takes them back when the run is over.

    pip install 'nlevolve[cluster]' dask-jobqueue
    python jobqueue.py RUN JOBS SELECTOR…

PBSCluster, LSFCluster, SGECluster and others of dask-jobqueue are called alike. A job whose time is up is a worker that is lost:
its tasks go on elsewhere from their events.
"""

from __future__ import annotations

import sys

from dask_jobqueue import SLURMCluster

import nlevolve


def main() -> int:
    run, jobs, *selectors = sys.argv[1:]
    with SLURMCluster(cores=1, processes=1, memory="2GB", walltime="08:00:00") as cluster:
        cluster.scale(jobs=int(jobs))
        return nlevolve.solve(selectors, run=run, cluster=cluster.scheduler_address).exit_code


if __name__ == "__main__":
    sys.exit(main())
