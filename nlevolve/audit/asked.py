"""Whether the requests are those that the log has digests of, and hold nothing that a solver must not know.

A request's words are in no file: whoever audits has them made again (run/retell.py), and the digest proves that they are the
very same, whoever made them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from nlevolve.audit.banked import VIEWS
from nlevolve.audit.evidence import Evidence
from nlevolve.llm.embedded import embedded_version
from nlevolve.llm.request import Label, Request
from nlevolve.puzzle.grids import Grid, GridError, grid
from nlevolve.puzzle.notations import LETTERS, NAMES
from nlevolve.puzzle.pictures import picture
from nlevolve.puzzle.symmetry import IDENTITY, Transform
from nlevolve.puzzle.tasks import Task
from nlevolve.records import AnswerFollowed, AnswerJudged, CallFinished, CandidateChecked, Followed

_SIGNS = {sign: colour for signs in (NAMES, LETTERS) for colour, sign in enumerate(signs)}
_CELL = rf"(?:\d|{'|'.join(NAMES)}|[{LETTERS}])"
ROWS = re.compile(rf"(?:^[ \t]*(?:row \d+: )?{_CELL}(?:[ \t,]{_CELL})*[ \t]*(?:\n|\Z))+", re.MULTILINE)
"""A grid as prompts have it: a line a row, cells parted by spaces or commas, each a digit, a colour's name, or its letter."""
_NUMBER = re.compile(r"^\s*row \d+: ", re.MULTILINE)
LISTS = re.compile(r"\[\s*\[[\d,\s\[\]]*\]\s*\]")
"""A grid as JSON."""
TELLING = re.compile(r"(?=.*\d)\w{6,}")
"""Ids that are no words: one that is ("flip") may stand in any prompt."""


class Retold(Protocol):
    """One call of the log, and the request that was made again for it."""

    @property
    def call(self) -> CallFinished: ...
    @property
    def request(self) -> Request | None: ...
    @property
    def labels(self) -> Sequence[Label]: ...


Retell = Callable[[str], Iterable[Retold]]
"""Task -> its calls, told again."""


def check(evidence: Evidence, retell: Retell) -> None:
    """Every request of every task that can be made again."""
    lacking = whole = before = 0
    for name, task in evidence.tasks.items():
        secrets = _Secrets(evidence, task)
        asked: dict[str, Sequence[Label]] = {}
        for told in retell(name):
            whole += 1
            if told.request is None:
                lacking += told.call.source != "failed"
                before += told.call.source != "failed" and told.call.birth is None and told.call.target is None
                continue
            where = f"the {told.call.purpose} request {told.call.request[:12]} of {name}"
            evidence.found.equal("request", f"{where}, its digest", told.call.request, _key(told.request))
            _endpoint(evidence, where, told.call, told.request)
            secrets.check(where, told.call, told.request)
            asked[told.call.request] = told.labels
        _labels(evidence, name, asked)
    evidence.found.beyond("request", lacking, whole)
    if before:
        evidence.found.cannot(
            f"{before:,} of {whole:,} requests are small questions asked before the run began (pings), which are not made again: "
            "what they held"
        )
    if lacking > before:
        evidence.found.cannot(f"{lacking - before:,} of {whole:,} requests cannot be made again from this log: what they held")


def _labels(evidence: Evidence, task: str, asked: Mapping[str, Sequence[Label]]) -> None:
    """What the log says of calls that follows from what was asked, by one of those who ask it.

    Some ask it only now: a birth for which no money was left finds nothing banked, and goes on to ask less.
    """
    for line in evidence.of(task):
        call = line.event
        if not isinstance(call, CallFinished) or not (labels := asked.get(call.request)):
            continue
        own = [label for label in labels if label.trimmed == call.trimmed] or labels
        nearest = max(own, key=lambda label: (label.purpose == call.purpose) + (label.repair == call.repair))
        for name in ("purpose", "repair"):
            evidence.found.equal("request", f"{line.where}: {name}", getattr(call, name), getattr(nearest, name))


def _key(request: Request) -> str:
    """The digest of what is asked, put together anew."""
    s = request.settings
    asked = {
        "v": 1,
        **{name: getattr(s, name) for name in ("model", "base_url", "temperature", "top_p", "max_tokens")},
        **{name: getattr(s, name) for name in ("reasoning_effort", "thinking_budget")},
        "messages": [[m.role, _sha(m.text), *map(_sha, m.images)] for m in request.messages],
        "schema": request.reply_schema,
        "sample": request.sample,
        **({"again": True} if request.again else {}),
        **({"thinking": s.thinking} if s.thinking != "auto" else {}),
        **({"extra_body": s.extra_body} if s.extra_body else {}),
    }
    if embedded := embedded_version(s.model):
        asked["embedded"] = embedded
    return _sha(json.dumps(asked, sort_keys=True, separators=(",", ":")))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _endpoint(evidence: Evidence, where: str, call: CallFinished, request: Request) -> None:
    found, settings = evidence.found, request.settings
    found.equal("request", f"{where}, its model", call.model, settings.model)
    recorded = evidence.config.get("endpoints", {}).get(call.model)
    wanted = [evidence.setting(f"{role}.base_url", recorded) for role in (call.role, "answerer")]
    found.holds("request", where, settings.base_url in wanted, f"goes to {settings.base_url}; config.json has {wanted[0]}")


class _Secrets:
    """What no request of a task may hold."""

    def __init__(self, evidence: Evidence, task: Task) -> None:
        self.found, self.task = evidence.found, task
        views = VIEWS if evidence.setting("answers.views", 1) > 1 else [IDENTITY]
        lines = evidence.of(task.id)
        candidates = [line.event for line in lines if isinstance(line.event, CandidateChecked)]
        follows = [line.event for line in lines if isinstance(line.event, AnswerFollowed)]
        self.guessed = {a.grid for event in candidates for a in event.attempts if isinstance(a, Followed)}
        guesses = self.guessed | {event.attempt.grid for event in follows if isinstance(event.attempt, Followed)}
        self.guesses = {view.grid(one) for view in views for one in guesses}
        choices = [line.event for line in lines if isinstance(line.event, AnswerJudged)]
        self.proposed = {one for event in choices for one in event.shown}
        shown = [one for pair in task.pairs for one in (pair.input, pair.output)] + list(task.tests)
        self.shown = {view.grid(one) for view in views for one in shown}
        outputs = [(number, one) for number, one in enumerate(evidence.solutions.get(task.id, ()), 1)]
        self.outputs = {view.grid(one): number for number, one in outputs for view in views}
        self.views: Sequence[Transform] = views
        self.id = re.compile(rf"(?<!\w){re.escape(task.id)}(?!\w)") if TELLING.fullmatch(task.id) else None
        if self.id is None:
            self.found.cannot(f"the id {task.id[:40]!r} may be a word like others: whether requests hold it")

    def check(self, where: str, call: CallFinished, request: Request) -> None:
        # what a model said itself, and the example of the form in what is the same for every task, are no leak
        texts = [message.text for message in request.messages if message.role != "assistant"]
        asked = [message.text for message in request.messages if message.role == "user"]
        grids = Counter(one for text in asked for one in grids_in(text))
        for one in grids.keys() & self.outputs.keys():
            # what is shown may be equal to it, and so may what was guessed right before
            proposed = call.purpose == "judge" and one in self.proposed
            if one not in self.shown and one not in self.guesses and not proposed:
                self.found.wrong("request", where, f"holds the output of test input {self.outputs[one]}")
        if call.purpose == "check" and call.target is not None:
            self._judged(where, call.target, grids)
        self._drawn(where, call, request)
        ids = self.id is not None and any(self.id.search(text) for text in texts)
        self.found.holds("request", where, not ids, f"holds the task's id, {self.task.id}")

    def _drawn(self, where: str, call: CallFinished, request: Request) -> None:
        """Every picture is one of what may be shown: drawn again, since nobody can tell by its bytes what it holds."""
        held = [image for message in request.messages for image in message.images]
        if not held:
            return
        judged, numbered = call.target if call.purpose == "check" else None, request.settings.image_numbers
        told = [pair for place, pair in enumerate(self.task.pairs) if place != judged]
        inputs = [*(pair.input for pair in self.task.pairs), *self.task.tests]
        may = [*((pair.input, pair.output) for pair in told), *((one,) for one in inputs)]
        allowed = {picture(tuple(map(view.grid, grids)), numbered) for view in self.views for grids in may}
        self.found.holds("request", where, allowed.issuperset(held), "holds a picture of what it must not show")

    def _judged(self, where: str, target: int, grids: Counter[Grid]) -> None:
        """The output of the pair that is judged, more often than what may be shown is equal to it."""
        rightly = {view: self._rightly(view, target) for view in self.views}
        # the view in which it was asked is not logged: it is the one whose other pairs are all there
        view = next((view for view, shown in rightly.items() if shown <= grids), IDENTITY)
        output = view.grid(self.task.pairs[target].output)
        held = grids[output] > rightly[view][output]
        self.found.holds("request", where, not held, f"holds the output of pair {target + 1}, which it has judged")

    def _rightly(self, view: Transform, target: int) -> Counter[Grid]:
        """What is shown to whoever follows a description on this pair."""
        others = [view.pair(pair) for place, pair in enumerate(self.task.pairs) if place != target]
        return Counter([view.grid(self.task.pairs[target].input), *(one for p in others for one in (p.input, p.output))])


def _lines(rows: str) -> Sequence[str]:
    return _NUMBER.sub("", rows).strip().splitlines()


def _colour(sign: str) -> int:
    return _SIGNS[sign] if sign in _SIGNS else int(sign)


def grids_in(text: str) -> Iterator[Grid]:
    """The grids that stand in a text, as lines of cells or as JSON."""
    for match in ROWS.finditer(text):
        try:
            yield grid([list(map(_colour, re.split(r"[ \t,]+", line.strip()))) for line in _lines(match[0])], 100)
        except GridError:
            continue
    for match in LISTS.finditer(text):
        try:
            yield grid(json.loads(match[0]), 100)
        except (GridError, ValueError):
            continue
