"""nlevolve models and nlevolve cache."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlevolve.cli import app, options
from nlevolve.errors import UsageError
from nlevolve.options import Asked, Choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlevolve.llm.catalogue import ModelCard
    from nlevolve.llm.request import RoleSettings

UNUSABLE = 4

cache = typer.Typer(help="The sample bank: every reply that was paid for.", no_args_is_help=True)
app.add_typer(cache, name="cache")


@app.command()
@options.takes(Choice)
def models(
    given: options.Given,
    names: Annotated[
        list[str] | None, typer.Argument(help="litellm model strings. " + options.by_default("those of the roles"))
    ] = None,
    ping: Annotated[bool, typer.Option("--ping", help="Make one short call to each.")] = False,
) -> int:
    """Models: key, price and where it is from, context window, thinking, schema and image support, form of replies."""
    from rich.console import Console

    from nlevolve.config import configured
    from nlevolve.llm.catalogue import price_of
    from nlevolve.llm.manner import manner_of
    from nlevolve.llm.preflight import check_models
    from nlevolve.llm.request import RoleSettings
    from nlevolve.view.terminal.models import models_table

    config = configured(Asked.read(given))
    roles = [RoleSettings(model=name) for name in names or ()] or list(config.roles.values())
    settings: dict[str, RoleSettings] = {}
    for one in (one for role in roles for one in role.each):
        settings.setdefault(one.model, one)
    cards = check_models(settings.values(), keyed=False)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, 200)
    prices = {model: price_of(settings[model], card) for model, card in cards.items()}
    console.print(models_table(cards, prices, {model: manner_of(settings[model], card) for model, card in cards.items()}))
    return asyncio.run(_ping(cards, settings)) if ping else 0


async def _ping(cards: Mapping[str, ModelCard], settings: Mapping[str, RoleSettings]) -> int:
    """One call to each model; the exit code."""
    from nlevolve.llm.client import Client
    from nlevolve.llm.request import Label, Message, NoReply, Request

    client = Client(cards, lambda text: print(f"  {text}"), own_process=True)
    failed = False
    for model, role in settings.items():
        request = Request(
            settings=role.model_copy(update={"timeout": min(role.timeout, 60.0)}),
            messages=(Message(role="user", text="Reply with the word pong and nothing else."),),
            label=Label(task="ping", role="generator", purpose="write"),
        )
        try:
            reply = await client(request)
        except NoReply as error:
            failed = True
            print(f"{model}: {error.kind}: {error}")
            continue
        cost = "unknown cost" if reply.cost_usd is None else f"${reply.cost_usd:.6f}"
        said = " ".join(reply.text.split())[:40]
        print(f"{model}: {reply.seconds:.2f} s, {reply.usage.prompt} + {reply.usage.completion} tokens, {cost}: {said!r}")
    await client.close()
    return UNUSABLE if failed else 0


@cache.command()
def stats(cache_dir: options.CacheDir = options.CACHE) -> None:
    """What the sample bank holds, by model."""
    from rich.console import Console

    from nlevolve.llm.bank_files import holdings, open_existing
    from nlevolve.llm.disk import FILE
    from nlevolve.view.terminal.models import holdings_table

    held = holdings(open_existing(cache_dir, _say))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, 160)
    console.print(holdings_table(held))
    size = (cache_dir / FILE).stat().st_size / 1e6
    console.print(f"{sum(one.replies for one in held.values()):,} replies, {size:,.1f} MB, in {cache_dir}")


@cache.command()
def export(
    file: Annotated[Path, typer.Argument(help="JSON lines; gzipped if it ends in .gz.")],
    cache_dir: options.CacheDir = options.CACHE,
) -> None:
    """Write the sample bank to a file."""
    from nlevolve.llm.bank_files import export_samples, open_existing

    print(f"{export_samples(open_existing(cache_dir, _say), file):,} replies written to {file}")


@cache.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="What export wrote.")], cache_dir: options.CacheDir = options.CACHE
) -> None:
    """Take in an exported sample bank; replies that are here already stay."""
    from nlevolve.llm.bank import DiskBank
    from nlevolve.llm.bank_files import import_samples

    read, new = import_samples(DiskBank(cache_dir, _say), file)
    print(f"{read:,} replies read, {new:,} of them new")


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
    if short := [key for key in keys or () if len(key) < 8]:
        raise UsageError(f"the key {short[0]!r} is too short: give 8 digits or more")
    before = None if older_than is None else datetime.now(UTC) - timedelta(days=older_than)

    def unwanted(key: str, sample: Sample) -> bool:
        return (
            (not keys or key.startswith(tuple(keys)))
            and (model is None or sample.model == model)
            and (before is None or sample.at < before)
            and (not rejected or bool(sample.rejected))
        )

    count = forget_samples(open_existing(cache_dir, _say), unwanted, dry_run=dry_run)
    print(f"{count:,} replies {'would be forgotten' if dry_run else 'forgotten'}")


def _say(text: str) -> None:
    print(f"nlevolve: {text}", file=sys.stderr)
