"""What providers say when they fail, and what it means: over recorded bodies, by HTTP and through litellm."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.llm.client import Client
from nlevolve.llm.failures import failure
from nlevolve.llm.request import (
    Away,
    BrokeOff,
    CallFailed,
    Doubtful,
    FewerTokens,
    Filtered,
    NoReply,
    NoSight,
    ParameterRefused,
    ProviderDown,
    RateLimited,
    Rejected,
    Reply,
    TimedOut,
    TooLong,
    Unusable,
)
from nlevolve.llm.told import Told, body_of, rest, retry_after
from tests.llm.asking import ignore, request
from tests.server.dialects import DIALECTS, Serving
from tests.server.dialects.anthropic import invalid
from tests.server.http import Provider, Said
from tests.server.routes import KEYS, ROUTES

values = (
    st.text(max_size=40)
    | st.from_regex(r"(\d{1,3}h)?(\d{1,3}m)?(\d{1,3}(\.\d+)?s)?(\d{1,3}ms)?", fullmatch=True)
    | st.dates().map(str)
)


@given(values)
def test_no_header_breaks_the_run(value: str) -> None:
    asked = retry_after({"Retry-After": value})
    assert asked is None or asked >= 0
    assert rest({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": value}) >= 0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("0", 0), ("1.5", 1.5), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("", None), ("soon", None), ("-3", None)],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}) == seconds


def test_milliseconds_and_the_headers_that_litellm_renames() -> None:
    assert retry_after({"retry-after-ms": "1500", "retry-after": "9"}) == 1.5
    assert retry_after({"llm_provider-Retry-After": "4"}) == 4


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("6m0s", 360), ("120ms", 0.12), ("1h2m3s", 3723), ("1.5", 1.5), ("2015-10-21T07:28:00Z", 0), ("nonsense", 0)],
)
def test_a_rest_is_asked_for_in_many_ways(value: str, seconds: float) -> None:
    for left, reset in (
        ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
        ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
    ):
        assert rest({left: "0", reset: value}) == pytest.approx(seconds)
        assert rest({left: "1", reset: value}) == 0


@pytest.mark.parametrize(
    ("status", "codes", "kind"),
    [
        (400, "", Rejected),
        (401, "", Doubtful),
        (429, "", RateLimited),
        (429, "insufficient_quota", Unusable),
        (529, "", ProviderDown),
        (200, "", ProviderDown),
        (501, "", Rejected),
    ],
)
def test_what_a_bare_status_means(status: int, codes: str, kind: type[Exception]) -> None:
    assert type(failure(Told("text", status, frozenset(codes.split())))) is kind


def test_the_body_is_found_in_an_exception_or_in_what_it_was_raised_from() -> None:
    class Carrying(Exception):
        def __init__(self, **fields: object) -> None:
            self.__dict__.update(fields)

    assert body_of(Carrying(body={"error": {"code": "a"}})) == {"code": "a"}
    assert body_of(Carrying(message='{"error": {"code": "b"}}')) == {"code": "b"}
    assert body_of(Carrying(message='{"error": "in words"}')) == {"message": "in words"}
    outer = Carrying(body=None, message="not JSON")
    outer.__context__ = Carrying(body={"code": "c"})
    assert body_of(outer) == {"code": "c"}
    assert body_of(ValueError("nothing")) == {}


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.setenv(name, "sk-test")


def outcome(dialect: str, *says: Said, serving: Serving | None = None, text: str = "hello", **settings: Any) -> Reply | NoReply:
    """What the client makes of a server of this kind that answers so, or of what it refuses by itself."""
    model, path = ROUTES[dialect]
    serving = serving or Serving(model=model.split("/", 1)[1])
    with Provider(lambda asked: says[0] if says else Said(), dialect=DIALECTS[dialect], serving=serving) as server:
        return asyncio.run(_answer(request(text, model=model, base_url=server.root + path, **settings)))


async def _answer(asked: Any) -> Reply | NoReply:
    client = Client({}, ignore)
    try:
        return await client(asked)
    except NoReply as error:
        return error
    finally:
        await client.close()


MEANINGS: dict[str, dict[str, type[NoReply]]] = {
    "openai": {
        "limited": RateLimited, "credit gone": Unusable, "filtered": Filtered, "no key": Unusable, "no model": Unusable,
        "location": Unusable, "no schema": ParameterRefused, "overloaded": ProviderDown, "broken": ProviderDown,
    },
    "vllm": {
        "no key": Doubtful, "no schema": ParameterRefused, "broken": ProviderDown, "overflow before": TooLong,
        "filtered": Doubtful,
    },
    "llama.cpp": {"loading": ProviderDown, "no key": Unusable, "no schema": ParameterRefused, "broken": ProviderDown},
    "ollama": {
        "no model": Unusable, "no thinking": ParameterRefused, "busy": ProviderDown, "broken": ProviderDown,
        "no memory": ProviderDown,
    },
    "openrouter": {
        "limited": RateLimited, "limited for the day": Unusable, "upstream limited": RateLimited, "filtered": Filtered,
        "no route": ParameterRefused, "credit gone": Doubtful, "too dear": FewerTokens, "error in a 200": ProviderDown,
        "filtered in a 200": Filtered, "no key": Doubtful, "timed out": TimedOut, "no provider": ProviderDown,
    },
    "anthropic": {
        "limited": RateLimited, "overloaded": ProviderDown, "broken": ProviderDown, "credit gone": Unusable,
        "spend limit": Unusable, "filtered": Filtered, "no key": Unusable, "forbidden": Doubtful, "no model": Unusable,
        "too large": Rejected,
    },
    "gemini": {
        "limited": RateLimited, "limited for the day": Unusable, "exhausted": RateLimited, "overloaded": ProviderDown,
        "broken": ProviderDown, "no key": Unusable, "location": Unusable, "forbidden": Doubtful, "no model": Unusable,
        "no schema": ParameterRefused, "too late": ProviderDown,
    },
}  # fmt: skip
REPLIES = {("openai", "no room"), ("gemini", "filtered"), ("gemini", "all thought")}
"""Bodies that litellm makes replies of."""


def test_every_recorded_failure_has_its_meaning_here() -> None:
    recorded = {(dialect, name) for dialect, kind in DIALECTS.items() for name in kind.fails}
    assert recorded == REPLIES | {(dialect, name) for dialect, kinds in MEANINGS.items() for name in kinds}


@pytest.mark.parametrize(
    ("dialect", "name"), [(dialect, name) for dialect, kinds in MEANINGS.items() for name in kinds], ids=lambda part: part
)
def test_what_a_provider_says_means(dialect: str, name: str) -> None:
    said = DIALECTS[dialect].fails[name]()
    error = outcome(dialect, said)
    assert type(error) is MEANINGS[dialect][name]
    assert isinstance(error, NoReply)
    assert error.status == (403 if name == "filtered in a 200" else 502 if name == "error in a 200" else said.status)
    assert isinstance(error, TooLong) or str(error).startswith(f"{error.status} ")
    assert "{" not in str(error)
    assert "<" not in str(error)
    assert "litellm" not in str(error)


def test_the_wait_is_read_wherever_it_is_said() -> None:
    waits = {
        (dialect, name): outcome(dialect, DIALECTS[dialect].fails[name]())
        for dialect, name in (("openai", "limited"), ("gemini", "limited"), ("anthropic", "limited"), ("openrouter", "limited"))
    }
    seconds = {key: error.retry_after for key, error in waits.items() if isinstance(error, RateLimited)}
    assert seconds["openai", "limited"] == pytest.approx(0.12)
    assert seconds["gemini", "limited"] == 2.0
    assert seconds["anthropic", "limited"] == 1.0
    assert seconds["openrouter", "limited"] == pytest.approx(2.0, abs=2.0)
    assert seconds["openrouter", "limited"]


def test_a_reset_that_is_a_moment_is_not_taken_for_seconds() -> None:
    for moment in (f"{time.time() + 60:.0f}", f"{(time.time() + 60) * 1000:.0f}"):
        assert rest({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": moment}) == pytest.approx(60, abs=5)


BLIND = {
    "Invalid content type. image_url is only supported by certain models.": 400,
    "No endpoints found that support image input": 404,
    "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj": 500,
    "image input is not supported by this server": 500,
    'Failed to parse messages: Unsupported content part type: "image_url"; messages = [ { "role": "user" } ]': 500,
    "/models/some is not a multimodal model": 400,
    "Image input modality is not enabled for models/some": 400,
    "Failed to deserialize the JSON body: messages[1]: unknown variant `image_url`, expected `text` at line 1 column 90": 400,
    "Only 'text' content type is supported.": 400,
    "this model is missing data required for image input": 500,
    "Model do not support image input. Request id: 0217": 400,
    "This model does not support images": 422,
}
"""What OpenAI, OpenRouter, llama.cpp, vLLM, Gemini, DeepSeek, mlx, Ollama and gateways say to pictures, as issues quote it."""


@pytest.mark.parametrize("words", BLIND)
def test_a_model_that_takes_no_pictures_is_known_by_what_its_provider_says(words: str) -> None:
    error = failure(Told(message=words, status=BLIND[words]))
    assert isinstance(error, NoSight)
    assert error.most == 0


@pytest.mark.parametrize(
    ("words", "most"),
    [
        ("At most 5 image(s) may be provided in one request.", 5),
        ("You set image=2 (or defaulted to 1) in `--limit-mm-per-prompt`, but passed 3 image items in the same prompt.", 2),
        ("Too much media: 0 document pages + 107 images > 100", 100),
        ("too many images and documents: 120 + 0 > 100", 100),
    ],
)
def test_how_many_pictures_a_model_takes_is_read_where_it_is_said(words: str, most: int) -> None:
    error = failure(Told(message=words, status=400))
    assert isinstance(error, NoSight)
    assert error.most == most


@pytest.mark.parametrize("words", ["The image of the pair is not clear", "does not support temperature", "Rate limit reached"])
def test_what_only_speaks_of_images_says_nothing_of_sight(words: str) -> None:
    assert not isinstance(failure(Told(message=words, status=400)), NoSight)


@pytest.mark.parametrize("dialect", ["openai", "vllm", "llama.cpp", "openrouter", "anthropic", "gemini"])
def test_a_prompt_over_the_window_is_too_long_and_says_by_how_much(dialect: str) -> None:
    model = ROUTES[dialect][0].split("/", 1)[1]
    serving = Serving(model=model, window=100, longest=64_000)
    error = outcome(dialect, serving=serving, text="word " * 200)
    assert type(error) is TooLong
    assert error.window == 100
    assert error.prompt
    assert error.prompt > 300


def test_vllm_before_it_changed_its_words_says_how_long_the_prompt_was() -> None:
    error = outcome("vllm", DIALECTS["vllm"].fails["overflow before"]())
    assert isinstance(error, TooLong)
    assert (error.prompt, error.window) == (9_123, 4_096)
    assert "9,123" in str(error)
    assert "4,096" in str(error)


@pytest.mark.parametrize(
    ("dialect", "most"), [("openai", 500), ("vllm", None), ("anthropic", 500), ("openrouter", None), ("gemini", 500)]
)
def test_a_reply_that_may_be_longer_than_there_is_room_needs_fewer_tokens(dialect: str, most: int | None) -> None:
    """Of the model's longest reply, or of what the prompt leaves of the window."""
    serving = Serving(model=ROUTES[dialect][0].split("/", 1)[1], window=1_000 if most is None else 100_000, longest=500)
    error = outcome(dialect, serving=serving, max_tokens=3_000)
    assert type(error) is FewerTokens
    assert error.lasting == (most is not None)
    assert error.most == most or (most is None and 900 < error.most < 1_000)


def test_a_parameter_is_named_by_who_refuses_it() -> None:
    assert outcome("ollama", DIALECTS["ollama"].fails["no thinking"]()).param == "thinking"
    assert outcome("vllm", DIALECTS["vllm"].fails["no schema"]()).param == "response_format"
    thinking = outcome("anthropic", invalid("`temperature` may only be set to 1 when thinking is enabled."))
    assert isinstance(thinking, ParameterRefused)
    assert (thinking.param, thinking.left) == ("temperature", True)


def test_what_litellm_refuses_to_send_was_not_sent() -> None:
    error = outcome("openai", temperature=0.5)
    assert isinstance(error, ParameterRefused)
    assert (error.param, error.left) == ("temperature", False)


@pytest.mark.parametrize("dialect", list(ROUTES))
def test_where_nobody_is_there_the_address_is_said_and_no_status(dialect: str) -> None:
    model, path = ROUTES[dialect]
    with Provider(lambda asked: Said()) as server:
        root = server.root
    error = asyncio.run(_answer(request(model=model, base_url=root + path)))
    assert isinstance(error, Away)
    assert isinstance(error, CallFailed)
    assert str(error) == f"nothing answers at {root} (Connection refused)"
    assert (error.status, error.left) == (None, False)


def test_a_host_that_does_not_exist_is_away() -> None:
    error = asyncio.run(_answer(request(model="hosted_vllm/some", base_url="https://nowhere.invalid/v1")))
    assert isinstance(error, Away)
    assert error.address == "https://nowhere.invalid"


def test_a_connection_that_is_lost_is_not_away() -> None:
    error = outcome("vllm", Said(reset=True))
    assert isinstance(error, BrokeOff)
    assert error.left


@pytest.mark.parametrize(
    ("dialect", "path", "hint"),
    [("vllm", "", True), ("vllm", "/nowhere/v1", False), ("ollama", "/x", False), ("openai", "", True)],
)
def test_an_address_without_its_version_gets_the_hint(dialect: str, path: str, hint: bool) -> None:
    with Provider(lambda asked: Said(), dialect=DIALECTS[dialect]) as server:
        error = asyncio.run(_answer(request(model=ROUTES[dialect][0], base_url=server.root + path)))
        assert type(error) is Doubtful
        assert (f"{server.root}/v1 may be meant" in str(error)) == hint


def test_a_status_that_the_body_repeats_is_said_once() -> None:
    error = outcome("vllm", Said(raw=b"500 Internal Server Error\n\nServer got itself in trouble", status=500))
    assert str(error) == "500 Internal Server Error Server got itself in trouble"
