"""Every run that a test has made is audited when it ends, unless the test is marked `forged`: it damages runs on purpose."""

from __future__ import annotations

from pathlib import Path

from nlevolve.cli.audit import audited
from nlevolve.errors import UsageError
from nlevolve.run.store import read_config

MOST = 3
"""Runs of one test that are audited: of a hundred copies of one, cut at different places, the first and some others."""

UNPUBLISHED = "is not there"
"""Many a story drives its run without the publisher of its files."""


def differences(folder: Path) -> list[str]:
    """What the audits of all runs below a folder found, a line each."""
    runs = sorted(config.parent for config in folder.rglob("config.json") if (config.parent / "events.jsonl").is_file())
    chosen = runs if len(runs) <= MOST else [runs[len(runs) * place // MOST] for place in range(MOST)]
    return [f"{run.relative_to(folder)}: {line}" for run in chosen for line in _differences(run, run is chosen[0])]


def _differences(run: Path, requests: bool) -> list[str]:
    """`requests`: they are made again, too, which takes as long as all the rest."""
    try:
        config = read_config(run)
    except UsageError:  # a test of what is no run
        return []
    found = audited(run, config, requests=requests).differs
    return [str(one) for one in found if not (one.kind == "file" and one.what.startswith(UNPUBLISHED))]
