"""The cache: equal requests share one call, and what came back once is served from the sample bank."""

from __future__ import annotations

import asyncio
import copy

from nlevolve.llm.bank import Bank, Row
from nlevolve.llm.request import LLM, CallFailed, NotBanked, Reply, Request, leaving


def cached(llm: LLM, bank: Bank, run: str, logged: set[str]) -> LLM:
    """Serve from the bank, share equal requests that are in flight, keep what comes back.

    `run` is this run's id and `logged` the keys whose payment is in its log. A row that this very run paid for without
    having logged it is handed out as paid (`cached` False), once, so that accounts are right after a kill.
    """
    flying: dict[str, asyncio.Future[None]] = {}

    async def ask(request: Request) -> Reply:
        key = request.key
        while (row := bank.get(key)) is None or not (bank.replay or _stands(row, key)):
            if bank.replay:
                raise NotBanked(f"the sample bank has no reply to this {request.label.purpose} request ({key[:12]})")
            leaving.get()()
            if key not in flying:
                return await _lead(request, key)
            await _landed(flying[key])
        return _served(row, key)

    async def _lead(request: Request, key: str) -> Reply:
        flight = flying[key] = asyncio.get_running_loop().create_future()
        try:
            reply = await llm(request)
            standing = (await bank.put(key, Row(model=request.model, run=run, reply=reply))).reply
            logged.add(key)
            return reply.model_copy(update={"text": standing.text, "finish": standing.finish, "reasoning": standing.reasoning})
        except CallFailed as error:
            flight.set_exception(error)
            flight.exception()  # read here: it may be that nobody waits
            raise
        finally:
            del flying[key]
            if not flight.done():
                flight.cancel()

    def _stands(row: Row, key: str) -> bool:
        return not row.rejected or key in logged or (bool(run) and row.run == run)

    def _served(row: Row, key: str) -> Reply:
        owed = bool(run) and row.run == run and key not in logged
        logged.add(key)
        return row.reply.model_copy(update={"cached": not owed})

    return ask


async def _landed(flight: asyncio.Future[None]) -> None:
    """Wait for an equal request. Its failure is ours too; one that was given up is not."""
    await asyncio.wait([flight])
    if not flight.cancelled() and (error := flight.exception()) is not None:
        shared = copy.copy(error)
        if isinstance(shared, CallFailed):
            shared.tries = 0
        raise shared
