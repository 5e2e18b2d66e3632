"""How a run ended: its last event, told from how its tasks did."""

from __future__ import annotations

from collections.abc import Mapping

from nlevolve.records import RunFinished, TaskAnswered
from nlevolve.run.losses import added, may_pass, sentence

ONLY_MORE = "a cap is reached: all tasks are answered by descriptions that fit, without the second answers and votes beyond"


def finished(answered: Mapping[str, TaskAnswered], interrupted: bool, lacking: str = "") -> RunFinished:
    """Exit code 0 every task answered, 3 a cap reached, 4 a provider unusable, 130 interrupted.

    `lacking`: why tasks whose search came to its own end have no answer: they are done, and nothing would come of asking again.
    """
    failed = [event for event in answered.values() if event.stopped == "failed"]
    over = [event.error for event in answered.values() if event.stopped == "budget"]
    if interrupted:
        return RunFinished(reason="interrupted", exit_code=130, why="interrupted; what was in flight is kept")
    if failed:
        lost = added(loss for event in failed for loss in event.losses)
        first = next((event.remedy for event in failed if event.remedy), "")
        may = may_pass(answered.values())
        return RunFinished(reason="failed", exit_code=4, why=sentence(lost), resumable=may, remedy=first)
    if over:
        return RunFinished(reason="budget", exit_code=3, why=next(filter(None, over), ONLY_MORE))
    return RunFinished(reason="done", exit_code=4 if lacking else 0, why=lacking, resumable=not lacking)
