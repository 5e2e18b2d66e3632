"""People's words: openings, asides and other names of things change nothing of what is read, and nothing is guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.offline import english
from nlevolve.offline.families.leaving import LeaveAsIs
from nlevolve.offline.people import says_nothing

PLAIN = [
    "Change magenta to green.",
    "Flip the grid vertically, so that top and bottom change places.",
    "Fill every enclosed area with yellow.",
    "Remove every object that is a single cell.",
    "Crop the grid to the largest object.",
]
OPENINGS = ["", "You need to ", "In the output, you should ", "To make the output you have to ", "Make sure to ", "1. "]
FIRST = ["", "copy the input grid and then ", "Copy the input. "]
LAST = ["", " Everything else stays the same.", " Leave all other cells unchanged.", " The grid size stays the same.", " Done."]


def paraphrases() -> st.SearchStrategy[tuple[str, str]]:
    def put(parts: tuple[str, str, str, str]) -> tuple[str, str]:
        opening, first, plain, last = parts
        begun = f"{opening}{first}"
        return plain, f"{begun}{plain[0].lower() if begun else plain[0]}{plain[1:]}{last}"

    return st.tuples(*map(st.sampled_from, (OPENINGS, FIRST, PLAIN, LAST))).map(put)


@given(paraphrases())
def test_how_people_open_and_close_a_description_changes_nothing(pair: tuple[str, str]) -> None:
    plain, padded = pair
    found = english.steps(padded)
    assert found is not None, padded
    assert [step for step in found if step != LeaveAsIs()] == list(english.steps(plain) or ())


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("All the pink blocks should be turned green", "Change magenta to green."),
        ("replace each gray square with dark blue squares", "Change grey to blue."),
        ("Draw a red outline around every shape.", "Colour the empty cells around every object red."),
        ("surround each yellow box with a green border", "Colour the empty cells around every yellow object green."),
        ("color in every closed hole red", "Fill every enclosed area with red."),
        ("get rid of all the isolated pixels", "Remove every object that is a single cell."),
        ("turn the original grid upside down", "Flip the grid vertically, so that top and bottom change places."),
        ("rotate the picture 90 degrees to the left", "Rotate the grid a quarter turn anticlockwise."),
        ("zoom in on the biggest shape", "Crop the grid to the largest object."),
        (
            "push the green boxes until they touch the red block",
            "Move every green object towards every red object until they touch.",
        ),
    ],
)
def test_other_names_of_things_are_read_as_the_same(said: str, meant: str) -> None:
    assert english.steps(said) == english.steps(meant) is not None


def test_two_sentences_that_an_and_joins_are_two_steps() -> None:
    both = english.steps("fill all holes with red and draw a blue border around each shape")
    apart = english.steps("Fill all holes with red. Draw a blue border around each shape.")
    assert both is not None
    assert both == apart


@pytest.mark.parametrize(
    "unclear",
    [
        "change red to blue and then some",
        "fill every sunny hole with red",
        "you should move the shape somewhere nice",
        "copy the input grid, but nicer",
        "change orange to light red",  # some call magenta so, some red itself
        "everything else is different",
        "swap red and blue but change green to red",  # one after the other, or at once?
        "recolour every square that is in an odd row",
    ],
)
def test_a_sentence_with_a_word_left_over_stays_unread(unclear: str) -> None:
    assert english.steps(unclear) is None
    assert not says_nothing(unclear)


@given(st.text(alphabet="acdeghiklnoprstuvwy ,.", max_size=700))
def test_any_text_is_safe(text: str) -> None:
    english.steps(text)
    says_nothing(text)
