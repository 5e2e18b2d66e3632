"""Whether config.json is as it was written, and whether the log's own word of each session agrees with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from nlevolve.audit.evidence import Evidence, Line
from nlevolve.records import BudgetChanged, RunStarted

LIMITS = {"budget_usd": "budget", "max_calls": "max_calls", "max_tokens": "max_tokens_total", "concurrency": "concurrency"}

PLACES = ("prompts_dir", "cache_dir")
"""What config.json says of the machine: it may be moved."""


def check(evidence: Evidence) -> None:
    """The digest of config.json, and every beginning of a session."""
    config, found = evidence.config, evidence.found
    if recorded := config.get("digest"):
        deciding = {name: config.get(name) for name in ("settings", "tasks", "tasks_digest", "prompts")}
        if endpoints := config.get("endpoints"):
            deciding["endpoints"] = endpoints
        if given := config.get("given"):
            deciding["given"] = given
        if seeds := config.get("seeds"):
            deciding["seeds"] = seeds.get("digest")
            found.equal("setting", "config.json, seeds: digest", seeds.get("digest"), _sha(config.get("given")))
        if library := config.get("library"):
            deciding["library"] = [library.get("of"), library.get("digest")]
            entries = _sha(library.get("entries"))
            found.equal("setting", "config.json, library: digest", library.get("digest"), entries)
        derived = _sha(deciding)
        what = "is not the digest of its settings, tasks and prompts: one of them was changed after the run had begun"
        found.holds("setting", "config.json, digest", recorded == derived, what)
    else:
        found.cannot("config.json has no digest: whether its settings are those of the run")
    if not evidence.started:
        found.cannot("the log has no beginning of a run")
    for line in evidence.started:
        _started(evidence, line)
        _sealed(evidence, line)
    if not all(isinstance(line.event, RunStarted) and line.event.config for line in evidence.started):
        found.cannot(
            "the log does not say what stood in config.json (an older version wrote it): versions, id, prices of what was free"
        )


def _sealed(evidence: Evidence, line: Line) -> None:
    """What stands in config.json beside the settings is what stood there when the session began."""
    event, config = line.event, evidence.config
    assert isinstance(event, RunStarted)
    if not event.config:
        return
    for key in {**event.config, **config}:
        if key not in PLACES:
            was, now = event.config.get(key), _seal(key, config[key]) if key in config else None
            what = "is not as it was when the run began" if line.session == 0 else "is not as it was when the run was resumed"
            evidence.found.holds("setting", f"config.json, {key}", was == now, f"{what} ({line.where})")


def _seal(key: str, value: Any) -> str:
    if key == "limits" and isinstance(value, Mapping):
        value = {name: limit for name, limit in value.items() if name != "budget"}
    return _sha(value)[:16]


def _model(evidence: Evidence, role: str, default: str) -> str | None:
    """Who plays a role, or writes in a phase ("phase 2") that has a model of its own."""
    if not role.startswith("phase "):
        return str(evidence.setting(f"{role}.model", default))
    told = {f"phase {place}": phase.get("generator") for place, phase in enumerate(evidence.setting("policy.phases", []), 1)}
    return told.get(role)


def _sha(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _started(evidence: Evidence, line: Line) -> None:
    event, config, found = line.event, evidence.config, evidence.found
    assert isinstance(event, RunStarted)
    found.equal("setting", f"{line.where}: tasks", list(event.tasks), [str(one).rpartition(":")[2] for one in config["tasks"]])
    if "preset" in config:
        found.equal("setting", f"{line.where}: preset", event.preset, config["preset"])
    if evidence.setting("policy", None) is not None:
        found.equal("setting", f"{line.where}: rank", event.rank, evidence.setting("policy.rank", "pairs"))
    for role, model in event.models.items():
        found.equal("setting", f"{line.where}: the {role}", model, _model(evidence, role, model))
    found.equal("setting", f"{line.where}: resumed", event.resumed, line.session > 0)
    shard = config.get("shard") or {}
    found.equal("setting", f"{line.where}: shard", event.shard, f"{shard['number']}/{shard['of']}" if shard else "")
    known = not event.part or event.part in evidence.parts
    found.holds(
        "setting", line.where, known, f"is of run {event.part[:40]}, from which config.json does not say that it was merged"
    )
    limits = config.get("limits")
    if isinstance(limits, dict) and line.session == 0:  # a resumption may have others
        # config.json has a budget that was changed in mid-run as it was left
        changed = any(isinstance(one.event, BudgetChanged) for one in evidence.lines)
        for name, limit in LIMITS.items():
            if not (changed and limit == "budget"):
                found.equal("setting", f"{line.where}: {name}", getattr(event, name), limits.get(limit, getattr(event, name)))
