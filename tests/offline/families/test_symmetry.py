"""Symmetric and repeating pictures: completed, and repaired where something covers them."""

from __future__ import annotations

from tests.offline.following import followed


def test_a_picture_is_completed_about_the_centre_of_the_grid() -> None:
    sentence = "Make the picture symmetric left to right about the centre of the grid."
    assert followed(sentence, "1200 0000 3000") == "1221 0000 3003"


def test_a_picture_is_completed_about_an_object() -> None:
    sentence = "Complete the pattern around the largest object so that it is unchanged by quarter turns."
    assert followed(sentence, "000300 000000 002200 002200 000000 000000") == "000300 000000 302200 002203 000000 003000"


def test_covered_cells_are_read_from_the_mirror_image_even_off_the_middle() -> None:
    sentence = "Fill in the maroon cells so that the picture is symmetric."
    assert followed(sentence, "7123321 8459654 6172271") == "7123321 8456654 6172271"


def test_covered_cells_are_read_from_the_repeating_pattern() -> None:
    sentence = "Repair the picture under the black cells, knowing that it is repeating regularly."
    assert followed(sentence, "123123 456006 123103 456456") == "123123 456456 123123 456456"


def test_the_hidden_part_is_cut_out() -> None:
    sentence = "The output is what the black cells hide, knowing that the picture is a repeating pattern."
    assert followed(sentence, "12121212 34003434 12001212 34343434") == "34 12"
