"""A worker process in one run: whether it can take part, and its jobs, for each of which a thread of Dask's waits."""

from __future__ import annotations

import asyncio
import tempfile
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

from nlevolve.ask.prompts import PlaceError, Prompts
from nlevolve.cluster.messages import Beat, Equipment, Job, Outcome, Said
from nlevolve.cluster.same import different, sources
from nlevolve.cluster.solving import Solving
from nlevolve.config import require_coder
from nlevolve.errors import BankFailed, HubFailed, UsageError
from nlevolve.evolve.parents import strategy
from nlevolve.llm.preflight import check_models
from nlevolve.records import Event, write_event
from nlevolve.run.asking import asked
from nlevolve.run.controls import Brought
from nlevolve.run.recorded import endpoints_of

PAUSE = 0.2
"""Seconds for which events are gathered: each batch wakes the worker, the scheduler and the driver, a millisecond of CPU each."""
LONGEST_WHY = 1000
"""Characters of what went wrong."""


class Station:
    """Carries out the jobs of one session, once each. Raises UsageError where it cannot take part."""

    def __init__(self, equipment: Equipment, say: Callable[[Sequence[Said]], None]) -> None:
        """`say` sends messages to the driver; any thread may call it."""
        self.equipment = equipment
        self.name = uuid.uuid4().hex
        self._say = say
        self._said = 0
        self._unsaid: list[Said] = []
        self._begun: set[str] = set()
        self.dismissed = False
        """It takes no more jobs: the session is over, or the driver has given it up or is gone."""
        self._opening = threading.Lock()
        self._solving: Solving | None = None
        self._broke: Exception | None = None
        """What it could not go on for: a disk that is full, a hub that refuses it."""
        self._loop = asyncio.new_event_loop()
        with ExitStack() as files:
            self._prompts = _unpacked(equipment, files)
            check(equipment, self._prompts)
            self._files = files.pop_all()

    def beat(self, beat: Beat) -> None:
        """The driver is there. Any thread may call it."""
        self.dismissed = self.dismissed or beat.over or self.name in beat.lost
        if self._solving is not None:
            with suppress(RuntimeError):  # its loop has just come to its end
                self._loop.call_soon_threadsafe(self._heed, self._solving, beat)
        elif self.dismissed:
            self._files.close()

    def carry_out(self, job: Job) -> Outcome:
        """Solve its task, and wait for it.

        A job that comes again, or was given to another station, is refused: a scheduler has run it anew because a worker was
        lost, and the driver, who knows how far it had come, has decided what becomes of it.
        """
        if job.station != self.name or job.number in self._begun or self.dismissed:
            return Outcome(refused=True)
        self._begun.add(job.number)
        try:
            solving = self._opened()
            if self._broke is not None:
                raise self._broke
            outcome = asyncio.run_coroutine_threadsafe(solving.carry_out(job), self._loop).result()
        except CancelledError:
            return Outcome(refused=True)
        except Exception as error:  # a fault of ours, or of a library: the driver says it, and the run ends
            outcome = _failed(error)
        with suppress(RuntimeError):  # the outcome waits for what was said before; of a loop that is over all is said
            self._loop.call_soon_threadsafe(self._flush)
        return outcome.model_copy(update={"said": self._said})

    def _opened(self) -> Solving:
        """With its loop under way: at the first job, when whatever is said will be heard."""
        with self._opening:
            if self._solving is None:
                ready: threading.Event = threading.Event()
                room = partial(self._send, "room", "")
                self._solving = Solving(self.equipment, self.name, self._prompts, self._emit, room, ready.set)
                threading.Thread(target=self._live, args=(self._solving, ready), name="nlevolve", daemon=True).start()
                ready.wait()
        return self._solving

    def _live(self, solving: Solving, ready: threading.Event) -> None:
        try:
            self._loop.run_until_complete(solving.live())
        except Exception as error:  # whoever waits for a job says it
            self._broke = error
        finally:
            self.dismissed = True
            ready.set()
            self._send("over", "")
            self._loop.close()
            self._files.close()

    def _heed(self, solving: Solving, beat: Beat) -> None:
        solving.heed(beat)
        if self.dismissed:
            solving.over.set()

    def _emit(self, event: Event) -> None:
        self._send("event", write_event(event))

    def _send(self, what: str, text: str) -> None:
        self._said += 1
        self._unsaid.append(Said(self.name, self._said, what, text))
        if what != "event" or not self._loop.is_running():
            self._flush()
        elif len(self._unsaid) == 1:
            self._loop.call_later(PAUSE, self._flush)

    def _flush(self) -> None:
        unsaid, self._unsaid = self._unsaid, []
        if unsaid:
            self._say(unsaid)


def _unpacked(equipment: Equipment, files: ExitStack) -> Prompts:
    """The driver's prompts, in a folder of our own."""
    folder = Path(files.enter_context(tempfile.TemporaryDirectory(prefix="nlevolve-prompts-", ignore_cleanup_errors=True)))
    for file, text in equipment.prompts.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(text.encode())
    return Prompts(folder)


def check(equipment: Equipment, prompts: Prompts) -> None:
    """Raises UsageError where tasks would not be solved here as they are elsewhere, or not at all. Sends nothing."""
    if other := different(equipment.sources, sources()):
        raise UsageError(other)
    if other := different(equipment.digests, prompts.digests, "the prompt "):
        raise UsageError(other)
    config = equipment.settings
    require_coder(config)
    strategy(config.policy.parents, None)
    # its keys are this machine's; what the driver knows of prices and windows holds for all
    check_models(asked(config, Brought()).values())
    if other := different(equipment.endpoints, endpoints_of(config, equipment.cards), "the address of "):
        raise UsageError(other)


def _failed(error: Exception) -> Outcome:
    if isinstance(error, BankFailed):
        return Outcome(failed="bank", why=str(error)[:LONGEST_WHY])
    if isinstance(error, HubFailed):
        return Outcome(failed="hub", why=str(error)[:LONGEST_WHY])
    if isinstance(error, PlaceError):
        return Outcome(failed="prompt", why=str(error)[:LONGEST_WHY])
    return Outcome(failed="other", why=f"{type(error).__name__}: {' '.join(str(error).split())}"[:LONGEST_WHY])
