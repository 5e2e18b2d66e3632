"""An exam from its questions to its rows: the way to the models, put together and taken down again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nlevolve.ask.prompts import Prompts
from nlevolve.ask.question import Asker
from nlevolve.exam.questions import Question
from nlevolve.exam.rows import Row
from nlevolve.exam.sitting import Sitting
from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.ledger import Caps
from nlevolve.llm.request import LLM
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.sight import Sight
from nlevolve.llm.stack import OpenStack
from nlevolve.options import Limits
from nlevolve.records import Event, Noticed


@dataclass(frozen=True, kw_only=True)
class Examination:
    """The questions, and what it takes to put them. The caps of `limits` are for all checkers together."""

    asked: Sequence[Question]
    prompts: Prompts
    cards: Mapping[str, ModelCard]
    cache_dir: Path
    limits: Limits = field(default_factory=Limits)
    replay: bool = False
    seed: int = 0
    live: LLM | None = None
    """Stands in for the providers, in tests."""

    async def carry_out(
        self, sitting: Sitting, see: Callable[[Row], None], emit: Callable[[Event], None], *, own_process: bool = False
    ) -> None:
        """Put the questions; what was answered stands in `sitting`, however it ends."""
        limits = self.limits
        async with OpenStack(
            emit=emit,
            cards=self.cards,
            roles=self._roles,
            cache_dir=self.cache_dir,
            replay=self.replay,
            concurrency=limits.concurrency,
            patience=limits.patience,
            caps=Caps(usd=limits.budget, calls=limits.max_calls),
            run="exam",
            seed=self.seed,
            stopping=sitting.stopping,
            own_process=own_process,
            live=self.live,
        ) as stack:
            sight = Sight(lambda text: emit(Noticed(text=text)))
            asker = Asker(stack, self.prompts, stack.reject, self.cards, stack.windows, emit, sight=sight)
            await sitting.sit(asker, self.asked, limits.concurrency, see)

    @property
    def _roles(self) -> list[RoleSettings]:
        roles: list[RoleSettings] = []
        for question in self.asked:
            if question.settings not in roles:
                roles.append(question.settings)
        return roles
