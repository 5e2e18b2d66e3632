"""nlevolve hub."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlevolve.cli import app, options
from nlevolve.errors import HubFailed, UsageError
from nlevolve.view.door import complain, console, say

if TYPE_CHECKING:
    from nlevolve.hub.desk import Desk
    from nlevolve.hub.rates import Rates
    from nlevolve.llm.ledger import Caps

FOLDER = Path(".nlevolve-hub")
EXIT_STORE = 1


@app.command()
def hub(
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8700,
    host: Annotated[
        str, typer.Option(help="Address to listen at; beyond this machine a token is needed, and TLS by a proxy.")
    ] = "127.0.0.1",
    folder: Annotated[Path, typer.Option(help="Where its ledger and its sample bank are kept.", metavar="DIR")] = FOLDER,
    budget: Annotated[
        float | None, typer.Option(help="USD, over all runs that use it.", parser=options.number, metavar="USD", min=0)
    ] = None,
    max_calls: Annotated[
        int | None, typer.Option(help="Calls that reach a provider, over all runs.", parser=options.whole, metavar="N", min=0)
    ] = None,
    max_tokens_total: Annotated[
        int | None, typer.Option(help="Tokens of prompts and replies, over all runs.", parser=options.whole, metavar="N", min=0)
    ] = None,
    concurrency: Annotated[
        int, typer.Option(help="Calls in flight, over all runs and models.", parser=options.whole, metavar="N", min=1)
    ] = 512,
    rate: Annotated[
        list[str] | None, typer.Option(help="Requests a minute of one model; repeatable.", metavar="MODEL=N", show_default=False)
    ] = None,
    token_rate: Annotated[
        list[str] | None, typer.Option(help="Tokens a minute of one model; repeatable.", metavar="MODEL=N", show_default=False)
    ] = None,
    at_once: Annotated[
        list[str] | None,
        typer.Option(help="Calls of one model in flight, at most; repeatable.", metavar="MODEL=N", show_default=False),
    ] = None,
    lease: Annotated[
        float,
        typer.Option(
            help="How long a worker keeps what it holds once its connection is gone: for one that is silent that is up to 16 s "
            "after it was last heard of.",
            parser=options.number,
            metavar="SECONDS",
            min=1,
        ),
    ] = 60.0,
    status: Annotated[
        str | None, typer.Option(help="Say how it stands with the hub at this address, and start none.", metavar="URL")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="With --status: as JSON.")] = False,
) -> int:
    """Keep one ledger, one set of limits and one sample bank for many runs (solve --hub URL).

    Its token is the variable NLEVOLVE_HUB_TOKEN, the same for the hub and all who use it.
    """
    if status is not None:
        return _tell(status, json)
    from nlevolve.hub.rates import Rates
    from nlevolve.llm.ledger import Caps

    if json:
        raise UsageError("--json is for what --status tells: name the hub's address with --status URL")
    # neither infinite nor no number at all
    if (
        concurrency < 1
        or not 1 <= lease < 1e9
        or any(cap is not None and not 0 <= cap < 1e15 for cap in (budget, max_calls, max_tokens_total))
    ):
        raise UsageError("caps are numbers of 0 or more, --concurrency and --lease of 1 or more")
    rates = Rates(
        concurrency,
        _by_model("--rate", rate or ()),
        _by_model("--token-rate", token_rate or ()),
        {model: int(most) for model, most in _by_model("--at-once", at_once or (), least=1.0).items()},
    )
    caps = Caps(usd=budget, calls=max_calls, tokens=max_tokens_total)
    try:
        asyncio.run(_serve(folder, host, port, caps, rates, lease))
    except OSError as error:
        raise UsageError(
            f"cannot listen at {host}, port {port} ({error.strerror}): choose another with --port, or --host"
        ) from None
    except UsageError as error:
        complain(error)
        return EXIT_STORE if type(error) is not UsageError else 2
    return 0


def _by_model(flag: str, texts: Iterable[str], least: float = 0.0) -> dict[str, float]:
    """MODEL=N texts. Raises UsageError."""
    found = {}
    for text in texts:
        model, equals, number = text.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            value = 0.0
        if not equals or not model or not max(least, 1e-3) <= value < 1e12:
            raise UsageError(
                f"{flag} takes MODEL=N, a number {f'of at least {least:g}' if least else 'above 0'}, got {text[:100]!r}"
            )
        found[model] = value
    return found


async def _serve(folder: Path, host: str, port: int, caps: Caps, rates: Rates, lease: float) -> None:
    import signal

    from nlevolve.hub.address import token
    from nlevolve.hub.service import Hub

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    word = token()
    settings: dict[str, Any] = {"caps": caps, "rates": rates, "lease": lease, "notice": complain}
    async with Hub.started(folder, port=port, host=host, token=word, **settings) as running:
        say(f"hub at {running.url}, in {folder}; stop it with ctrl-C, runs wait for it meanwhile")
        say(f"  {_caps(caps)}; {_spent(running.desk)}")
        say(f"  its token is that of NLEVOLVE_HUB_TOKEN; use it with: nlevolve solve … --hub {running.url}" if word else OPEN)
        running.desk.failed.add_done_callback(lambda _: stop.set())
        await stop.wait()
        if running.desk.failed.done():
            running.desk.failed.result()


OPEN = "  without a token: whoever has an account on this machine can use it (set NLEVOLVE_HUB_TOKEN)"


def _caps(caps: Caps) -> str:
    told = [f"${caps.usd:g}"] if caps.usd is not None else []
    told += [f"{caps.calls:,} calls"] if caps.calls is not None else []
    told += [f"{caps.tokens:,} tokens"] if caps.tokens is not None else []
    return f"caps: {', '.join(told) or 'none'}"


def _spent(desk: Desk) -> str:
    from nlevolve.hub.status import status_of

    spent = status_of(desk)["spent"]
    return f"spent so far ${spent['usd']:.4f}, {spent['calls']:,} calls, {spent['tokens']:,} tokens"


def _tell(url: str, as_json: bool) -> int:
    """Say how it stands with a hub."""
    import json

    from nlevolve.hub import address

    told = address.status(address.checked(url, "--status"), address.token())
    if told is None:
        raise HubFailed(f"nothing answers at {url}: is the hub running?")
    if as_json:
        say(json.dumps(told))
        return 0
    for part in _tables(told):
        console().print(part)
    return 0


def _tables(told: dict[str, Any]) -> list[Any]:
    from rich.markup import escape
    from rich.table import Table

    from nlevolve.view.text import clean

    total = Table("", "spent", "held", "cap", box=None)
    for name in ("usd", "calls", "tokens"):
        cap = told["caps"][name]
        form = "${:,.4f}" if name == "usd" else "{:,}"
        shown = (form.format(told[part][name]) for part in ("spent", "held"))
        total.add_row(name, *shown, "none" if cap is None else form.format(cap))
    workers = Table("run", "", "spent", "calls", "holds", "in flight", "buying", "lost", box=None)
    for one in told["workers"]:
        run = escape(clean(f"{one['run']} {one['part']}".strip()))
        counts = (f"{one[name]:,}" for name in ("calls", "held", "places", "buying", "lost"))
        workers.add_row(run, one["state"], f"${one['usd']:,.4f}", *counts)
    models = Table("model", "in flight", "of", "waiting", "a minute", box=None)
    for one in told["models"]:
        pace = "" if one["per_minute"] is None else f"{one['per_minute']:,.0f}"
        models.add_row(escape(clean(one["model"])), *(f"{one[name]:,}" for name in ("in_flight", "limit", "waiting")), pace)
    return [total, "", workers, *(["", models] if told["models"] else [])]
