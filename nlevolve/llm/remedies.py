"""What has to be changed after a refusal that stays: the key and its variable, the model's name, the address."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from nlevolve.llm.catalogue import ModelCard, nearest
from nlevolve.llm.request import Doubtful, NoReply, Place, Request, Unusable
from nlevolve.llm.serving import Served

NOT_FOUND, FORBIDDEN = 404, (401, 403)
WITHOUT_VERSION = ("ollama", "anthropic/")
"""Models of providers whose base URL has no version."""
OF_KEYS = frozenset({"invalid_api_key", "api_key_invalid", "authentication_error"})
NAMED = 4
"""Models of a server that are named; the rest are counted."""
LONGEST_NAME = 80
"""Characters: names are the server's."""


@dataclass(frozen=True)
class Remedies:
    """Adds to a refusal what the user can look at, and sets `remedy` to what has to be changed before anything can pass."""

    cards: Mapping[str, ModelCard]
    served: Mapping[Place, Served] = field(default_factory=dict)
    """What the models' servers told of themselves."""

    def of(self, error: NoReply, request: Request, codes: frozenset[str] = frozenset()) -> NoReply:
        """The error with its remedy, if there is one. `codes`: the provider's, in lower case."""
        if not isinstance(error, Doubtful | Unusable):
            return error
        if error.status in FORBIDDEN or codes & OF_KEYS:
            return _advised(error, *self._key(request))
        if error.status != NOT_FOUND:
            return error
        if isinstance(error, Doubtful) and (url := _without_version(request)):
            advised = _advised(error, f"base_url {request.settings.base_url} has no /v1: {url} may be meant", _same(request, url))
            advised.lasting = True
            return advised
        return self._name(error, request)

    def _key(self, request: Request) -> tuple[str, str]:
        """Which variables the key is from, or would be, and what to do."""
        names = _variables(request, self.cards.get(request.model))
        sent = [name for name in names if os.environ.get(name)]
        if not names:
            return "", ""
        if sent:
            told = " and ".join(sent)
            return f"the key is that of {told}", f"set {told} anew, in the environment or in .env"
        told = " or ".join(names)
        return f"no key was sent: {told} is not set", f"set {told}, in the environment or in .env"

    def _name(self, error: Doubtful | Unusable, request: Request) -> NoReply:
        """What the server has, where it tells and does not have this one."""
        told = self.served.get(request.place)
        provider, _, name = request.model.partition("/")
        flag = f"--{request.label.role}"
        if told is None or not told.offers or name in told.offers:
            return _advised(error, "", f"have it served under this name, or repeat the command with another {flag}")
        near = nearest(name, told.offers)
        shown = [offer[:LONGEST_NAME] for offer in [*near, *(one for one in told.offers if one not in near)][:NAMED]]
        more = len(told.offers) - len(shown)
        there = ", ".join(shown) + (f" and {more} more" if more else "")
        return _advised(error, f"the server has {there}", f"repeat the command with {flag} {provider}/{shown[0]}")


def _variables(request: Request, card: ModelCard | None) -> list[str]:
    """Where its key is read from: the headers that are taken from variables, or else the provider's own variable."""
    headers = [value[4:] for value in request.settings.extra_headers.values() if value.startswith("env:")]
    usual = f"{request.model.partition('/')[0]}_API_KEY".upper()
    keys = card.keys if card else ()
    return headers or list(keys) or ([usual] if re.fullmatch(r"[A-Z_]+", usual) else [])


def _without_version(request: Request) -> str:
    """The address that may be meant where a base URL lacks the /v1 that OpenAI's manner of speaking has; else empty."""
    url = request.settings.base_url
    if url is None or re.search(r"/v\d", url) or request.model.startswith(WITHOUT_VERSION):
        return ""
    return f"{url.rstrip('/')}/v1"


def _same(request: Request, url: str) -> str:
    return f"repeat the command with --set {request.label.role}.base_url={url}"


def _advised(error: Doubtful | Unusable, words: str, remedy: str) -> Doubtful | Unusable:
    advised = type(error)(f"{error} ({words})" if words else str(error), status=error.status, retry_after=error.retry_after)
    advised.left, advised.broke, advised.remedy = error.left, error.broke, remedy
    return advised
