"""What is spent and what is committed: the caps hold however many calls are in flight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from nlevolve.llm.request import LLM, OverBudget, Reply, Request


@dataclass
class Spent:
    """Money and calls that count against the caps: at the start those of the run's log, when it is resumed."""

    usd: float = 0.0
    calls: int = 0
    """Requests that reached a provider, failed tries included."""
    by_task: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Caps:
    """Limits on a run; None is no limit."""

    usd: float | None = None
    task_usd: float | None = None
    calls: int | None = None


class Ledger:
    """Reserve before a call, settle after it. Spent plus committed never passes a cap."""

    def __init__(self, caps: Caps, spent: Spent) -> None:
        self.caps = caps
        self.usd = spent.usd
        self.calls = spent.calls
        self._by_task: defaultdict[str, float] = defaultdict(float, spent.by_task)
        self._committed: defaultdict[str, float] = defaultdict(float)

    def reserve(self, task: str, usd: float) -> None:
        """Commit one call and this much for it. Raises OverBudget."""
        if self.caps.calls is not None and self.calls >= self.caps.calls:
            raise OverBudget(f"the cap of {self.caps.calls} calls is reached")
        committed = sum(self._committed.values())
        if self.caps.usd is not None and self.usd + committed + usd > self.caps.usd:
            raise OverBudget(f"the budget of ${self.caps.usd:g} is reached: ${self.usd:.4f} spent, ${committed:.4f} in flight")
        if self.caps.task_usd is not None and self._by_task[task] + self._committed[task] + usd > self.caps.task_usd:
            raise OverBudget(f"the budget of ${self.caps.task_usd:g} for a task is reached", scope="task")
        self.calls += 1
        self._committed[task] += usd

    def settle(self, task: str, reserved: float, usd: float) -> None:
        """A reserved call is over and cost this much."""
        self._committed[task] -= reserved
        self.pay(task, usd)

    def pay(self, task: str, usd: float) -> None:
        self.usd += usd
        self._by_task[task] += usd


def budgeted(llm: LLM, ledger: Ledger, estimate: Callable[[Request], float]) -> LLM:
    """Every try takes a reservation."""

    async def ask(request: Request) -> Reply:
        task, reserved, paid = request.label.task, estimate(request), 0.0
        ledger.reserve(task, reserved)
        try:
            reply = await llm(request)
            paid = reply.cost_usd or 0.0
            return reply
        finally:
            ledger.settle(task, reserved, paid)

    return ask
