"""What Dask calls in a worker: functions that it knows by their names, text in and text out."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from nlevolve.cluster.messages import Beat, Equipment, Greeting, Job, Outcome, Pulse, Said
from nlevolve.cluster.station import Station
from nlevolve.errors import UsageError

_stations: dict[str, Station] = {}
"""Session -> its station in this process."""


async def greet(text: str, dask_worker: Any = None) -> str:
    """Equipment -> Greeting. Greeted again, a worker is the same station still."""
    equipment = Equipment.model_validate_json(text)
    if equipment.own_process:
        os.setpgid(0, 0)  # a Ctrl-C in the terminal is for the driver, which tells us
    for session in [one for one, station in _stations.items() if station.dismissed]:
        del _stations[session]
    if equipment.session not in _stations:

        def say(said: Sequence[Said]) -> None:
            dask_worker.log_event(equipment.session, [list(one) for one in said])

        try:
            _stations[equipment.session] = await asyncio.to_thread(Station, equipment, say)
        except UsageError as error:
            return Greeting(station="", wrong=str(error)).text()
    return Greeting(station=_stations[equipment.session].name).text()


def beat(text: str) -> str:
    """Beat -> Pulse."""
    told = Beat.model_validate_json(text)
    station = _stations.get(told.session)
    if station is None:
        return Pulse().text()
    station.beat(told)
    return Pulse(station="" if station.dismissed and not told.over else station.name).text()


def work(session: str, text: str) -> str:
    """Job -> Outcome. It waits in a thread that Dask need not count: one process has many tasks under way."""
    from distributed import get_worker, secede

    secede()
    station, job = _stations.get(session), Job.model_validate_json(text)
    with _unwatched(get_worker()):
        return (station.carry_out(job) if station else Outcome(refused=True)).text()


@contextmanager
def _unwatched(worker: Any) -> Iterator[None]:
    """A hundred times a second Dask looks at what each of its threads does: with twenty that only wait it is 6% of a core."""
    here = threading.get_ident()
    with worker.active_threads_lock:
        key = worker.active_threads.pop(here)
    try:
        yield
    finally:
        with worker.active_threads_lock:
            worker.active_threads[here] = key
