"""What a shell offers while a command is typed: names of runs, presets and embedded models. Nothing that takes long is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import typer

from nlevolve.options import Places

EMBEDDED = (
    *("offline/generator", "offline/generator-weak", "offline/generator-strong", "offline/generator-eager"),
    *("offline/checker", "offline/checker-weak", "offline/checker-clever"),
    "offline/coder",
)
"""As in offline/provider.py, which loads the models themselves."""
ROLES = ("generator", "checker", "reviser", "recombiner", "answerer", "reviewer", "judge", "coder")


def runs(context: typer.Context, incomplete: str) -> list[str]:
    """The runs under the --runs-dir that was typed before, or where they are by default."""
    named = context.params.get("runs_dir") or Places.model_fields["runs_dir"].default
    return _beginning((file.parent.name for file in Path(named).glob("*/config.json")), incomplete)


def presets(incomplete: str) -> list[str]:
    """Those that ship, and the TOML files here."""
    return [*shipped(incomplete), *_beginning(map(str, Path().glob("*.toml")), incomplete)]


def shipped(incomplete: str) -> list[str]:
    """The presets that ship."""
    from nlevolve.config import presets as names

    return _beginning(names(), incomplete)


def models(incomplete: str) -> list[str]:
    """The embedded ones; of a mix, its last."""
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{model}" for model in _beginning(EMBEDDED, last)]


OFFERED: Mapping[str, Any] = {"preset": presets, "source": runs, **dict.fromkeys(ROLES, models)}
"""Name of an option -> what is offered for it."""


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return sorted(name for name in names if name.startswith(incomplete))
