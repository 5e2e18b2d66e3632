"""An event as a sentence for people: the dashboard's last events and the lines of a run without a terminal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from nlevolve.evolve.fitness import Fitness
from nlevolve.records import (
    AnswerJudged,
    Birth,
    BudgetChanged,
    CallRetried,
    CandidateChecked,
    CandidateReviewed,
    Event,
    Followed,
    LimitChanged,
    LogDamaged,
    MixLearned,
    ModelStopped,
    MoveFailed,
    Noticed,
    Paused,
    Review,
    RunFinished,
    RunStarted,
    ServerAway,
    ServerBack,
    TaskAnswered,
    TaskStarted,
    Verdict,
)
from nlevolve.view.lost import in_short
from nlevolve.view.text import clean, duration, money, percent, plural, shard_words

Tone = Literal["good", "partly", "busy", "bad", "quiet"]


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, in words. A `headline` is worth a line of a log; the rest only passes by."""

    at: datetime
    task: str
    """Empty for what concerns the whole run."""
    text: str
    tone: Tone = "quiet"
    headline: bool = False


def how(birth: Birth) -> str:
    """How a birth came about: "write", "revise 7", "recombine 7+4", "write, 2 ex." with two examples."""
    shown = f", {len(birth.examples)} ex." if birth.examples else ""
    return f"{birth.operator} {'+'.join(map(str, birth.parents))}".strip() + shown


def of_candidate(event: CandidateChecked, worth: Fitness, leads: bool, smaller: str = "") -> Moment:
    """A birth was checked; `leads` when it is the best of its task so far, `smaller` what its prompts had to leave out."""
    told = f"birth {event.birth.index} ({how(event.birth)})"
    if event.duplicate_of is not None:
        return Moment(event.at, event.task, f"{told} says what birth {event.duplicate_of} said")
    text = f"{told}: {worth.exact}/{worth.pairs} exact, {percent(worth.cells)} of cells" + (", the best so far" if leads else "")
    noted = sum(isinstance(one, Followed) and bool(one.note) for one in event.attempts)
    text += f"; {plural(noted, 'grid')} with a note" if noted else ""
    text += f" ({clean(smaller)})" if smaller else ""
    tone: Tone = "good" if worth.perfect else "partly" if leads else "quiet"
    return Moment(event.at, event.task, text, tone, leads)


def of_answer(event: TaskAnswered, best: Fitness | None, candidates: int, usd: float, known: Collection[str] = ()) -> Moment:
    """A task is over; `best` is its best candidate's worth, None where it has none. `known`: reasons that were told before."""
    cost = f"{plural(candidates, 'candidate')}, {money(usd)}, {duration(event.seconds)}"
    if event.stopped == "failed":
        reason = "" if event.error in known else f": {_lost(event) or clean(event.error) or 'no reason given'}"
        return Moment(event.at, event.task, f"failed{reason} ({cost})", "bad", True)
    early = {"budget": "out of budget"}.get(event.stopped, event.stopped) if event.stopped not in ("perfect", "exhausted") else ""
    why = ", ".join(filter(None, [early, "answered" if event.given else "not answered"]))
    cost += f"; births {' and '.join(map(str, event.agreed))} agree on the test" if event.agreed else ""
    none = "by direct guesses" if event.stopped == "exhausted" and event.given else ""
    found = f"{best.exact}/{plural(best.pairs, 'training pair')} exact" if best else none or "no description"
    return Moment(event.at, event.task, f"{why}: {found} ({cost})", "good" if best and best.perfect else "partly", True)


def _lost(event: TaskAnswered) -> str:
    """Of what the cache lacks only how much: which request it was, and what to do, is said once of the whole run."""
    lost = {one.failure: one.count for one in event.losses}
    return in_short(lost) if set(lost) == {"not_banked"} else ""


def of(event: Event, known: Collection[str] = ()) -> Moment | None:
    """Any other event; None for what is not worth a sentence. `known`: reasons that were told before."""
    match event:
        case RunStarted():
            verb = "resumed" if event.resumed else "started"
            models = _who(event.playing)
            tasks = ", ".join(filter(None, (plural(len(event.tasks), "task"), shard_words(event.shard))))
            whose = f" (by {clean(event.part)})" if event.part else ""
            text = f"run {clean(event.run)} {verb}{whose}: {tasks}, preset {event.preset}, {clean(models)}"
            return Moment(event.at, "", text, "busy", True)
        case TaskStarted():
            return Moment(
                event.at,
                event.task,
                f"taken up: {plural(len(event.pairs), 'pair')}, up to {plural(event.births, 'birth')}",
                "busy",
            )
        case MoveFailed():
            text = f"birth {event.birth.index} ({how(event.birth)}) gave no description, {event.reason}: {clean(event.why)}"
            return Moment(event.at, event.task, text, "bad")
        case CandidateReviewed():
            return Moment(event.at, event.task, f"birth {event.birth}: {_review(event.review)}", _TONES[event.review.verdict])
        case AnswerJudged():
            return Moment(event.at, event.task, _picked(event), "quiet" if event.choice.picks else "bad")
        case CallRetried():
            text = f"{clean(event.model)}: {clean(event.why)}, again in {event.wait:.0f} s"
            return Moment(event.at, event.task, text, "bad")
        case LimitChanged():
            pace = f", {event.per_minute:.0f} a minute" if event.per_minute else ""
            text = f"{clean(event.model)}: {plural(event.in_flight, 'call')} in flight{pace} from now on ({clean(event.why)})"
            return Moment(event.at, "", text, "quiet")
        case ModelStopped():
            text = f"nothing more is sent to {clean(event.model)}: {clean(event.why)}"
            return Moment(event.at, "", text, "bad", True)
        case ServerAway():
            waits = f"waiting up to {duration(event.patience)} for it: start it, or end the run with Ctrl-C"
            text = f"{clean(event.model)}: {clean(event.why)}; {waits if event.patience >= 1 else 'it is not waited for'}"
            return Moment(event.at, "", text, "bad", True)
        case ServerBack():
            text = f"{clean(event.model)}: {clean(event.address)} answers again after {duration(event.seconds)}"
            return Moment(event.at, "", text, "good", True)
        case MixLearned():
            shown = "; ".join(
                f"{clean(m)} {plural(births, 'birth')}, gain {gain:.3f}, {money(usd)}" for m, births, gain, usd in event.rows
            )
            return Moment(event.at, event.task, f"mix: {shown} a birth", "quiet", True)
        case Paused():
            text = "paused: nothing new is sent, what is in flight ends" if event.on else "the run goes on"
            return Moment(event.at, "", text, "partly" if event.on else "good", True)
        case BudgetChanged():
            return Moment(event.at, "", f"the run's budget is {money(event.budget_usd)} from now on", "busy", True)
        case Noticed():
            return Moment(event.at, "", clean(event.text), "quiet", True)
        case LogDamaged():
            return Moment(event.at, "", f"{event.words}: figures made from it are too low", "bad", True)
        case RunFinished():
            return Moment(event.at, "", _ending(event, known), "bad" if event.exit_code else "good", True)
    return None


_TONES: Mapping[Verdict | None, Tone] = {"accept": "good", "doubt": "partly", "stuck": "partly", None: "bad"}


def _review(review: Review) -> str:
    if review.verdict is None:
        return f"not reviewed, {review.missing}: {clean(review.why)}"
    if review.verdict == "accept":
        return "reviewed, accepted"
    said = "doubted" if review.verdict == "doubt" else f"it cannot be followed on test input {(review.test or 0) + 1}"
    return f"reviewed, {said}{f': {clean(review.why)}' if review.why else ''}"


def _picked(event: AnswerJudged) -> str:
    where, said = f"test input {event.test + 1}", event.choice
    if not said.picks:
        return f"no word of the judge on {where}, {said.missing}: {clean(said.why)}"
    return f"the judge has picked for {where}{f': {clean(said.why)}' if said.why else ''}"


def _who(models: Mapping[str, str]) -> str:
    """ "a → b" for a generator and its checker; a real model that is both is said to be."""
    told = [models[role] for role in ("generator", "coder", "checker") if role in models] or [*models.values()][:1]
    if len(set(told)) == 1 < len(told):
        return f"{told[0]} in every role" if len(set(models.values())) == 1 else f"{told[0]} (checker: as generator)"
    return " → ".join(told)


def _ending(event: RunFinished, known: Collection[str]) -> str:
    done = "the run is done" + (", and not every task is answered" if event.exit_code else "")
    told = {"done": done, "budget": "the run is out of budget", "failed": "the run failed"}
    if event.reason == "interrupted":
        return f"the run was {event.why if event.why.startswith('interrupted') and event.why not in known else 'interrupted'}"
    why = f": {clean(event.why)}" if event.why and event.why not in known else ""
    return told[event.reason] + why
