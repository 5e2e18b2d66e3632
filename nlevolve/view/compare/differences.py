"""Settings in which runs differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nlevolve.config import validated
from nlevolve.errors import UsageError
from nlevolve.view.run_folder import RunFolder, settings_of

INCIDENTAL = (
    *("schema", "run", "id", "digest", "tasks", "tasks_digest", "task_digests", "cache_dir", "prompts_dir", "control", "given"),
    *("shard", "merged"),
)
"""Parts of config.json that explain nothing by differing; tasks are compared one by one."""
UNSET = (
    *(("limits.budget_file", "None"), ("limits.hub", "None"), ("limits.max_tokens_total", "None")),
    *(("seeds", "None"), ("library", "None")),
)
"""As in runs from before it could be set."""
NOT_ALWAYS = ("reviewer", "judge", "coder")
"""Roles that not every run has."""
HEIRS = {
    **dict.fromkeys(("reviser", "recombiner"), "generator"),
    **dict.fromkeys(("answerer", "reviewer", "judge"), "checker"),
}


def differences(names: Sequence[str], runs: Sequence[RunFolder]) -> dict[str, dict[str, str]]:
    """Settings that are not the same in every run. Left out: a role that differs just as the one it inherits from does, what
    only follows from naming another model (its prices), and how a role is called that some runs do not have."""
    trees = [
        {
            key.removeprefix("settings."): value
            for key, value in settings_of({**run.config, "settings": _with_defaults(run.config.get("settings"))})
            if key.split(".")[0] not in INCIDENTAL and (key, value) not in UNSET
        }
        for run in runs
    ]
    idle = {role for role in NOT_ALWAYS if any(f"{role}.model" not in tree for tree in trees)}
    keys = dict.fromkeys(key for tree in trees for key in tree if not _of_idle(key, idle))
    found = {key: [tree.get(key, "–") for tree in trees] for key in keys}
    return {
        key: dict(zip(names, values, strict=True))
        for key, values in found.items()
        # what has no value, and what is not there, is the same
        if len({"–" if value == "None" else value for value in values}) > 1
        and values != found.get(_inherited(key))
        and not (key.startswith("prices.") and "–" in values)
    }


def _of_idle(key: str, idle: set[str]) -> bool:
    """Of a role that only some runs have, its model says all."""
    role, _, setting = key.partition(".")
    return role in idle and setting != "model"


def _with_defaults(settings: Any) -> Any:
    """With what could not be set yet when the run began: it was as it is by default."""
    try:
        return validated(settings).model_dump(mode="json")
    except UsageError:
        return settings


def _inherited(key: str) -> str:
    role, _, setting = key.partition(".")
    return f"{HEIRS[role]}.{setting}" if role in HEIRS else ""
