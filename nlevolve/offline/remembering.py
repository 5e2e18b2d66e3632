"""What a worker has found out about the latest puzzles: births of one task ask for the same things again and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from nlevolve.offline.hypotheses import Hypothesis

MOST_REMEMBERED = 24
_found: OrderedDict[Hashable, list[Hypothesis]] = OrderedDict()


def remembered(key: Hashable, find: Callable[[], list[Hypothesis]]) -> list[Hypothesis]:
    """What `find` gives, without doing the work again for a key asked for lately; it changes no answer, only its cost."""
    if key not in _found:
        _found[key] = find()
        if len(_found) > MOST_REMEMBERED:
            _found.popitem(last=False)
    return _found[key]


def forget() -> None:
    """Forget everything."""
    _found.clear()
