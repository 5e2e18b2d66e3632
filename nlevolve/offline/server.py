"""The embedded models behind an OpenAI-compatible endpoint: /v1/chat/completions and /v1/models."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from nlevolve.offline.provider import MODELS, complete
from nlevolve.offline.version import version

NAMES = tuple(model.removeprefix("offline/") for model in MODELS)
LARGEST_BODY = 32 * 2**20
LARGEST_SEED = 2**63
HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Latency:
    """Seconds to wait before a reply: `median`, and with a `spread` above 0 drawn from a log-normal distribution."""

    median: float = 0.0
    spread: float = 0.0
    """Standard deviation of the logarithm."""

    def draw(self, rng: random.Random) -> float:
        return self.median * rng.lognormvariate(0.0, self.spread)


class _Refused(Exception):
    """The request cannot be answered; carries OpenAI's fields for the error."""

    def __init__(self, message: str, *, status: int = 400, code: str | None = None, parameter: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.parameter = status, code, parameter


def application(latency: Latency = Latency()) -> web.Application:
    """The web application; `latency` makes it as slow as a provider."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_errors_as_openai_does])
    waits = random.Random(0)

    async def chat(request: web.Request) -> web.StreamResponse:
        asked = _read(await request.read())
        reply = await complete(asked["model"], asked["messages"], asked["seed"], asked["schema"])
        await asyncio.sleep(latency.draw(waits))
        whole = _completion(asked, reply.text, reply.prompt_tokens, reply.completion_tokens)
        return await _streamed(request, whole) if asked["stream"] else web.json_response(whole)

    async def models(_: web.Request) -> web.Response:
        listed = [{"id": name, "object": "model", "created": 0, "owned_by": "nlevolve"} for name in NAMES]
        return web.json_response({"object": "list", "data": listed})

    app.router.add_post("/v1/chat/completions", chat)
    app.router.add_get("/v1/models", models)
    return app


@asynccontextmanager
async def serving(port: int = 0, latency: Latency = Latency(), host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serve while the context is open; gives the base URL. Port 0 takes a free one. Raises OSError when it is taken."""
    runner = web.AppRunner(application(latency), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield f"http://{host}:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


def _read(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except ValueError:
        raise _Refused("the body is not JSON") from None
    except RecursionError:
        raise _Refused("the body's JSON is nested too deep") from None
    if not isinstance(asked, dict):
        raise _Refused("the body is not a JSON object")
    model, messages = asked.get("model"), asked.get("messages")
    if not isinstance(messages, list) or not all(isinstance(m, dict) for m in messages):
        raise _Refused("messages must be a list of objects", parameter="messages")
    if not isinstance(model, str) or model.removeprefix("offline/") not in NAMES:
        message = f"the model {model!r} does not exist; there are {', '.join(NAMES)}"
        raise _Refused(message, status=404, code="model_not_found", parameter="model")
    seed = 0 if asked.get("seed") is None else asked["seed"]
    if not isinstance(seed, int) or isinstance(seed, bool) or abs(seed) >= LARGEST_SEED:
        raise _Refused("seed must be an integer of at most 64 bits", parameter="seed")
    form = asked.get("response_format")
    form = form if isinstance(form, dict) and form.get("type") in ("json_schema", "json_object") else None
    given = form and form.get("json_schema")
    schema = form and ((given.get("schema") if isinstance(given, dict) else None) or form)
    if schema is not None and not isinstance(schema, dict):
        raise _Refused("the schema must be an object", parameter="response_format")
    return {"model": model, "messages": messages, "seed": seed, "schema": schema, "stream": bool(asked.get("stream"))}


def _completion(asked: dict[str, Any], text: str, prompt_tokens: int, completion_tokens: int) -> dict[str, Any]:
    """OpenAI's form of a reply. Its id and date follow from the question: the same question has the same reply."""
    question = {name: value for name, value in asked.items() if name != "stream"}
    name = hashlib.sha256(json.dumps(question, sort_keys=True, default=str).encode()).hexdigest()[:24]
    message = {"role": "assistant", "content": text}
    return {
        "id": f"chatcmpl-{name}",
        "object": "chat.completion",
        "created": 0,
        "model": asked["model"],
        "system_fingerprint": version(),
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        },
    }


async def _streamed(request: web.Request, whole: dict[str, Any]) -> web.StreamResponse:
    """The reply as server-sent events: its text in one piece, how it ended, and what it took."""
    said, ended = {"delta": whole["choices"][0]["message"]}, {"delta": {}, "finish_reason": "stop"}
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    with suppress(ConnectionResetError):  # whoever asked is gone
        await response.prepare(request)
        for choices, usage in (([said], None), ([ended], None), ([], whole["usage"])):
            told = [{"index": 0, "finish_reason": None, **choice} for choice in choices]
            chunk = {**whole, "object": "chat.completion.chunk", "choices": told, "usage": usage}
            await response.write(f"data: {json.dumps(chunk)}\n\n".encode())
        await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
    return response


def _check_host(host: str) -> None:
    """A page in a browser may have its own name point to this machine (DNS rebinding), and then read what we say."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        name = None
    if name not in HOSTS:
        raise _Refused(f"this server answers to {', '.join(sorted(HOSTS))} alone", status=403)


@web.middleware
async def _errors_as_openai_does(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
    try:
        _check_host(request.host)
        if origin := request.headers.get("Origin"):
            # a page cannot read the answer, but it could keep this machine busy
            _check_host(origin.partition("://")[2])
        response: web.StreamResponse = await handler(request)
    except _Refused as error:
        return _error(str(error), error.status, error.code, error.parameter)
    except web.HTTPException as error:
        return _error(f"{request.method} {request.path}: {error.reason}", error.status, None, None)
    return response


def _error(message: str, status: int, code: str | None, parameter: str | None) -> web.Response:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return web.json_response({"error": {"message": message, "type": kind, "param": parameter, "code": code}}, status=status)
