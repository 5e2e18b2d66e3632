"""What to make of an exam, in sentences: which checker to buy, who solves without the words, what the embedded ones are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from nlevolve.view.exam.measures import Standing, Uplift
from nlevolve.view.exam.shares import Share
from nlevolve.view.statistics import Interval
from nlevolve.view.text import clean, money, percent, plural, points

FEW = 20
"""Distinct grids below which the advice says that they are few."""
MOST, SOME = 0.5, 0.1
"""Of what a checker gets right with the words, what it gets right without them: from MOST on it solves the puzzles by itself."""
MUCH = 0.4
"""Of what a checker gets right with the words: an uplift that may be so much is not next to nothing."""
Verdict = Literal["open", "most", "some", "needs"]
"""How much of it that is; open: too few descriptions to say."""


def advice(standings: Sequence[Standing], uplifts: Sequence[Uplift]) -> list[str]:
    """The advice in one sentence, and after it what else a buyer should know."""
    told = [one for one in standings if one.arm == "true" and one.exact.share is not None]
    told = [one for one in told if one.shown == told[0].shown]
    real = [one for one in told if not one.embedded]
    if not told:
        nothing = "No checker followed a true description, so there is nothing to advise."
        return [nothing, *_remedy(standings), *_embedded(standings)]
    if not any(map(_right, real or told)):
        return [*(f"{_useless(one)}." for one in real or told), *_embedded(standings)]
    chosen = _cheapest(real or told)
    others = [one for one in told if one is not chosen and _alone(one, uplifts)]
    joint = "; but " if _alone(chosen, uplifts) else "; "
    grids = chosen.exact.grids
    few = (
        f" {plural(grids, 'grid')} {'is' if grids == 1 else 'are'} few: the interval says what may be concluded."
        if grids < FEW
        else ""
    )
    return [
        f"{_choice(chosen, real or told)}{joint}{_without(chosen, uplifts)}.{few}",
        *(f"{clean(one.checker)}: {_without(one, uplifts)}." for one in others),
        *_embedded(standings),
    ]


def _remedy(standings: Sequence[Standing]) -> Iterator[str]:
    """What to do where the embedded checkers could read none of what was drawn; a reply that never came is told of elsewhere."""
    one = next((one for one in standings if one.arm == "true" and one.not_understood), None)
    if one is not None:
        yield (
            f"Of {plural(one.descriptions, 'description')} an embedded checker could read none: take more (--tasks N, or all "
            "without it), or words that it can read (--from-run RUN, of a run that the embedded generator wrote)."
        )


def _useless(one: Standing) -> str:
    """Of a checker that gets nothing right, with the words or without."""
    asked = one.exact
    told = f"{clean(one.checker)} follows none of {_grids(asked)} right ({between(asked.interval)})"
    once = asked.of == asked.grids
    lacked = "to {} of them it replied with no grid at all" if once else "{} of the replies held no grid at all"
    why = f"; {lacked.format(one.unreadable)}" if one.unreadable else ""
    ask = ": nlevolve models MODEL --ping shows in which form it is read best" if one.unreadable else ""
    return f"{told}{why}{ask}. Whether it needs the words cannot be seen so, and a run that it checks learns nothing"


def _grids(asked: Share) -> str:
    """12 grids; and the replies, where a grid was followed more than once."""
    return plural(asked.grids, "grid") + (f" ({plural(asked.of, 'reply', 'replies')})" if asked.of > asked.grids else "")


def _cheapest(told: Sequence[Standing]) -> Standing:
    """Within the interval of the best; of those whose price nobody knows, only where there are no others. Then the quickest."""
    best = max(told, key=_right)
    near = [one for one in told if best.exact.interval is None or _right(one) >= best.exact.interval.low]
    return min(near, key=lambda one: (one.usd is None, one.usd or 0.0, -_right(one), one.seconds or 0.0))


def _right(standing: Standing) -> float:
    return standing.exact.share or 0.0


def _choice(chosen: Standing, told: Sequence[Standing]) -> str:
    best = max(told, key=_right)
    took = f"follows {percent(chosen.exact.share)} of {_grids(chosen.exact)} right"
    price = "at an unknown price" if chosen.usd is None else f"for {money(chosen.usd)} a grid"
    if len(told) == 1:
        return f"{clean(chosen.checker)} {took} ({between(chosen.exact.interval)}), {price}"
    if chosen is best:
        return (
            f"Take {clean(chosen.checker)}: it {took} ({between(chosen.exact.interval)}) {price}, and none does better for less"
        )
    return (
        f"Take {clean(chosen.checker)}: it {took} {price}, the cheapest within the interval of the best "
        f"({clean(best.checker)}, {percent(best.exact.share)}, {between(best.exact.interval)})"
    )


def _without(standing: Standing, uplifts: Sequence[Uplift]) -> str:
    """Whether it solves the puzzles without the words."""
    found = _empty(standing, uplifts)
    if found is None:
        return "what it solves without the words was not asked (--arm empty, with the examples shown)"
    rest = (
        f"told nothing it gets {percent(found.without)} right, with the words {percent(found.true)} "
        f"(uplift {points(found.uplift)} points, {between(found.interval, points)})"
    )
    few = f"{plural(found.descriptions, 'description')} {'is' if found.descriptions == 1 else 'are'} too few to say"
    said: dict[Verdict, str] = {
        "open": f"{few} whether it needs the words",
        "most": "it solves most of them without the words, so its checks say little about a description",
        "some": "it solves some of them without the words",
        "needs": "it needs the words",
    }
    return f"{said[_verdict(found)]}: {rest}"


def _verdict(found: Uplift) -> Verdict:
    """Nothing that its own interval denies: where the words may add nothing as well as much, nobody knows."""
    if found.interval.low <= 0 and found.interval.high >= MUCH * found.true:
        return "open"
    return "most" if _ratio(found) >= MOST else "some" if _ratio(found) >= SOME else "needs"


def _empty(standing: Standing, uplifts: Sequence[Uplift]) -> Uplift | None:
    """By the examples alone; where they are not shown there is nothing to solve by."""
    mine = (one for one in uplifts if (one.checker, one.shown, one.arm) == (standing.checker, "others", "empty"))
    return next(mine, None)


def _ratio(found: Uplift) -> float:
    return found.without / found.true if found.true else 1.0 if found.without else 0.0


def _alone(standing: Standing, uplifts: Sequence[Uplift]) -> bool:
    found = _empty(standing, uplifts)
    return found is not None and _verdict(found) in ("most", "some")


def _embedded(standings: Sequence[Standing]) -> Iterator[str]:
    ours = {one.checker: one for one in standings if one.embedded}
    if ours:
        reads = ", ".join(f"{clean(checker)} {one.understood}" for checker, one in ours.items())
        yield (
            "Embedded checkers are programs that know some English sentences. Of "
            f"{plural(next(iter(ours.values())).descriptions, 'description')} they understand: {reads}, and are measured on "
            "these. No figure of theirs says anything about a model."
        )


def between(interval: Interval | None, written: Callable[[float], str] = percent) -> str:
    """95% interval 88% to 97%."""
    return "" if interval is None else f"95% interval {written(interval.low)} to {written(interval.high)}"
