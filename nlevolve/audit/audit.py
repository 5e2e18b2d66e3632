"""A whole audit: every check on a run's folder, in the order in which one rests on another."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nlevolve.audit import answering, asked, banked, births, calls, examples, flights, order, programs, published, settings
from nlevolve.audit.asked import Retell
from nlevolve.audit.banked import Bank
from nlevolve.audit.evidence import Evidence, read
from nlevolve.audit.findings import Findings
from nlevolve.records import CallFinished, CandidateChecked


def audit(folder: Path, config: Mapping[str, Any], bank: Bank | None = None, retell: Retell | None = None) -> Findings:
    """Derive again what the run's files say. `config` is config.json's content.

    `bank` has the replies; `retell` makes the requests again, which proves itself by their digests. Without them neither is
    looked at, and that is said. Raises UsageError where there is no log to go by.
    """
    found = Findings()
    evidence = read(folder, config, found)
    found.looked_at = _looked_at(evidence)
    checks = (settings, order, births, examples, answering, programs, flights, calls, published)
    for check in (one.check for one in checks):
        check(evidence)
    if bank is None:
        replies = len(banked.used(evidence))
        found.beyond("reply", replies, replies)
        found.cannot("there is no sample bank: whether the replies are those that the models gave")
    else:
        banked.check(evidence, bank)
    if bank is None or retell is None:
        found.cannot("the requests were not made again: whether one holds what a solver must not know")
    else:
        asked.check(evidence, retell)
    return found


def _looked_at(evidence: Evidence) -> dict[str, int]:
    births = {(line.event.task, line.event.birth.index) for line in evidence.lines if isinstance(line.event, CandidateChecked)}
    calls = sum(isinstance(line.event, CallFinished) for line in evidence.lines)
    return {"tasks": len(evidence.tasks), "descriptions": len(births), "calls": calls, "lines": len(evidence.lines)}
