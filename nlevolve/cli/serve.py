"""nlevolve serve."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlevolve.cli import app
from nlevolve.errors import UsageError
from nlevolve.view.door import complain, say

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


def _each_once() -> Callable[[object, dict[str, Any]], None]:
    """Say what goes wrong outside of any request (as where there are more connections than files may be open), each thing once:
    asyncio would write a traceback for every one of thousands."""
    told: set[str] = set()

    def tell(_: object, context: dict[str, Any]) -> None:
        what = f"{context.get('message', '')} ({context.get('exception', '')})"
        if what not in told:
            told.add(what)
            complain(what)

    return tell


async def _serve(port: int, latency: Latency) -> None:
    from nlevolve.offline.server import NAMES, serving

    asyncio.get_running_loop().set_exception_handler(_each_once())
    async with serving(port, latency) as url:
        say(f"Serving {', '.join(NAMES)}\nat {url} (any key will do); stop with ctrl-C")
        await asyncio.Event().wait()
