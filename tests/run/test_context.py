"""What solving needs beside the task: which models may be asked, and what becomes of several things asked at once."""

from __future__ import annotations

import asyncio

import pytest

from nlevolve.run.context import first_failure, together
from tests.run.contexts import bench

MIX = " offline/generator , offline/generator-weak"


def test_a_mix_is_several_models_and_one_is_one() -> None:
    context = bench(generator__model=MIX).context
    assert context.config.generator.mix == ("offline/generator", "offline/generator-weak")
    assert context.config.checker.mix == ("offline/checker",)
    assert [one.model for one in context.config.generator.each] == ["offline/generator", "offline/generator-weak"]
    assert context.mixed
    assert not bench().context.mixed


def test_usable_are_those_that_answer_and_all_if_none_does() -> None:
    context = bench(generator__model=MIX).context
    assert context.usable("generator", 0) == context.config.generator.mix
    context.unusable.add("offline/generator")
    assert context.usable("generator", 0) == ("offline/generator-weak",)
    context.unusable.add("offline/generator-weak")
    assert context.usable("generator", 0) == context.config.generator.mix


def test_a_role_is_called_as_the_settings_say_by_the_model_named() -> None:
    context = bench(generator__model=MIX, generator__temperature=0.5).context
    assert context.settings("generator").model == MIX
    one = context.settings("generator", "offline/generator")
    assert (one.model, one.temperature) == ("offline/generator", 0.5)


def test_what_is_asked_together_comes_back_in_its_order() -> None:
    async def after(seconds: float) -> float:
        await asyncio.sleep(seconds)
        return seconds

    assert asyncio.run(together(after(seconds) for seconds in (0.02, 0.0, 0.01))) == [0.02, 0.0, 0.01]


def test_when_one_fails_the_others_still_end_and_the_first_failure_is_raised() -> None:
    ended: list[str] = []

    async def end(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        ended.append(name)
        if name.startswith("bad"):
            raise ValueError(name)

    with pytest.raises(ValueError, match="bad 1"):
        asyncio.run(together([end("good", 0.02), end("bad 1", 0.01), end("bad 2", 0.0)]))
    assert ended == ["bad 2", "bad 1", "good"]


def test_a_failure_within_groups_comes_out_by_its_own_name() -> None:
    inner = ExceptionGroup("inner", [KeyError("first"), ValueError("second")])
    with pytest.raises(KeyError, match="first"), first_failure():
        raise ExceptionGroup("outer", [inner, TypeError("third")])
    with pytest.raises(TypeError), first_failure():
        raise TypeError("alone")
    with first_failure():
        pass
