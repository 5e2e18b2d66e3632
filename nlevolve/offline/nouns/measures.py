"""Measures and orders of objects: numbers to tell them apart by, and ways to line them up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nlevolve.offline.grammar import Words
from nlevolve.offline.scene import Object


class Measure(Words):
    """A number that every object has."""

    SIZE = ("number of cells", "size")
    HOLES = ("number of holes", "number of enclosed areas")
    WIDTH = ("width",)
    HEIGHT = ("height",)
    LENGTH = ("length", "longer side")
    COLOURS = ("number of colours",)

    def of(self, one: Object) -> int:
        return _MEASURES[self](one)


_MEASURES: dict[Measure, Callable[[Object], int]] = {
    Measure.SIZE: lambda o: o.size,
    Measure.HOLES: lambda o: o.holes,
    Measure.WIDTH: lambda o: o.width,
    Measure.HEIGHT: lambda o: o.height,
    Measure.LENGTH: lambda o: max(o.height, o.width),
    Measure.COLOURS: lambda o: len(o.colours),
}


class Order(Words):
    """A way to go through objects."""

    LARGEST = ("from the largest to the smallest", "from large to small", "in order of decreasing size")
    SMALLEST = ("from the smallest to the largest", "from small to large", "in order of increasing size")
    LEFT = ("from left to right", "in order from left to right")
    RIGHT = ("from right to left", "in order from right to left")
    TOP = ("from top to bottom", "in order from top to bottom")
    BOTTOM = ("from bottom to top", "in order from bottom to top")
    TALLEST = ("from the tallest to the shortest", "in order of decreasing height")
    SHORTEST = ("from the shortest to the tallest", "in order of increasing height")
    WIDEST = ("from the widest to the narrowest", "in order of decreasing width")
    NARROWEST = ("from the narrowest to the widest", "in order of increasing width")
    HOLES = ("from the most holes to the fewest", "in order of decreasing number of holes")

    def ranks(self, objects: Sequence[Object]) -> list[int]:
        """The place of each object, from 0; those that tie share a place and no place stays empty."""
        values = [_ORDERS[self](o) for o in objects]
        places = sorted(set(values))
        return [places.index(v) for v in values]

    def sorted(self, objects: Sequence[Object]) -> list[Object]:
        return sorted(objects, key=_ORDERS[self])


_ORDERS: dict[Order, Callable[[Object], int]] = {
    Order.LARGEST: lambda o: -o.size,
    Order.SMALLEST: lambda o: o.size,
    Order.LEFT: lambda o: o.left,
    Order.RIGHT: lambda o: -o.right,
    Order.TOP: lambda o: o.top,
    Order.BOTTOM: lambda o: -o.bottom,
    Order.TALLEST: lambda o: -o.height,
    Order.SHORTEST: lambda o: o.height,
    Order.WIDEST: lambda o: -o.width,
    Order.NARROWEST: lambda o: o.width,
    Order.HOLES: lambda o: -o.holes,
}
