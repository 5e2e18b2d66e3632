"""What a hub tells people of itself: what is spent, who holds what, how fast each model is asked."""

from __future__ import annotations

from typing import Any

from nlevolve.hub.desk import Desk


def status_of(desk: Desk) -> dict[str, Any]:
    """As JSON. Dollars with what may have been billed and nobody said."""
    caps, accounts = desk.caps, desk.till.book.accounts
    held = [one for account in accounts.values() for one in account.held.values()]
    return {
        "v": 1,
        "caps": {"usd": caps.usd, "calls": caps.calls, "tokens": caps.tokens},
        "spent": {
            "usd": sum(one.usd for one in accounts.values()),
            "unknown_usd": sum(one.unknown_usd for one in accounts.values()),
            "calls": sum(one.calls for one in accounts.values()),
            "tokens": sum(one.tokens for one in accounts.values()),
        },
        "held": {"usd": sum(one.usd for one in held), "calls": len(held), "tokens": sum(one.prompt + one.tokens for one in held)},
        "lease": desk.lease,
        "buying": len(desk.purchases),
        "bank": str(desk.bank.folder),
        "workers": [_worker(desk, name) for name in accounts],
        "models": desk.rooms.rows,
    }


def _worker(desk: Desk, name: str) -> dict[str, Any]:
    account, worker = desk.till.book.accounts[name], desk.workers.get(name)
    state = "gone" if worker is None else "here" if worker.send is not None else "silent"
    return {
        "run": account.name or account.run,
        "part": account.part,
        "state": state,
        "usd": account.usd,
        "unknown_usd": account.unknown_usd,
        "calls": account.calls,
        "tokens": account.tokens,
        "held": len(account.held),
        "places": desk.rooms.held(name),
        "buying": len(account.claims),
        "lost": sum(map(len, account.lost.values())),
    }
