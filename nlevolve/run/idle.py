"""Settings that were named and change nothing in such a run: told in a line before it begins. Pure.

One rule finds them: the run's settings are made once more without the one that was named, and where they then differ in nothing
that this run reads, it has no effect. What a run reads of its settings is in `NEEDS`, a row a group of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nlevolve.config import ROLES, RunConfig, configured
from nlevolve.errors import UsageError
from nlevolve.llm.embedded import is_embedded
from nlevolve.options import Models, Options
from nlevolve.records import Role
from nlevolve.run.asking import asked, role_of
from nlevolve.run.controls import Brought


@dataclass(frozen=True)
class _Facts:
    """What a run is, as far as its settings depend on it."""

    config: RunConfig
    brought: Brought
    examples: bool
    """Whether a library is named."""

    @property
    def moves(self) -> frozenset[str]:
        """All that its births may be."""
        policy = self.config.policy
        others = policy.after_perfect if policy.stop_when == "agree" else ()
        return frozenset((*(move for phase in policy.phases for move in phase.moves), *others))

    @property
    def several(self) -> bool:
        """Whether models, or eyes, compete."""
        return len(set(self.config.policy.eyes)) > 1 or any(len(one.mix) > 1 for one in self.config.every.values())

    def asks(self, role: Role) -> bool:
        return any(role_of(name) == role for name in asked(self.config, self.brought))

    def embedded(self, role: Role) -> bool:
        """Whether only embedded models play it."""
        return all(is_embedded(model) for name, one in self.config.every.items() if role_of(name) == role for model in one.mix)


@dataclass(frozen=True)
class _Need:
    """What these settings, and all within them, need."""

    of: tuple[str, ...]
    holds: Callable[[_Facts], bool]
    otherwise: str
    """Why they have no effect where it does not hold."""


_BIRTHS = "no description is written (policy.phases is empty)"
_PARENTS = ("policy.parents", "policy.parent_tokens", "policy.recombine_parents")
_FOLLOWED = ("perfect", "imperfect", "samples", "agree_early", "views", "second", "fill", "judge", "judge_samples")
ALWAYS = ("coder.seconds", "coder.memory")
"""Read though nobody asks the role."""
NEEDS = (
    _Need(("policy", "--library", "--seeds"), lambda its: its.config.policy.births > 0, _BIRTHS),
    _Need(tuple(f"answers.{name}" for name in _FOLLOWED), lambda its: its.config.policy.births > 0, _BIRTHS),
    _Need(_PARENTS, lambda its: its.moves != {"write"}, "no birth has parents (policy.phases only writes)"),
    _Need(("policy.blind",), lambda its: "write" in its.moves, "no birth writes anew (policy.phases)"),
    _Need(("policy.examples",), lambda its: its.examples, "no library is named (--library)"),
    _Need(
        ("policy.examples", "--library"),
        lambda its: its.config.policy.writes == "words",
        "who writes programs is shown no examples (policy.writes)",
    ),
    _Need(
        ("policy.mix",),
        lambda its: its.several or its.examples,
        "nothing competes (a mix such as --generator A,B, or policy.eyes)",
    ),
    _Need(
        ("policy.agree", "policy.agree_cap", "policy.after_perfect"),
        lambda its: its.config.policy.stop_when == "agree",
        "the search does not wait for rules to agree (policy.stop_when=agree)",
    ),
    _Need(
        ("policy.stop_perfect",),
        lambda its: its.config.policy.stop_when == "count",
        "the search waits for rules to agree (policy.stop_when)",
    ),
    _Need(
        ("policy.check", "policy.borderline", "policy.confirm"),
        lambda its: its.config.policy.read != "code",
        "programs alone read the training pairs (policy.read)",
    ),
    _Need(
        ("answers.agree_early",),
        lambda its: its.config.answers.samples > 2,
        "it is followed no more than twice (answers.samples)",
    ),
    _Need(("answers.judge_samples",), lambda its: its.config.answers.judge != "off", "nobody judges (answers.judge=differ)"),
    _Need(ALWAYS, lambda its: its.config.policy.births > 0, _BIRTHS),
    _Need(ALWAYS, lambda its: its.config.policy.read != "words", "no program is run (policy.read)"),
)
ELSEWHERE = frozenset({"base_url", "extra_headers", "extra_body", "top_p"})
"""Settings of a role that say how a provider is asked."""


def idle(options: Options, config: RunConfig, brought: Brought) -> str:
    """What was named and has no effect in a run of these settings, in a line; empty where all has some."""
    its = _Facts(config, brought, options.given.get("library") not in (None, "none"))
    why: dict[str, list[str]] = {}
    for name, reason in _idle(options, its):
        why.setdefault(reason, []).append(name)
    told = "; ".join(f"{', '.join(names)}, since {reason}" for reason, names in why.items())
    return f"without effect in this run: {told}" if told else ""


def _idle(options: Options, its: _Facts) -> Iterator[tuple[str, str]]:
    for name, without in _without_each(options):
        changed = _changed(its.config, without) if without else [name]
        reasons = [_unread(path, its) for path in changed]
        if reasons and all(reasons):
            yield name, reasons[0]


def _without_each(options: Options) -> Iterator[tuple[str, RunConfig | None]]:
    """Each setting that was named, as it was, and the settings without it; None for what is none of them."""
    for flag in ("library", "seeds"):
        if options.given.get(flag) not in (None, "none"):
            yield f"--{flag}", None
    for role in Models.model_fields:
        if options.given.get(role) is not None:
            yield from _made(f"--{role}", options.model_copy(update={role: None}))
    for key in options.settings:
        others = {name: value for name, value in options.settings.items() if name != key}
        yield from _made(key, options.model_copy(update={"settings": others}))


def _made(name: str, others: Options) -> Iterator[tuple[str, RunConfig]]:
    try:
        yield name, configured(others)
    except UsageError:  # so it is needed
        return


def _changed(config: RunConfig, without: RunConfig) -> list[str]:
    """Dotted names of what is not the same in both."""
    mine, other = (_leaves(one.model_dump(mode="json")) for one in (config, without))
    return [path for path in dict.fromkeys((*mine, *other)) if mine.get(path) != other.get(path)]


def _leaves(tree: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in tree.items():
        found |= _leaves(value, f"{above}{name}.") if isinstance(value, Mapping) and value else {f"{above}{name}": value}
    return found


def _unread(path: str, its: _Facts) -> str:
    """Why a run does not read what stands there; empty where it does."""
    name, _, setting = path.partition(".")
    if name in ROLES and path not in ALWAYS:
        if not its.asks(name):
            return f"nothing is asked of the {name}" if its.config.policy.births else _BIRTHS
        if setting.partition(".")[0] in ELSEWHERE and its.embedded(name):
            return f"the {name} is an embedded model, which is asked in this process"
    needs = (need for need in NEEDS if any(path == one or path.startswith(f"{one}.") for one in need.of))
    return next((need.otherwise for need in needs if not need.holds(its)), "")
