"""Worker processes: work goes on when one dies, and none is left behind."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil

from nlevolve.offline import workers
from nlevolve.offline.answer import Job, answer

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(workers.__file__).parents[2])}
JOB = Job("offline/generator-weak", "Input\n1 2\n\nOutput\n2 1\n", 0, "lines")


def children() -> list[psutil.Process]:
    return [p for p in psutil.Process().children() if "nlevolve.offline.workers" in " ".join(p.cmdline())]


def test_a_killed_worker_is_replaced_without_a_word() -> None:
    expected = answer(JOB)
    assert asyncio.run(workers.in_worker(JOB)) == expected
    for worker in children():
        worker.kill()
        worker.wait()
    assert asyncio.run(workers.in_worker(JOB)) == expected


def test_workers_end_with_the_process_that_started_them_however_it_dies() -> None:
    script = textwrap.dedent(
        """
        import asyncio, os, psutil
        from nlevolve.offline.answer import Job
        from nlevolve.offline.workers import in_worker
        asyncio.run(in_worker(Job("offline/generator-weak", "Input\\n1 2\\n\\nOutput\\n2 1\\n", 0, 'lines')))
        print(*[p.pid for p in psutil.Process().children()], flush=True)
        os.kill(os.getpid(), 9)
        """
    )
    ended = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=False, env=ENVIRONMENT)
    started = [int(pid) for pid in ended.stdout.split()]
    assert started
    deadline = time.monotonic() + 20
    while any(psutil.pid_exists(pid) for pid in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(psutil.pid_exists(pid) for pid in started)
