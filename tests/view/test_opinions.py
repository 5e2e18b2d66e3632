"""What reviewers and a judge said, as people see it: beside the answers, in the last events, and in results.json."""

from __future__ import annotations

from nlevolve.records import (
    Answer,
    AnswerFollowed,
    AnswerGuessed,
    AnswerJudged,
    CandidateReviewed,
    Choice,
    Event,
    Followed,
    Proposal,
    Review,
    TaskAnswered,
)
from nlevolve.view.history import TaskHistory, read
from nlevolve.view.opinions import opinions, opinions_row
from nlevolve.view.terminal.sentences import of
from nlevolve.view.votes import backings, by_guesses
from tests.evolve.candidates import checked

A, B, C = ((1, 1),), ((2, 2),), ((3, 3),)
DOUBT = CandidateReviewed(task="t", birth=0, review=Review(verdict="doubt", why="it names red"))
STUCK = CandidateReviewed(task="t", birth=1, review=Review(verdict="stuck", test=1, why="no red"))
SILENT = CandidateReviewed(task="t", birth=2, review=Review(missing="garbled", why="no verdict"))


def judged(sample: int, *picks: int, why: str = "") -> AnswerJudged:
    return AnswerJudged(task="t", test=0, sample=sample, shown=(A, B), choice=Choice(picks=picks, why=why))


LOST = AnswerJudged(task="t", test=0, sample=2, shown=(B, A), choice=Choice(missing="unreached", why="late", failure="timeout"))


def seen(*said: Event) -> TaskHistory:
    """Two rules that fit and differ, a third that guesses alone gave, and what was said of them."""
    gave = {0: A, 1: B, 2: B}
    events: list[Event] = [checked(k, "==", f"Rule {k}") for k in gave]
    events += [AnswerFollowed(task="t", birth=k, sample=0, attempt=Followed(pair=0, grid=grid)) for k, grid in gave.items()]
    events += [AnswerGuessed(task="t", sample=0, attempt=Followed(pair=0, grid=C))]
    proposed = tuple(Proposal(grid=grid, votes=votes) for grid, votes in ((B, 200.0), (A, 40.0), (C, 0.2)))
    answer = Answer(attempt_1=B, attempt_2=C, proposed=proposed)
    end = TaskAnswered(task="t", answers=(answer,), stopped="perfect", best=1)
    return read([*events, *said, end]).tasks["t"]


def test_each_answer_says_whose_it_is_what_is_doubted_of_it_and_how_often_the_judge_took_it() -> None:
    task = seen(DOUBT, judged(0, 1, 0), judged(1, 0), LOST)
    first, second = backings(task, 0)
    assert first is not None
    assert second is not None
    assert first.words == "births 1 and 2, 200 of 240.2 votes, the judge's first 1 of 2 times"
    assert second.words == "1 direct guess, 0.2 of 240.2 votes"
    assert by_guesses(task, 0, (C,))
    assert not by_guesses(task, 0, (B,))


def test_what_was_said_is_told_and_what_was_not_too() -> None:
    task = seen(DOUBT, STUCK, SILENT, judged(0, 1, 0, why="it is simpler"), LOST)
    assert opinions(task, 0) == [
        "review of birth 0: doubt: it names red",
        "review of birth 1: stuck on test input 2: no red",
        "birth 2 was not reviewed: garbled, no verdict",
        "the judge: it is simpler",
        "the judge said nothing 1 of 2 times: unreached, late",
    ]
    assert opinions(seen(LOST), 0)[-1] == "votes alone decided"
    assert opinions(seen(), 0) == []
    assert [loss.failure for loss in seen(LOST).losses] == ["timeout"]


def test_opinions_are_counted() -> None:
    told = {"accept": 0, "doubt": 1, "stuck": 1, "unreviewed": 1, "judged": 1, "unjudged": 0}
    assert opinions_row(seen(DOUBT, STUCK, SILENT, judged(0, 1), LOST)) == told
    assert opinions_row(seen(LOST))["unjudged"] == 1


def test_each_is_a_sentence_of_the_last_events() -> None:
    told = [moment.text for event in (DOUBT, STUCK, SILENT, judged(0, 1, why="simpler"), LOST) if (moment := of(event))]
    assert told == [
        "birth 0: reviewed, doubted: it names red",
        "birth 1: reviewed, it cannot be followed on test input 2: no red",
        "birth 2: not reviewed, garbled: no verdict",
        "the judge has picked for test input 1: simpler",
        "no word of the judge on test input 1, unreached: late",
    ]
