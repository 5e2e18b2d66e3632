"""Sessions of a merged run overlap, as the machines did: that is no clock that went back, and anything else still is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from nlevolve.audit import order
from nlevolve.audit.evidence import Evidence, Line
from nlevolve.audit.findings import Findings
from nlevolve.records import AnyEvent, Noticed, RunStarted

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def found(part: str, *, late: int = 0) -> Findings:
    """What is found in two sessions, the second begun before the first had ended; `late`: seconds by which its second line is
    before its first."""

    def began(second: int) -> RunStarted:
        at = NOON + timedelta(seconds=second)
        return RunStarted(at=at, run="r", models={}, preset="quick", tasks=(), concurrency=1, part=part)

    def noticed(second: int) -> Noticed:
        return Noticed(at=NOON + timedelta(seconds=second), text="so")

    events: list[AnyEvent] = [began(0), noticed(59), noticed(60), began(30), noticed(40), noticed(40 - late), noticed(70)]
    lines = [Line(number, int(number > 3), event) for number, event in enumerate(events, 1)]
    findings = Findings()
    order.check(Evidence(Path(), {}, lines, {}, {}, None, findings))
    return findings


def test_a_session_of_another_machine_may_begin_before_the_one_above_it_has_ended() -> None:
    assert not found("arc.2").unverifiable
    assert any("clock went back" in told for told in found("").unverifiable)
    assert found("arc.2", late=20).differs
