"""Spans: what OpenTelemetry's own messages accept, nested as things happened, and taken by a collector over HTTP."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from nlevolve.errors import UsageError
from nlevolve.records import CallFinished
from nlevolve.view.export.otlp import requests, send, spans
from nlevolve.view.history import read
from nlevolve.view.run_folder import RunFolder
from tests.view.story import TASKS, events

RUN = RunFolder(Path("runs/story"), {}, read(events()), TASKS, {}, {})


def attributes(span: dict[str, Any]) -> dict[str, Any]:
    return {one["key"]: next(iter(one["value"].values())) for one in span["attributes"]}


def test_opentelemetrys_own_messages_accept_them() -> None:
    (request,) = requests(RUN, events())
    told = json.loads(json.dumps(request))
    for span in told["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        for key in ("traceId", "spanId", "parentSpanId"):
            if key in span:  # hex in OTLP's JSON, base64 in protobuf's
                span[key] = base64.b64encode(bytes.fromhex(span[key])).decode()
    message = json_format.ParseDict(told, ExportTraceServiceRequest())
    found = message.resource_spans[0].scope_spans[0].spans
    assert {len(span.trace_id) for span in found} == {16}
    assert {len(span.span_id) for span in found} == {8}
    assert all(0 < span.start_time_unix_nano <= span.end_time_unix_nano for span in found)


def test_calls_lie_under_births_births_under_tasks_and_tasks_under_the_run() -> None:
    told = list(spans(RUN, events()))
    names = {span["spanId"]: span["name"] for span in told}
    assert len(names) == len(told)
    roots = [span["name"] for span in told if "parentSpanId" not in span]
    assert roots == ["run story"]
    above = {(span["name"].split()[0], names[span["parentSpanId"]].split()[0]) for span in told if "parentSpanId" in span}
    assert above == {("task", "run"), ("write", "task"), ("chat", "write"), ("chat", "task")}


def test_a_call_says_model_tokens_and_cost_in_the_conventions_names() -> None:
    told = [attributes(span) for span in spans(RUN, events()) if span["name"].startswith("chat ")]
    calls = [event for event in events() if isinstance(event, CallFinished)]
    assert [int(one["gen_ai.usage.input_tokens"]) for one in told] == [call.usage.prompt for call in calls]
    assert [int(one["gen_ai.usage.output_tokens"]) for one in told] == [call.usage.completion for call in calls]
    assert {one["gen_ai.operation.name"] for one in told} == {"chat"}
    assert all(one["gen_ai.provider.name"] and one["gen_ai.request.model"] for one in told)


def test_a_run_that_was_killed_leaves_no_span_without_an_end() -> None:
    told = list(spans(RUN, events()[:4]))
    assert told
    assert all("endTimeUnixNano" in span for span in told)


class Collector(BaseHTTPRequestHandler):
    taken: list[tuple[str, Any]]
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((self.path, json.loads(body)))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def collector() -> Iterator[tuple[str, type[Collector]]]:
    handler = type("Handler", (Collector,), {"taken": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    server.server_close()


def test_a_collector_gets_what_the_file_holds(collector: tuple[str, type[Collector]]) -> None:
    address, taken = collector
    assert send(requests(RUN, events()), address) == len(list(spans(RUN, events())))
    assert taken.taken == [("/v1/traces", json.loads(json.dumps(one))) for one in requests(RUN, events())]


def test_a_collector_that_refuses_or_is_not_there_is_told_in_one_line(collector: tuple[str, type[Collector]]) -> None:
    address, handler = collector
    handler.status = 401
    with pytest.raises(UsageError, match=r"refused the spans: 401"):
        send(requests(RUN, events()), address)
    with pytest.raises(UsageError, match=r"cannot send to http://127\.0\.0\.1:9/v1/traces"):
        send(requests(RUN, events()), "http://127.0.0.1:9")
    with pytest.raises(UsageError, match="no address of a collector"):
        send(requests(RUN, events()), "localhost")
