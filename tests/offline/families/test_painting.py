"""Painting objects and their parts, in plain and in borrowed colours."""

from __future__ import annotations

import pytest

from tests.offline.families.grids import follow


@pytest.mark.parametrize(
    ("bullet", "before", "after"),
    [
        ("Recolour every object that has a hole green.", "111.1 1.1.1 111..", "333.1 3.3.1 333.."),
        (
            "Recolour every grey object the colour of the nearest other object.",
            "55.2. ...2. ..... 3.... .555.",
            "22.2. ...2. ..... 3.... .333.",
        ),
        ("Recolour every object that touches a red cell blue.", "332. .... 33..", "112. .... 33.."),
        ("Colour the empty cells around every object red.", "..... ..3.. .....", ".222. .232. .222."),
        ("Colour a rectangular frame around every object red.", ".... .3.. ....", "222. 232. 222."),
        ("Colour the inside of every object red.", "3333. 3333. 3333.", "3333. 3223. 3333."),
        ("Fill the gaps in the box of every object with red.", "3..3 3333", "3223 3333"),
        ("Colour the outermost layer of every object red.", "333. 333. 333.", "222. 232. 222."),
        ("Colour the corners of every object red.", "333. 333. 333.", "232. 333. 232."),
        ("Fill the holes of every object with its own colour.", "333 3.3 333", "333 333 333"),
        ("Colour the empty cells below every object red.", ".3. ... ..4", ".3. .2. .24"),
    ],
)
def test_painting(bullet: str, before: str, after: str) -> None:
    assert follow(bullet, before) == after


def test_an_object_without_the_colour_asked_for_stays_as_it_is() -> None:
    bullets = ["Recolour every blue object the colour of the cells inside it."]
    assert follow(bullets, "111.. 121.1 111.1") == "222.. 222.1 222.1"
