"""The grammar: templates say and read, whatever the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest

from nlevolve.offline import english
from nlevolve.offline.grammar import Phrase, Range, Words, pin, read, say, says
from nlevolve.offline.words import LONGEST_TEXT, opened, tokens


class Pace(Words):
    SLOW = ("slowly", "at a crawl")
    FAST = ("fast", "at full speed")


class Deed(Phrase):
    """What the sentences of this test say."""


@says("go home", also="return [quickly] home")
@dataclass(frozen=True)
class Home(Deed):
    """No fields."""


@says(
    pin("walk once", times=1),
    "walk {times} times",
    "walk {times} times {pace}",
    also="(stroll|wander) {times} times [{pace}]",
)
@dataclass(frozen=True)
class Walk(Deed):
    """A number and words; the pace may be left unsaid."""

    times: Annotated[int, Range(1, 9)]
    pace: Pace = Pace.SLOW

    def __post_init__(self) -> None:
        if self.times == 7:
            raise ValueError("never seven")


@says("in turn {deeds}")
@dataclass(frozen=True)
class Together(Deed):
    """A list of others."""

    deeds: tuple[Deed, ...]


@says("every day {deed}", also="{deed} every day")
@dataclass(frozen=True)
class Daily(Deed):
    """One in another; may stand before it."""

    deed: Deed


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (Home(), "go home"),
        (Walk(1), "walk once"),
        (Walk(3), "walk three times"),
        (Walk(3, Pace.FAST), "walk three times fast"),
        (Together((Home(), Walk(2), Walk(1))), "in turn go home, walk two times and walk once"),
        (Daily(Home()), "every day go home"),
    ],
)
def test_the_first_template_that_fits_is_said_and_read_back(deed: Deed, said: str) -> None:
    assert say(deed) == said
    assert read(Deed, said) == deed


@pytest.mark.parametrize(
    ("text", "deed"),
    [
        ("Then, finally: GO HOME!", Home()),
        ("return home", Home()),
        ("Return quickly home.", Home()),
        ("stroll 4 times", Walk(4)),
        ("wander four times at full speed", Walk(4, Pace.FAST)),
        ("go home each day", Daily(Home())),
        ("Walk once each day", Daily(Walk(1))),
    ],
)
def test_other_words_for_it_read_the_same(text: str, deed: Deed) -> None:
    assert read(Deed, text) == deed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "go",
        "go home now please immediately",
        "walk 0 times",
        "walk 10 times",
        "walk seven times",
        "walk 99999999999 times",
    ],
)
def test_what_fits_no_template_is_not_understood(text: str) -> None:
    assert read(Deed, text) is None


def test_a_value_that_no_template_expresses_cannot_be_said() -> None:
    @says(pin("say a", word="a"))
    @dataclass(frozen=True)
    class Narrow(Deed):
        word: str

    with pytest.raises(ValueError, match="no template says"):
        say(Narrow("b"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The biggest gray shapes", "largest grey object"),
        ("each pixel's colour", "every cell color"),
        ("light blue (8) boxes", "cyan box"),
        ("from left to right", "horizontally"),
        ("a 3×3 block", "3 by 3 blocks"),
        ("cells of the most common colour", "most common colour cells"),
        ("don't touch", "do not touch"),
    ],
)
def test_spellings_synonyms_and_plurals_do_not_matter(one: str, other: str) -> None:
    assert tokens(one) == tokens(other)


def test_words_that_open_a_step_are_skipped_and_endless_texts_cut() -> None:
    assert opened(tokens("And then finally go home")) == ("go", "home")
    assert len(tokens("go " * 10_000)) <= LONGEST_TEXT


def test_of_one_there_are_no_several_but_in_a_size() -> None:
    assert steps_said("Move every object one cells down.") == ["Move every object one cell down."]
    assert steps_said("Shift the whole grid by one cells right, what leaves it comes in again on the other side.")[0].startswith(
        "Shift the whole grid by one cell right"
    )
    assert steps_said("Crop the grid to the three by one cells in its top left corner.")[0].startswith(
        "Crop the grid to the three by one cells"
    )


def steps_said(text: str) -> list[str]:
    """What is understood of a text, in the grammar's own words."""
    return [english.say(step) for step in english.steps(text) or ()]
