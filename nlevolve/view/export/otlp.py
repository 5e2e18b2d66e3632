"""A run as OpenTelemetry spans: the run, its tasks, their births, their calls, in the conventions for generative models.

The form is OTLP's JSON (opentelemetry-proto, "JSON Protobuf Encoding"). Names are those of the GenAI semantic conventions,
ours begin with `nlevolve.`. No prompt and no reply is in it.
"""

from __future__ import annotations

import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from nlevolve.errors import UsageError
from nlevolve.records import (
    BirthPlanned,
    CallFinished,
    CandidateChecked,
    Event,
    MoveFailed,
    RunFinished,
    RunStarted,
    TaskAnswered,
    TaskStarted,
)
from nlevolve.version import __version__
from nlevolve.view.run_folder import RunFolder

SPANS_A_REQUEST = 512
SECONDS = 30.0
"""How long a collector may take for one request."""

INTERNAL, CLIENT = 1, 3
FAILED = 2

Span = dict[str, Any]


class _Trace:
    """Spans that were begun and not ended yet, by what they are called among us: ("task", id), ("birth", id, index)."""

    def __init__(self, name: str, at: datetime) -> None:
        self.id = hashlib.sha256(f"{name} {at.isoformat()}".encode()).hexdigest()[:32]
        self._open: dict[tuple[Any, ...], Span] = {}
        self.begun: set[tuple[Any, ...]] = set()

    def begin(self, key: tuple[Any, ...], name: str, at: datetime, parent: tuple[Any, ...] | None, told: dict[str, Any]) -> Span:
        above = {"parentSpanId": self.span_id(*parent)} if parent else {}
        span = {
            "traceId": self.id,
            "spanId": self.span_id(*key),
            **above,
            "name": name,
            "kind": INTERNAL,
            "startTimeUnixNano": _nano(at),
            "attributes": _attributes(told),
        }
        self._open[key] = span
        self.begun.add(key)
        return span

    def end(self, key: tuple[Any, ...], at: datetime, told: dict[str, Any], error: str = "") -> Iterator[Span]:
        span = self._open.pop(key, None)
        if span is not None:
            span["endTimeUnixNano"] = _nano(at)
            span["attributes"] += _attributes(told)
            if error:
                span["status"] = {"code": FAILED, "message": error}
            yield span

    def end_all(self, at: datetime) -> Iterator[Span]:
        """What a run that was killed left open ends with its last event."""
        for key in list(self._open):
            yield from self.end(key, at, {})

    def span_id(self, *key: Any) -> str:
        return hashlib.sha256(repr((self.id, *key)).encode()).hexdigest()[:16]


def spans(run: RunFolder, events: Iterable[Event]) -> Iterator[Span]:
    """Every span of a run, each when it has ended. The same run gives the same ids, so that sending it twice adds nothing."""
    trace: _Trace | None = None
    for number, event in enumerate(events):
        if trace is None:
            trace = _Trace(run.name, event.at)
        yield from _told(trace, number, event)
        last = event.at
    if trace is not None:
        yield from trace.end_all(last)


def _told(trace: _Trace, number: int, event: Event) -> Iterator[Span]:
    match event:
        case RunStarted():
            yield from trace.end_all(event.at)
            _run_begins(trace, event)
        case RunFinished():
            error = event.why if event.exit_code else ""
            yield from trace.end(("run",), event.at, {"nlevolve.run.ended": event.reason}, error)
        case TaskStarted(task=task):
            told = {"nlevolve.task": task, "nlevolve.task.births": event.births}
            trace.begin(("task", task), f"task {task}", event.at, ("run",), told)
        case TaskAnswered(task=task):
            yield from trace.end(("task", task), event.at, {"nlevolve.task.stopped": event.stopped}, event.error)
        case BirthPlanned(task=task, birth=birth):
            planned = {"nlevolve.task": task, "nlevolve.birth": birth.index, "nlevolve.birth.parents": birth.parents}
            trace.begin(("birth", task, birth.index), f"{birth.operator} {birth.index}", event.at, ("task", task), planned)
        case CandidateChecked(task=task, birth=birth):
            exact = sum(attempt.exact for attempt in event.attempts)
            judged = {"nlevolve.birth.exact": exact, "nlevolve.birth.pairs": len(event.attempts)}
            yield from trace.end(("birth", task, birth.index), event.at, judged)
        case MoveFailed(task=task, birth=birth):
            failed = {"error.type": event.failure or event.reason}
            yield from trace.end(("birth", task, birth.index), event.at, failed, event.why)
        case CallFinished():
            yield from _call(trace, number, event)
        case _:
            pass


def _run_begins(trace: _Trace, event: RunStarted) -> None:
    models = {f"nlevolve.model.{role}": model for role, model in event.models.items()}
    told = {"nlevolve.run": event.run, "nlevolve.preset": event.preset, "nlevolve.tasks": len(event.tasks)}
    trace.begin(("run",), f"run {event.run}", event.at, None, told | models)


def _call(trace: _Trace, number: int, event: CallFinished) -> Iterator[Span]:
    """What a birth asked for lies under the birth, what answers a test input under the task, a ping under the run."""
    key, birth, task = ("call", number), ("birth", event.task, event.birth), ("task", event.task)
    above = birth if event.purpose != "follow" and birth in trace.begun else task if task in trace.begun else ("run",)
    provider, _, name = event.model.partition("/")
    begun = event.at - timedelta(seconds=event.seconds)
    trace.begin(key, f"chat {event.model}", begun, above, {})["kind"] = CLIENT
    usage = event.usage
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": name or event.model,
        "gen_ai.response.finish_reasons": [event.finish],
        "gen_ai.usage.input_tokens": usage.prompt,
        "gen_ai.usage.output_tokens": usage.completion,
        "nlevolve.usage.cached_tokens": usage.prompt_cached,
        "nlevolve.usage.reasoning_tokens": usage.reasoning,
        "nlevolve.cost_usd": event.cost_usd,
        "nlevolve.role": event.role,
        "nlevolve.purpose": event.purpose,
        "nlevolve.source": event.source,
        "nlevolve.tries": event.tries,
        "nlevolve.request": event.request,
        "error.type": event.finish if event.source == "failed" else None,
    }
    yield from trace.end(key, event.at, attributes, event.error)


def requests(run: RunFolder, events: Iterable[Event]) -> Iterator[dict[str, Any]]:
    """The spans as requests to a collector (ExportTraceServiceRequest), a line each of an OTLP file."""
    resource = {"attributes": _attributes({"service.name": "nlevolve", "service.version": __version__, "nlevolve.run": run.name})}
    scope = {"name": "nlevolve", "version": __version__}
    found = spans(run, events)
    while some := list(islice(found, SPANS_A_REQUEST)):
        yield {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": some}]}]}


def send(requests: Iterable[dict[str, Any]], address: str) -> int:
    """Post them to an OTLP/HTTP collector; the number of spans sent. Raises UsageError with what the collector said.

    `address` is its root (http://localhost:4318) or the whole path.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise UsageError(f"{address!r} is no address of a collector; one is http://localhost:4318")
    target = address if parts.path.strip("/") else address.rstrip("/") + "/v1/traces"
    sent = 0
    for one in requests:
        asked = urllib.request.Request(target, json.dumps(one).encode(), {"Content-Type": "application/json"})
        try:
            # of http and https alone: see above
            with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # nosec B310
                answer.read()
        except urllib.error.HTTPError as error:
            raise UsageError(f"the collector at {target} refused the spans: {error.code} {error.reason}") from None
        except (OSError, ValueError) as error:
            raise UsageError(f"cannot send to {target}: {getattr(error, 'reason', error)}") from None
        sent += len(one["resourceSpans"][0]["scopeSpans"][0]["spans"])
    return sent


def _nano(at: datetime) -> str:
    whole = at.replace(microsecond=0)
    return str(int(whole.timestamp()) * 1_000_000_000 + at.microsecond * 1_000)


def _attributes(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in told.items() if value is not None]


def _value(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list() | tuple():
            return {"arrayValue": {"values": [_value(each) for each in value]}}
        case _:
            return {"stringValue": str(value)}
