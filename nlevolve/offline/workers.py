"""Worker processes: as many as there are cores, started when first needed; the event loop stays free.

They are plain children on pipes rather than a process pool: those import the main script anew, which breaks scripts without
a main guard. A worker ends when its pipe closes, so that none is left behind however this process dies.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import IO

from nlevolve.offline.answer import Job, answer

_BEGINNING = """
import importlib.util, sys
package, *places = sys.argv[1:]
sys.path += places
spec = importlib.util.spec_from_file_location("nlevolve", package)
module = sys.modules["nlevolve"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
from nlevolve.offline.workers import serve
serve()
"""
"""A worker is isolated (`python -I`): the current folder and PYTHONPATH may be anybody's. It is told where this package is."""

_own = threading.local()
_all: list[subprocess.Popen[str]] = []


async def in_worker(job: Job) -> str:
    """The answer to a job, made in another process."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), _ask, job)


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    """One thread for each worker; it waits where the event loop must not."""
    atexit.register(_end)
    return ThreadPoolExecutor(cores(), thread_name_prefix="offline")


def _ask(job: Job) -> str:
    line = json.dumps([job.model, job.prompt, job.seed, job.form])
    for _ in range(2):
        with contextlib.suppress(OSError, ValueError):
            pipe_in, pipe_out = _pipes()
            print(line, file=pipe_in, flush=True)
            reply = pipe_out.readline()
            if reply:
                return str(json.loads(reply))
        # killed from outside: once more with a new one
        _own.worker = None
    return answer(job)


def _pipes() -> tuple[IO[str], IO[str]]:
    worker: subprocess.Popen[str] | None = getattr(_own, "worker", None)
    if worker is None or worker.poll() is not None:
        # our own Python and our own code, nothing that anybody typed
        worker = subprocess.Popen(  # nosec B603
            [sys.executable, "-I", "-c", _BEGINNING, str(Path(__file__).parents[1] / "__init__.py"), *_places()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            # a Ctrl-C is for the run, which ends its workers by closing their pipes: also while they are still starting
            process_group=0,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        _own.worker = worker
        _all.append(worker)
    assert worker.stdin
    assert worker.stdout
    return worker.stdin, worker.stdout


def _places() -> list[str]:
    """Where this process has numpy and scipy from: where a worker looks last, if it does not have them itself."""
    sources = [getattr(sys.modules.get(name), "__file__", None) for name in ("numpy", "scipy")]
    return list(dict.fromkeys(str(Path(source).parents[1]) for source in sources if source))


def _end() -> None:
    for worker in _all:
        with contextlib.suppress(OSError):
            if worker.stdin:
                worker.stdin.close()
    for worker in _all:
        worker.wait()


def serve() -> None:
    """A worker's life: a job a line in, an answer a line out, until the pipe closes."""
    for line in sys.stdin:
        model, prompt, seed, form = json.loads(line)
        print(json.dumps(answer(Job(model, prompt, seed, form))), flush=True)
