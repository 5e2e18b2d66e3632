"""What became of the replies."""

from typing import Any

from nlevolve.records import (
    Birth,
    CallFinished,
    CandidateChecked,
    Description,
    Event,
    Followed,
    ReplyUnread,
    RunStarted,
    TaskStarted,
    Usage,
)
from nlevolve.view.explanation import explanation
from nlevolve.view.history import History, read
from nlevolve.view.readings import in_words, read_share, readings_row, telling

GRID = ((1, 2), (3, 4))


def started(reads: bool = True) -> list[Event]:
    models = {"generator": "a/writer", "checker": "b/reader"}
    run = RunStarted(run="r", models=models, preset="quick", tasks=("t",), concurrency=1, reads=reads)
    return [run, TaskStarted(task="t", pairs=((GRID, GRID),) * 3, tests=(GRID,), copy_accuracy=1.0, births=8)]


def reply(request: str, finish: str = "stop", *, repair: bool = False, tokens: int = 9, **more: Any) -> CallFinished:
    label: dict[str, Any] = {"task": "t", "role": "checker", "purpose": "check", "model": "b/reader", "birth": 0, "target": 0}
    told = {"request": request, "finish": finish, "repair": repair, "usage": Usage(completion=tokens), "source": "provider"}
    return CallFinished(**{**label, **told, **more})


def unread(request: str, why: str = "it holds no grid") -> ReplyUnread:
    return ReplyUnread(task="t", role="checker", purpose="check", model="b/reader", request=request, why=why)


def row(history: History) -> dict[str, Any]:
    return readings_row(history.readings.by_role["checker", "b/reader"])


def test_each_reply_is_told_by_what_became_of_it() -> None:
    ends = [
        reply("a"),
        reply("b"),
        unread("b"),
        reply("b2", repair=True),
        reply("c", "length"),
        unread("c"),
        reply("c2", "length", looping=True),
        unread("c2"),
        reply("d", "refused"),
    ]
    found = row(read([*started(), *ends]))
    assert found == {
        "read": 1,
        "repaired": 1,
        "cut": 1,
        "looping": 1,
        "unreadable": 1,
        "refused": 1,
        "untold": 0,
        "wrong_size": 0,
        "notes": 0,
        "never": {},
    }
    assert in_words(found) == "17% of 6 read, 17% repaired, 17% cut, 17% looping, 17% unreadable, 17% refused"
    assert read_share(found) == 2 / 6


def test_events_read_twice_and_replies_served_twice_count_once() -> None:
    again = reply("b", source="cache")
    found = row(read([*started(), reply("b"), unread("b"), reply("b"), unread("b"), again]))
    assert found["unreadable"] == 1
    assert found["read"] == 0


def test_a_call_that_brought_no_reply_is_none_but_a_filters_refusal_is() -> None:
    found = row(read([*started(), reply("a", "timeout", source="failed"), reply("b", "filtered", source="failed")]))
    never = found.pop("never")
    assert sum(found.values()) == found["refused"] == 1
    assert never == {"timeout": 1}
    assert in_words({**found, "never": never}) == "0% of 1 read, 100% refused; 1 never came (1 timed out)"


def test_what_we_held_back_ourselves_is_no_loss() -> None:
    ends = [reply("a"), *(reply(kind, kind, source="failed") for kind in ("interrupted", "budget"))]
    found = row(read([*started(), *ends]))
    assert found["never"] == {}
    assert not telling(found)


def test_a_log_that_does_not_say_what_was_read_claims_nothing() -> None:
    found = row(read([*started(reads=False), reply("a"), reply("b", "length")]))
    assert found["untold"] == found["cut"] == 1
    assert read_share(found) is None
    assert in_words(found) == "2 replies, 50% cut"
    assert in_words({}) == "no replies"


def test_wrong_sizes_and_notes_are_counted_once_a_candidate() -> None:
    attempts = (
        Followed(pair=0, grid=GRID, accuracy=1.0),
        Followed(pair=1, grid=((1,),), accuracy=0.0, note="bullet 2 makes no sense"),
        Followed(pair=2, grid=((1,),), accuracy=0.0),
    )
    birth = Birth(index=0, operator="write", model="a/writer")
    checked = CandidateChecked(task="t", birth=birth, description=Description(bullets=("Copy.",)), attempts=attempts)
    twin = checked.model_copy(update={"birth": birth.model_copy(update={"index": 1}), "duplicate_of": 0})
    found = row(read([*started(), reply("a"), checked, checked, twin]))
    assert (found["wrong_size"], found["notes"]) == (2, 1)
    assert telling(found), "a note is worth a word where every reply was read"


def test_cut_replies_explain_a_result_by_where_they_were_cut() -> None:
    calls = [reply(f"cut{n}", "length", tokens=512) for n in range(6)] + [reply(f"read{n}") for n in range(4)]
    assert explanation(read([*started(), *calls])) == (
        "60% of the checker's replies were cut at 512 tokens: set checker.max_tokens to more, or, where they only go round in "
        "circles (nlevolve show r t --raw), choose a larger model"
    )


def test_a_few_bad_replies_explain_nothing() -> None:
    calls = [reply(f"read{n}") for n in range(20)] + [reply("x", "length"), reply("y"), unread("y")]
    assert explanation(read([*started(), *calls])) is None
    assert explanation(read([*started(), reply("x", "length")])) is None


def test_what_cannot_be_read_is_told_with_its_commonest_reason() -> None:
    calls = [event for n in range(5) for event in (reply(f"{n}"), unread(f"{n}"))]
    assert explanation(read([*started(), *calls])) == (
        "100% of the checker's replies could not be read, mostly because it holds no grid: see what it wrote "
        "(nlevolve show r t --raw), try another checker.form, or choose a larger model"
    )


def judged(accuracy: float, note: str = "", births: int = 2) -> list[Event]:
    attempts = tuple(Followed(pair=n, grid=GRID, accuracy=accuracy, note=note) for n in range(3))
    birth = Birth(index=0, operator="write", model="a/writer")
    known = CandidateChecked(task="t", birth=birth, description=Description(bullets=("Glow.",)), attempts=attempts)
    return [known.model_copy(update={"birth": birth.model_copy(update={"index": k})}) for k in range(births)]


def test_one_reply_with_a_note_does_not_hide_that_most_were_cut() -> None:
    """Seen at a model of 135 million parameters: 6 cut, 1 read, with a note."""
    calls = [reply(f"cut{n}", "length", tokens=150) for n in range(6)] + [reply("read")]
    told = explanation(read([*started(), *calls, *judged(0.0, "2 rows x 2 columns", births=1)]))
    assert told is not None
    assert told.startswith("86% of the checker's replies were cut at 150 tokens")


def test_replies_that_were_read_and_came_to_nothing_are_told_to_need_a_stronger_model() -> None:
    calls = [reply(f"{n}", role="generator", purpose="write", model="a/writer") for n in range(4)]
    told = explanation(read([*started(), *calls, *judged(0.5)]))
    assert told is not None
    assert told.startswith("the replies could be read, but no description gets a single training pair right")
    assert explanation(read([*started(), *calls, *judged(1.0)])) is None
    own = [call.model_copy(update={"model": "offline/generator"}) for call in calls]
    assert explanation(read([*started(), *own, *judged(0.5)])) is None


def test_a_checker_that_says_it_could_not_follow_is_named() -> None:
    models = {"generator": "a/writer", "checker": "offline/checker"}
    run, task = started()
    assert isinstance(run, RunStarted)
    calls = [reply(f"{n}", model="offline/checker") for n in range(6)]
    told = explanation(read([run.model_copy(update={"models": models}), task, *calls, *judged(0.5, "I cannot read bullet 1")]))
    assert told is not None
    assert "it reads only the English that offline/generator writes" in told
    assert "I cannot read bullet 1" in told


def test_a_description_that_was_given_as_a_control_s_says_nothing_of_who_follows_it() -> None:
    """Of the wrong size, with notes: so it should be where the words are another task's."""
    calls = [reply(f"{n}") for n in range(6)]
    wrong = [event for event in judged(0.5, "no such bullet", births=1) if isinstance(event, CandidateChecked)]
    asked = started()
    asked[1] = asked[1].model_copy(update={"births": 1})
    assert explanation(read([*asked, *calls, *wrong])) is not None
    given = [one.model_copy(update={"birth": Birth(index=0, operator="given", model="")}) for one in wrong]
    assert explanation(read([*asked, *calls, *given])) is None
