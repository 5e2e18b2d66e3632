"""What is cut into shards comes together again, each task once and in its order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.errors import UsageError
from nlevolve.options import Data
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.shards import every, joined


@given(st.lists(st.integers(), min_size=1, max_size=40), st.integers(1, 40))
def test_shards_are_alike_in_size_and_join_to_what_was_cut(tasks: list[int], of: int) -> None:
    if of > len(tasks):
        with pytest.raises(UsageError, match=f"cannot be cut into {of} shards"):
            every(tasks, 1, of)
        return
    shards = [every(tasks, number, of) for number in range(1, of + 1)]
    assert joined(shards) == tuple(tasks)
    assert max(map(len, shards)) - min(map(len, shards)) <= 1


def test_a_shard_of_a_selection_knows_all_that_was_selected() -> None:
    whole = load(["arc1:training[:5]"])
    part = load(["arc1:training[:5]"], shard="2/3")
    assert [task.id for task in part.tasks] == [whole.tasks[1].id, whole.tasks[4].id]
    assert part.shard is not None
    assert (part.shard.label, part.shard.selected, part.shard.selected_digest) == ("2/3", whole.selectors, whole.digest)


@pytest.mark.parametrize("told", ["0/7", "8/7", "1/0", "7", "/7", "-1/7", "1/7/2", "one/7", "1.0/2", "²/7"])
def test_what_is_no_shard_is_refused_in_a_line(told: str) -> None:
    with pytest.raises(UsageError, match=r"--shard: a shard is i/n") as refused:
        Data.read({"shard": told})
    assert "\n" not in str(refused.value)


def test_a_shard_is_written_in_one_way() -> None:
    assert Data.read({"shard": " 02/07 "}).shard == "2/7"
