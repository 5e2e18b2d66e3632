"""Which task goes to whom: in order, none before what it may see, and not for ever from worker to worker."""

from __future__ import annotations

from nlevolve.cluster.handing import MOVES, Handing
from nlevolve.evolve.bandit import Arm
from nlevolve.records import Description, Entry


def handed(handing: Handing) -> list[tuple[int, str]]:
    return list(handing.next())


def test_each_station_gets_one_task_and_another_when_it_says_that_it_has_room() -> None:
    handing = Handing(4, behind=None, at_once=None)
    handing.joined("a")
    handing.joined("b")
    assert handed(handing) == [(0, "a"), (1, "b")]
    handing.has_room("a")
    assert handed(handing) == [(2, "a")]
    handing.finished(1, {})
    assert handed(handing) == []


def test_a_number_of_tasks_at_once_holds_over_all_stations_and_is_spread_evenly() -> None:
    handing = Handing(9, behind=None, at_once=3)
    handing.joined("a")
    handing.joined("b")
    assert handed(handing) == [(0, "a"), (1, "b"), (2, "a")]
    handing.finished(0, {})
    handing.finished(2, {})
    assert handed(handing) == [(3, "a"), (4, "a")]


def test_a_task_of_a_mix_waits_for_those_that_it_learns_from_and_for_no_other() -> None:
    handing = Handing(4, behind=2, at_once=9)
    handing.joined("a")
    assert handed(handing) == [(0, "a"), (1, "a"), (2, "a")]
    handing.finished(2, {"m": Arm(1, 1, 1)})
    assert handed(handing) == []
    handing.finished(0, {"m": Arm(2, 1, 0)})
    assert handed(handing) == [(3, "a")]
    assert handing.earlier(3) == {"m": Arm(2, 1, 0)}


def test_a_task_is_shown_the_rules_of_those_that_it_learns_from_and_of_no_other() -> None:
    handing = Handing(4, behind=2, at_once=9)
    rules = [
        Entry(id=f"{n:012}", task=f"t{n}", description=Description(bullets=("Turn it.",)), fingerprints=()) for n in range(2)
    ]
    handing.finished(1, {}, rules[1])
    handing.finished(0, {}, rules[0])
    assert (handing.lessons(2), handing.lessons(3)) == ([], rules[:1])


def test_what_a_lost_station_had_goes_on_elsewhere_three_times_and_is_failed_then() -> None:
    handing = Handing(2, behind=None, at_once=1)
    for number in range(MOVES + 1):
        handing.joined(f"s{number}")
        assert handed(handing) == [(0, f"s{number}")]
        assert handing.lost(f"s{number}") == [0]
    handing.joined("last")
    assert handing.failed == {0}
    assert handed(handing) == [(1, "last")]
