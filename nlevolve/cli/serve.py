"""nlevolve serve."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from nlevolve.cli import app
from nlevolve.errors import UsageError
from nlevolve.view.door import say

if TYPE_CHECKING:
    from nlevolve.offline.server import Latency


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)] = 8000,
    latency: Annotated[float, typer.Option(help="Median seconds before a reply.", min=0.0, metavar="SECONDS")] = 0.0,
    latency_spread: Annotated[
        float,
        typer.Option(help="Draw the latency from a log-normal with this deviation of its logarithm.", min=0.0, metavar="SIGMA"),
    ] = 0.0,
) -> int:
    """Serve the embedded models behind an OpenAI-compatible endpoint on 127.0.0.1."""
    from nlevolve.offline.server import Latency

    try:
        asyncio.run(_serve(port, Latency(latency, latency_spread)))
    except OSError:
        raise UsageError(f"port {port} on 127.0.0.1 is taken or not allowed: choose another with --port") from None
    return 0


async def _serve(port: int, latency: Latency) -> None:
    from nlevolve.offline.server import NAMES, serving

    async with serving(port, latency) as url:
        say(f"Serving {', '.join(NAMES)}\nat {url} (any key will do); stop with ctrl-C")
        await asyncio.Event().wait()
