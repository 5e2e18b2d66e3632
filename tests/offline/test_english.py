"""Every sentence family: what it says it reads, how people say it is read the same, and no text or grid breaks it."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlevolve.offline import english
from nlevolve.offline.grammar import Phrase, Slot, filled, kind_of, read, read_by, registered, said_by
from nlevolve.offline.operation import Operation, perform
from nlevolve.offline.sampling import sample, sample_slot
from nlevolve.offline.scene import Scene, cells, is_valid
from tests.offline.strategies import grids

OPERATIONS = registered(Operation)
PHRASES = registered(Phrase)
CASES = 40


def named(kinds: list[type[Phrase]]) -> list[object]:
    return [pytest.param(kind, id=kind.__name__) for kind in kinds]


@pytest.mark.parametrize("kind", named(OPERATIONS))
def test_what_an_operation_says_is_read_as_that_operation(kind: type[Operation]) -> None:
    rng = Random(kind.__name__)
    for _ in range(CASES):
        operation = sample(kind, rng)
        assert english.read(english.say(operation)) == operation, english.say(operation)


@pytest.mark.parametrize("kind", named(PHRASES))
def test_every_template_reads_as_its_class(kind: type[Phrase]) -> None:
    rng = Random(kind.__name__)
    category = next(c for c in reversed(kind.__mro__) if issubclass(c, Phrase) and c is not Phrase)
    for production in read_by(kind):
        values = {p.name: sample_slot(kind_of(kind, p.name), rng, 3) for p in production.parts if isinstance(p, Slot)}
        try:
            meant = kind(**{**dict(production.fixed), **values})
        except ValueError:
            continue
        text = filled(production, values)
        assert read(category, text) == meant, text


@pytest.mark.parametrize("kind", named(OPERATIONS))
def test_every_family_knows_at_least_five_ways_to_say_it(kind: type[Operation]) -> None:
    said = {production.template for production in said_by(kind)}
    assert len({production.template for production in read_by(kind)} - said) >= 5


@pytest.mark.parametrize("kind", named(OPERATIONS))
def test_any_grid_becomes_a_grid_or_is_refused(kind: type[Operation]) -> None:
    rng = Random(kind.__name__)

    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(grids())
    def follow(grid: object) -> None:
        scene = Scene(grid)
        after = perform(sample(kind, rng), scene)
        assert after is None or is_valid(after.grid)
        again = perform(sample(kind, rng), scene.becoming(scene.grid.T))
        assert again is None or is_valid(again.grid)

    follow()


WORDS = sorted({word for kind in PHRASES for p in read_by(kind) for word in p.literals})


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=400), st.lists(st.sampled_from(WORDS), max_size=120).map(" ".join)))
def test_any_text_is_read_or_not_understood(text: str) -> None:
    english.steps(text)


def test_what_is_not_understood_is_reported_and_left_out() -> None:
    scene = Scene(cells([[1, 2], [3, 4]]))
    followed = english.follow(["Flip the grid horizontally.", "Sing a song."], scene)
    assert followed.unread == ("Sing a song.",)
    assert (followed.scene.grid == scene.grid[:, ::-1]).all()
    assert "Sing a song." in followed.note


@pytest.mark.parametrize("size", ["2x1", "2 x 1", "A 2×1.", "1x2;", "2 to 1", "red x blue", "red with blue", "3", ""])
def test_a_size_or_two_colours_alone_say_no_rule(size: str) -> None:
    assert english.steps(size) is None


@pytest.mark.parametrize("bare", ["red to blue", "Red becomes blue.", "replace 2 by 1", "change red into blue"])
def test_a_change_needs_a_word_that_says_so(bare: str) -> None:
    assert english.steps(bare) == english.steps("Change red to blue.")
    assert english.steps(bare) is not None
