"""How a run stands while nothing happens, in one line: who is waited for, how long, and why nothing moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from nlevolve.records import CallSent, Role
from nlevolve.view.terminal.in_flight import Away, Waiting
from nlevolve.view.terminal.summary import Summary
from nlevolve.view.text import clean, duration, money, percent, plural
from nlevolve.view.trouble import Tries

NAMED = 3
"""Roles and models that are named as waited for; most runs have two."""
LONGEST = 80
"""Characters of a provider's words."""
UNASKED = "--no-ping begins without it"


def standing(summary: Summary, now: datetime) -> str:
    """The line, of a run that goes on."""
    asked = list(summary.calls.small_questions.values())
    told = _before_it_begins(summary, asked, now) if asked and not summary.running else _under_way(summary, now)
    return "… " + "; ".join(told)


def _before_it_begins(summary: Summary, asked: Sequence[CallSent], now: datetime) -> Iterator[str]:
    """A run asks its models one small question each before it takes up a task: what has become of it."""
    calls, tried = summary.calls, summary.history.trouble.tries
    who, several = " and ".join(_who(one.role, one.model) for one in asked), len(asked) > 1
    away = [_absent(one, calls.kept_by(one, now), now) for one in calls.away.values()]
    if away:
        yield f"before the run begins, {who} {'are' if several else 'is'} asked a small question"
        yield from away
        yield "start it, or end the run with Ctrl-C"
        return
    elif calls.backing_off(now):
        tries = next((tried[one.model] for one in asked if one.model in tried and tried[one.model].vain), Tries())
        yield f"before the run begins, {who} {'were' if several else 'was'} asked a small question: {_in_vain(tries)}"
        yield f"tried again {_soon(calls.next_try(now))}"
    else:
        were, has, it = ("were", "have", "they are") if several else ("was", "has", "it is")
        yield f"before the run begins, {who} {were} asked a small question and {has} not answered for {_since(asked[0], now)}"
        writing = any(calls.flow(now, one.model) for one in asked)
        yield f"{it} {'writing' if writing else 'slow, or still loading'}"
    yield UNASKED


def _under_way(summary: Summary, now: datetime) -> Iterator[str]:
    calls, account, phases = summary.calls, summary.account, summary.phases()
    flying = "" if calls.in_flight is None else f", {calls.in_flight} in flight"
    if summary.paused:
        yield "paused: nothing new is sent"
    yield f"{plural(phases['running'], 'task')} {'begun' if summary.paused else 'running'}, {phases['waiting']} waiting"
    yield f"{plural(account.provider, 'call')}{flying}" + ("" if summary.paused else f", {summary.rate(now):.1f}/s")
    yield money(account.cost_usd)
    if account.failed:
        yield f"{account.failed} failed"
    yield from (_absent(one, calls.kept_by(one, now), now) for one in calls.away.values())
    yield from (_waited(one, summary, now) for one in calls.waiting(now)[:NAMED])
    yield from () if summary.paused else _held_back(summary, now)
    readings = summary.history.readings.total
    if readings.unread:
        yield f"{percent(readings.share(readings.unread), 0)} of the replies not read"
    if not summary.paused and (eta := summary.eta(now)) is not None:
        yield f"{duration(eta)} to go"


def _held_back(summary: Summary, now: datetime) -> Iterator[str]:
    """What is not with a provider, though it might be, and why."""
    calls = summary.calls
    queued, paced, held = calls.queued(paced=False), calls.queued(paced=True), calls.backing_off(now)
    if queued:
        yield f"{queued} wait for a place"
    if paced:
        yield f"{paced} wait for the pace of {_paces(summary)}"
    if held:
        again = calls.next_try(now)
        yield f"{held} {'waits' if held == 1 else 'wait'} to be sent again" + (
            "" if calls.in_flight else f", the first {_soon(again)}"
        )
    for model, tries in summary.history.trouble.tries.items():
        if tries.vain and (held or paced):
            yield f"{clean(model)}: {_in_vain(tries)}{_learned(model, tries, summary)}"
    if calls.rate_limits and not (held or paced):
        yield plural(calls.rate_limits, "rate limit")


def _in_vain(tries: Tries) -> str:
    """ "7 of 9 tries refused (429 slow down)"."""
    kind, number = tries.vain.most_common(1)[0] if tries.vain else ("", 0)
    of = tries.passed + tries.vain.total()
    failed = "refused" if kind == "rate_limit" else "failed"
    return f"{number} of {plural(of, 'try', 'tries')} {failed} ({clean(tries.said.get(kind, ''))[:LONGEST]})"


def _learned(model: str, tries: Tries, summary: Summary) -> str:
    """What has come out about how fast the model may be asked."""
    why = summary.calls.lessons.get(model)
    return f": {clean(why)}" if why and tries.vain["rate_limit"] else ""


def _who(role: Role, model: str) -> str:
    return f"{role} {clean(model)}"


def _soon(seconds: float | None) -> str:
    return "now" if not seconds or seconds < 1 else f"in {duration(seconds)}"


def _since(asked: CallSent, now: datetime) -> str:
    return duration((now - asked.at).total_seconds())


def _absent(away: Away, calls: int, now: datetime) -> str:
    """Which server nobody is at, for how long, and how long it is waited for."""
    left = away.left(now)
    waits = f"waited for {duration(left)} more" if left else "no longer waited for"
    held = f" by {plural(calls, 'call')}" if calls and left else ""
    return f"nothing answers at {clean(away.address)} for {duration(away.gone(now))}, {waits}{held}"


def _paces(summary: Summary) -> str:
    told = ", ".join(f"{pace:.0f} a minute" for pace in summary.calls.paces.values())
    return told or "the settings"


def _waited(one: Waiting, summary: Summary, now: datetime) -> str:
    """Who is waited for, how many, how long, how fast it is or has been."""
    speed, flow = summary.calls.speed(one.model), summary.calls.flow(now, one.model)
    calls = plural(one.calls, "reply", "replies") + ("" if one.calls == 1 else ", the longest")
    pace = f" (about {speed:.0f} tokens/s)" if speed else ""
    if flow is not None:
        pace = f" ({flow:.0f} tokens/s in all)" if flow else " (nothing has come for some seconds)"
    return f"{_who(one.role, one.model)}: waiting for {calls} {duration(one.longest)}{pace}"
