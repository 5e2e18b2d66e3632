"""What has to be the same on all machines, so that a task has the same answers wherever it is solved."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nlevolve.offline.version import digest, version
from nlevolve.version import __version__, versions

NOT_COMPARED = "python"
"""Neither requests nor answers depend on it."""


def sources() -> dict[str, str]:
    """What decides here: this program, by its version and its sources, the embedded models, the packages that matter."""
    packages = {name: one for name, one in versions().items() if name != NOT_COMPARED}
    return {**packages, "nlevolve": f"{__version__} ({digest(Path(__file__).parents[1])})", "embedded models": version()}


def different(driver: Mapping[str, str], worker: Mapping[str, str], what: str = "") -> str:
    """What is not the same, in one line; empty where all is."""
    no, names = "missing", [name for name in {**driver, **worker} if driver.get(name) != worker.get(name)]
    return "; ".join(f"{what}{name} is {worker.get(name, no)} here, and {driver.get(name, no)} at the driver" for name in names)
