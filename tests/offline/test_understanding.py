"""What people say in their own ways: read by grammar, carried on both ways where it may mean two things, never guessed."""

from __future__ import annotations

import pytest

from nlevolve.offline import english
from nlevolve.offline.scene import Scene
from tests.offline.direct import grid

RING = grid("""
........
.222....
.2.2..3.
.222....
........
""")


def led(*said: str, start: object = RING) -> english.Followed:
    return english.follow(said, Scene(start))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("If there is a shape with a hole, colour it blue.", "Recolour every object that has a hole blue."),
        ("Any figures made of a single square should be coloured green", "Recolour every object that is a single cell green."),
        ("locate the smallest figure and remove it", "Remove the smallest object."),
        ("fill in the open space inside of the red shape with yellow", "Fill every enclosed area with yellow."),
        (
            "put a blue border all the way around each of the green squares",
            "Colour the empty cells around every green object blue.",
        ),
        (
            "change the red square and the cells around it to blue",
            "Colour the empty cells around every red object blue. Change red to blue.",
        ),
        ("turn everything but the red shape black", "Keep every red object and remove everything else."),
        (
            "first, note where the colours are. Then mirror the picture to the right side",
            "Add a mirrored copy of the grid on the right side.",
        ),
        (
            "each pixel in the input turns into a 2x2 block of the same colour",
            "Enlarge every cell to a block of two by two cells of its colour.",
        ),
    ],
)
def test_people_say_it_otherwise_and_mean_the_same(said: str, meant: str) -> None:
    found, wanted = led(said), led(meant)
    assert not found.note
    assert found.scene.grid.tolist() == wanted.scene.grid.tolist()


def test_the_size_that_is_told_decides_between_two_meanings() -> None:
    two = grid("""
    11..
    11.3
    """)
    undecided = led("Copy the largest shape.", start=two)
    cut = led("The output grid size is 2x2.", "Copy the largest shape.", start=two)
    whole = led("The output grid size is the same as the input.", "Copy the largest shape.", start=two)
    assert undecided.note
    assert undecided.scene.grid.tolist() == two.tolist()
    assert not cut.note
    assert cut.scene.grid.tolist() == [[1, 1], [1, 1]]
    assert not whole.note
    assert whole.scene.grid.tolist() == [[1, 1, 0, 0], [1, 1, 0, 0]]


@pytest.mark.parametrize(
    "claim",
    [
        "The output grid size is 4x4.",
        "In the input, you should see yellow squares.",
        "In the input, you should see a 3x3 grid with red squares.",
    ],
)
def test_a_claim_that_the_grid_contradicts_is_reported(claim: str) -> None:
    assert claim in led(claim, "Change red to blue.").note


def test_a_claim_that_is_true_changes_nothing() -> None:
    said = (
        "In the input, you should see a red square with a hole on a black background.",
        "The output grid size stays the same.",
    )
    assert led(*said, "Change red to blue.").note == ""
    assert led(*said).scene.grid.tolist() == RING.tolist()


def test_a_result_that_is_told_again_is_not_done_again() -> None:
    said = led(
        "Mirror the picture to the right side. You should end up with 2 copies of the pattern side by side.", start=grid("1.1")
    )
    assert not said.note
    assert said.scene.grid.shape == (1, 6)


def test_colours_changed_in_one_breath_change_at_once() -> None:
    said = led("replace the red squares with green and replace the green squares with red")
    assert said.scene.grid.tolist() == led("Swap the colours red and green.").scene.grid.tolist()


@pytest.mark.parametrize(
    "unclear",
    [
        "reflect the picture",
        "move the red square somewhere else",
        "colour the smaller shapes according to taste",
        "find the largest shape and do the usual with it",
        "fill the shape with whatever was missing",
        "do the same with the green one",
        "The output grid size depends on the weather.",
        "In the input, you should see an elephant.",
    ],
)
def test_what_is_not_whole_is_not_understood(unclear: str) -> None:
    assert english.steps(unclear) is None


def test_what_was_understood_is_told_again_in_its_own_words() -> None:
    said = "Turn everything except the red squares black."
    assert [english.say(step) for step in english.steps(said) or ()] == [said]
