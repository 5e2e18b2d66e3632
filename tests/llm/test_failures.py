"""Headers and bodies of failures: whatever a provider writes in them, there is a wait or there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.llm.failures import body_of, failure, rest, retry_after
from nlevolve.llm.request import ProviderDown, RateLimited, Rejected, Unusable

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
    ("status", "code", "kind"),
    [
        (400, "", Rejected),
        (401, "", Unusable),
        (429, "", RateLimited),
        (429, "insufficient_quota", Unusable),
        (529, "", ProviderDown),
        (200, "", ProviderDown),
    ],
)
def test_meanings(status: int, code: str, kind: type[Exception]) -> None:
    assert type(failure(status, code, "text", {})) is kind


def test_the_body_is_found_in_an_exception_or_in_what_it_was_raised_from() -> None:
    class Carrying(Exception):
        def __init__(self, **fields: object) -> None:
            self.__dict__.update(fields)

    assert body_of(Carrying(body={"error": {"code": "a"}})) == {"code": "a"}
    assert body_of(Carrying(message='{"error": {"code": "b"}}')) == {"code": "b"}
    outer = Carrying(body=None, message="not JSON")
    outer.__context__ = Carrying(body={"code": "c"})
    assert body_of(outer) == {"code": "c"}
    assert body_of(ValueError("nothing")) == {}
