"""Dask, as we use it: workers are asked and given jobs by name. Nobody else imports it.

Its own retries are off, and a job is bound to one worker: which task goes on where is decided by its events (handing.py).
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from nlevolve.cluster import on_worker
from nlevolve.cluster.messages import Said

LOOPBACK = "127.0.0.1"
OURS = {
    "distributed.scheduler.allowed-failures": 0,
    # no dashboard, and no page that tells of a run
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # nobody looks at where its threads spend their time, nor at its memory
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.system-monitor.gil.enabled": False,
    # events are passed on, not kept: the log has them
    "distributed.admin.low-level-log-length": 100,
}
"""Settings of a cluster that is made for one run."""
ANSWER = 5.0
"""Seconds in which a worker answers; one that computes may be late."""
CONNECTING = 10.0


class Gone(Exception):
    """Nobody answers at the scheduler's address any more. One line."""


class Silent(Gone):
    """Whoever holds that address says nothing: it may only be busy."""


class Refused(Exception):
    """A worker did not answer, or a job came to nothing with it."""


class Engine:
    """A client of a scheduler, and what is heard through it."""

    def __init__(self, client: Any, address: str) -> None:
        self._client = client
        self.address = address

    @property
    def host(self) -> str:
        """This machine's address, as workers can reach it."""
        from distributed.utils import get_ip

        host = urlsplit(self.address if "://" in self.address else f"tcp://{self.address}").hostname or LOOPBACK
        return LOOPBACK if host in ("localhost", "::1") or host.startswith("127.") else str(get_ip(host))

    async def workers(self) -> Sequence[str]:
        """The addresses of the workers that are there. Raises Gone."""
        try:
            async with asyncio.timeout(CONNECTING):
                return sorted((await self._client.scheduler.identity(n_workers=-1))["workers"])
        except (OSError, TimeoutError) as error:  # of these two the second is one of the first
            kind = Silent if isinstance(error, TimeoutError) else Gone
            raise kind(f"nobody answers any more at the scheduler's address {self.address}") from None

    async def ask(self, function: Callable[[str], Any], text: str, worker: str) -> str:
        """What a function of on_worker.py says there, at once. Raises Refused."""
        try:
            async with asyncio.timeout(ANSWER if function is not on_worker.greet else None):
                return str((await self._client.run(function, text, workers=[worker]))[worker])
        except Exception as error:  # Dask raises what the worker did, which may be anything
            raise Refused(" ".join(f"{type(error).__name__}: {error}".split())[:300]) from None

    async def work(self, number: str, session: str, text: str, worker: str) -> str:
        """Give a worker a job, and wait for its outcome. Raises Refused when there will be none."""
        bound: dict[str, Any] = {"workers": [worker], "allow_other_workers": False, "retries": 0, "pure": False}
        future = self._client.submit(on_worker.work, session, text, key=number, **bound)
        try:
            return str(await future)
        except Exception as error:
            raise Refused(type(error).__name__) from None
        finally:
            with suppress(Exception):
                await asyncio.shield(asyncio.ensure_future(future.cancel(force=True)))

    def hear(self, topic: str, listen: Callable[[Said], None]) -> None:
        """Have every message of this topic told to `listen`."""

        def heard(event: tuple[float, Any]) -> None:
            for one in event[1] if isinstance(event[1], list | tuple) else ():
                if said := Said.of(one):
                    listen(said)

        self._client.subscribe_topic(topic, heard)


@asynccontextmanager
async def local(workers: int) -> AsyncIterator[Engine]:
    """A scheduler and so many workers for this run alone, on this machine's own address. Nobody else can join or listen: they
    speak TLS with a key that is made for them."""
    import dask
    from distributed import Client, LocalCluster
    from distributed.security import Security

    with dask.config.set(OURS), _quiet():
        made = {"n_workers": workers, "threads_per_worker": 1, "processes": True, "host": LOOPBACK, "memory_limit": None}
        made |= {"dashboard_address": f"{LOOPBACK}:0", "worker_dashboard_address": None, "silence_logs": logging.CRITICAL}
        async with AsyncExitStack() as opened:
            security = Security.temporary()
            cluster = LocalCluster(security=security, protocol="tls://", asynchronous=True, **made)
            cluster = await opened.enter_async_context(cluster)
            client = Client(cluster, asynchronous=True, set_as_default=False)
            client = await opened.enter_async_context(client)
            yield Engine(client, cluster.scheduler_address)


@asynccontextmanager
async def at(address: str) -> AsyncIterator[Engine]:
    """Somebody's scheduler. Raises Gone."""
    from distributed import Client

    with _quiet():
        try:
            client = await Client(address, asynchronous=True, set_as_default=False, timeout=CONNECTING)
        except Exception as error:  # whoever else listens there may say anything, which Dask takes for lengths of frames
            raise Gone(f"no scheduler of Dask answers at {address} ({' '.join(str(error).split())[:200]})") from None
        try:
            yield Engine(client, address)
        finally:
            await client.close(timeout=1)


@contextmanager
def _quiet() -> Any:
    """What it logs of lost workers and the like is said in our words."""
    loggers = [logging.getLogger(name) for name in ("distributed", "tornado", "asyncio")]
    before = [logger.level for logger in loggers]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for logger in loggers:
                logger.setLevel(logging.CRITICAL + 1)
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
