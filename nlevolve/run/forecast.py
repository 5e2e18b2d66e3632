"""How many calls, tokens and dollars runs may take, before anything is sent: with good, usual and bad luck, role by role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import product
from operator import add
from statistics import mean
from typing import Any, cast

from nlevolve.ask.checker import following
from nlevolve.ask.coder import coding
from nlevolve.ask.generator import describing
from nlevolve.ask.judge import Shown, judging
from nlevolve.ask.look import Look, look_of
from nlevolve.ask.programmer import Programmed, programming
from nlevolve.ask.prompts import Prompts
from nlevolve.ask.reviewer import reviewing
from nlevolve.ask.solver import solving
from nlevolve.config import ROLES, WRITERS, RunConfig
from nlevolve.evolve.policy import TOLD
from nlevolve.formats import LibraryRow
from nlevolve.llm.catalogue import ModelCard, price_of
from nlevolve.llm.embedded import is_embedded
from nlevolve.llm.manner import Manner, manner_of, thinks
from nlevolve.llm.request import Message
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.thinking import thought
from nlevolve.llm.windows import tokens
from nlevolve.offline.provider import CHARACTERS_A_TOKEN
from nlevolve.puzzle.grids import Grid, shape
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Attempt, Birth, Description, Followed, Operator, Purpose, Role, Usage
from nlevolve.run.assumed import kind_unknown, taken_plain
from nlevolve.run.course import Kind, calls
from nlevolve.run.luck import LUCKS
from nlevolve.run.reminders import Reminders, reminders

COMPLETION = 4000
"""Tokens a reply is taken to have, thinking included: about what a strong thinking model uses for a call."""
BULLETS = ("A step of a rule, in as many words as such a step usually has, so that the prompt has its usual length.",) * 6
PROGRAM = "    # a line of a program, as long as such lines are\n" * 30
NOTE = 20
"""Tokens of a reply around its answer."""
GRIDS: frozenset[Purpose] = frozenset({"check", "follow", "solve"})
"""What is asked for a grid; all else is asked for a description."""
THOUGHT = (1 / 24, 1 / 6, 2 / 3)
"""Of the tokens that thinking may take, what it takes at least, usually and at most: a sixth of 24,576 is COMPLETION, about."""
WORKING = (100, 600, 2_500)
"""Tokens in which a model works before it answers that does not think first."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """So much; repairs and retries are not counted."""

    calls: float
    usd: float | None
    """None: the price of a model is unknown."""
    prompt: float = 0.0
    """Tokens."""
    completion: float = 0.0
    pictures: float = 0.0
    """Counted among the tokens of prompts."""

    def __add__(self, other: Forecast) -> Forecast:
        usd = None if self.usd is None or other.usd is None else self.usd + other.usd
        prompt, completion = self.prompt + other.prompt, self.completion + other.completion
        return Forecast(self.calls + other.calls, usd, prompt, completion, self.pictures + other.pictures)

    @property
    def tokens(self) -> float:
        return self.prompt + self.completion


NOTHING = Forecast(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Outlook:
    """With good luck, with usual luck, and with every call that may be asked for."""

    low: Forecast = NOTHING
    likely: Forecast = NOTHING
    high: Forecast = NOTHING

    def __add__(self, other: Outlook) -> Outlook:
        return Outlook(self.low + other.low, self.likely + other.likely, self.high + other.high)


@dataclass(frozen=True, slots=True)
class Forecasts:
    """What a run may take, role by role."""

    roles: Mapping[Role, Outlook] = field(default_factory=dict)

    @property
    def total(self) -> Outlook:
        return reduce(add, self.roles.values(), Outlook())

    def __add__(self, other: Forecasts) -> Forecasts:
        roles = {**self.roles, **other.roles}
        return Forecasts({role: self.roles.get(role, Outlook()) + other.roles.get(role, Outlook()) for role in roles})


def forecast(
    configs: Sequence[RunConfig],
    tasks: Sequence[Task],
    prompts: Prompts,
    cards: Mapping[str, ModelCard],
    *,
    given: bool = False,
    seeds: Mapping[str, int] | None = None,
    library: LibraryRow | None = None,
) -> list[Forecasts]:
    """One a run, in order, each for what the runs before it have not bought already.

    The first births of a schedule depend on nothing but the generator, so runs that share it share them, and their checks if
    they share the checker as well. `given`: the descriptions are there already, and nobody is asked for them; `seeds`: task ->
    how many are there that come before the schedule's own births. `library`: where the examples are from that births are shown.
    """
    bought: set[tuple[str, ...]] = set()
    found = []
    for config in configs:
        mine: set[tuple[str, ...]] = set()
        roles: dict[Role, Outlook] = {}
        for place, task in enumerate(tasks):
            before = 1 if given else (seeds or {}).get(task.id, 0)
            before = before if config.policy.phases else 0
            asked = _Task(config, task, prompts, cards, before, not given, reminders(library, config.policy, place))
            for kind, outlook in asked.outlooks():
                question = asked.question(kind)
                if question is None or question not in bought:
                    roles[kind.role] = roles.get(kind.role, Outlook()) + outlook
                if question is not None:
                    mine.add(question)
        bought |= mine
        found.append(Forecasts({role: roles[role] for role in ROLES if role in roles}))
    return found


@dataclass(frozen=True)
class _Task:
    """One task of a run: what it is asked, and how long that is."""

    config: RunConfig
    task: Task
    prompts: Prompts
    cards: Mapping[str, ModelCard]
    given: int
    own: bool
    shown: Reminders | None = None
    """Of a run with a library."""
    _told: dict[tuple[Role, Purpose, int, bool], tuple[Forecast, ...]] = field(default_factory=dict)

    def outlooks(self) -> Iterator[tuple[Kind, Outlook]]:
        pairs, tests = len(self.task.pairs), len(self.task.tests)
        told: dict[str, Any] = {"given": self.given, "own": self.own, "library": self.shown is not None}
        numbers = [calls(self.config, pairs, tests, luck, **told) for luck in LUCKS]
        for kind in dict.fromkeys(kind for luck in numbers for kind in luck):
            low, likely, high = (luck.get(kind, 0.0) for luck in numbers)
            # luck in one thing may ask for more of another: a rule that fits is checked twice
            three = min(low, likely), likely, max(likely, high)
            yield kind, Outlook(*(_times(one, number) for one, number in zip(self._each(kind), three, strict=True)))

    def question(self, kind: Kind) -> tuple[str, ...] | None:
        """What decides a birth that sees no other, and its checks; None where the call depends on replies."""
        if kind.birth is None or (kind.examples and self.shown is not None and not self.shown.known):
            return None
        config, policy = self.config, self.config.policy
        same = (
            str(policy.views),
            str((policy.grids, policy.eyes)),
            str(policy.temperatures),
            str(policy.blind),
            str(config.seed),
            str(config.repeat),
            str(policy.examples if kind.examples else ""),
        )
        first = (self.task.id, str(kind.birth), config.called("generator", kind.phase).model_dump_json(), *same)
        if kind.purpose == "code" and config.coder is not None:
            return (*first, config.coder.model_dump_json())
        return first if kind.purpose != "check" else (*first, config.checker.model_dump_json(), policy.read)

    def _each(self, kind: Kind) -> tuple[Forecast, ...]:
        """One such call, for each luck; alike for all births of a phase."""
        alike = kind.role, kind.purpose, kind.phase, kind.examples
        if alike not in self._told:
            self._told[alike] = tuple(self._call(kind, place) for place in range(len(LUCKS)))
        return self._told[alike]

    def _call(self, kind: Kind, place: int) -> Forecast:
        """Of a mix, with luck the cheapest, without it the dearest model."""
        told = [self._with(kind, settings, place) for settings in self.config.called(kind.role, kind.phase).each]
        usd = [one.usd for one in told if one.usd is not None]
        dollars = None if len(usd) < len(told) else (min(usd), mean(usd), max(usd))[place]
        figures = ([one.prompt for one in told], [one.completion for one in told], [one.pictures for one in told])
        return Forecast(1.0, dollars, *map(mean, figures))

    def _with(self, kind: Kind, settings: RoleSettings, place: int) -> Forecast:
        asked = [self._messages(kind, settings, look, place) for look in self._looks(kind, settings)]
        luck = (min, mean, max)[place]
        prompt = round(luck([prompt_tokens(messages, settings.model) for messages in asked]))
        pictures = luck([sum(len(message.images) for message in messages) for messages in asked])
        completion = self._reply(kind, settings)[place]
        price = price_of(settings, self.cards.get(settings.model))
        usd = price.cost(Usage(prompt=prompt, completion=completion)) if price else None
        return Forecast(1.0, usd, prompt, completion, pictures)

    def _looks(self, kind: Kind, settings: RoleSettings) -> list[Look]:
        """Ways in which the task may be shown: births take turns, or compete."""
        own, policy = look_of(settings), self.config.policy
        if kind.role not in WRITERS:
            return [own]
        ways = product(dict.fromkeys(policy.grids) or [own.grids], dict.fromkeys(policy.eyes) or [own.eye])
        return [replace(own, grids=grids, eye=eye) for grids, eye in ways]

    def _messages(self, kind: Kind, settings: RoleSettings, look: Look, luck: int) -> tuple[Message, ...]:
        manner = manner_of(settings, self.cards.get(settings.model))
        if kind.purpose == "solve":
            return solving(self.prompts, self.task.pairs, self.task.tests[0], manner, look)
        if kind.purpose in ("check", "follow"):
            # a checked pair is not shown, and its input stands in the place of the test's: about as long
            shown = self.task.without(0) if kind.purpose == "check" and len(self.task.pairs) > 1 else self.task
            grid = self.task.pairs[0].input if kind.purpose == "check" else self.task.tests[0]
            there = None if settings.shown == "none" else shown
            return following(self.prompts, there, grid, Description(bullets=BULLETS), manner, look=look)
        told = Description(bullets=BULLETS)
        if kind.purpose == "code" and self.config.coder is not None:
            return coding(self.prompts, self.config.coder, self.task, told)
        if kind.purpose == "review":
            return reviewing(self.prompts, self.task, told, manner, look=look)
        if kind.purpose == "judge":
            grids = (self.task.tests[0], _but_one(self.task.tests[0]))
            return judging(self.prompts, self.task, 0, Shown(grids, (1.0, 1.0), ((0, told, 1), (1, told, 1))), manner, look=look)
        examples = self.shown.rules[luck] if self.shown is not None and kind.examples else ()
        return self._describing(cast(Operator, kind.purpose), manner, look, examples)

    def _describing(self, operator: Operator, manner: Manner, look: Look, examples: Sequence[Description]) -> tuple[Message, ...]:
        policy = self.config.policy
        number = {"write": 0, "revise": 1, "generalise": 1, "restart": TOLD}.get(operator, policy.recombine_parents)
        parents = [(Description(bullets=BULLETS), _half_right(self.task))] * min(number, len("ABCDEFGH"))
        seen = {"grids": look.grids, "facts": look.facts, "eye": look.eye}
        birth = Birth(index=0, operator=operator, model="", view=policy.views[0]).model_copy(update=seen)
        if policy.writes == "programs":
            programmed = [Programmed(told, attempts, PROGRAM) for told, attempts in parents]
            tokens, numbered = policy.parent_tokens, look.numbered
            return programming(self.prompts, self.task, birth, programmed, tokens, numbered=numbered)
        asked = (self.prompts, self.task, birth, parents, policy.parent_tokens, manner)
        return describing(*asked, numbered=look.numbered, examples=examples)

    def _reply(self, kind: Kind, settings: RoleSettings) -> tuple[int, ...]:
        """Tokens of a reply, with each luck."""
        grids = [pair.output for pair in self.task.pairs]
        told = (*BULLETS, PROGRAM) if self.config.policy.writes == "programs" else BULLETS
        answer = NOTE + (mean(map(_grid_tokens, grids)) if kind.purpose in GRIDS else _text_tokens(told))
        if _ours(settings.model):
            return (round(answer / 2),) * len(LUCKS)  # they neither think nor say much
        before = _before(settings, self.cards.get(settings.model))
        return tuple(round(min(answer + one, settings.max_tokens or answer + one)) for one in before)


def _before(settings: RoleSettings, card: ModelCard | None) -> Sequence[float]:
    """Tokens of a reply before its answer, with each luck."""
    thinking = [share * thought(settings, card).tokens for share in THOUGHT]
    if taken_plain(settings, card):
        return (*WORKING[:2], max(WORKING[2], thinking[2]))
    return thinking if thinks(settings, card) or kind_unknown(settings, card) else WORKING


def _times(each: Forecast, number: float) -> Forecast:
    usd = each.usd and each.usd * number
    return Forecast(number, usd, each.prompt * number, each.completion * number, each.pictures * number)


def _half_right(task: Task) -> list[Attempt]:
    """What came of a parent: every second pair is wrong in a cell."""
    return [
        Followed(pair=i, grid=_but_one(pair.output) if i % 2 == 0 else pair.output, accuracy=0.9 if i % 2 == 0 else 1.0)
        for i, pair in enumerate(task.pairs)
    ]


def _but_one(grid: Grid) -> Grid:
    return (((grid[0][0] + 1) % 10, *grid[0][1:]), *grid[1:])


def _grid_tokens(grid: Grid) -> int:
    rows, columns = shape(grid)
    return 2 * rows * columns


def _text_tokens(bullets: Sequence[str]) -> int:
    return sum(map(len, bullets)) // CHARACTERS_A_TOKEN


def _ours(model: str) -> bool:
    """Whether it is an embedded one, here or behind a server (`openai/offline/generator`)."""
    return is_embedded(model) or is_embedded(model.partition("/")[2])


def prompt_tokens(messages: Sequence[Message], model: str = "") -> int:
    """About so many. The embedded models count characters, as if grids were prose."""
    if _ours(model):
        return sum(len(message.text) for message in messages) // CHARACTERS_A_TOKEN
    return tokens(messages, model)


def dearest(settings: RoleSettings, prompt: int, cards: Mapping[str, ModelCard]) -> float | None:
    """USD of one call with so many tokens of prompt; of a mix, with its dearest model. None: a price is not known."""
    usage = Usage(prompt=prompt, completion=min(settings.max_tokens or COMPLETION, COMPLETION))
    prices = [price_of(settings, cards.get(model)) for model in settings.mix]
    costs = [price.cost(usage) for price in prices if price is not None]
    return max(costs) if len(costs) == len(prices) else None
