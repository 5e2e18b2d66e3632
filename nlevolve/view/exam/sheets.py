"""An exam as tables of text, for the terminal and the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from nlevolve.run.forecast import COMPLETION, Forecast
from nlevolve.view.exam.measures import Duel, Exam, Standing, Uplift
from nlevolve.view.exam.shares import Share
from nlevolve.view.statistics import Interval
from nlevolve.view.table import Sheet
from nlevolve.view.text import clean, count, money, percent, plural, points

EXAMPLES = {"others": "shown", "none": "none"}
SAID = {"empty": "nothing", "shuffled": "another task's"}
FIRST = ("checker", "examples")


def announced(most: Mapping[str, Forecast]) -> Sheet:
    """What an exam may cost, before anything is sent."""
    total = sum(most.values(), Forecast(0, 0.0))
    rows = [[clean(model), *_forecast(one)] for model, one in most.items()]
    note = f"At most, without repairs, with {COMPLETION:,} tokens a reply; what the sample bank already holds is counted too."
    return Sheet("What the exam may take", ["checker", "calls", "USD"], [*rows, ["all", *_forecast(total)]], note)


def _forecast(most: Forecast) -> list[str]:
    return [count(most.calls), "unknown" if most.usd is None else money(most.usd)]


def sheets(found: Exam) -> list[Sheet]:
    """All tables, in order; those for which nothing was asked are left out."""
    made = (_following, _rivals, _adding, _costs, _by_cells, _by_words)
    return [sheet for make in made if (sheet := make(found)).rows]


def _true(found: Exam) -> list[Standing]:
    return [one for one in found.standings if one.arm == "true"]


def _named(one: Standing | Uplift | Duel) -> list[str]:
    return [clean(one.checker), EXAMPLES[one.shown]]


def _following(found: Exam) -> Sheet:
    columns = [*FIRST, "reads", "exact", "95%", "cells", "size", "garbled", "lost", "agrees"]
    note = (
        "With the right words. reads: descriptions that it can read (a language model: all). exact: of the distinct grids "
        "answered, cell by cell, over all their samples, with Wilson's interval, widened as far as the grids of a description go "
        "together; samples of a grid are no trials of their own. cells: mean accuracy. "
        "size: of the wrong size. garbled: no grid in the reply. lost: no reply, or refused by the provider, so no evidence. "
        "agrees: pairs of samples that are the same grid."
    )
    title = f"{plural(found.descriptions, 'description')} ({clean(found.material)}), {plural(found.grids, 'grid')}"
    return Sheet(title, columns, [_follows(one) for one in _true(found)], note)


def _follows(one: Standing) -> list[str]:
    return [
        *_named(one),
        f"{one.understood} of {one.descriptions}",
        _of(one.exact),
        "–" if one.exact.interval is None else f"{percent(one.exact.interval.low)} to {percent(one.exact.interval.high)}",
        percent(one.accuracy),
        *(str(number) for number in (one.wrong_size, one.unreadable, one.refused + one.unreached)),
        percent(one.agreement),
    ]


def _rivals(found: Exam) -> Sheet:
    columns = [*FIRST, "beside", "descriptions", "difference", "95%", "p"]
    note = "Over the descriptions that both can read, paired. p: sign flips by description, two-sided, not corrected for several."
    rows = [[*_named(one), clean(one.best), str(one.descriptions), *_compared(one.difference, one)] for one in found.duels]
    return Sheet("Beside the one that follows most", columns, rows, note)


def _adding(found: Exam) -> Sheet:
    columns = [*FIRST, "other words", "descriptions", "right words", "others", "uplift", "95%", "p"]
    note = (
        "What the words add: mean share of a description's grids that come out with the right words, less with words that say "
        "nothing, or with another task's. Near nothing: the checker solves the puzzle by itself. p: sign flips by description."
    )
    rows = [
        [
            *_named(one),
            SAID[one.arm],
            str(one.descriptions),
            *map(percent, (one.true, one.without)),
            *_compared(one.uplift, one),
        ]
        for one in found.uplifts
    ]
    return Sheet("Without the right words", columns, rows, note)


def _compared(difference: float, one: Uplift | Duel) -> list[str]:
    return [points(difference), between(one.interval), "<0.0001" if one.p < 0.0001 else f"{one.p:.4f}"]


def between(interval: Interval) -> str:
    """In percentage points."""
    return f"{points(interval.low)} to {points(interval.high)}"


def _costs(found: Exam) -> Sheet:
    unknown = f", and {plural(found.unknown_calls, 'call')} of unknown cost" if found.unknown_calls else ""
    note = (
        f"USD: mean, at full price. seconds: median, as long as it took when it was bought. This exam: {money(found.cost_usd)}"
        f"{unknown}; {plural(found.calls.get('provider', 0), 'call')}, {found.calls.get('cache', 0):,} more from the sample "
        f"bank, {found.calls.get('failed', 0):,} failed."
    )
    rows = [[*_named(one), *_cost(one)] for one in _true(found) if one.exact.of]
    return Sheet("What a grid takes", [*FIRST, "USD", "seconds"], rows, note)


def _cost(one: Standing) -> list[str]:
    return ["–" if one.usd is None else money(one.usd), "–" if one.seconds is None else f"{one.seconds:.1f}"]


def _by_cells(found: Exam) -> Sheet:
    note = (
        "Exact, by the cells of the larger of input and output. at 100, doubling: a logistic curve's chance at 100 cells, and "
        "what the odds are multiplied by when the cells double."
    )
    sheet = _by("By the size of the grid", found, lambda one: one.by_cells, note)
    fitted = [_curve(one) for one in _true(found) if one.exact.of]
    rows = [[*row, *curve] for row, curve in zip(sheet.rows, fitted, strict=True)]
    return Sheet(sheet.title, [*sheet.columns, "at 100", "doubling"], rows, note)


def _curve(one: Standing) -> list[str]:
    return ["–", "–"] if one.curve is None else [percent(one.curve.at_100), f"×{one.curve.doubling:.2f}"]


def _by_words(found: Exam) -> Sheet:
    return _by("By the length of the description", found, lambda one: one.by_words, "Exact, by the words of the description.")


def _by(title: str, found: Exam, groups: Callable[[Standing], Mapping[str, Share]], note: str) -> Sheet:
    told = [one for one in _true(found) if one.exact.of]
    columns: Sequence[str] = list(groups(told[0])) if told else ()
    return Sheet(title, [*FIRST, *columns], [[*_named(one), *map(_of, groups(one).values())] for one in told], note)


def _of(one: Share) -> str:
    return "–" if one.share is None else f"{percent(one.share)} of {one.grids}"
