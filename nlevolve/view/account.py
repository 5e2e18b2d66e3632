"""What calls took: how many, tokens, dollars, and what nobody knows of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from nlevolve.records import (
    Bought,
    CallFinished,
    Usage,
)


@dataclass(slots=True)
class Account:
    """Calls, tokens, dollars and latencies. A cached call adds to `cache` and to nothing else."""

    provider: int = 0
    cache: int = 0
    failed: int = 0
    prompt: int = 0
    prompt_cached: int = 0
    completion: int = 0
    reasoning: int = 0
    cost_usd: float = 0.0
    unknown: int = 0
    """Calls sent whose cost is unknown: their price is, or their reply was lost."""
    lost: int = 0
    """How many of them were lost at a known price."""
    unknown_usd: float = 0.0
    """So much more may have been billed, at most: for what was lost, and where tokens are estimated."""
    estimated: int = 0
    """Replies of which some tokens are our estimate, because their provider did not say."""
    hung_up: int = 0
    """How many of these we heard no more of, since they repeated themselves or had passed their bound."""
    latencies: list[float] = field(default_factory=list)
    """Seconds of each reply from a provider."""

    @property
    def calls(self) -> int:
        return self.provider + self.cache + self.failed

    @property
    def usage(self) -> Usage:
        return Usage(
            prompt=self.prompt,
            prompt_cached=self.prompt_cached,
            completion=self.completion,
            reasoning=self.reasoning,
            estimated=self.estimated > 0,
        )

    def add(self, call: CallFinished) -> None:
        if call.source == "cache":
            self.cache += 1
            return
        if call.source == "failed":
            self.failed += call.tries > 0  # what was never sent is no failed call
            self._take(call.usage, call.cost_usd)
        else:
            self.reply(call)
            self.hung_up += call.hung_up and call.usage.estimated
        if call.unknown_usd:
            self.lost += call.cost_usd is None
            self.unknown_usd += call.unknown_usd

    def lose(self, usd: float | None) -> None:
        """Count a try of which nobody knows what became. `usd`: what it may cost; None where the price is not known."""
        self.unknown += 1
        self.lost += usd is not None
        self.unknown_usd += usd or 0.0

    def reply(self, took: CallFinished | Bought) -> None:
        """Count a provider's reply."""
        self.provider += 1
        self.latencies.append(took.seconds)
        self._take(took.usage, took.cost_usd)

    def take_back(self, took: Bought) -> None:
        """It was no reply of these after all."""
        self.provider -= 1
        self.latencies.remove(took.seconds)
        self._take(took.usage, took.cost_usd, -1)

    def _take(self, usage: Usage, cost_usd: float | None, times: int = 1) -> None:
        # plain ints: a run may end thousands of calls a second, and adding frozen records would be most of the fold
        self.prompt += usage.prompt * times
        self.prompt_cached += usage.prompt_cached * times
        self.completion += usage.completion * times
        self.reasoning += usage.reasoning * times
        self.estimated += usage.estimated * times
        if cost_usd is None:
            self.unknown += times
        else:
            self.cost_usd += cost_usd * times
