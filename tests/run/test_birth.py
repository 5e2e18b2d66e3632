"""One birth carried out: what is asked, in which order, how often, and what is made of what comes back."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from nlevolve.evolve.population import Population, population
from nlevolve.llm.request import Interrupted, NotBanked, OverBudget, Reply, Request, Unusable
from nlevolve.records import Birth, CandidateChecked, Description, MoveFailed
from nlevolve.run.birth import bear
from tests.evolve.candidates import checked
from tests.run.contexts import Bench, a_task, bench, kinds, none, rule

WRITE = Birth(index=5, operator="write", model="offline/generator")


def seen(*marks: str, model: str = "offline/generator") -> Population:
    """Births 0, 1, … as they were checked before."""
    return population(checked(i, m, model=model) for i, m in enumerate(marks))


def born(at: Bench, before: Population | None = None, birth: Birth = WRITE, pairs: int = 3, sample: int = 0) -> CandidateChecked:
    """A birth that gives a candidate."""
    event = asyncio.run(bear(a_task(pairs), at.context, birth, before or none(), sample))
    assert isinstance(event, CandidateChecked)
    return event


def unborn(at: Bench, before: Population | None = None, birth: Birth = WRITE) -> MoveFailed:
    """A birth that gives none."""
    event = asyncio.run(bear(a_task(), at.context, birth, before or none(), 0))
    assert isinstance(event, MoveFailed)
    return event


def test_a_birth_gives_a_description_and_an_attempt_for_each_pair() -> None:
    at = bench({5: rule("a", "=xo")})
    event = born(at)
    assert (event.task, event.birth, event.description) == ("t", WRITE, Description(bullets=(rule("a", "=xo"),)))
    assert kinds(event.attempts) == "=xo"
    assert [attempt.pair for attempt in event.attempts] == [0, 1, 2]
    assert (event.duplicate_of, event.confirmed, event.generator_usd) == (None, None, 0.25)
    assert sorted(at.script.pairs(5)) == [0, 1, 2]
    assert at.events == [], "whoever asked emits it"


def test_a_request_carries_the_births_model_sample_and_temperature() -> None:
    at = bench({5: rule("a", "=xo")})
    born(at, birth=WRITE.model_copy(update={"model": "some/model", "temperature": 0.3}), sample=2)
    [asked] = at.script.of("write")
    assert (asked.model, asked.sample, asked.settings.temperature, asked.again) == ("some/model", 2, 0.3, False)
    assert (asked.label.task, asked.label.role, asked.label.birth) == ("t", "generator", 5)
    assert {one.model for one in at.script.of("check")} == {"offline/checker"}
    assert {(one.label.role, one.label.birth, one.sample) for one in at.script.of("check")} == {("checker", 5, 0)}


def test_a_revision_is_asked_of_the_reviser_with_its_parent_and_a_recombination_with_all() -> None:
    at = bench({5: rule("a", "=xo"), 6: rule("b", "=xo")}, reviser__timeout=11.0, recombiner__timeout=12.0)
    before = seen("=xx", "x=x")
    born(at, before, WRITE.model_copy(update={"operator": "revise", "parents": (1,)}))
    born(at, before, WRITE.model_copy(update={"operator": "recombine", "parents": (1, 0), "index": 6}))
    [revision], [recombination] = at.script.of("revise"), at.script.of("recombine")
    texts = ["\n".join(message.text for message in asked.messages).lower() for asked in (revision, recombination)]
    assert ["rule 0" in text for text in texts] == [False, True]
    assert all("rule 1" in text for text in texts)
    assert texts[1].index("rule 1") < texts[1].index("rule 0"), "best first"
    assert (revision.settings.timeout, recombination.settings.timeout) == (11.0, 12.0)


def test_the_parents_tokens_limit_what_is_shown_of_them() -> None:
    def shown(tokens: int) -> int:
        at = bench({5: rule("a", "oooo")}, policy__parent_tokens=tokens)
        parent = checked(0, "oooo")
        large = tuple(a.model_copy(update={"grid": ((3,) * 30,) * 30}) for a in parent.attempts)
        before = population([parent.model_copy(update={"attempts": large})])
        born(at, before, WRITE.model_copy(update={"operator": "revise", "parents": (0,)}), pairs=4)
        return sum(len(message.text) for message in at.script.of("revise")[0].messages)

    assert shown(1000) < shown(100_000)


def test_what_nobody_can_read_is_a_failed_move() -> None:
    event = unborn(bench({5: "g"}))
    assert (event.task, event.birth, event.reason) == ("t", WRITE, "garbled")
    assert event.why


def test_a_description_is_asked_for_once_more_where_its_model_could_be_read_before() -> None:
    at = bench({5: "G"})
    assert born(at, seen("xxx"), sample=3).description.bullets == ("Rule z: xxx tests a",)
    assert [(one.again, one.sample) for one in at.script.of("write")] == [(False, 3), (True, 3)]
    at = bench({5: "g"})
    assert unborn(at, seen("xxx")).reason == "garbled"
    assert len(at.script.of("write")) == 2, "and no oftener"


def unreadable(model: str = "offline/generator") -> MoveFailed:
    """Birth 0, of which nobody could read a word."""
    return MoveFailed(task="t", birth=WRITE.model_copy(update={"index": 0, "model": model}), reason="garbled", why="no bullets")


def test_a_model_of_which_nothing_is_known_is_asked_once_more_too() -> None:
    for before in (none(), seen("xxx", model="another"), population([unreadable("another")])):
        at = bench({5: "G"})
        assert born(at, before).description.bullets == ("Rule z: xxx tests a",)
        assert [one.again for one in at.script.of("write")] == [False, True]


def test_a_model_that_could_never_be_read_gets_its_repair_and_no_more() -> None:
    at = bench({5: "G"})
    assert unborn(at, population([unreadable()])).reason == "garbled"
    assert [one.again for one in at.script.of("write")] == [False]


def test_a_replay_of_what_was_never_asked_once_more_tells_it_as_it_was() -> None:
    at = bench({5: "G"})
    live = at.context.asker.llm

    async def banked(asked: Request) -> Reply:
        if asked.again:
            raise NotBanked("the sample bank has no reply to it")
        return await live(asked)

    at = replace(at, context=replace(at.context, asker=replace(at.context.asker, llm=banked)))
    assert unborn(at).reason == "garbled"


def test_an_outage_leaves_the_birth_unreached_and_says_why() -> None:
    event = unborn(bench({5: "?"}))
    assert (event.reason, event.why, event.birth) == ("unreached", "the line is dead", WRITE)


def test_a_model_that_can_answer_nothing_more_is_remembered_and_halts() -> None:
    at = bench({5: "U"})
    with pytest.raises(Unusable):
        unborn(at)
    assert at.context.unusable == {WRITE.model}


@pytest.mark.parametrize(("sign", "halt"), [("B", OverBudget), ("I", Interrupted)])
def test_another_halt_passes_and_is_held_against_no_model(sign: str, halt: type[Exception]) -> None:
    at = bench({5: sign})
    with pytest.raises(halt):
        unborn(at)
    assert at.context.unusable == set()


def test_a_checker_that_halts_ends_the_birth_and_is_held_against_no_generator() -> None:
    at = bench({5: rule("a", "=U=")})
    with pytest.raises(Unusable):
        born(at)
    assert at.context.unusable == set()
    assert len(at.script.of("check")) == 3, "the others were under way and are paid"


def test_an_outage_while_checking_is_no_evidence() -> None:
    assert kinds(born(bench({5: rule("a", "=?x")})).attempts) == "=?x"


def test_the_same_words_are_not_checked_again() -> None:
    at = bench({5: "rule  a: =x= tests a"})
    before = population([checked(3, "x?g", "Rule a: =x= tests a."), checked(2, "oog", "Rule a: =x= tests a")])
    event = born(at, before)
    assert (event.duplicate_of, kinds(event.attempts), event.confirmed) == (2, "oog", None)
    assert at.script.of("check") == []


# Confirming: a perfect candidate's second sample.


@pytest.mark.parametrize(
    ("confirm", "temperature", "asked"),
    [("always", 0.0, True), ("always", 0.7, True), ("auto", 0.7, True), ("auto", 0.0, False), ("never", 0.7, False)],
)
def test_a_perfect_candidate_is_confirmed_where_the_policy_says_so(confirm: str, temperature: float, asked: bool) -> None:
    at = bench({5: rule("a", "===")}, policy__confirm=confirm, checker__temperature=temperature)
    event = born(at)
    assert event.confirmed is (True if asked else None)
    assert kinds(event.attempts) == "==="
    assert sorted((one.label.target, one.sample) for one in at.script.of("check")) == sorted(
        (pair, sample) for pair in range(3) for sample in range(2 if asked else 1)
    )


def test_what_is_perfect_only_sometimes_keeps_its_worse_reading() -> None:
    event = born(bench({5: "Rule a: === then =x= tests a"}, policy__confirm="always"))
    assert event.confirmed is False
    assert kinds(event.attempts) == "=x="
    assert [attempt.pair for attempt in event.attempts] == [0, 1, 2]


@pytest.mark.parametrize("then", ["==?", "=g="])
def test_a_second_sample_that_did_not_come_confirms_nothing(then: str) -> None:
    event = born(bench({5: f"Rule a: === then {then} tests a"}, policy__confirm="always"))
    assert (event.confirmed, kinds(event.attempts)) == (False, then)


@pytest.mark.parametrize("marks", ["==x", "==g", "==?"])
def test_what_is_not_perfect_is_not_confirmed(marks: str) -> None:
    at = bench({5: f"Rule a: {marks} then === tests a"}, policy__confirm="always")
    assert born(at).confirmed is None
    assert {one.sample for one in at.script.of("check")} == {0}


# The one pair that is wrong, looked at again.


@pytest.mark.parametrize(
    ("text", "most", "marks", "samples"),
    [
        ("==x then ===", 3, "===", 3),
        ("==x then ===", 2, "==x", 2),
        ("==x then ===", 1, "==x", 1),
        ("==x then ==x", 5, "==x", 2),
        ("=xx then ===", 5, "=xx", 1),
    ],
    ids=["right twice", "once is not enough", "off", "wrong twice", "two wrong"],
)
def test_a_slip_on_the_one_pair_that_is_wrong_is_not_held_against_the_words(
    text: str, most: int, marks: str, samples: int
) -> None:
    at = bench({5: f"Rule a: {text} tests a"}, policy__borderline=most)
    assert kinds(born(at).attempts) == marks
    assert [one.sample for one in at.script.of("check") if one.label.target == 2] == list(range(samples))
    assert len(at.script.pairs()) == 2 + samples
    steady = bench({5: f"Rule a: {text} tests a"}, policy__borderline=most, checker__temperature=0.0)
    assert len([one for one in (born(steady), steady.script)[1].of("check") if one.sample]) == 0, "who never varies is not asked"


# The telling pair.

DIFFERING = ("xx=", "xxo")
"""Births that differ on the last pair alone."""


def telling(marks: str, before: Population, pairs: int = 3, **changes: object) -> tuple[str, list[int | None]]:
    """What a candidate's attempts are, and which pairs were asked in order."""
    at = bench({5: rule("a", marks)}, policy__check="telling", **changes)
    return kinds(born(at, before, pairs=pairs).attempts), at.script.pairs()


def test_the_telling_pair_is_checked_first_and_the_rest_if_it_is_worth_it() -> None:
    assert telling("xo=", seen(*DIFFERING)) == ("xo=", [2, 0, 1])
    assert telling("xoo", seen(*DIFFERING)) == ("xoo", [2, 0, 1]), "no worse than the worst rival"


def test_the_rest_is_skipped_if_it_is_not() -> None:
    marks, asked = telling("x=o", seen("xx=", "xxx"))
    assert (marks, asked) == ("--o", [2])
    assert [a.pair for a in born(bench({5: rule("a", "x=o")}, policy__check="telling"), seen("xx=", "xxx")).attempts] == [0, 1, 2]


def test_rivals_are_those_of_the_pool_that_the_candidate_would_have_to_enter() -> None:
    crowd = seen("xx=", "xx=", "xxo")
    assert telling("x=o", crowd)[0] == "x=o"
    assert telling("x=o", crowd, policy__pool=2)[0] == "--o"


def test_without_anybody_to_differ_from_every_pair_is_checked() -> None:
    assert telling("xo=", none()) == ("xo=", [0, 1, 2])
    assert telling("o", seen("="), pairs=1) == ("o", [0])


def test_checking_all_asks_all_at_once() -> None:
    at = bench({5: rule("a", "x=o")}, policy__check="all")
    assert kinds(born(at, seen("xx=", "xxx")).attempts) == "x=o"
    assert at.script.pairs() == [0, 1, 2]


# Bad luck.


def again(at: Bench) -> list[tuple[int | None, int]]:
    """Which pairs were asked once more, and which sample."""
    return [(one.label.target, one.sample) for one in at.script.of("check") if one.again]


def test_a_garbled_check_is_asked_once_more_where_the_checker_could_be_read_before() -> None:
    at = bench({5: rule("a", "GG=")})
    assert kinds(born(at, seen("xgx")).attempts) == "=g="
    assert again(at) == [(0, 0)], "the second pair was never read, though the third of this description was"


def test_what_stays_garbled_counts_as_wrong() -> None:
    at = bench({5: rule("a", "g==")})
    assert kinds(born(at, seen("xxx")).attempts) == "g=="
    assert again(at) == [(0, 0)], "once"


def test_on_pairs_never_asked_before_another_pair_of_the_description_will_do() -> None:
    at = bench({5: rule("a", "g=g")})
    born(at)
    assert again(at) == [(0, 0), (2, 0)]
    at = bench({5: rule("a", "ggg")})
    born(at)
    assert again(at) == []


def test_what_is_read_after_its_repair_is_not_asked_again() -> None:
    at = bench({5: rule("a", "r==")})
    assert kinds(born(at, seen("xxx")).attempts) == "==="
    assert again(at) == []


def test_what_was_said_before_is_asked_for_once_more_where_the_policy_says_so() -> None:
    before = population([checked(0, "=xx", rule("a", "=xx"))])
    at = bench({5: rule("a", "=xx")}, policy__repeats="again")
    again = born(at, before, sample=1)
    assert [one.sample for one in at.script.of("write")] == [1, 1 + at.context.config.policy.births], "no other birth's sample"
    assert (again.duplicate_of, again.generator_usd, at.script.of("check")) == (0, 0.5, []), "both were paid for"
    kept = bench({5: rule("a", "=xx")})
    assert (born(kept, before).duplicate_of, len(kept.script.of("write"))) == (0, 1)
