"""Does anything listen at an address? Looked at before what takes its time: a server that was not started is a usual mistake."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from nlevolve.llm.embedded import is_embedded
from nlevolve.llm.endpoints import endpoint_of
from nlevolve.llm.settings import RoleSettings

GLANCE = 1.0
"""Seconds for a connection. Who is slow is not away."""


def unanswered(roles: Iterable[RoleSettings]) -> dict[str, str]:
    """The roles' addresses at which nothing listens -> why. Nothing is sent; what lies behind a proxy is not looked at."""
    real = [one for role in roles for one in role.each if not is_embedded(one.model)]
    named = dict.fromkeys(one.base_url or endpoint_of(one.model.partition("/")[0]) for one in real)
    return {url: why for url in named if url and (why := _silence(url))}


def _silence(url: str) -> str:
    """Why nobody answers; empty where somebody may."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        if getproxies().get(parts.scheme) and not proxy_bypass(host):
            return ""
        socket.create_connection((host, port), timeout=GLANCE).close()
    except ConnectionRefusedError:
        return "connection refused"
    except socket.gaierror:
        return "no such host"
    except (OSError, ValueError):
        pass
    return ""
