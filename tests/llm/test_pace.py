"""Whether refusals come from a limit or by chance, and what is learned of either: over minutes of a clock that jumps."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from nlevolve.llm.at_once import AtOnce
from nlevolve.llm.chance import Alarm, Trial, Verdict
from nlevolve.llm.pace import Pace
from nlevolve.records import Event, LimitChanged
from tests.llm.kinds import Busy, Refuses, at_random, both, bucket, changing, fixed, sliding, slow, steady

QUICK = steady(0.2)
LIMITS: dict[str, Callable[[], Refuses]] = {
    "sliding minute": lambda: sliding(120, 60),
    "fixed minute": lambda: fixed(120, 60),
    "bucket of 10": lambda: bucket(120, 10),
}


@pytest.mark.parametrize("says_when", [True, False], ids=["with Retry-After", "without"])
@pytest.mark.parametrize("kind", LIMITS)
def test_an_unknown_limit_is_found_and_kept(kind: str, says_when: bool) -> None:
    met = Busy(LIMITS[kind](), minutes=8, seconds=QUICK, says_when=says_when).run().met()
    assert 110 <= met.a_minute <= 125
    assert met.refused <= 0.03


def test_a_burst_that_a_bucket_lets_through_at_first_is_not_taken_for_the_rate() -> None:
    met = Busy(bucket(120, 120), minutes=8, seconds=QUICK).run().met(start=180)
    assert 110 <= met.a_minute <= 125
    assert met.refused <= 0.03


def test_slow_replies_hide_no_limit() -> None:
    met = Busy(sliding(300, 60), seconds=slow(5)).run().met()
    assert met.a_minute >= 0.85 * 300
    assert met.refused <= 0.03


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("share", [0.05, 0.25, 0.4])
def test_refusals_by_chance_do_not_starve_the_run(share: float, seed: int) -> None:
    unhindered = (1 - share) * 64 * 60 / (3 * (1 - share) + 0.02)
    met = Busy(at_random(share, seed), minutes=4, seconds=steady(3), seed=seed).run().met()
    assert met.a_minute >= 0.78 * unhindered
    assert met.refused == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("share", [0.05, 0.25, 0.4])
def test_nor_a_run_of_few_calls_at_once(share: float, seed: int) -> None:
    unhindered = (1 - share) * 8 * 60 / (2 * (1 - share) + 0.02)
    met = Busy(at_random(share, seed), seconds=steady(2), slots=8, workers=24, seed=seed).run().met()
    assert met.a_minute >= 0.75 * unhindered


def test_bad_luck_that_begins_in_the_middle_is_seen_through_within_a_minute() -> None:
    busy = Busy(at_random(changing(0.0, 0.25, 120.0)), minutes=4, seconds=steady(3)).run()
    before, after = busy.met(60, 120), busy.met(180, 240)
    assert after.a_minute >= 0.8 * 0.75 * before.a_minute


def test_a_limit_is_seen_behind_bad_luck() -> None:
    met = Busy(both(at_random(0.1), bucket(120, 10)), seconds=QUICK).run().met()
    assert met.a_minute >= 100
    assert met.refused <= 0.3  # a run that asked for all it could would have over nine in ten refused


@pytest.mark.parametrize("kind", ["sliding", "bucket"])
def test_a_limit_that_doubles_is_used_within_two_minutes(kind: str) -> None:
    limit = changing(120, 240, 180)
    met = Busy(sliding(limit, 60) if kind == "sliding" else bucket(limit, 10), minutes=7, seconds=QUICK).run().met(240, 360)
    assert met.a_minute >= 180


@pytest.mark.parametrize("kind", ["fixed", "bucket"])
def test_a_limit_that_halves_costs_few_refusals_after_a_minute(kind: str) -> None:
    limit = changing(240, 120, 180)
    met = Busy(fixed(limit, 60) if kind == "fixed" else bucket(limit, 10), minutes=6, seconds=QUICK).run().met(240, 300)
    assert met.refused <= 0.05
    assert met.a_minute >= 95


def changes(refuses: Refuses) -> list[LimitChanged]:
    events: list[Event] = []
    Busy(refuses, minutes=3, seconds=QUICK, emit=events.append).run()
    return [event for event in events if isinstance(event, LimitChanged)]


def test_the_log_tells_a_limit_from_bad_luck() -> None:
    learned = [change.per_minute for change in changes(sliding(120, 60)) if change.per_minute is not None]
    assert learned
    assert all(rate == pytest.approx(120, rel=0.2) for rate in learned)
    last = changes(at_random(0.25))[-1]
    assert last.per_minute is None


def test_an_alarm_rings_at_a_single_refusal_where_none_is_usual_and_not_at_what_is_usual() -> None:
    assert Alarm().rings(refused=True)
    rng, usual = Random(0), Alarm(75, 300)
    assert not any(usual.rings(rng.random() < 0.25) for _ in range(1000))
    assert any(usual.rings(rng.random() < 0.7) for _ in range(100))


@pytest.mark.parametrize(
    ("share", "verdict"), [(0.0, Verdict.LIMIT), (0.1, Verdict.LIMIT), (0.35, Verdict.CHANCE), (0.95, Verdict.WORSE)]
)
def test_a_trial_blames_chance_when_the_share_refused_stays(share: float, verdict: Verdict) -> None:
    trial = Trial(before=0.4, above=200, below=110)
    for number in range(100):
        trial.saw(refused=number < 100 * share)
    assert trial.verdict is verdict


def test_a_pace_is_even() -> None:
    pace, now, sent = Pace(60), 0.0, list[float]()
    for _ in range(5):
        now += pace.wait(now)
        pace.take(now)
        sent.append(now)
    assert sent == pytest.approx([0, 1, 2, 3, 4], abs=0.1)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_limit_on_calls_at_once_is_used_and_seldom_passed(seed: int) -> None:
    met = Busy(at_random(0.0), minutes=4, seconds=steady(1), at_once=8, seed=seed).run().met()
    assert met.a_minute >= 0.8 * 8 * 60
    assert met.refused <= 0.02


def test_calls_at_once_are_to_blame_only_where_no_others_were_let_through_beside_as_many_or_refused_beside_fewer() -> None:
    limit, chance, rate = AtOnce(), AtOnce(), AtOnce()
    for beside in [*range(8)] * 4:
        limit.passed(beside)
        chance.passed(beside)
        rate.passed(beside + 4)
    assert limit.to_blame(8, [])
    assert not limit.to_blame(7, [])
    assert not limit.to_blame(8, [9, 9, 9])
    assert not rate.to_blame(8, [])
    for beside in (1, 3, 5, 7):
        chance.refused(beside)
    assert not chance.to_blame(8, [])
