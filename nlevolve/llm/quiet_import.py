"""litellm as a library: imported quietly, once, and leaving the process around it as it was."""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from nlevolve.errors import UsageError
from nlevolve.llm import guard

SWITCHES = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_LOG": "ERROR",
}
"""Variables that litellm reads while it is imported: no remote lists of prices and headers, no `.env` of its own, no chatter."""
OWN_FILTERS = {
    ".*`ReadOnly` qualifier.*",
    ".*Accessing the.*attribute on the instance is deprecated.*",
    ".*conflict with protected namespace.*",
}
"""Warning filters that litellm adds when it is imported."""
OWN_VARIABLE = "TIKTOKEN_CACHE_DIR"
"""What it sets itself, for a tokenizer that it has loaded by the end of its import."""

FIRST_GOOD, FIRST_BAD = (1, 91, 5), (1, 102)
"""litellm before has open advisories (1.82.7 and 1.82.8 stole credentials); after, prices and schemas are wrong."""
_importing = threading.Lock()


def load_litellm() -> Any:
    """Import litellm, silent and without its remote fetches (two seconds: never at import, never on the loop).

    Environment and warning filters are afterwards what they were before. Raises UsageError for a version that is known to be
    faulty, before running any of it.
    """
    installed = tuple(int(part) for part in version("litellm").split(".")[:3] if part.isdigit())
    if not FIRST_GOOD <= installed < FIRST_BAD:
        raise UsageError(f"litellm {version('litellm')} has known faults: pip install 'litellm>=1.91.5,<1.102'")
    with _importing:
        if "litellm" not in sys.modules:
            with _as_it_was():
                _first_import()
    import litellm
    from litellm.llms.custom_httpx import aiohttp_transport

    litellm.suppress_debug_info = True
    guard.install(aiohttp_transport.LiteLLMAiohttpTransport, aiohttp_transport.httpx.AsyncHTTPTransport)
    return litellm


def _first_import() -> None:
    """What litellm would do later, on the event loop: read its list of headers, and build its types, which warns of them."""
    import litellm
    from litellm import anthropic_beta_headers_manager

    anthropic_beta_headers_manager.get_provider_name("anthropic")
    litellm.Message(content="")
    litellm.ModelResponseStream(choices=[{"index": 0, "delta": {"content": ""}}])


@contextmanager
def _as_it_was() -> Iterator[None]:
    """Tell litellm what to leave undone, and put back what that took and what litellm does to its surroundings.

    Other threads of a host program may change theirs meanwhile, so only what we and litellm added is taken away again.
    """
    before = {name: os.environ.get(name) for name in (*SWITCHES, OWN_VARIABLE)}
    theirs = list(warnings.filters)
    os.environ.update(SWITCHES)
    warnings.filterwarnings("ignore", category=UserWarning, module=r"pydantic\._internal")
    ours = warnings.filters[0]
    try:
        yield
    finally:
        for one in [one for one in warnings.filters if one not in theirs and (one == ours or _said(one) in OWN_FILTERS)]:
            warnings.filters.remove(one)  # type: ignore[attr-defined]
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _said(one: Any) -> str:
    """The pattern of a warning filter's message."""
    return getattr(one[1], "pattern", None) or str(one[1])


def hide_warnings() -> None:
    """Warnings of litellm's that nobody can mend: of its types, and of coroutines that it leaves when a call is cancelled."""
    for category, text, module in (
        (UserWarning, "", r"pydantic\._internal"),
        (UserWarning, "Pydantic serializer warnings", ""),
        (DeprecationWarning, "Accessing the", ""),
        (RuntimeWarning, r"coroutine '.*completion' was never awaited", ""),
    ):
        warnings.filterwarnings("ignore", text, category, module)
