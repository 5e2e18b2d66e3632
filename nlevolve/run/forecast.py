"""How many calls runs may make, and about how many dollars that is, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlevolve.ask.fields import grid_fields, pair_fields, test_fields
from nlevolve.ask.generator import ROLE_OF
from nlevolve.ask.prompts import Prompts
from nlevolve.config import RunConfig
from nlevolve.llm.catalogue import ModelCard, price_of
from nlevolve.llm.manner import manner_of
from nlevolve.llm.request import Message
from nlevolve.llm.settings import RoleSettings
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Operator, Role, Usage

CHARACTERS_A_TOKEN = 2.5
"""Prompts are mostly digits and spaces."""
COMPLETION = 4000
"""Tokens a reply is taken to have, thinking included: about what a strong thinking model uses for a call."""
BULLETS = ("A step of a rule, in as many words as such a step usually has, so that the prompt has its usual length.",) * 6


@dataclass(frozen=True, slots=True)
class Forecast:
    """At most so many calls: no early stop, no duplicate; repairs and retries are not counted."""

    calls: int
    usd: float | None
    """None: the price of a model is unknown."""

    def __add__(self, other: Forecast) -> Forecast:
        return Forecast(self.calls + other.calls, None if self.usd is None or other.usd is None else self.usd + other.usd)


@dataclass(frozen=True, slots=True)
class _Calls:
    """Like calls of one role on one task. Those with one `question` are bought once, whichever runs ask it."""

    role: Role
    number: int
    prompt: int
    """Tokens."""
    question: tuple[str, ...] | None = None


def forecast(
    configs: Sequence[RunConfig],
    tasks: Sequence[Task],
    prompts: Prompts,
    cards: Mapping[str, ModelCard],
    *,
    given: bool = False,
) -> list[Forecast]:
    """One Forecast a run, in order, each for what the runs before it have not bought already.

    The first births of a schedule depend on nothing but the generator, so runs that share it share them, and their checks if
    they share the checker as well. `given`: the descriptions are there already, and nobody is asked for them.
    """
    bought: set[tuple[str, ...]] = set()
    found = []
    for config in configs:
        asked = [
            calls for task in tasks for calls in _of_task(config, task, prompts, cards, given) if calls.question not in bought
        ]
        bought |= {calls.question for calls in asked if calls.question is not None}
        found.append(sum((_priced(config, calls, cards) for calls in asked), Forecast(0, 0.0)))
    return found


def _of_task(config: RunConfig, task: Task, prompts: Prompts, cards: Mapping[str, ModelCard], given: bool) -> Iterator[_Calls]:
    policy, answers = config.policy, config.answers

    def tokens(role: Role, template: str, places: Mapping[str, Any]) -> int:
        """With the words for the form in which this role is asked; of a mix, the longest."""
        manners = {manner_of(settings, cards.get(settings.model)) for settings in config.role(role).each}
        return max(prompt_tokens(prompts.render(template, manner, **places)) for manner in manners)

    common = _common(task, prompts)
    alone = {"input": grid_fields(task.tests[0]), "bullets": BULLETS}
    applied: dict[str, tuple[str, dict[str, Any]]] = {
        "others": ("apply", {"pairs": pair_fields(task.pairs), **alone}),
        "none": ("alone", alone),
    }

    def follows(role: Role) -> int:
        return tokens(role, *applied[config.role(role).shown])

    written = {role: tokens(role, "write", common) for role in ROLE_OF.values()}
    # a revision is shown one parent's grids beside the truth, a recombination those of several
    prompt: dict[Operator, int] = {
        "write": written["generator"],
        "revise": 2 * written["reviser"],
        "recombine": written["recombiner"] + min(policy.parent_tokens, policy.recombine_parents * written["recombiner"]),
        "generalise": written["reviser"],
        "alternative": written["generator"],
        "restart": written["generator"],
    }
    pairs = len(task.pairs)
    for birth, first in _births(config):
        question = (task.id, str(birth), *first) if first and not given else None
        operator = _operator(config, birth)
        if not given:
            yield _Calls(ROLE_OF[operator], 1, prompt[operator], question)
        checked = (*question, config.checker.model_dump_json()) if question else None
        yield _Calls("checker", pairs, follows("checker"), checked)
    most = 1 if given else answers.perfect + answers.imperfect
    followed = most * answers.samples * answers.views if policy.phases else 0
    yield _Calls("answerer", followed * len(task.tests), follows("answerer"))
    if answers.direct:
        solved = tokens("answerer", "solve", {"pairs": applied["others"][1]["pairs"], "input": alone["input"]})
        yield _Calls("answerer", answers.direct * len(task.tests), solved)


def _births(config: RunConfig) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each birth, with what decides its request if it sees no other birth."""
    policy = config.policy
    same = (config.generator.model_dump_json(), str(policy.views), str(policy.temperatures), str(policy.blind), str(config.seed))
    for birth in range(policy.births):
        yield birth, same if policy.sees(birth) == 0 else ()


def _operator(config: RunConfig, birth: int) -> Operator:
    """What the schedule has in mind for a birth; one that sees no other can only be written."""
    policy = config.policy
    if policy.sees(birth) == 0:
        return "write"
    place = policy.phase_of(birth)
    moves = policy.phases[place].moves
    return moves[(birth - sum(phase.births for phase in policy.phases[:place])) % len(moves)]


def _common(task: Task, prompts: Prompts) -> dict[str, Any]:
    return {"pairs": pair_fields(task.pairs), "tests": test_fields(task), "view": prompts.view("plain")}


def prompt_tokens(messages: Sequence[Message]) -> int:
    """About so many."""
    return round(sum(len(message.text) for message in messages) / CHARACTERS_A_TOKEN)


def _priced(config: RunConfig, calls: _Calls, cards: Mapping[str, ModelCard]) -> Forecast:
    settings = config.role(calls.role)
    each = dearest(settings, calls.prompt, cards)
    return Forecast(calls.number, None if each is None else each * calls.number)


def dearest(settings: RoleSettings, prompt: int, cards: Mapping[str, ModelCard]) -> float | None:
    """USD of one call with so many tokens of prompt; of a mix, with its dearest model. None: a price is not known."""
    usage = Usage(prompt=prompt, completion=min(settings.max_tokens or COMPLETION, COMPLETION))
    prices = [price_of(settings, cards.get(model)) for model in settings.mix]
    costs = [price.cost(usage) for price in prices if price is not None]
    return max(costs) if len(costs) == len(prices) else None
