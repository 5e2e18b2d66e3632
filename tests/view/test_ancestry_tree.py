"""Whose words a description is made of."""

from nlevolve.records import Birth, CandidateChecked, Description, Followed
from nlevolve.view.ancestry import Whose, family, whose
from tests.view.fake_run import START


def candidate(index: int, bullets: list[str], parents: tuple[int, ...] = ()) -> CandidateChecked:
    birth = Birth(index=index, operator="revise" if parents else "write", parents=parents, model="m")
    attempts = (Followed(pair=0, grid=((0,),), accuracy=1.0),)
    return CandidateChecked(at=START, task="t", birth=birth, description=Description(bullets=tuple(bullets)), attempts=attempts)


CHECKED = {
    0: candidate(0, ["Turn the grid upside down.", "Leave all else."]),
    1: candidate(1, ["Black is the background here."]),
    2: candidate(2, ["Turn the grid upside down.", "Leave all else alone."], (0,)),
    5: candidate(5, ["Turn the grid upside down.", "Leave all else alone.", "Draw a red frame."], (2, 1)),
}


def test_each_bullet_is_traced_to_whoever_first_said_it() -> None:
    assert whose(5, CHECKED) == [Whose(0), Whose(2), Whose(5)]
    assert whose(2, CHECKED) == [Whose(0), Whose(2, reworded=0)]
    assert whose(0, CHECKED) == [Whose(0), Whose(0)]


def test_the_family_is_drawn_as_a_tree() -> None:
    assert [(one.birth, one.branch) for one in family(5, CHECKED)] == [(5, ""), (2, "├ "), (0, "│ └ "), (1, "└ ")]


def test_forebears_are_told_once() -> None:
    checked = CHECKED | {6: candidate(6, ["A."], (5, 2))}
    told = family(6, checked)
    assert [one.birth for one in told] == [6, 5, 2, 0, 1, 2]
    assert told[-1].again


def test_a_log_that_goes_in_circles_or_has_gaps_is_survived() -> None:
    checked = {3: candidate(3, ["A."], (3, 4, 99)), 4: candidate(4, ["A."], (3,))}
    assert [one.birth for one in family(3, checked)] == [3]
    assert whose(4, checked) == [Whose(3)]
