"""Settings: presets, dotted keys, roles that inherit, and errors that name the nearest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.config import RunConfig, configure, differences, digest, presets
from nlevolve.errors import UsageError
from nlevolve.options import Limits, parse_changes


@pytest.mark.parametrize("name", presets())
def test_every_preset_that_ships_is_valid_and_plans_births_or_guesses(name: str) -> None:
    settings = configure(name)
    assert settings.policy.births >= 1 or settings.answers.direct


def test_who_has_nothing_to_do_is_not_among_the_roles_and_who_has_is_called_as_the_checker_is() -> None:
    plain = configure("quick", models={"checker": "openai/c"})
    assert (plain.reviewer, plain.judge) == (None, None)
    assert {"reviewer", "judge"}.isdisjoint(plain.models)
    changes = {"answers.judge": "differ", "judge.temperature": 0.3, "checker.shown": "none"}
    settings = configure(
        "quick", models={"checker": "openai/c", "reviewer": "r"}, changes={**changes, "policy.review": "perfect"}
    )
    assert (settings.models["reviewer"], settings.models["judge"]) == ("r", "openai/c")
    assert (settings.roles["judge"].temperature, settings.roles["judge"].shown) == (0.3, "others")
    turned_on = plain.changed({"policy.review": "perfect"})
    assert turned_on.models["reviewer"] == "openai/c"
    assert "reviewer" not in turned_on.changed({"policy.review": "off"}).models


def test_a_model_for_a_role_without_work_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--judge names a model, but answers\.judge is off"):
        configure(models={"judge": "openai/gpt-5"})


def test_a_preset_may_be_a_file_and_hold_roles_and_a_seed(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('about = "mine"\nseed = 5\n[generator]\nmodel = "a/b"\n[policy]\nphases = [{births = 3}]\n')
    config = configure(str(file))
    assert (config.seed, config.generator.model, config.policy.births) == (5, "a/b", 3)
    assert configure(str(file), seed=7).seed == 7


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a.b=1", 1),
        ("a.b=1.5", 1.5),
        ("a.b = true", True),
        ('a.b="true"', "true"),
        ("a.b=word", "word"),
        ("a.b=gpt-5/x:y", "gpt-5/x:y"),
        ("a.b=x=y", "x=y"),
        ("a.b=[1, 2]", [1, 2]),
        ("a.b={c = 1}", {"c": 1}),
        ("a.b=", ""),
    ],
)
def test_a_value_is_toml_or_a_bare_word(text: str, value: Any) -> None:
    assert parse_changes([text]) == {"a.b": value}


@pytest.mark.parametrize("text", ["a.b", "=3", " = 3", ""])
def test_what_is_no_change_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="dotted"):
        parse_changes([text])


def test_the_last_of_equal_keys_counts() -> None:
    assert parse_changes(["a=1", "a=2"]) == {"a": 2}


def test_roles_inherit_save_for_what_is_set_for_them_alone() -> None:
    config = configure(
        models={"generator": "g", "checker": "c", "answerer": "a"},
        changes={
            "generator.temperature": 1.0,
            "checker.base_url": "http://c",
            "reviser.temperature": 0.5,
            "recombiner.model": "r",
        },
    )
    assert config.models == {"generator": "g", "reviser": "g", "recombiner": "r", "checker": "c", "answerer": "a"}
    assert (config.reviser.temperature, config.recombiner.temperature, config.checker.temperature) == (0.5, 1.0, None)
    assert (config.answerer.base_url, config.generator.base_url) == ("http://c", None)


def test_changing_a_config_leaves_the_heirs_as_they_were_recorded() -> None:
    """A resumed run compares what it is asked with what it was: a role that is not named has not changed."""
    changed = configure().changed({"generator.model": "x", "policy.pool": 9})
    assert changed.generator.model == "x"
    assert changed.reviser.model == "offline/generator"
    assert changed.policy.pool == 9
    assert configure().policy.pool != 9


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"policy.poool": 3}, r"unknown setting 'policy\.poool'; nearest: policy\.pool"),
        ({"genrator.model": "x"}, r"unknown setting 'genrator'; nearest: .*generator"),
        ({"policy.mix.explor": 1}, r"nearest: policy\.mix\.explore"),
        ({"policy.phases": [{"birhts": 3}]}, r"birhts'; nearest: policy\.phases\.births"),
        ({"policy.pool": "many"}, r"setting 'policy\.pool': .*integer.*'many'"),
        ({"policy": 3}, r"'policy' is a group of settings, not one: write policy\.NAME=VALUE"),
        ({"checker": "gpt"}, r"'checker' is a group"),
        ({"checker.temperature": float("nan")}, "number that has an end"),
        ({"policy.temperatures": [-1.0]}, r"policy\.temperatures\.0"),
        ({"seed": "x"}, "'seed'"),
    ],
)
def test_a_fault_is_named_with_the_nearest(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told) as raised:
        configure(changes=changes)
    assert "\n" not in str(raised.value)


def test_limits_are_named_as_they_are_typed() -> None:
    with pytest.raises(UsageError, match=r"^--tasks-at-once: .*, got 0$"):
        Limits.read({"tasks_at_once": 0})
    with pytest.raises(UsageError, match=r"^--tasks-at-once: give 1 or more, or auto, got 'many'$"):
        Limits.read({"tasks_at_once": "many"})
    assert [Limits.read({"tasks_at_once": n}).tasks_at_once for n in ("12", 3, "auto", None)] == [12, 3, "auto", "auto"]
    assert Limits.read({"budget": None, "concurrency": 3}) == Limits(concurrency=3)


def test_equal_settings_do_not_differ_and_have_one_digest() -> None:
    one, other = (configure("deep", seed=3).model_dump(mode="json") for _ in range(2))
    assert differences(one, other) == []
    assert digest(one) == digest(dict(reversed(other.items())))
    assert digest(one) != digest(configure("deep", seed=4).model_dump(mode="json"))


def test_differences_are_told_a_line_a_key() -> None:
    old = {"a": {"b": 1, "c": 2}, "gone": 1, "list": [1]}
    new = {"a": {"b": 1, "c": 3}, "new": 2, "list": [1, 2]}
    assert differences(old, new) == ["a.c: 2 -> 3", "gone: 1 -> null", "list: [1] -> [1, 2]", "new: null -> 2"]


TREES = st.recursive(
    st.integers() | st.text(max_size=3), lambda inner: st.dictionaries(st.text("ab", min_size=1, max_size=2), inner)
)


@given(TREES, TREES)
def test_nothing_differs_exactly_when_equal(one: Any, other: Any) -> None:
    assert differences(one, one) == []
    assert (differences(one, other) == []) == (one == other)


@given(st.integers(0, 50), st.sampled_from(["quick", "deep", "broad"]))
def test_a_recorded_config_is_read_back_as_it_was(pool: int, preset: str) -> None:
    config = configure(preset, changes={"policy.pool": pool + 1})
    assert RunConfig.model_validate_json(config.model_dump_json()) == config


REAL = "hosted_vllm/some"


@pytest.mark.parametrize(("named", "other"), [("generator", "checker"), ("checker", "generator")])
def test_one_real_model_plays_every_role_that_is_not_named(named: str, other: str) -> None:
    changes = {f"{named}.base_url": "http://gpu:8000/v1", f"{named}.max_tokens": 900, f"{other}.max_tokens": 300}
    config = configure(models={named: REAL}, changes=changes)
    assert set(config.models.values()) == {REAL}
    assert {settings.base_url for settings in config.roles.values()} == {"http://gpu:8000/v1"}
    assert (getattr(config, named).max_tokens, getattr(config, other).max_tokens) == (900, 300)
    assert configure(changes={f"{named}.model": REAL}).models == config.models


def test_embedded_models_are_asked_where_they_are_named() -> None:
    assert configure(models={"generator": REAL, "checker": "offline/checker"}).checker.model == "offline/checker"
    weak = configure(models={"generator": "offline/generator-weak"})
    assert (weak.generator.model, weak.checker.model) == ("offline/generator-weak", "offline/checker")


def test_of_a_mix_the_first_real_model_checks() -> None:
    assert configure(models={"generator": "offline/generator, a/b, c/d"}).checker.model == "a/b"


@pytest.mark.parametrize(
    ("preset", "changes", "why"),
    [
        ("python", {"generator.grids": "names"}, "written as names for the generator, who writes programs"),
        ("python", {"policy.grids": ["digits", "csv"]}, "written as csv for the generator"),
        (
            "quick",
            {"coder.model": "offline/coder", "coder.grids": "letters"},
            "'coder.grids' is letters: a program is given numbers",
        ),
        ("quick", {"coder.model": "offline/coder", "coder.images": True}, "'coder.images' is all"),
    ],
)
def test_whoever_writes_programs_is_shown_numbers(preset: str, changes: dict[str, object], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        configure(preset, changes=changes)


def test_how_a_generator_sees_a_task_is_passed_on_to_those_who_write_and_to_no_checker() -> None:
    changes = {"generator.images": "all", "generator.grids": "names", "generator.facts": True, "generator.temperature": 0.5}
    config = configure("quick", models={"generator": "openai/gpt-4o"}, changes=changes)
    assert (config.reviser.images, config.reviser.grids, config.reviser.facts) == ("all", "names", True)
    assert (config.checker.images, config.checker.grids, config.checker.facts) == ("none", "digits", False)
    assert config.checker.temperature == 0.5


def test_of_moves_that_who_writes_programs_does_not_know_the_setting_is_named() -> None:
    with pytest.raises(UsageError, match=r"'policy.after_perfect' has alternative, generalise, restart, .*; \[\] takes those"):
        configure("python", changes={"policy.stop_when": "agree"})
    configure("python", changes={"policy.stop_when": "agree", "policy.after_perfect": []})
    with pytest.raises(UsageError, match=r"'policy.phases' has restart, .* write, revise and recombine$"):
        configure("python", changes={"policy.phases": [{"births": 1, "moves": ["restart"]}]})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"policy.grids": "digits"}, "setting 'policy.grids': give a list in brackets"),
        ({"generator.facts": 2}, "setting 'generator.facts': give true or false, got 2"),
        ({"coder.grids": "letters"}, "setting 'coder.grids': there is no coder; name one with --coder MODEL"),
    ],
)
def test_what_a_task_is_shown_as_is_asked_for_in_plain_words(changes: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        configure("quick", changes=changes)
