"""`--cluster`: whether it can be done, before a run begins, and what then solves its tasks."""

from __future__ import annotations

import importlib.util
import socket
import string
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from nlevolve.cluster.driver import Driver
from nlevolve.cluster.engine import Gone, at, local
from nlevolve.cluster.messages import Equipment
from nlevolve.cluster.same import sources
from nlevolve.cluster.shared import Shared, clash, shared
from nlevolve.errors import UsageError
from nlevolve.options import LOCAL, Limits, Places, Spread
from nlevolve.records import CLUSTER, Noticed
from nlevolve.run.context import Emit
from nlevolve.run.pinging import Unfit
from nlevolve.run.recorded import endpoints_of
from nlevolve.run.session import Session

PORT = 8786
"""Of a scheduler, where the address has none."""
GLANCE = 10.0
"""Seconds for a connection, and for a greeting."""
SCHEMES = ("tcp", "tls", "ucx")
"""How a scheduler may be spoken to."""


@dataclass(frozen=True)
class Cluster:
    """Where a run's tasks are solved."""

    address: str
    """local, or a scheduler's."""
    workers: int | None
    """As many as there are, if it is not said."""

    @property
    def begun(self) -> int | None:
        """Workers that are started for the run; None: whoever is at the scheduler's address takes part."""
        if self.address != LOCAL or self.workers:
            return self.workers if self.address == LOCAL else None
        # with the embedded models, which a driver does without
        from nlevolve.offline.workers import cores

        return cores()

    @property
    def told(self) -> str:
        """What takes part, for whoever has not begun yet: nobody has been asked."""
        dask = f"Dask {metadata.version('distributed')}"
        if self.begun:
            return f"cluster: {_workers(self.begun)} on this machine, by {dask}"
        who = f"{_workers(self.workers)} at most" if self.workers else "as many workers as there are"
        return f"cluster: {who} at {self.address}, by {dask}; whether they are there is seen when the run begins"

    @property
    def flags(self) -> tuple[str, ...]:
        """As they are typed."""
        return ("--cluster", self.address, *(("--workers", str(self.workers)) if self.workers else ()))

    @property
    def row(self) -> dict[str, Any]:
        """The same for programs."""
        return {"address": self.address, "workers": self.begun or self.workers, "dask": metadata.version("distributed")}

    @asynccontextmanager
    async def opened(self, session: Session, emit: Emit) -> AsyncIterator[Driver]:
        """Its workers, met. Raises Unfit where one cannot take part, or nobody answers."""
        here = self.address == LOCAL
        wanted = self.begun or self.workers or 1
        coming = f"starting {_workers(wanted)} on this machine" if here else f"meeting workers at {self.address}"
        emit(Noticed(text=f"{CLUSTER}{coming}"))
        try:
            async with (
                local(wanted) if here else at(self.address) as engine,
                shared(session, engine.host, emit) as hub,
            ):
                driver = Driver(session, engine, hub, equipment(session, wanted, here, hub), self.workers, emit)
                await driver.roster.meet(wanted)
                number = len(driver.roster.places)
                where = "on this machine" if here else f"at {self.address}"
                emit(Noticed(text=f"{CLUSTER}{_workers(number)} {where}"))
                try:
                    yield driver
                finally:
                    await driver.leave()
        except Gone as gone:
            raise Unfit(str(gone), False, "start the scheduler and its workers, or name another one") from None


def cluster(options: Spread) -> Cluster | None:
    """Who solves the tasks in place of this process, as these options say: of a scheduler it is seen that it answers. Raises
    UsageError, one line."""
    found = planned(options)
    if found is not None and found.address != LOCAL and (why := _silence(found.address)):
        raise UsageError(f"--cluster: no scheduler of Dask answers at {found.address} ({why}); local, or tcp://HOST:PORT")
    return found


def planned(options: Spread) -> Cluster | None:
    """As `cluster`, and no connection is opened: for a dry run. Raises UsageError, one line."""
    if options.cluster is None:
        if options.workers is not None:
            raise UsageError("--workers says how many workers of a cluster there are: name one with --cluster local, or ADDRESS")
        return None
    if getattr(options, "replay", False):
        raise UsageError("--replay sends nothing, so that a cluster has nothing to do: leave out --cluster")
    if importlib.util.find_spec("distributed") is None:
        raise UsageError("--cluster needs Dask, which is not installed: pip install 'nlevolve[cluster]'")
    if isinstance(options, Limits) and (why := clash(options)):
        raise UsageError(f"{why}: leave it out, or leave out --cluster")
    if options.cluster != LOCAL and not _place(options.cluster):
        raise UsageError(f"--cluster takes local, or a scheduler's address like tcp://HOST:PORT, got {options.cluster[:200]!r}")
    return Cluster(options.cluster, options.workers)


def _workers(number: int) -> str:
    return f"{number} worker{'' if number == 1 else 's'}"


def _place(address: str) -> SplitResult | None:
    """The parts of what can be a scheduler's address; None of what cannot."""
    try:
        parts = urlsplit(address if "://" in address else f"tcp://{address}")
        fits = parts.scheme in SCHEMES and parts.hostname and parts.port != 0 and not set(address) & set(string.whitespace)
        return parts if fits else None
    except ValueError:
        return None


def _silence(address: str) -> str:
    """Why no scheduler answers there; empty where one may."""
    parts = _place(address)
    if parts is None:
        return "it is no address of one"
    try:
        with socket.create_connection((parts.hostname or "", parts.port or PORT), timeout=GLANCE) as there:
            # a scheduler greets whoever comes; over TLS it waits for our word
            if parts.scheme == "tcp" and not there.recv(1):
                return "whoever listens there hung up"
    except TimeoutError:
        return "whoever listens there does not greet as one does"
    except (OSError, ValueError) as error:
        return str(getattr(error, "strerror", None) or error).lower()
    return ""


def equipment(session: Session, workers: int, here: bool, hub: Shared) -> Equipment:
    limits, folder = session.limits, session.prompts.folder
    return Equipment(
        session=uuid.uuid4().hex,
        run=session.name,
        run_id=session.run_id,
        sources=sources(),
        settings=session.config,
        prompts={file: (folder / file).read_bytes().decode() for file in session.prompts.digests},
        digests=session.prompts.digests,
        cards=session.cards,
        endpoints=endpoints_of(session.config, session.cards),
        warm=session.brought.seeds is not None,
        examples=session.brought.examples,
        concurrency=max(1, -(-limits.concurrency // workers)),
        patience=limits.patience,
        by_itself=limits.tasks_at_once == "auto",
        own_process=here,
        hub=hub.url,
        token=hub.told,
        cache_dir=str(Path(session.cache_dir).resolve()) if here else str(Places.model_fields["cache_dir"].default),
    )
