"""A run over machines that are reached by ssh: a scheduler and workers of Dask are started there, and end with the run.

    python ssh.py RUN SELECTOR -- HOST [HOST …]      # the scheduler runs on the first

Every host has the same nlevolve, with its extra `cluster`, at the same place, and its own keys (or a .env in the home folder).
"""

from __future__ import annotations

import sys

from dask.distributed import SSHCluster

import nlevolve


def main() -> int:
    before, after = sys.argv[1 : sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1 :]
    run, *selectors = before
    with SSHCluster([after[0], *after], worker_options={"nthreads": 1}) as cluster:
        return nlevolve.solve(selectors, run=run, cluster=cluster.scheduler_address).exit_code


if __name__ == "__main__":
    sys.exit(main())
