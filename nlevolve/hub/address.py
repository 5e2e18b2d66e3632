"""Where a hub is, and the word by which it knows us: looked at before anything is sent."""

from __future__ import annotations

import json
import os
import socket
import ssl
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from nlevolve.errors import HubFailed, UsageError
from nlevolve.llm.keys import check_address

VARIABLE = "NLEVOLVE_HUB_TOKEN"
HUB = "the hub"
"""As what it stands among the models of which a server is away."""
THERE = "at the hub: "
"""With what begins what it says of its own caps."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # nosec B104
"""What somebody listens at, and what is no address for others."""
LEAST, DIFFERENT = 16, 6
"""Characters of a token, and different ones among them, where strangers can try theirs."""
GOOD = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
GLANCE = 5.0
"""Seconds in which a hub that is there answers."""
AWAY = (502, 503, 504)
"""What a proxy answers whose hub is away."""
LARGEST = 4_000_000
"""Bytes of what it tells of itself."""


def token() -> str:
    """The word that workers and hub have in common; empty where none is set. Raises UsageError for one that cannot be sent."""
    word = os.environ.get(VARIABLE, "").strip()
    if not word.isascii() or not word.isprintable():
        raise UsageError(f"{VARIABLE} has a character that cannot be sent: use letters, digits and signs of ASCII")
    return word


def check_strong(word: str, host: str) -> None:
    """Raises UsageError for a hub that strangers reach, with a token that they could guess."""
    if host in LOOPBACK or (len(word) >= LEAST and len(set(word)) >= DIFFERENT):
        return
    why = f"of {LEAST} characters or more, not of a few again and again" if word else "that nobody guesses"
    raise UsageError(f"a hub that listens at {host} needs a token {why}: export {VARIABLE}=$({GOOD})")


def reachable(host: str, port: int) -> str:
    """The address for workers of a hub that listens there: from elsewhere "all addresses" is none."""
    if host in EVERYWHERE:
        family, far = (socket.AF_INET6, "2001:db8::1") if ":" in host else (socket.AF_INET, "192.0.2.1")
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as way:  # nothing is sent: the system says by which address it would be
                way.connect((far, 9))
                host = way.getsockname()[0]
        except OSError:
            host = socket.gethostname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def checked(url: str, flag: str = "--hub") -> str:
    """The address without what is not needed of it. Raises UsageError where it can be none, or has a secret in it."""
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:
        fine = False
    if not fine or not url.isprintable():
        raise UsageError(f"{flag} takes an address like http://HOST:PORT, got {url[:200]!r}")
    try:
        check_address(url, flag)
    except UsageError:
        raise UsageError(f"{flag} has a secret in it, which would be written into files: put it into {VARIABLE}") from None
    return url


def is_here(url: str) -> bool:
    """Whether it is on this machine."""
    return (urlsplit(url).hostname or "") in LOOPBACK


def headers(word: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {word}"} if word else {}


def refusal(url: str, status: int) -> HubFailed:
    """What it means when a hub answers so."""
    if status == 401:
        return HubFailed(f"the hub at {url} refuses the token: set {VARIABLE} to the one that it was started with")
    return HubFailed(f"what answers at {url} is no hub of nlevolve's (HTTP {status}): start one with nlevolve hub")


def status(url: str, word: str) -> dict[str, Any] | None:
    """What the hub tells of itself; None where nobody answers. Raises HubFailed where somebody else does, or it refuses us."""
    asked = Request(f"{url}/v1/status", headers=headers(word))
    try:
        with build_opener(_NoRedirect, *([ProxyHandler({})] if is_here(url) else [])).open(asked, timeout=GLANCE) as response:
            told = json.loads(response.read(LARGEST))
    except HTTPError as error:
        if error.code in AWAY:
            return None
        raise refusal(url, error.code) from None
    except URLError as error:
        if isinstance(error.reason, ssl.SSLError):
            raise HubFailed(f"the hub at {url} cannot be trusted: {error.reason}") from None
        return None
    except ValueError:
        raise refusal(url, 200) from None
    except (OSError, HTTPException):
        return None
    if not isinstance(told, dict) or told.get("v") != 1:
        raise refusal(url, 200)
    return told


class _NoRedirect(HTTPRedirectHandler):
    """The token is for this address and no other."""

    def redirect_request(self, *_: Any) -> None:
        return None
