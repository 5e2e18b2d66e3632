"""With the sample bank there: whether every reply that was used is the one banked under its key, and says what was made of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from random import Random
from typing import Any, Protocol

from nlevolve.ask.replies import (
    ProgramReply,
    Unreadable,
    Written,
    read_bullets,
    read_choice,
    read_grid,
    read_program,
    read_review,
    read_written,
)
from nlevolve.audit.evidence import Evidence, Line
from nlevolve.llm.bank import Sample
from nlevolve.llm.room import looping
from nlevolve.puzzle.grids import LARGEST_SIDE
from nlevolve.puzzle.symmetry import IDENTITY, SYMMETRIES, Transform, relabelling
from nlevolve.records import (
    AnswerFollowed,
    AnswerGuessed,
    AnswerJudged,
    Attempt,
    Bought,
    CallFinished,
    CandidateChecked,
    CandidateReviewed,
    Followed,
    Garbled,
)

VIEWS = [view.then(relabelling(Random(n))) if n % 2 else view for n, view in enumerate(SYMMETRIES)]
"""Under which a description may be followed on the test inputs."""
BY_NAME = {str(view): view for view in (*VIEWS, *SYMMETRIES)}

COPIED = "it repeats the prompt's example"
"""Why a grid that can be read counts as none. The prompt is not at hand here."""
DECLINED = ("refused", "filtered")
DECLINES = "the coder says it cannot: "
"""What a coder's reason stands behind."""


class Bank(Protocol):
    """Where replies are kept."""

    def get(self, key: str) -> Sample | None: ...


def check(evidence: Evidence, bank: Bank) -> None:
    """Every call that brought a reply, then what was read in the replies."""
    samples: dict[str, Sample | None] = {key: bank.get(key) for key in used(evidence)}
    buyers: Counter[str] = Counter()
    """Id of a run -> purchases of this one that are banked under it."""
    for line in evidence.lines:
        call = line.event
        if isinstance(call, CallFinished) and (sample := samples.get(call.request)) is not None and call.source != "failed":
            buyers[sample.run] += _call(evidence, line, call, sample)
    _buyers(evidence, +buyers)
    lacking = sum(sample is None for sample in samples.values())
    evidence.found.beyond("reply", lacking, len(samples))
    if lacking:
        evidence.found.cannot(f"{lacking:,} of the {len(samples):,} replies that were used are not in the bank")
    for task in evidence.tasks:
        _Readings(evidence, samples).check(task)


def used(evidence: Evidence) -> list[str]:
    """The keys of the replies that the log names, each once."""
    calls = (line.event for line in evidence.lines if isinstance(line.event, CallFinished))
    return list(dict.fromkeys(call.request for call in calls if call.source != "failed" and call.request))


def _call(evidence: Evidence, line: Line, call: CallFinished, sample: Sample) -> bool:
    """Whether it is beyond doubt the reply that this very call bought: it took the same, to the fraction of a second."""
    found, where = evidence.found, f"{line.where}: the reply banked under {call.request[:12]}"
    found.holds("reply", where, sample.model == call.model, f"is of {sample.model}, the call asked {call.model}")
    if sample.at <= call.at:  # a later run may have asked the same anew
        reply = sample.reply
        found.equal("reply", f"{where}: finish", call.finish, reply.finish)
        found.holds("reply", where, call.reasoning == reply.reasoning, "is banked with other thinking")
        turning = reply.finish == "length" and looping(reply.text or reply.reasoning)
        found.equal("reply", f"{where}: looping", call.looping, turning)
    took = call.bought if call.source == "cache" else Bought(usage=call.usage, cost_usd=call.cost_usd, seconds=call.seconds)
    if took is None:
        return False
    kept = Bought(usage=sample.reply.usage, cost_usd=sample.reply.cost_usd, seconds=sample.reply.seconds)
    if took == kept:
        found.equal("reply", f"{where}: hung_up", call.hung_up, sample.reply.hung_up)
        return took.seconds > 0 and call.source == "provider"
    if sample.at > call.at or (call.source == "provider" and sample.run != evidence.id_of(line.session)):
        # a reply of no use is asked for anew by a later run; of two runs that ask at once the first is kept
        found.cannot("some replies in the bank are of other runs, that asked the same anew: what these took in this one")
    else:
        found.wrong("reply", where, f"took {_words(kept)}; the log has {_words(took)}")
    return False


def _buyers(evidence: Evidence, buyers: Counter[str]) -> None:
    """The id in config.json is that under which the run's own purchases are banked."""
    id = evidence.config.get("id")
    if buyers and id is not None:
        others = {one: number for one, number in buyers.items() if one not in evidence.ids}
        told = ", ".join(f"{number:,} under {one[:40]!r}" for one, number in others.items())
        evidence.found.holds("setting", "config.json, id", not others, f"is {id!r}; of what the run bought the bank has {told}")


def _words(took: Bought) -> str:
    cost = "an unknown price" if took.cost_usd is None else f"${took.cost_usd:g}"
    return f"{took.usage.prompt}+{took.usage.completion} tokens, {cost}, {took.seconds:g} s"


class _Readings:
    """What was read in the replies of one task."""

    def __init__(self, evidence: Evidence, samples: dict[str, Sample | None]) -> None:
        self.evidence, self.samples = evidence, samples
        self.side = evidence.config.get("max_side", LARGEST_SIDE)
        self.writes = evidence.setting("policy.writes", "words") == "programs"
        self.calls: dict[tuple[str, int | None, int | None], list[CallFinished]] = defaultdict(list)

    def check(self, task: str) -> None:
        for line in self.evidence.of(task):
            event = line.event
            if isinstance(event, CallFinished) and event.source != "failed":
                self.calls[event.purpose, event.birth, event.target].append(event)
            elif isinstance(event, CandidateChecked):
                self._candidate(line, event)
            elif isinstance(event, AnswerGuessed) and isinstance(event.attempt, Followed):
                calls = self.calls["solve", None, event.attempt.pair]
                self._grid(line, f"a guess at test input {event.attempt.pair + 1}", calls, event.attempt, IDENTITY)
            elif isinstance(event, CandidateReviewed) and event.review.verdict:
                self._reviewed(line, event, len(self.evidence.tasks[task].tests))
            elif isinstance(event, AnswerJudged) and event.choice.picks:
                self._judged(line, event)
            elif isinstance(event, AnswerFollowed) and isinstance(event.attempt, Followed) and event.attempt.by == "checker":
                view = BY_NAME.get(event.view)
                if view is None:
                    self.evidence.found.wrong(
                        "reply", line.where, f"was followed under no view that there is: {event.view[:60]!r}"
                    )
                    continue
                calls = self.calls["follow", event.birth, event.attempt.pair]
                self._grid(line, f"birth {event.birth}, test input {event.attempt.pair + 1}", calls, event.attempt, view)

    def _reviewed(self, line: Line, event: CandidateReviewed, tests: int) -> None:
        calls, what = self.calls["review", event.birth, None], f"the review of birth {event.birth}"
        self._read(line, what, calls, lambda text, cut: read_review(text, cut, tests=tests) == event.review)

    def _judged(self, line: Line, event: AnswerJudged) -> None:
        calls, what = self.calls["judge", None, event.test], f"the judge's pick for test input {event.test + 1}"
        self._read(line, what, calls, lambda text, cut: read_choice(text, cut, shown=len(event.shown)) == event.choice)

    def _candidate(self, line: Line, event: CandidateChecked) -> None:
        k = event.birth.index
        wrote = self.calls[event.birth.operator, k, None]
        if self.writes and event.birth.operator != "given":
            both = Written(event.description, event.program)
            says = f"the description of birth {k}, with its program,"
            self._read(line, says, wrote, lambda text, cut: read_written(text, cut) == both)
        elif event.birth.operator != "given":
            says = f"the description of birth {k}"
            self._read(line, says, wrote, lambda text, cut: read_bullets(text, cut) == event.description)
        if event.duplicate_of is None and not self.writes and (event.program or event.unsaid):
            says = f"the program of birth {k}" if event.program else f"what birth {k} asks for that no program can do"
            said = ProgramReply(event.program, event.unsaid)
            self._read(line, says, self.calls["code", k, None], lambda text, cut: read_program(text, cut) == said)
        if event.duplicate_of is None:
            for attempt in event.attempts:
                if attempt.by != "checker":  # what its program gave, programs.py looks at
                    self._declined(line, k, attempt)
                    continue
                calls = self.calls["check", k, attempt.pair]
                if isinstance(attempt, Followed):
                    self._grid(line, f"birth {k}, pair {attempt.pair + 1}", calls, attempt, IDENTITY)
                elif isinstance(attempt, Garbled) and attempt.why != COPIED:
                    self._garbled(line, f"birth {k}, pair {attempt.pair + 1}", calls)

    def _declined(self, line: Line, birth: int, attempt: Attempt) -> None:
        """Whether the coder has said that there can be no program, where that is why there is none."""
        if not isinstance(attempt, Garbled) or not attempt.why.startswith(DECLINES):
            return

        def says(text: str, cut: bool) -> bool:
            said = f"{DECLINES}{read_program(text, cut).cannot}"
            return Garbled(pair=attempt.pair, why=said, by="coder") == attempt

        self._read(line, f"why birth {birth} has no program", self.calls["code", birth, None], says)

    def _grid(self, line: Line, what: str, calls: Iterable[CallFinished], attempt: Followed, view: Transform) -> None:
        """Whether one of the replies has this grid, and this note beside it."""

        def says(text: str, cut: bool) -> bool:
            read = read_grid(text, cut, max_side=self.side, grids=self._grids(calls))
            return view.inverse.grid(read.grid) == attempt.grid and read.note == attempt.note

        self._read(line, f"the grid of {what}, or its note,", calls, says)

    def _grids(self, calls: Iterable[CallFinished]) -> Any:
        """How grids were written for whoever replied."""
        return self.evidence.setting(f"{next((call.role for call in calls), 'checker')}.grids", "digits")

    def _garbled(self, line: Line, what: str, calls: Iterable[CallFinished]) -> None:
        """Whether one of the replies cannot be read."""

        def unreadable(text: str, cut: bool) -> bool:
            try:
                return not read_grid(text, cut, max_side=self.side, grids=self._grids(calls))
            except Unreadable:
                return True

        self._read(line, f"{what}, said to be unreadable,", calls, unreadable)

    def _read(self, line: Line, what: str, calls: Iterable[CallFinished], says: Callable[[str, bool], bool]) -> None:
        """Whether one of the replies says it."""
        samples = [self.samples.get(call.request) for call in calls]
        there = [sample.reply for sample in samples if sample is not None]
        if len(there) < len(samples) or not samples:
            return  # counted among those that are not in the bank, or missed among the calls
        told = any(_says(reply.text, reply.finish, says) for reply in there)
        self.evidence.found.holds("reply", line.where, told, f"{what} is not what the banked replies to its calls say")


def _says(text: str, finish: str, says: Callable[[str, bool], bool]) -> bool:
    try:
        return says("" if finish in DECLINED else text, finish == "length")
    except Unreadable:
        return False
