"""The top of the screen: which run, how long, what it costs, what is on its way, and the strip of tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nlevolve.view.account import Account
from nlevolve.view.history import TaskHistory
from nlevolve.view.terminal.in_flight import Away
from nlevolve.view.terminal.palette import Palette, shade
from nlevolve.view.terminal.panels.layout import LEVELS, Part, Row, bar, ends, fit, level, row, rule
from nlevolve.view.terminal.panels.look import Look
from nlevolve.view.terminal.summary import Summary, TaskPhase, left
from nlevolve.view.text import clean, count, counted, doubt, duration, model_name, money, percent, shard_words

WORDS: Mapping[TaskPhase, str] = {
    "perfect": "fit all pairs",
    "partly": "do not",
    "running": "running",
    "failed": "failed",
    "stopped": "cut short",
    "waiting": "waiting",
}
SHORT_WORDS: Mapping[TaskPhase, str] = {**WORDS, "perfect": "fit", "running": "run", "stopped": "cut", "waiting": "wait"}
WIDE = 110
"""Columns from which words are written out."""
BRIEF: Mapping[str, str] = {"generator": "gen", "coder": "code", "checker": "check", "reviewer": "review"}
BRIEFEST: Mapping[str, str] = {**BRIEF, "answers": "ans", "judge": "judge"}
SIDES = 12
"""Columns of a rule beside its two titles."""
MOST_AWAY = 2
"""Servers that are named as away; few runs have more than two."""
CHIP = 15
"""Columns of a task with its name, where there is room for names."""


def header(look: Look, width: int) -> list[Row]:
    """Two rows on a wide screen, three on a narrow one; and one for each server that is away."""
    times = _times(look)
    room = width - times.cell_len - 2
    name = _run(look, lambda model: _named(look, model))
    name = name if name.cell_len <= room else _run(look, look.summary.history.short)
    title = ends(name if name.cell_len <= room else fit(name, max(0, room)), times, width)
    spent, calls = _money(look, width), _calls(look, wide=width >= WIDE)
    away = [fit(_absence(one, look), width) for one in list(look.summary.calls.away.values())[:MOST_AWAY]]
    if spent.cell_len + calls.cell_len + 5 <= width:
        return [title, ends(spent, calls, width), *away]
    return [title, fit(spent, width), fit(calls, width), *away]


def _absence(away: Away, look: Look) -> Row:
    """Which server is away, for how long, and how long it is waited for."""
    left, held = away.left(look.now), look.summary.calls.kept_by(away, look.now)
    waits = f"{held} call{' waits' if held == 1 else 's wait'}, for {duration(left)} more" if left else "no longer waited for"
    where = f" ■ nobody at {clean(away.address)} for {duration(away.gone(look.now))}"
    return row(
        (where, f"bold {look.palette.bad}"),
        (f"; {waits}  ", look.palette.partly),
        (look.summary.history.short(away.model), "dim"),
    )


def _run(look: Look, called: Callable[[str], str]) -> Row:
    """Which run, and who takes part."""
    started = look.summary.started
    if started is None:
        return row((" nlevolve ", "bold reverse"), "  ", ("waiting for the run's first event", "dim"))
    # whoever writes in a phase of its own stands behind the generator
    playing = started.playing
    named = ["generator", *(name for name in playing if name.startswith("phase ")), "coder", "checker"]
    named = [role for role in named if role in playing] or ["answerer"]
    models = list(dict.fromkeys(called(playing[role]) for role in named if role in playing))
    return row(
        (" nlevolve ", "bold reverse"),
        "  ",
        (clean(started.run), "bold"),
        (f"  {clean(started.preset)}", "dim"),
        (f"  {shard_words(started.shard)}" if started.shard else "", "dim"),
        f"  {' → '.join(models)}",
        (" (resumed)" if started.resumed else "", "dim"),
    )


def _named(look: Look, model: str) -> str:
    """As `model_name` has it, and told apart from the run's others: where one of them is cut to its telling part, all are."""
    name = model_name(model)
    whole = all(model_name(one) == clean(one) for one in look.summary.history.models.values())
    return name if name == clean(model) and (whole or name.startswith("offline/")) else look.summary.history.short(model)


def _times(look: Look) -> Row:
    summary, palette = look.summary, look.palette
    elapsed = duration(summary.elapsed(look.now))
    if summary.finished is not None:
        good = not summary.finished.exit_code
        words = {"done": "done" if good else "done, answers lacking", "budget": "out of budget", "failed": "failed"}
        word = words.get(summary.finished.reason, "interrupted")
        return row((f"{'✔' if good else '■'} {word}", f"bold {palette.good if good else palette.bad}"), f" in {elapsed} ")
    if look.stopping:
        return row((f"stopping: {left(summary, look.timeouts, look.now)}", f"bold {palette.partly}"), f"  {elapsed} ")
    if summary.paused:
        return row(("■ paused", f"bold {palette.partly}"), f"  {elapsed} ")
    eta = summary.eta(look.now)
    to_go = f" · {duration(eta)} to go" if eta is not None else ""
    return row((f"{look.note}  ", palette.accent) if look.note else "", (elapsed, "bold"), (f"{to_go} ", "dim"))


def _money(look: Look, width: int) -> Row:
    """What was spent, on what; where that does not fit, without the bar, and at last in shares of it all."""
    if width >= WIDE:
        return _spent(look, 16, _split(look, {}))
    split = _split(look, BRIEF)
    told = (_spent(look, bar_width, split) for bar_width in (8, 0))
    return next((one for one in told if one.cell_len <= width), _spent(look, 0, _shares(look), brief=True))


def _split(look: Look, names: Mapping[str, str]) -> str:
    return " · ".join(f"{names.get(kind, kind)} {money(usd)}" for kind, usd in look.summary.spent().items())


def _shares(look: Look) -> str:
    """What each kind took of all that was spent."""
    spent = {kind: usd for kind, usd in look.summary.spent().items() if usd}
    return "  ".join(f"{BRIEFEST[kind]} {percent(usd / sum(spent.values()), 0)}" for kind, usd in spent.items())


def _spent(look: Look, bar_width: int, split: str, *, brief: bool = False) -> Row:
    summary, palette = look.summary, look.palette
    spent = summary.account.cost_usd
    budget = summary.started.budget_usd if summary.started else None
    parts: list[Part] = [(f" {money(spent)}", "bold")]
    if budget:
        share = spent / budget
        style = palette.bad if share >= 0.9 else palette.partly if share >= 0.7 else palette.good
        drawn = [" ", *bar(share, bar_width, style)] if bar_width else []
        parts += [f" of {money(budget)}", *drawn, (f" {percent(share, 0)}", style)]
    most = summary.started.max_tokens if summary.started else None
    if most:
        taken = summary.tokens
        parts.append((f"   {count(taken)} of {count(most)} tokens", palette.bad if taken >= 0.9 * most else ""))
    parts.append((f"   {split}", ""))
    if unsure := doubt(summary.account.unknown, summary.account.unknown_usd):
        parts.append((f" · {_shortly(summary.account) if brief else unsure}", palette.partly))
    return row(*parts)


def _shortly(account: Account) -> str:
    """What may have been billed beyond what is known, in the fewest words."""
    return f"up to {money(account.unknown_usd)} more" if account.unknown_usd else f"{count(account.unknown)} unpriced"


def _calls(look: Look, wide: bool) -> Row:
    summary, palette, account = look.summary, look.palette, look.summary.account
    calls = summary.calls
    most = summary.started.concurrency if summary.started else 0
    parts: list[Part] = [
        f" {counted(account.provider, 'call')} ",
        (f"{summary.rate(look.now):.1f}/s", "bold"),
    ]
    if wide:
        parts += [" ", (_pulse(summary, look, 20), palette.busy)]
    flow = calls.flow(look.now)
    parts += [f" {count(flow)} {'tokens' if wide else 'tok'}/s"] if flow is not None else []
    # a reply keeps its call until it is banked, when its place is another's already
    flying = None if calls.in_flight is None else min(calls.in_flight, most)
    parts += [f"  in flight {flying}/{most}" if flying is not None else f"  at most {most} in flight"]
    held = _held_back(look, wide)
    parts += [(f" ({'; '.join(held)})", palette.partly)] if held else []
    parts += [(f"  {summary.history.short(model)} stopped", f"bold {palette.bad}") for model in summary.stopped_models]
    parts += [f"  cached {count(account.cache)}"]
    programs = _programs(look, wide)
    told = [("429s", calls.rate_limits, palette.bad), ("retries", calls.retried.total(), palette.partly)]
    told += [("failed", account.failed, palette.bad)] if wide or account.failed else []
    # where room is short, what did not happen gives way to what holds the calls back, and to what programs did
    parts += [_told(*one) for one in told if wide or one[1] or not (held or programs)]
    parts += programs
    readings = summary.history.readings.total
    parts += [(f"  unread {percent(readings.share(readings.unread), 0)}", palette.bad)] if readings.unread else []
    return row(*parts)


def _programs(look: Look, wide: bool) -> list[Part]:
    """How many programs there are, on how many grids they were run, and how often that gave none; nothing in a run without."""
    ran, palette = look.summary.history.programs, look.palette
    if not (ran.runs or "coder" in look.summary.history.models):
        return []
    of = f" of {count(ran.runs)} runs" if wide else f"/{count(ran.runs)}"
    told: list[Part] = [_told("programs", ran.programs, "")]
    if wide or ran.failed:
        told.append((f"  no grid {count(ran.failed)}{of if ran.failed else ''}", palette.partly if ran.failed else "dim"))
    return [*told, *([_told("sandboxes broken" if wide else "broke", ran.broke, palette.bad)] if ran.broke else [])]


def _held_back(look: Look, wide: bool) -> list[str]:
    """Why fewer calls are in flight than might be: lowered limits; waiting for a place, for the pace, to be sent again.

    Of a run that is paused there is no other reason.
    """
    calls = look.summary.calls
    if look.summary.paused:
        return []
    lowered = {model: limit for model, limit in calls.limits.items() if model in calls.throttled}
    told = [f"{look.summary.history.short(model)} ≤{limit}" for model, limit in list(lowered.items())[:2]]
    if not wide:
        told = [f"≤{min(lowered.values())}"] if lowered else []
    paces = ", ".join(f"{pace:.0f}" for pace in list(calls.paces.values())[:2])
    queued, paced, again = calls.queued(paced=False), calls.queued(paced=True), calls.backing_off(look.now)
    told += [f"{queued} queued" if not wide else f"{queued} wait for a place"] if queued else []
    if paced or paces:
        told.append(" ".join(filter(None, [str(paced) if paced else "", f"paced{f' {paces}/min' if paces else ''}"])))
    return [*told, f"{again} again" if not wide else f"{again} to be sent again"] if again else told


def _told(noun: str, number: int, style: str) -> Part:
    return f"  {noun} {count(number)}", style if number else "dim"


def _pulse(summary: Summary, look: Look, seconds: int) -> str:
    pulse = summary.calls.pulse(look.now, seconds)
    most = max(pulse)
    return "".join(level(0.99 * n / most) if n else " " for n in pulse) if most else " " * seconds


# ---- the strip of tasks ----------------------------------------------------------------------------------------------


def strip(look: Look, width: int, most: int) -> list[Row]:
    """A rule that counts and explains, then the tasks in at most `most` rows: named where there is room, else a cell each."""
    tasks = list(look.summary.history.tasks.values())
    shown = [(task, look.summary.phase(task)) for task in tasks]
    counts = _counts(look, len(tasks))
    legends = [_legend(look, [phase for _, phase in shown], words) for words in (WORDS, SHORT_WORDS)]
    room = width - counts.cell_len - SIDES
    legend = next((one for one in legends if one.cell_len <= room), legends[-1])
    top = rule(counts if legend.cell_len <= room else _counts(look, len(tasks), bar_width=0), width, legend)
    return [top, *_cells(look, shown, width, most)]


def _counts(look: Look, tasks: int, bar_width: int = 10) -> Row:
    phases = look.summary.phases()
    over = tasks - phases["waiting"] - phases["running"]
    share = bar(over / tasks if tasks else 0, bar_width, look.palette.busy) if bar_width else []
    return row((f"tasks {over}/{tasks}", "bold"), " " if share else "", *share)


def _legend(look: Look, phases: list[TaskPhase], words: Mapping[TaskPhase, str]) -> Row:
    parts: list[Part] = []
    for phase, word in words.items():
        if number := phases.count(phase):
            parts += [(f" {_glyph(phase, 0.5)} ", _colour(phase, 1.0, look.palette)), f"{number} {word}"]
    return row(*parts)


def _cells(look: Look, shown: list[tuple[TaskHistory, TaskPhase]], width: int, most: int) -> list[Row]:
    chips = max(1, (width - 1) // CHIP)
    named = len(shown) <= chips * min(2, most)
    per_row = chips if named else max(1, width - 2)
    rows = [shown[at : at + per_row] for at in range(0, len(shown), per_row)]
    if len(rows) > most:
        # more tasks than the screen holds: show the rows around the one in focus
        here = next((n for n, line in enumerate(rows) if any(task.id == look.focus for task, _ in line)), 0)
        first = max(0, min(here - most // 2, len(rows) - most))
        rows = rows[first : first + most]
    return [fit(row(" ", *[part for cell in line for part in _cell(look, *cell, named)]), width) for line in rows]


def _cell(look: Look, task: TaskHistory, phase: TaskPhase, named: bool) -> list[Part]:
    best = task.best
    fitness = best.fitness.cells if best else 0.0
    style = _colour(phase, fitness, look.palette)
    here = task.id == look.focus
    glyph = (_glyph(phase, fitness), f"{style} reverse" if here and not named else style)
    if not named:
        return [glyph]
    score = f"{best.fitness.exact}/{best.fitness.pairs}" if best else ""
    name = clean(task.id)[: CHIP - 3 - len(score)]
    pad = " " * max(1, CHIP - 3 - len(name) - len(score))
    return [glyph, " ", (name, "bold reverse" if here else ""), (f" {score}{pad}", style)]


def _glyph(phase: TaskPhase, fitness: float) -> str:
    match phase:
        case "waiting":
            return "·"
        case "running":
            return level(min(fitness, 0.99))
        case "perfect":
            return LEVELS[-1]
        case "partly":
            return "░" if fitness < 0.5 else "▒" if fitness < 0.9 else "▓"
        case "failed":
            return "×"
        case "stopped":
            return "‖"


def _colour(phase: TaskPhase, fitness: float, palette: Palette) -> str:
    colours: dict[TaskPhase, str] = {
        "waiting": palette.quiet,
        "running": palette.busy,
        "perfect": palette.good,
        "partly": palette.partly,
        "failed": palette.bad,
        "stopped": palette.accent,
    }
    light = 1.0 if phase in ("waiting", "failed", "stopped") else 0.45 + 0.55 * fitness**3
    return shade(colours[phase], light)


def footer(look: Look, width: int, pages: int, page: int) -> Row:
    """The keys, and where the focus is."""
    hold, leave = "follow" if look.held else "hold", "leave" if look.watching else "stop"
    colours = "c colours  " if width >= 100 else ""
    look_at = "←→ task  ↑↓ candidate" if width >= 100 or not (look.replayed or look.pausable) else "←→↑↓"
    pace = "space pause  +- speed  " if look.replayed else ""
    pause = f"p {'go on' if look.summary.paused else 'pause'}  " if look.pausable else ""
    keys = row((f" {pace}{look_at}  f {hold}  tab page  {pause}{colours}? help  q {leave}", "dim"))
    return ends(keys, row((f"{look.page} {page}/{pages} ", "dim")), width)
