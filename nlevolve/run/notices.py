"""What a user should know of a run that begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nlevolve.formats import LibraryRow, SeedsRow
from nlevolve.llm.embedded import embedded_version, is_embedded
from nlevolve.options import Limits
from nlevolve.puzzle.selection import Selection
from nlevolve.records import Event, LogDamaged
from nlevolve.run.controls import Brought
from nlevolve.run.examples import left_out
from nlevolve.run.origin import Origin
from nlevolve.run.store import Lock


def notices(
    origin: Origin | None,
    lock: Lock,
    selection: Selection,
    models: Mapping[str, str],
    known: Sequence[Event],
    limits: Limits | None = None,
    brought: Brought | None = None,
    idle: str = "",
) -> Iterator[str]:
    """What a user should know of a run that begins; `idle`: which settings have nothing to do."""
    if origin is not None:
        yield from origin.notices()
    if lock.aside is not None:
        yield f"the earlier run {lock.folder.name} is now {lock.aside.name}"
    if brought is not None and not known:
        yield from (_warm(brought.seeds),) if brought.seeds else ()
        yield from _reminded(brought.examples) if brought.examples else ()
    if selection.broken:
        yield f"left out, because they are broken: {'; '.join(selection.broken)}"
    if idle:
        yield idle
    if company := _ill_matched(models):
        yield company
    if limits and (uncounted := uncapped(models, limits)):
        yield uncounted
    for damage in (event for event in known if isinstance(event, LogDamaged)):
        yield f"{damage.words}: what they cost is in no account, and counts against no cap"


def _warm(seeds: SeedsRow) -> str:
    told = f"begins with {seeds.descriptions} given description{'' if seeds.descriptions == 1 else 's'}"
    told += f" of {seeds.tasks} task{'' if seeds.tasks == 1 else 's'}, from {seeds.of}"
    if seeds.ignored:
        told += f"; those of {seeds.ignored} other task{'' if seeds.ignored == 1 else 's'} there are left out"
    return told


def _reminded(library: LibraryRow) -> Iterator[str]:
    if library.grows:
        yield "some births are shown rules of tasks that this run has solved before theirs, as examples of good descriptions"
        return
    told = f"{len(library.entries)} rule{'' if len(library.entries) == 1 else 's'} of other tasks, from {library.of}"
    told += left_out(library.left_out)
    yield f"some births are shown examples of good descriptions: of {told}"
    if library.mended:
        number, (first, *_) = len(library.mended), library.mended
        yield (
            f"{library.of} has {number} of them without the fingerprints of their own task (the first: {first}): they are kept "
            "from that task and its copies all the same"
        )


def uncapped(models: Mapping[str, str], limits: Limits) -> str | None:
    """What a user should know who caps calls or tokens of embedded models; None where there are none, or no cap."""
    ours = sorted({model for mix in models.values() for model in mix.split(",") if is_embedded(model.strip())})
    caps = {"--max-calls": limits.max_calls, "--max-tokens-total": limits.max_tokens_total}
    told = [f"{flag} {cap}" for flag, cap in caps.items() if cap is not None]
    if not told or not ours:
        return None
    cap = "caps" if len(told) == 1 else "cap"
    return f"{' and '.join(told)} {cap} what reaches a provider: what {', '.join(ours)} is asked reaches none, and is not counted"


def _ill_matched(models: Mapping[str, str]) -> str | None:
    """What a user should know who has an embedded checker follow what a real model writes; None where nothing is amiss."""
    generator, checker = models["generator"], models["checker"]
    if embedded_version(generator) or not embedded_version(checker):
        return None
    return (
        f"{checker} reads only the English that offline/generator writes: of what {generator} says in its own words it leaves "
        f"out what it cannot read, and notes it; --checker {generator.split(',')[0].strip()} reads it all"
    )
