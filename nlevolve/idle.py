"""Settings of a role that has nothing to do: somebody expects something of them that will not come."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from nlevolve.errors import UsageError


def refuse_idle(tree: Mapping[str, Any], work: Mapping[Any, tuple[str, str]], sight: Collection[str]) -> None:
    """Raises UsageError where a coder is described that nobody plays, or how a task is to be shown to a role that is not asked.

    `work`: role -> the setting that gives it some; `sight`: names of the settings of how a task is shown.
    """
    coder, policy = tree.get("coder"), tree.get("policy", {})
    programs = isinstance(policy, Mapping) and policy.get("writes") == "programs"
    if isinstance(coder, Mapping) and coder and "model" not in coder and not programs:
        raise UsageError(f"setting 'coder.{next(iter(coder))}': there is no coder; name one with --coder MODEL")
    for role, (table, setting) in work.items():
        own, wanted = tree.get(role), tree.get(table, {})
        said = [name for name in sight if isinstance(own, Mapping) and name in own]
        if said and isinstance(wanted, Mapping) and wanted.get(setting, "off") == "off":
            idle = f"{table}.{setting} is off, and no {role} is asked"
            raise UsageError(f"setting '{role}.{said[0]}': {idle}; set {table}.{setting}, too")
