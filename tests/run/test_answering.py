"""The best descriptions followed on the test inputs: who is asked, how often, under which views; reviewed, and judged."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from nlevolve.evolve.answers import views
from nlevolve.evolve.population import Population, population
from nlevolve.llm.request import Filtered, OverBudget, ProviderDown, Request, Unusable
from nlevolve.puzzle.grids import Grid, parse
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import Answer, AnswerFollowed, AnswerJudged, CandidateReviewed, Followed
from nlevolve.run.answering import Answering
from nlevolve.run.losses import losses
from tests.evolve.candidates import checked
from tests.run.contexts import A, B, Bench, C, Script, a_task, bench
from tests.scripted import asked_grid, description_of, grid_reply

Two = tuple[Grid | None, Grid | None]


def of(*rules: tuple[str, str]) -> Population:
    """Candidates by their marks and by what following them gives."""
    return population(checked(i, marks, f"Rule {i}: {marks} tests {tests}") for i, (marks, tests) in enumerate(rules))


def followed(at: Bench, *grown: Population, tests: int = 1) -> list[Two]:
    """The answers after following the best of these populations, one after the other."""
    answering = Answering(a_task(tests=tests), at.context)

    async def run() -> tuple[Answer, ...]:
        answers: tuple[Answer, ...] = ()
        for one in grown:
            answers = await answering.follow(one)
        return answers

    return [(answer.attempt_1, answer.attempt_2) for answer in asyncio.run(run())]


def asked(at: Bench) -> list[tuple[int | None, int | None, int]]:
    """What was followed: birth, test input, sample."""
    return [(one.label.birth, one.label.target, one.sample) for one in at.script.of("follow")]


def test_the_perfect_are_followed_and_nobody_else_where_they_give_two_answers() -> None:
    at = bench()
    assert followed(at, of(("===", "a"), ("=x=", "c"), ("===", "b"))) == [(A, B)]
    assert asked(at) == [(0, 0, 0), (2, 0, 0)]


def test_the_best_others_are_followed_where_fewer_than_two_distinct_answers_come() -> None:
    at = bench(answers__imperfect=2)
    assert followed(at, of(("===", "a"), ("=x=", "b"), ("===", "a"), ("xxx", "c"), ("ooo", "c"))) == [(A, B)]
    assert asked(at) == [(0, 0, 0), (2, 0, 0), (1, 0, 0), (3, 0, 0)]


def test_one_test_input_with_one_answer_is_reason_enough() -> None:
    at = bench()
    assert followed(at, of(("===", "ab"), ("===", "bb"), ("=x=", "cc")), tests=2) == [(A, B), (B, C)]
    assert len(asked(at)) == 6


def test_without_a_perfect_one_the_best_are_followed_by_the_policys_rank() -> None:
    grown = of(("=oo", "a"), ("xxx", "b"))
    assert followed(bench(answers__imperfect=1), grown) == [(A, None)]
    assert followed(bench(answers__imperfect=1, policy__rank="cells"), grown) == [(B, None)]


def test_a_second_answer_is_looked_for_where_there_is_but_one() -> None:
    """Another reading of the best, then the usual others, then those left, one after another: on that test input alone."""
    at = bench(answers__fill=3, answers__imperfect=1)
    grown = of(("===", "ab,ac"), ("=xx", "ab"), ("xxx", "aa"), ("xxo", "ba"), ("xoo", "ca"))
    assert followed(at, grown, tests=2) == [(A, B), (B, C)]
    first, reading, usual, left = [(0, 0, 0), (0, 1, 0)], [(0, 0, 3), (0, 1, 3)], [(1, 0, 0), (1, 1, 0)], [(2, 0, 0), (3, 0, 0)]
    assert asked(at) == first + reading + usual + left
    steady = bench(answers__fill=1, answers__imperfect=1, answerer__temperature=0.0)
    followed(steady, grown, tests=2)
    assert asked(steady) == [*first, *usual, (2, 0, 0), (2, 1, 0)], "who always says the same is not asked again"


def test_each_follow_is_an_event_and_asked_of_the_answerer() -> None:
    at = bench(answerer__timeout=17.0, answers__imperfect=0)
    followed(at, of(("===", "ab")), tests=2)
    assert [(e.task, e.birth, e.sample, e.view, e.attempt.pair) for e in at.followed()] == [
        ("t", 0, 0, "", 0),
        ("t", 0, 0, "", 1),
    ]
    assert [a.grid for a in (e.attempt for e in at.followed()) if isinstance(a, Followed)] == [A, B]
    assert {(one.label.role, one.label.task, one.settings.timeout) for one in at.script.of("follow")} == {("answerer", "t", 17.0)}


def test_each_is_followed_as_often_as_the_policy_says() -> None:
    at = bench(answers__samples=3, answers__imperfect=0)
    assert followed(at, of(("===", "a,b,b"))) == [(B, A)]
    assert asked(at) == [(0, 0, 0), (0, 0, 1), (0, 0, 2)]


def test_a_second_round_asks_only_for_what_is_new() -> None:
    at = bench(answers__imperfect=1)
    first = of(("===", "a"), ("xxx", "g"))
    second = population(
        [
            *(checked(c.index, "===" if c.index == 0 else "xxx", c.description.bullets[0]) for c in first.members.values()),
            checked(7, "===", "Rule 7: === tests b"),
        ]
    )
    assert followed(at, first, second) == [(A, B)]
    assert asked(at).count((0, 0, 0)) == 1
    assert asked(at)[-1] == (7, 0, 0)
    assert len(at.followed()) == len(asked(at)), "and each is one event"


def test_a_garbled_follow_is_asked_again_with_the_next_sample() -> None:
    at = bench(answers__imperfect=0)
    assert followed(at, of(("===", "g,g,a"))) == [(A, None)]
    assert asked(at) == [(0, 0, 0), (0, 0, 1), (0, 0, 2)]
    assert [e.attempt.kind for e in at.followed()] == ["garbled", "garbled", "followed"]


def test_three_times_and_no_more() -> None:
    at = bench(answers__imperfect=0)
    assert followed(at, of(("===", "g,g,g,a"))) == [(None, None)]
    assert len(asked(at)) == 3


def test_further_samples_of_one_do_not_take_those_of_another() -> None:
    at = bench(answers__samples=2, answers__imperfect=0)
    assert followed(at, of(("===", "g,b,a"))) == [(B, A)]
    assert asked(at) == [(0, 0, 0), (0, 0, 1), (0, 0, 2)], "the second was sample 1, so the first goes on with 2"


def test_what_could_be_read_or_did_not_come_is_not_asked_again() -> None:
    at = bench(answers__imperfect=0)
    answering = Answering(a_task(tests=2), at.context)
    answers = asyncio.run(answering.follow(of(("===", "?a"))))
    assert [answer.attempt_1 for answer in answers] == [None, A]
    assert len(asked(at)) == 2
    assert answering.unreached == 1
    assert answering.halted is None


@pytest.mark.parametrize(("sign", "said"), [("B", "the budget is spent"), ("U", "the key was refused"), ("I", "stopped")])
def test_a_halt_is_kept_and_what_came_before_it_is_answered(sign: str, said: str) -> None:
    at = bench()
    answering = Answering(a_task(tests=2), at.context)
    answers = asyncio.run(answering.follow(of(("===", f"a{sign}"), ("xxx", "cc"))))
    assert [answer.attempt_1 for answer in answers] == [A, None]
    assert str(answering.halted) == said
    assert {birth for birth, _, _ in asked(at)} == {0}, "nothing more is sent"


# Views.

UNEVEN = Task("t", (Pair(((1, 2, 3),), ((3, 2, 1),)), Pair(((4, 5, 6),), ((6, 5, 4),))), (((7, 8, 9),),))


class Mirrors(Script):
    """Follows one rule under any view: rows are mirrored left to right, whichever way they lie; or up and down alone."""

    def _said(self, request: Request) -> str:
        shown = asked_grid(request)
        anyhow = "whichever" in description_of(request)[0]
        lies = len(shown) == 1
        return grid_reply([row[::-1] for row in shown] if lies else shown[::-1] if anyhow else shown)


def under_views(text: str, marks: str = "==", number: int = 4) -> tuple[list[AnswerFollowed], list[Request], tuple[Answer, ...]]:
    at = bench(script=Mirrors(), answers__views=number, answers__imperfect=1)
    answers = asyncio.run(Answering(UNEVEN, at.context).follow(population([checked(0, marks, text)])))
    return at.followed(), at.script.asked, answers


def test_under_a_view_the_task_is_turned_and_what_comes_back_is_turned_back() -> None:
    rows, requests, (only,) = under_views("Mirror it whichever way it lies")
    assert [row.view for row in rows] == [str(view) for view in views(4)]
    assert {row.attempt.grid for row in rows if isinstance(row.attempt, Followed)} == {((9, 8, 7),)}
    assert (only.attempt_1, only.attempt_2) == (((9, 8, 7),), None)
    checks = [one for one in requests if one.label.purpose == "check"]
    assert [(one.label.target, one.label.birth) for one in checks] == [(0, 0)] * 3, "none for the task as it is"
    follows = [one for one in requests if one.label.purpose == "follow"]
    assert {asked_grid(one) for one in follows} == {view.grid(((7, 8, 9),)) for view in views(4)}


def test_a_description_that_does_not_hold_under_a_view_is_not_followed_there() -> None:
    rows, requests, (only,) = under_views("Mirror it left to right")
    held = [str(view) for view in views(4) if view.turns % 2 == 0]
    assert [row.view for row in rows] == held
    assert only.attempt_1 == ((9, 8, 7),)
    assert len([one for one in requests if one.label.purpose == "check"]) == 3


def test_an_imperfect_one_is_followed_as_it_is() -> None:
    rows, requests, _ = under_views("Mirror it whichever way it lies", marks="=x")
    assert [row.view for row in rows] == [""]
    assert not [one for one in requests if one.label.purpose == "check"]


def test_a_check_under_a_view_is_asked_of_the_answerer() -> None:
    at = bench(script=Mirrors(), answers__views=2, answerer__timeout=17.0)
    asyncio.run(Answering(UNEVEN, at.context).follow(population([checked(0, "==", "Mirror it whichever way it lies")])))
    assert {one.settings.timeout for one in at.script.asked} == {17.0}


# Reviews, a judge, and readings that stop early.


@dataclass
class Opinions(Script):
    """Says of each description what `reviews` has for its mark, and picks as `picks` says, by grid."""

    reviews: Mapping[str, str | Exception] = field(default_factory=dict)
    picks: Sequence[Grid] | Exception | str = ()

    def _said(self, request: Request) -> str:
        text = request.messages[2].text
        if request.label.purpose == "review":
            said = next((say for mark, say in self.reviews.items() if f"Rule {mark}:" in text), "Verdict: accept")
        elif request.label.purpose == "judge":
            said = self.picks if isinstance(self.picks, str | Exception) else _letters(text, self.picks)
        else:
            return super()._said(request)
        if isinstance(said, Exception):
            raise said
        return said


def _letters(text: str, wanted: Sequence[Grid]) -> str:
    """A choice of the candidates with these grids."""
    of = {parse(rows): letter for letter, rows in re.findall(r"## Candidate (\w),.*\nOutput.*\n((?:\d[\d ]*\n)+)", text)}
    return "\n".join(f"{label}: {of[grid]}" for label, grid in zip(("First", "Second"), wanted, strict=False))


def answered(at: Bench, grown: Population, tests: int = 1) -> tuple[list[Two], Answering]:
    """As a run answers."""
    answering = Answering(a_task(tests=tests), at.context)

    async def run() -> tuple[Answer, ...]:
        await answering.follow(grown)
        return await answering.judge(grown)

    return [(one.attempt_1, one.attempt_2) for one in asyncio.run(run())], answering


THREE = (("===", "a"), ("===", "b"), ("===", "c"))


def test_a_judge_picks_where_rules_that_fit_differ_each_time_in_another_order() -> None:
    at = bench(script=Opinions(picks=[C, A]), answers__judge="differ", answers__judge_samples=6)
    assert answered(at, of(*THREE))[0] == [(C, A)]
    events = [e for e in at.events if isinstance(e, AnswerJudged)]
    assert [e.sample for e in events] == list(range(6))
    assert {tuple(e.shown[place] for place in e.choice.picks) for e in events} == {(C, A)}
    assert len({e.shown for e in events}) > 1
    assert {(one.label.role, one.settings.model) for one in at.script.of("judge")} == {("judge", "offline/checker")}


def test_no_judge_is_asked_where_the_rules_that_fit_agree() -> None:
    at = bench(script=Opinions(), answers__judge="differ")
    assert answered(at, of(("===", "a"), ("===", "a"), ("=x=", "b")))[0] == [(A, B)]
    assert not at.script.of("judge")


@pytest.mark.parametrize(
    ("picks", "missing"),
    [(ProviderDown("dead"), "unreached"), (Unusable("no credit"), "unreached"), (Filtered("no"), "refused"), ("hm", "garbled")],
)
def test_without_its_word_votes_decide_and_what_is_missing_is_told(picks: Exception | str, missing: str) -> None:
    at = bench(script=Opinions(picks=picks), answers__judge="differ")
    answers, answering = answered(at, of(*THREE))
    assert answers == [(A, B)]
    assert [one.missing for one in answering.choices] == [missing] * 3
    assert answering.unreached == (3 if missing == "unreached" else 0)
    assert answering.halted is None
    lost = losses(answering.grown(of(*THREE)), answering.asked, answering.choices)
    assert sum(one.count for one in lost) == (0 if missing == "garbled" else 3)


def test_a_cap_before_the_judge_leaves_the_votes() -> None:
    at = bench(script=Opinions(picks=OverBudget("the budget is spent")), answers__judge="differ")
    answers, answering = answered(at, of(*THREE))
    assert (answers, str(answering.halted)) == ([(A, B)], "the budget is spent")


def test_each_distinct_rule_that_fits_is_reviewed_once_and_a_doubt_takes_from_its_vote() -> None:
    doubt, stuck = "Verdict: doubt\nReason: it names red", "Verdict: stuck on test 2"
    script = Opinions(reviews={"0": doubt, "1": stuck})
    at = bench(script=script, policy__review="perfect")
    grown = of(("===", "aa"), ("===", "bb"), ("=x=", "cc"))
    assert answered(at, grown, tests=2)[0] == [(B, A), (A, B)]
    assert [one.label.birth for one in script.of("review")] == [0, 1]
    assert [(e.birth, e.review.verdict, e.review.test, e.review.why) for e in at.events if isinstance(e, CandidateReviewed)] == [
        (0, "doubt", None, "it names red"),
        (1, "stuck", 1, ""),
    ]


def test_without_a_reviewers_word_a_vote_counts_in_full() -> None:
    at = bench(script=Opinions(reviews={"0": Unusable("no such model")}), policy__review="perfect")
    answers, answering = answered(at, of(("===", "a"), ("===", "b")))
    assert answers == [(A, B)]
    assert answering.grown(of(("===", "a"), ("===", "b"))).unreviewed == 1


def test_readings_stop_at_two_equal_grids_and_go_on_where_they_differ() -> None:
    at = bench(answers__samples=5, answers__agree_early=True, answers__imperfect=0)
    followed(at, of(("===", "a,a,b"), ("===", "a,b,c,b"), ("===", "a,b,g,c,c")))
    assert Counter(k for k, _, _ in asked(at)) == {0: 2, 1: 4, 2: 5}
