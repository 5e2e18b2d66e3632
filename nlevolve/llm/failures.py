"""What a provider's failure means for the run: one table, by codes, words and status.

Most providers have a field that says what went wrong, and then that decides. vLLM, OpenRouter, Anthropic and Gemini say some
things in words alone (a full window is Anthropic's `invalid_request_error`, as spent credit and a filter are), so here, and
nowhere else, the words are read. Each row has a recorded body as its test.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from nlevolve.llm.concessions import WHOLE
from nlevolve.llm.connections import Broken, Insecure, Unconnected, reason
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
    TimedOut,
    TooLong,
    Unusable,
)
from nlevolve.llm.told import Told, chain

LONGEST_MESSAGE = 300
FORM = "response_format"
"""The parameter that asks for a form, whatever a provider calls it."""


@dataclass(frozen=True)
class Row:
    """A failure is of this kind when all that the row names holds: one of the codes, one of the statuses, the words."""

    kind: type[NoReply]
    words: str = ""
    """A pattern, found in the message or among the codes. Its groups: prompt, window, room, most, above (tokens; of
    pictures most), param."""
    codes: str = ""
    """Separated by spaces."""
    statuses: frozenset[int] = frozenset()
    param: str = ""
    """The parameter that is refused, where the words do not name it."""

    def reads(self, said: Told) -> Mapping[str, str] | None:
        """What the words name, if this is it; else None."""
        if self.statuses and said.status not in self.statuses:
            return None
        if self.codes and not said.codes.intersection(self.codes.split()):
            return None
        found = re.search(self.words, f"{said.message} {' '.join(sorted(said.codes))}", re.IGNORECASE) if self.words else None
        if self.words and found is None:
            return None
        return {name: value for name, value in found.groupdict().items() if value} if found else {}


VERDICTS = frozenset({401, 402, 403, 404})
OVERFLOWS = (
    r"You passed (?P<prompt>\d+) input tokens and requested (?P<room>\d+) output .* context length is only (?P<window>\d+)",
    r"maximum context length is (?P<window>\d+) tokens\. However, you requested (?:about )?\d+ tokens "
    r"\((?P<prompt>\d+) (?:in the messages|of text input), (?P<room>\d+)",
    r"maximum context length is (?P<window>\d+) tokens\. However, your messages resulted in (?P<prompt>\d+)",
    r"is too large: (?P<room>\d+)\. .* context length is (?P<window>\d+) tokens and your request has (?P<prompt>\d+) input",
    r"request \((?P<prompt>\d+) tokens\) exceeds the available context size \((?P<window>\d+)",
    r"prompt is too long: (?P<prompt>\d+) tokens > (?P<window>\d+)",
    r"exceed context limit: (?P<prompt>\d+) \+ (?P<room>\d+) > (?P<window>\d+)",
    r"input token count \((?P<prompt>\d+)\) exceeds the maximum number of tokens allowed \((?P<window>\d+)",
)
"""vLLM since 0.15; vLLM before, and OpenRouter; OpenAI; vLLM; llama.cpp; Anthropic twice; Gemini."""
LONGEST_REPLIES = (
    r"supports at most (?P<most>\d+) completion tokens",
    r"> (?P<most>\d+), which is the maximum allowed number of output tokens",
    r"maxOutputTokens value of \d+ but the supported range is from 1 \(inclusive\) to (?P<above>\d+)",
)
BLIND = (
    r"image_url is only supported by certain models|unknown variant [`'\"]?image_url|content part type: \W*image_url",
    r"No endpoints found that support image|is not a multimodal model|Only '?text'? content type is supported",
    r"image (?:input|content)s?(?: modality)? (?:is|are) not (?:supported|enabled)|missing data required for image input",
    r"(?:do|does)(?: not|n't) support (?:image|vision|visual|multimodal)",
    r"(?:image_url|vision|multimodal)[\w ]* (?:is|are) not supported",
)
"""OpenAI, DeepSeek, llama.cpp before it saw; OpenRouter, vLLM, mlx; llama.cpp, Gemini, xAI, Ollama; gateways before these."""
TOO_MANY = (
    r"At most (?P<most>\d+) image",
    r"You set image=(?P<most>\d+)",
    r"too (?:much media|many images)\b[^>]*> (?P<most>\d+)",
)
"""vLLM, since and before 0.6; Anthropic."""
TABLE: tuple[Row, ...] = (
    *(Row(NoSight, words) for words in (*TOO_MANY, *BLIND)),
    *(Row(FewerTokens, words) for words in LONGEST_REPLIES),
    Row(FewerTokens, r"can only afford (?P<most>\d+)"),
    *(Row(TooLong, words) for words in OVERFLOWS),
    Row(TooLong, codes="context_length_exceeded exceed_context_size_error contextwindowexceedederror"),
    Row(Filtered, codes="content_policy_violation content_filter invalid_prompt flagged_input contentpolicyviolationerror"),
    Row(Filtered, r"content filtering policy|data_inspection_failed|requires moderation"),
    Row(Unusable, codes="insufficient_quota billing_hard_limit_reached billing_not_active billing_error account_deactivated"),
    Row(Unusable, codes="invalid_api_key api_key_invalid authentication_error unsupported_country_region_territory"),
    Row(Unusable, codes="model_not_found"),
    Row(Unusable, r"model [`'\"]\S+ (?:does not exist|not found)|^model: |models/\S+ is not found", statuses=frozenset({404})),
    Row(Unusable, r"credit balance is too low|specified API usage limits|location is not supported"),
    Row(Unusable, r"PerDay|per-day", statuses=frozenset({429})),
    Row(ParameterRefused, r"^(?P<param>\w+): Extra inputs are not permitted"),
    Row(ParameterRefused, r"does not support (?P<param>thinking)\b"),
    Row(ParameterRefused, r"`(?P<param>\w+)` (?:may only be set|must be greater than or equal to 0\.95)"),
    Row(ParameterRefused, r"`\w+` and `(?P<param>\w+)` cannot both be specified"),
    Row(ParameterRefused, r"(?:does not|doesn't|don't) support (?P<param>temperature|top_p|seed|reasoning_effort|max_tokens)\b"),
    Row(ParameterRefused, r"\b(?P<param>stream)(?:ing)?(?: mode)?(?: is)? (?:not supported|unsupported|not available|disabled)"),
    Row(ParameterRefused, r"\bonly supports? stream|\bstream\W+(?:must be|should be set to) true", param=WHOLE),
    Row(ParameterRefused, codes="unsupported_parameter unsupported_value"),
    Row(ParameterRefused, r"response_format|parse grammar|xgrammar|schema in GenerationConfig|tool_choice forces", param=FORM),
    Row(ParameterRefused, r"No endpoints found that", statuses=frozenset({404}), param=FORM),
    # a provider behind a provider: what it says is no verdict on the one that we ask
    Row(ProviderDown, r"Provider returned error", statuses=VERDICTS),
    Row(Doubtful, statuses=VERDICTS),
    Row(TimedOut, statuses=frozenset({408})),
    Row(ProviderDown, statuses=frozenset({409, 425})),
    Row(RateLimited, statuses=frozenset({429})),
    Row(Rejected, statuses=frozenset({*range(400, 500), 501})),
    Row(ProviderDown),
)
"""The first that fits decides. A status below 400 came with a body that nobody can read."""


def failure(said: Told) -> NoReply:
    """Our error for what a provider said."""
    row, named = next((row, named) for row in TABLE if (named := row.reads(said)) is not None)
    words = said.message.removeprefix(str(said.status)).strip()  # "500 Internal Server Error" is what many bodies say
    message = f"{said.status or ''} {words}".strip()[:LONGEST_MESSAGE]
    shared: dict[str, Any] = {"status": said.status, "retry_after": said.retry_after}
    if row.kind is TooLong:
        return _overflow(said, {name: int(value) for name, value in named.items()}, message, shared)
    if row.kind is FewerTokens:
        most = int(named["above"]) - 1 if "above" in named else int(named["most"])
        return _fewer(most, message, shared, lasting=said.status != 402)
    error = row.kind(message, **shared)
    if isinstance(error, NoSight):
        error.most = int(named.get("most", 0))
    if isinstance(error, ParameterRefused):
        error.param = row.param or named.get("param") or said.param
    return error


def _overflow(said: Told, counted: Mapping[str, int], message: str, shared: Mapping[str, Any]) -> CallFailed:
    """The prompt does not fit, or only its reply would not."""
    prompt, window = counted.get("prompt", said.prompt), counted.get("window", said.window)
    if prompt is not None and window is not None and counted.get("room") and prompt < window:
        return _fewer(window - prompt, message, shared, lasting=False)
    if prompt is not None and window is not None:
        message = f"the prompt has {prompt:,} tokens, the window {window:,}"
    error = TooLong(message, **shared)
    error.prompt, error.window = prompt, window
    return error


def _fewer(most: int, message: str, shared: Mapping[str, Any], *, lasting: bool) -> FewerTokens:
    error = FewerTokens(message, **shared)
    error.most, error.lasting = most, lasting
    return error


def unconnected(error: BaseException | None, base_url: str | None = None) -> NoReply | None:
    """Our error for a connection that was never made, so that nothing was sent. None for any other failure."""
    from aiohttp import ClientConnectorError, ClientSSLError

    for link in chain(error):
        if isinstance(link, Insecure):
            return _not_sent((Unusable if link.lasting else ProviderDown)(str(link)))
        if isinstance(link, Unconnected):
            return Away(link.address, link.why)
        if isinstance(link, ClientSSLError):
            return None  # somebody is there
        if isinstance(link, ClientConnectorError):  # of litellm's own connections: to Azure, to Bedrock
            return Away(_address(link.host, link.port, base_url), reason(link.os_error))
    return None


def _not_sent(error: NoReply) -> NoReply:
    error.left = False
    return error


def lost(error: BaseException, status: int | None) -> BrokeOff | None:
    """Our error for a connection that was there and broke off, before the reply or in the middle of one. None for others.

    `status`: the provider's. litellm gives one of its own to what broke off before there was any.
    """
    from aiohttp import ClientError

    for link in chain(error):
        if isinstance(link, Broken):
            return BrokeOff(str(link))
        if status is None and isinstance(link, ClientError | OSError):
            return BrokeOff(f"the connection broke off ({type(link).__name__}: {link})"[:LONGEST_MESSAGE])
    return None


def _address(host: str, port: int | None, base_url: str | None) -> str:
    scheme = urlsplit(base_url).scheme if base_url else "https"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
