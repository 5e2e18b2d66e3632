"""A setting that was named and has nothing to do is told before the run, with why; one that has something is not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from nlevolve.config import configured
from nlevolve.evolve.answers import AnswerPolicy
from nlevolve.evolve.policy import Policy
from nlevolve.options import Options
from nlevolve.run.controls import Brought
from nlevolve.run.idle import NEEDS, idle

REAL = "hosted_vllm/some"
BARE = "no description is written (policy.phases is empty)"
AT = {"generator.base_url": "http://127.0.0.1:8000/v1"}


def told(**given: Any) -> str:
    options = Options.read(given)
    return idle(options, configured(options), Brought()).removeprefix("without effect in this run: ")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"preset": "bare", "coder": "offline/coder"}, f"--coder, since {BARE}"),
        ({"preset": "bare", "generator": "offline/generator-weak", "settings": {"answers.fill": 2}}, "--generator, answers.fill"),
        ({"preset": "bare", "seeds": "some.json"}, f"--seeds, since {BARE}"),
        ({"preset": "python", "library": "run"}, "--library, since who writes programs is shown no examples"),
        (
            {"preset": "python", "settings": {"checker.form": "text", "answerer.form": "auto"}},
            "checker.form, since nothing is",
        ),
        ({"settings": {"reviewer.temperature": 1.0}}, "reviewer.temperature, since nothing is asked of the reviewer"),
        ({"settings": {"judge.temperature": 1.0}}, "judge.temperature, since nothing is asked of the judge"),
        ({"settings": {"policy.examples.most": 3}}, "policy.examples.most, since no library is named (--library)"),
        ({"settings": {"policy.examples": {"most": 3}}}, "policy.examples, since no library is named"),
        ({"settings": {"policy.mix.cost": 0.2}}, "policy.mix.cost, since nothing competes"),
        ({"settings": {"policy.agree": 3}}, "policy.agree, since the search does not wait for rules to agree"),
        ({"settings": {"answers.judge_samples": 1}}, "answers.judge_samples, since nobody judges"),
        ({"settings": AT}, "generator.base_url, since the generator is an embedded model"),
        ({"coder": "offline/coder", "settings": {"policy.read": "words"}}, "--coder, since nothing is asked of the coder"),
    ],
)
def test_what_has_nothing_to_do_is_told_with_the_reason(given: dict[str, Any], said: str) -> None:
    assert told(**given).startswith(said)


@pytest.mark.parametrize(
    "given",
    [
        {"generator": REAL, "settings": AT},
        {"preset": "bare", "generator": REAL},
        {"preset": "bare", "answerer": REAL, "settings": {"answers.direct": 3}},
        {"coder": "offline/coder", "settings": {"coder.seconds": 3.0}},
        {"preset": "python", "settings": {"coder.seconds": 3.0}},
        {"library": "run", "settings": {"policy.examples.most": 3, "policy.mix.behind": 4}},
        {"settings": {"policy.mix.cost": 0.2, "policy.eyes": ["none", "all"]}},
        {"settings": {"policy.review": "perfect", "reviewer.temperature": 1.0}},
        {"preset": "careful", "settings": {"policy.agree": 3, "answers.judge_samples": 1, "judge.temperature": 1.0}},
        {"settings": {"policy.pool": 5, "policy.mix.cost": 0.5}},
    ],
)
def test_what_has_something_to_do_or_is_as_it_was_is_not_told(given: dict[str, Any]) -> None:
    assert not told(**given)


def test_every_setting_that_a_need_names_is_one() -> None:
    def names(model: type[BaseModel], above: str) -> set[str]:
        return {above, *(f"{above}.{name}" for name in model.model_fields)}

    known = names(Policy, "policy") | names(AnswerPolicy, "answers")
    named = {name for need in NEEDS for name in need.of if not name.startswith(("--", "coder."))}
    assert named <= known
