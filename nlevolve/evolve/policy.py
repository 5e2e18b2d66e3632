"""What to try next: phases of births, which births one may see, and the plan of birth k. Pure."""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate
from random import Random
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from nlevolve.evolve.agreement import agreement, fitting, ideas
from nlevolve.evolve.bandit import MixPolicy
from nlevolve.evolve.examples import ExamplesPolicy
from nlevolve.evolve.fitness import Rank
from nlevolve.evolve.parents import Parents, cover, strategy
from nlevolve.evolve.population import Candidate, Population
from nlevolve.puzzle.notations import Grids
from nlevolve.records import Birth, Eye, Move, Operator

TOLD = 6
"""Of how many descriptions that failed a restart is told, at most."""


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Phase(Settings):
    """A stretch of births planned in one manner."""

    births: int = Field(ge=1)
    moves: tuple[Move, ...] = ("write",)
    """Repeated in this order over the phase's births."""
    overlap: int = Field(8, ge=1)
    """How many births may be in flight: birth k sees the births below k - overlap + 1."""
    generator: str | None = None
    """Who writes, revises and recombines in this phase, a litellm model string or a mix; None: each role's own model."""
    reasoning_effort: str | None = None
    """Of the calls of these roles in this phase, as is the next; None: each role's own."""
    temperature: float | None = Field(None, ge=0)
    barrier: bool = False
    """Every birth of the phase sees the births before the phase, all of them and no other (Berman's generations)."""

    @property
    def differs(self) -> bool:
        """Whether who writes in it is called otherwise than elsewhere."""
        return (self.generator, self.reasoning_effort, self.temperature) != (None, None, None)


class Policy(Settings):
    """The search's schedule and its decisions. Presets set these under [policy]."""

    phases: tuple[Phase, ...] = Field(max_length=1_000)
    """Empty: no description is written, and answers come from elsewhere (`answers.direct`)."""
    rank: Rank = "pairs"
    pool: int = Field(5, ge=1)
    """Parents come from this many of the best candidates, and the best for each training pair."""
    parents: str = "top"
    """How the parent of a move is chosen: top, pareto, weighted, geometric, or a strategy from outside by its name."""
    recombine_parents: int = Field(3, ge=2)
    """How many descriptions a recombination shows at most."""
    parent_tokens: int = Field(24_000, ge=1000)
    """Estimated tokens that a recombination's parents, with their grids and differences, may take."""
    stop_perfect: int = Field(1, ge=1)
    """Stop when this many distinct descriptions are perfect on the training pairs."""
    stop_at: Literal["birth", "phase"] = "birth"
    """Whether the stop rule is read after each birth or at the end of a phase."""
    stop_when: Literal["count", "agree"] = "count"
    """count: `stop_perfect` ends the search. agree: perfect descriptions are followed on the test inputs as they come; it ends
    when `agree` of them that were found apart give the same grids there, or `agree_cap` births after the first is known."""
    agree: int = Field(2, ge=2, le=4)
    """How many perfect descriptions must agree on the test inputs."""
    agree_cap: int = Field(4, ge=0)
    """So many births that could see the first perfect description are made at most, while they differ or it is the only one;
    those in flight with it are not counted. 0: none is waited for."""
    after_perfect: tuple[Move, ...] = ("generalise", "alternative", "restart")
    """Moves of the births that see a perfect description and go on (`stop_when = "agree"`); empty: the phase's own."""
    check: Literal["all", "telling"] = "all"
    """Check every pair of every candidate, or the most telling pair first and the rest only if it is worth it."""
    ahead: Literal["off", "free"] = "off"
    """free: while places in flight stand free, what is likely to be needed is asked early: a candidate's other pairs beside the
    most telling one, and where an answer lacks (`answers.fill`) the further descriptions side by side."""
    borderline: int = Field(1, ge=1)
    """How often the one pair that keeps a candidate from being perfect is checked at most, until two of its grids are equal."""
    confirm: Literal["auto", "always", "never"] = "auto"
    """Ask for a second sample of a perfect candidate's checks; auto: when the checker's replies vary."""
    read: Literal["words", "code", "both"] = "words"
    """Who reads a description on the training pairs: a checker that follows its words, the program that the coder makes of them,
    or both, the program first, and the checker where it is wrong."""
    writes: Literal["words", "programs"] = "words"
    """What a generator gives: a description, or with it, in the same reply, the program that says the same and reads every pair
    (`read = "code"`; presets `python` and `greenblatt`)."""
    review: Literal["off", "perfect"] = "off"
    """Whether a reviewer says of each distinct perfect description if it will hold on the test inputs: where it doubts, the vote
    counts less."""
    same_behaviour: bool = True
    """Whether candidates with the same grids on all training pairs each hold a place in the pool."""
    repeats: Literal["keep", "again"] = "keep"
    """What becomes of a birth that says what an earlier one said: it is kept as it is, or another sample is asked for at once."""
    views: tuple[str, ...] = Field(("plain",), min_length=1)
    """Ways of looking (prompts/views/) that the generator's prompts rotate through."""
    grids: tuple[Grids, ...] = ()
    """Ways of writing grids that the generator's prompts rotate through; empty: the role's own."""
    eyes: tuple[Eye, ...] = ()
    """With which pictures births compete (none, inputs, all), chosen as the models of a mix are; empty: the role's own."""
    temperatures: tuple[Annotated[float, Field(ge=0)], ...] = ()
    """Temperatures that the generator's calls rotate through; empty: the role's own."""
    mix: MixPolicy = MixPolicy()
    examples: ExamplesPolicy = ExamplesPolicy()
    blind: float = Field(0.0, ge=0.0, le=1.0)
    """Share of written births that have one training pair hidden from the generator."""

    @property
    def eyed(self) -> bool:
        """Whether births with some pictures and with others, or none, compete."""
        return len(set(self.eyes)) > 1

    @property
    def births(self) -> int:
        return sum(phase.births for phase in self.phases)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(accumulate((phase.births for phase in self.phases[:-1]), initial=0))

    def phase_of(self, k: int) -> int:
        """Index of the phase that birth k belongs to."""
        return max(i for i, start in enumerate(self._starts) if start <= k)

    def phase_end(self, k: int) -> int:
        """The last birth of the phase that birth k belongs to."""
        i = self.phase_of(k)
        return self._starts[i] + self.phases[i].births - 1

    def notation(self, k: int, own: Grids) -> Grids:
        """How grids are written for birth k; `own`: for the role that it is asked of."""
        return self.grids[k % len(self.grids)] if self.grids else own

    def knowing(self, birth: int) -> int:
        """The first birth that can see this one; beyond the schedule where none can."""
        return next((k for k in range(birth + 1, self.births) if self.sees(k) > birth), self.births)

    def agreed_at_most(self, first: int) -> int:
        """The last birth that is made so that others agree with this one, the first that fits every pair."""
        return max(first, self.knowing(first) + self.agree_cap - 1) if self.agree_cap else first

    def sees(self, k: int) -> int:
        """Birth k is planned from the births below this number alone."""
        i = self.phase_of(k)
        phase = self.phases[i]
        return self._starts[i] if phase.barrier else max(0, k - phase.overlap + 1)


def plan(
    k: int, seen: Population, policy: Policy, *, model: str, pairs: int, rng: Random, parents: Parents | None = None
) -> Birth:
    """Birth k, from what it may see: `seen` holds births below policy.sees(k). `parents` is the strategy that the policy names.

    A move that lacks its parents becomes the next simpler one: alternative, recombine; generalise, revise; restart, write.
    """
    i = policy.phase_of(k)
    moves, turn = _moves(k, seen, policy)
    move, turn = moves[turn % len(moves)], turn // len(moves)
    if move in ("generalise", "alternative") and not ideas(seen):
        move = "revise" if move == "generalise" else "recombine"
    chosen = _parents(move, turn, seen, policy, parents or strategy(policy.parents), rng)
    operator: Operator = move if chosen else "write"
    if operator == "recombine" and len(chosen) == 1:
        operator = "revise"
    blind = rng.randrange(pairs) if operator == "write" and pairs > 2 and rng.random() < policy.blind else None
    return Birth(
        index=k,
        operator=operator,
        parents=tuple(c.index for c in chosen),
        model=model,
        view=policy.views[k % len(policy.views)],
        blind=blind,
        phase=i,
        temperature=policy.temperatures[k % len(policy.temperatures)] if policy.temperatures else None,
    )


def pool(seen: Population, policy: Policy) -> list[Candidate]:
    """The candidates that parents come from, best first: the best `policy.pool`, and the best for each training pair.

    Perfect ones are left out: there is nothing in them to mend.
    """
    ranked = [c for c in seen.ranked(policy.rank, same_behaviour=policy.same_behaviour) if not c.fitness.perfect]
    kept = ranked[: policy.pool]
    for pair in sorted(set().union(*(c.solved for c in ranked))):
        if not any(pair in c.solved for c in kept):
            kept.append(next(c for c in ranked if pair in c.solved))
    return kept


def stop_index(seen: Population, policy: Policy) -> int | None:
    """The smallest birth at which the stop rule holds, read in index order; None when it does not.

    Right for every birth up to it that is done: a later arrival can only lower it.
    """
    k = _agreed_by(seen, policy) if policy.stop_when == "agree" else _counted_by(seen, policy)
    return k if k is None or policy.stop_at == "birth" else policy.phase_end(k)


def _counted_by(seen: Population, policy: Policy) -> int | None:
    found = fitting(seen)[: policy.stop_perfect]
    return found[-1].index if len(found) == policy.stop_perfect else None


def _agreed_by(seen: Population, policy: Policy) -> int | None:
    """The birth with which enough agree, or the last that may be made for it; None where the schedule ends before."""
    agreed = agreement(seen, policy.agree)
    cap = [policy.agreed_at_most(one.index) for one in fitting(seen)[:1]]
    return min([*agreed[-1:], *(k for k in cap if k < policy.births)], default=None)


def _moves(k: int, seen: Population, policy: Policy) -> tuple[tuple[Move, ...], int]:
    """The moves that birth k takes its turn in, and which turn it is."""
    first = fitting(seen)[:1] if policy.stop_when == "agree" else []
    if not first or not policy.after_perfect:
        i = policy.phase_of(k)
        return policy.phases[i].moves, k - policy._starts[i]
    return policy.after_perfect, k - policy.knowing(first[0].index)


def _parents(move: Move, turn: int, seen: Population, policy: Policy, choose: Parents, rng: Random) -> list[Candidate]:
    """What a move shows. Of the ideas that fit every pair, one in turn to be generalised, the doubted ones first."""
    if move == "generalise":
        doubted = sorted(ideas(seen), key=lambda c: not c.doubt)
        return [doubted[turn % len(doubted)]]
    if move == "alternative":
        return ideas(seen)[: policy.recombine_parents]
    candidates = [] if move == "write" else pool(seen, policy)
    if not candidates or move == "restart":
        return candidates[:TOLD]
    lead = choose(candidates, turn, seen, rng)
    if move == "revise":
        return [lead]
    return cover(lead, candidates, policy.recombine_parents, policy.parent_tokens)
