"""nlevolve models and nlevolve cache."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlevolve.cli import app, options
from nlevolve.errors import UsageError
from nlevolve.options import Asked, Choice
from nlevolve.records import Event, Noticed
from nlevolve.view.door import complain, console, say
from nlevolve.view.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nlevolve.ask.ping import Pong
    from nlevolve.ask.prompts import Prompts
    from nlevolve.config import RunConfig
    from nlevolve.llm.catalogue import ModelCard
    from nlevolve.llm.request import Request
    from nlevolve.llm.settings import RoleSettings
    from nlevolve.records import Role
    from nlevolve.run.trust import Named

UNUSABLE = 4
LONGEST_PING = 120.0
"""Seconds."""
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""One red cell as PNG, in base64."""

cache = typer.Typer(help="The sample bank: every reply that was paid for.", no_args_is_help=True)
app.add_typer(cache, name="cache")


@app.command()
@options.takes(Choice)
def models(
    given: options.Given,
    names: Annotated[
        list[str] | None, typer.Argument(help="litellm model strings. " + options.by_default("those of the roles"))
    ] = None,
    ping: Annotated[bool, typer.Option("--ping", help="Ask each a small question as a run will, and in every form.")] = False,
) -> int:
    """Models: key, price and where it is from, context window, thinking, schema and image support, form of replies."""
    from nlevolve.ask.prompts import bundled
    from nlevolve.cli.trusting import confirmed, tell
    from nlevolve.config import configured
    from nlevolve.llm.catalogue import price_of
    from nlevolve.llm.preflight import check_models
    from nlevolve.view.terminal.models import models_table

    config = configured(Asked.read(given))
    asked = _asked(config, names or ())
    settings: dict[str, RoleSettings] = {}
    for _, one in asked:
        settings.setdefault(one.model, one)
    cards = check_models(settings.values(), keyed=False)
    screen = console(highlight=False)
    if not screen.is_terminal:
        screen.width = max(screen.width, 200)
    prices = {model: price_of(settings[model], card) for model, card in cards.items()}
    screen.print(models_table(cards, prices, settings))
    if not ping:
        return 0
    told = confirmed(lambda: _confirmed(settings.values(), cards, Asked.read(given), names or ()))
    tell(told)
    return asyncio.run(_ping(cards, asked, bundled()))


def _confirmed(
    settings: Iterable[RoleSettings], cards: Mapping[str, ModelCard], options: Asked, names: Sequence[str]
) -> tuple[Named, ...]:
    """What is to be told before anything is sent. Raises Unconfirmed."""
    from dataclasses import replace

    from nlevolve.ask.prompts import Prompts, bundled
    from nlevolve.run.trust import chosen_by, named, require_confirmed

    chosen = chosen_by(options)
    chosen = replace(chosen, texts=chosen.texts.union(names))
    items = named(settings, cards, Prompts(bundled()), chosen)
    require_confirmed(items, chosen)
    return items


def _asked(config: RunConfig, names: Sequence[str]) -> list[tuple[Role, RoleSettings]]:
    """Each way in which a model is called, with the role that calls it so.

    A model that is named is called as the role that names it, or else as the generator is: so an address that is set is asked.
    """
    from nlevolve.run.asking import role_of

    every = [(role_of(name), one) for name, mix in config.every.items() for one in mix.each]
    told: list[tuple[Role, RoleSettings]] = []
    for name in names:
        if not name.strip():
            raise UsageError("a model's name is empty")
        own = [one for one in every if one[1].model == name]
        told += own or [("generator", config.generator.model_copy(update={"model": name}))]
    found: list[tuple[Role, RoleSettings]] = []
    for role, one in told if names else every:
        if one not in [settings for _, settings in found]:
            found.append((role, one))
    return found


async def _ping(cards: Mapping[str, ModelCard], asked: Sequence[tuple[Role, RoleSettings]], folder: Path) -> int:
    """Ask each as a run will, then in every form; the exit code."""
    from nlevolve.ask.ping import failure_line, ping, trial
    from nlevolve.ask.prompts import Prompts
    from nlevolve.llm.manner import manner_of
    from nlevolve.llm.stack import OpenStack
    from nlevolve.view.terminal.models import pong_line, served_line

    failed = False
    prompts = Prompts(folder)
    # a bank of its own: a ping that is served from what was paid before would find nothing out
    with tempfile.TemporaryDirectory() as empty:
        roles = [settings for _, settings in asked]
        way = OpenStack(emit=_notice, cards=cards, roles=roles, cache_dir=Path(empty), concurrency=1, own_process=True)
        async with way as stack:
            for role, settings in asked:
                patient = settings.model_copy(update={"timeout": min(settings.timeout, LONGEST_PING), "retries": 1})
                request = trial(role, patient, prompts, manner_of(patient, cards.get(patient.model)))
                pong = await ping(stack, request)
                say(f"{settings.model}, as the {role}" + (f" at {settings.base_url}" if settings.base_url else ""))
                if told := stack.windows.served.get(request.place):
                    say(f"  the server tells: {served_line(told)}")
                if pong.failure is not None:
                    failed = True
                    say(f"  {failure_line(pong.failure)}")
                    continue
                say(f"  as a run asks: {pong_line(pong)}")
                for line in await _explored(cards, prompts, request, pong):
                    say(f"  {line}")
    return UNUSABLE if failed else 0


async def _explored(cards: Mapping[str, ModelCard], prompts: Prompts, request: Request, first: Pong) -> list[str]:
    """What else can be found out of a model that answers: each form, thinking, whether a seed holds, whether it sees."""
    from nlevolve.ask.ping import ping, trial
    from nlevolve.llm.client import Client
    from nlevolve.llm.manner import MANNERS
    from nlevolve.view.terminal.models import FORMS, pong_line

    client = Client(cards, lambda text: None, own_process=True)
    try:
        role, settings = request.label.role, request.settings
        forms = {manner: await ping(client, trial(role, settings, prompts, manner)) for manner in MANNERS}
        told = [f"{FORMS[manner]}: {pong_line(pong)}" for manner, pong in forms.items()]
        replies = [pong.reply for pong in (first, *forms.values()) if pong.reply]
        thought = max((reply.usage.reasoning or len(reply.reasoning) // 4 for reply in replies), default=0)
        told.append(f"thinking: about {thought:,} tokens" if thought else "thinking: none seen")
        again = await ping(client, trial(role, settings, prompts, MANNERS[0]))
        both = [pong.reply.text for pong in (forms[MANNERS[0]], again) if pong.reply]
        if len(both) == 2:
            told.append(f"seed: the same question twice gave {'one reply' if both[0] == both[1] else 'two different replies'}")
        *rest, last = request.messages
        seeing = request.model_copy(update={"messages": (*rest, last.model_copy(update={"images": (PIXEL,)}))})
        pictured = await ping(client, seeing)
        return [*told, f"seeing: {'takes pictures' if pictured.reply else pong_line(pictured)}"]
    finally:
        await client.close()


def _notice(event: Event) -> None:
    if isinstance(event, Noticed):
        say(f"  {event.text}")


@cache.command()
def stats(cache_dir: options.CacheDir = options.CACHE) -> None:
    """What the sample bank holds, by model."""
    from nlevolve.llm.bank_files import holdings
    from nlevolve.llm.disk import FILE
    from nlevolve.llm.replay_bank import ReplayBank
    from nlevolve.view.terminal.models import holdings_table

    held = holdings(ReplayBank(cache_dir, _say))
    screen = console(highlight=False)
    if not screen.is_terminal:
        screen.width = max(screen.width, 160)
    screen.print(holdings_table(held))
    size = (cache_dir / FILE).stat().st_size / 1e6
    screen.print(f"{plural(sum(one.replies for one in held.values()), 'reply', 'replies')}, {size:,.1f} MB, in {cache_dir}")


@cache.command()
def show(
    key: Annotated[str, typer.Argument(help="Key of a request, or its beginning (8 digits or more).", show_default=False)],
    cache_dir: options.CacheDir = options.CACHE,
) -> None:
    """One reply of the sample bank: its text, what the model thought, what it took."""
    from nlevolve.llm.bank_files import found
    from nlevolve.llm.replay_bank import ReplayBank
    from nlevolve.view.terminal.models import sample_lines

    _check_length([key])
    screen = console(highlight=False)
    for whole, sample in found(ReplayBank(cache_dir, _say), key):
        for line in sample_lines(whole, sample):
            screen.print(line, soft_wrap=True)


@cache.command()
def export(
    target: Annotated[
        list[str],
        typer.Argument(
            help="A run, for the replies that it used and no others; JSON lines, gzipped if it ends in .gz.", metavar="[RUN] FILE"
        ),
    ],
    cache_dir: Annotated[
        Path | None,
        typer.Option(
            "--cache-dir",
            help="The sample bank. " + options.by_default(f"the run's own, else {options.CACHE}"),
            metavar="DIR",
            show_default=False,
        ),
    ] = None,
    runs_dir: options.RunsDir = options.RUNS,
) -> None:
    """Write the sample bank, or what a run used of it, to a file.

    With a run's folder, such a file is all that it takes to tell the run again elsewhere: cache import FILE, then solve --from
    RUN --replay.
    """
    from nlevolve.llm.bank_files import export_samples
    from nlevolve.llm.replay_bank import ReplayBank

    *runs, name = target
    if len(runs) > 1 or not name.strip():
        raise UsageError("cache export takes a FILE, or a RUN and a FILE")
    file = Path(name)
    if not runs:
        written = export_samples(ReplayBank(cache_dir or options.CACHE, _say), file)
        say(f"{plural(written, 'reply', 'replies')} written to {file}")
        return
    folder, keys = _used(runs[0], runs_dir)
    count = export_samples(ReplayBank(cache_dir or _bank_of(folder), _say), file, keys)
    say(f"{plural(count, 'reply', 'replies')} that run {folder.name} used written to {file}")
    if count < len(keys):
        complain(f"{len(keys) - count:,} more that it used are not in the bank: told again, it will lack them")


def _used(run: str, runs_dir: Path) -> tuple[Path, Sequence[str]]:
    """The run's folder, and the keys of the replies that it used, in order."""
    from nlevolve.records import CallFinished
    from nlevolve.run import store

    folder = store.find(run, runs_dir)
    calls = [event for event in store.read_events(folder) if isinstance(event, CallFinished)]
    return folder, list(dict.fromkeys(call.request for call in calls if call.source != "failed" and call.request))


def _bank_of(folder: Path) -> Path:
    from nlevolve.cli.trusting import bank_of
    from nlevolve.run import store

    return bank_of(store.read_config(folder, ("cache_dir",)), copied=True)


@cache.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="What export wrote.")], cache_dir: options.CacheDir = options.CACHE
) -> None:
    """Take in an exported sample bank; replies that are here already stay."""
    from nlevolve.llm.bank import DiskBank
    from nlevolve.llm.bank_files import import_samples

    read, new = import_samples(DiskBank(cache_dir, _say), file)
    say(f"{plural(read, 'reply', 'replies')} read, {new:,} of them new")


@cache.command()
def forget(
    keys: Annotated[list[str] | None, typer.Argument(help="Keys of requests, or their beginnings (8 digits or more).")] = None,
    model: Annotated[str | None, typer.Option(help="Replies of this model.")] = None,
    older_than: Annotated[float | None, typer.Option(help="Replies older than this.", min=0.0, metavar="DAYS")] = None,
    rejected: Annotated[bool, typer.Option("--rejected", help="Replies that were of no use.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="All replies.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many, and forget none.")] = False,
    cache_dir: options.CacheDir = options.CACHE,
) -> None:
    """Forget the replies that fit every condition given."""
    from nlevolve.llm.bank import Sample
    from nlevolve.llm.bank_files import forget as forget_samples
    from nlevolve.llm.bank_files import open_existing

    if not (keys or model or older_than is not None or rejected or everything):
        raise UsageError("say what to forget: keys, --model, --older-than, --rejected or --all")
    _check_length(keys or ())
    before = None if older_than is None else datetime.now(UTC) - timedelta(days=older_than)

    def unwanted(key: str, sample: Sample) -> bool:
        return (
            (not keys or key.startswith(tuple(keys)))
            and (model is None or sample.model == model)
            and (before is None or sample.at < before)
            and (not rejected or bool(sample.rejected))
        )

    count = forget_samples(open_existing(cache_dir, _say), unwanted, dry_run=dry_run)
    say(f"{plural(count, 'reply', 'replies')} {'would be forgotten' if dry_run else 'forgotten'}")


def _check_length(keys: Iterable[str]) -> None:
    if short := [key for key in keys if len(key) < 8]:
        raise UsageError(f"the key {short[0]!r} is too short: give 8 digits or more")


def _say(text: str) -> None:
    complain(text)
