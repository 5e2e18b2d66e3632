"""Whether a run in shards, merged, is the run that was not divided: the embedded models on many tasks.

`python -m benchmarks.shards --tasks arc1:training --shards 7`: each with a sample bank of its own, shards in processes of their
own, as many at once as `--workers`. No birth is begun that an earlier one may make needless, since how many calls those come
to is a matter of time; `--overlap 4` shows that, and that the answers do not depend on it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from nlevolve.run.store import read_config

TIMES = {"seconds", "reply_seconds"}
"""What results.json says of time."""


def main(arguments: Sequence[str] | None = None) -> int:
    told = _options(arguments)
    with tempfile.TemporaryDirectory() as place:
        return _measured(Path(place), told)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tasks", default="arc1:training~40")
    options.add_argument("--shards", type=int, default=7)
    options.add_argument("--births", type=int, default=4)
    options.add_argument("--overlap", type=int, default=1)
    options.add_argument("--workers", type=int, default=2)
    return options.parse_args(arguments)


def _measured(place: Path, told: argparse.Namespace) -> int:
    began = time.monotonic()
    solved(place, "whole", told)
    whole = time.monotonic() - began
    with ThreadPoolExecutor(told.workers) as workers:
        numbers = range(1, told.shards + 1)
        list(workers.map(lambda number: solved(place, f"part{number}", told, f"{number}/{told.shards}"), numbers))
    parts = time.monotonic() - began - whole
    _call(place, "merge", *(f"part{number}" for number in numbers), "--run", "merged")
    merging = time.monotonic() - began - whole - parts
    one, other = place / "runs" / "whole", place / "runs" / "merged"
    same = (one / "submission.json").read_bytes() == (other / "submission.json").read_bytes()
    apart = list(differing(_results(one), _results(other)))
    tasks = len(read_config(other)["tasks"])
    print(f"{tasks} tasks, {told.shards} shards: undivided {whole:.0f} s, shards {parts:.0f} s, merge {merging:.1f} s")
    print(f"submission.json {'equal, byte for byte' if same else 'DIFFERS'}; digest of the settings", end=" ")
    print("equal" if read_config(one)["digest"] == read_config(other)["digest"] else "DIFFERS")
    print(f"results.json, times apart: {'equal' if not apart else f'{len(apart)} figures differ: ' + '; '.join(apart[:6])}")
    return 0 if same and (not apart or told.overlap > 1) else 1


def solved(place: Path, run: str, told: argparse.Namespace, shard: str = "") -> None:
    """Solve the tasks, or a shard of them, in a process of its own."""
    phases = f"policy.phases=[{{births={told.births},overlap={told.overlap}}}]"
    bank = place / ("whole" if run == "whole" else "shards")
    cut = ["--shard", shard] if shard else []
    _call(
        place, "solve", told.tasks, *cut, "--run", run, "--cache-dir", str(bank), "--set", phases, "--concurrency=1", "--no-live"
    )


def _call(place: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "nlevolve", *arguments]
    subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL)


def _results(run: Path) -> Any:
    return json.loads((run / "results.json").read_text())


def differing(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Figures that are not the same, but for the run's name and times."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            if key not in TIMES and f"{path}.{key}" != ".run":
                yield from differing(one.get(key), other.get(key), f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (mine, yours) in enumerate(zip(one, other, strict=True)):
            yield from differing(mine, yours, f"{path}.{place}")
    elif one != other:
        yield f"{path[1:]} {one} and {other}"


if __name__ == "__main__":
    sys.exit(main())
