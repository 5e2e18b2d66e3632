"""An exam from what was asked for to its tables: material, checkers, what it may cost, the sitting, the end."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.ask.rehearsal import rehearse
from nlevolve.cli.running import listen
from nlevolve.cli.trusting import confirmed, tell
from nlevolve.config import configure
from nlevolve.errors import BankFailed, UsageError
from nlevolve.exam.examination import Examination
from nlevolve.exam.lessons import Lesson, exercises, of_run, own, sampled
from nlevolve.exam.questions import ARMS, SHOWN, forecast, questions
from nlevolve.exam.sitting import Sitting
from nlevolve.exam.sources import freshened, larc
from nlevolve.llm.bank_check import check_bank
from nlevolve.llm.pictures import require_sight
from nlevolve.llm.preflight import check_models
from nlevolve.options import Limits, Options, nearest
from nlevolve.records import CallFinished, Event, ModelStopped, Noticed, ServerAway
from nlevolve.run import store
from nlevolve.run.trust import Named, chosen_by, named, require_confirmed
from nlevolve.view.door import complain, console, say
from nlevolve.view.exam.advice import advice
from nlevolve.view.exam.measures import Exam, measured
from nlevolve.view.exam.sheets import announced, sheets
from nlevolve.view.table import Sheet, drawn
from nlevolve.view.text import duration, plural

if TYPE_CHECKING:
    from nlevolve.llm.catalogue import ModelCard
    from nlevolve.llm.settings import RoleSettings
    from nlevolve.run.forecast import Forecast

DEFAULT = "offline/checker"
EXIT_BANK, OVER, UNUSABLE, INTERRUPTED = 1, 3, 4, 130
WIDE = 200
"""Columns of a table that goes into a file or a pipe."""
Word = TypeVar("Word", bound=str)


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What the checkers are examined on."""

    larc: Path | None = None
    from_run: str | None = None
    fresh: Path | None = None
    tasks: int | None = None
    grids: int = 3
    samples: int = 2

    @property
    def material(self) -> str:
        """In a few words."""
        named = "LARC" if self.larc else f"of run {self.from_run}" if self.from_run else "our own"
        return f"{named}, on fresh grids" if self.fresh else named

    def lessons(self, options: Options) -> list[Lesson]:
        """Raises UsageError."""
        if self.larc and self.from_run:
            raise UsageError("--larc and --from-run each say which descriptions to take: choose one of them")
        found = self._described(Path(options.runs_dir))
        return sampled(freshened(found, self.fresh) if self.fresh else found, self.tasks, options.seed or 0)

    def _described(self, runs_dir: Path) -> list[Lesson]:
        if self.larc:
            return larc(self.larc)
        return of_run(store.find(self.from_run, runs_dir)) if self.from_run else own()


def hold(
    paper: Paper,
    given: Mapping[str, Any],
    *,
    arms: Sequence[str],
    shown: Sequence[str],
    dry_run: bool,
    as_json: bool,
    html: Path | None,
) -> int:
    """Examine, print, and return the exit code: 3 a cap was reached, 4 a checker could not answer all, 130 interrupted."""
    if html is not None and (html.is_dir() or not html.parent.is_dir()):
        raise UsageError(f"--html {html}: name a file in a folder that is there")
    options = Options.read({name: value for name, value in given.items() if name != "checker"})
    checkers = _checkers(given.get("checker") or [DEFAULT], options.settings)
    lessons = paper.lessons(options)
    asked = questions(
        checkers,
        exercises(lessons, paper.grids),
        arms=_words("--arm", arms, ARMS),
        shown=_words("--shown", shown, SHOWN),
        samples=paper.samples,
        seed=options.seed or 0,
    )
    prompts = Prompts(Path(options.prompts or bundled()))
    rehearse(prompts)
    cards = _cards(checkers, options, dry_run)
    if dry_run:
        _announce(forecast(asked, prompts, cards), as_json)
        return 0
    items = confirmed(lambda: _confirmed(checkers, cards, prompts, options))
    tell(items, sys.stderr)
    check_bank(Path(options.cache_dir), replay=options.replay, notice=complain)
    examination = Examination(
        asked=asked,
        prompts=prompts,
        cards=cards,
        cache_dir=Path(options.cache_dir),
        limits=options.part(Limits),
        replay=options.replay,
        seed=options.seed or 0,
    )
    return _carry_out(examination, paper, len(lessons), as_json, html)


def _checkers(named: Sequence[str], settings: Mapping[str, Any]) -> list[RoleSettings]:
    """Each way in which a checker is called. Raises UsageError."""
    for key in settings:
        if key.partition(".")[0] != "checker":
            raise UsageError(f"setting {key!r}: an exam asks checkers alone, so set checker.NAME")
        if key == "checker.shown":
            raise UsageError("setting 'checker.shown': an exam asks with and without the examples; --shown chooses")
    called = [one for name in named for one in configure(models={"checker": name}, changes=settings).checker.each]
    return [one for place, one in enumerate(called) if one not in called[:place]]


def _words(flag: str, given: Sequence[str], known: Sequence[Word]) -> list[Word]:
    """Those given, in the order in which they are known; all where none is."""
    for word in given:
        if word not in known:
            raise UsageError(f"{flag} {word[:40]!r}: there are {', '.join(known)}{nearest(word, known)}")
    return [word for word in known if word in given or not given]


def _cards(checkers: Sequence[RoleSettings], options: Options, dry_run: bool) -> dict[str, ModelCard]:
    cards = check_models(
        checkers,
        priced=options.budget is not None and not options.allow_unknown_prices and not options.replay,
        keyed=not (options.replay or dry_run),
        remember=Path(options.cache_dir) / "cards.json",
    )
    for one in checkers:
        require_sight("checker", one, cards[one.model], wanted=one.images != "none")
    return cards


def _confirmed(
    checkers: Sequence[RoleSettings], cards: Mapping[str, ModelCard], prompts: Prompts, options: Options
) -> tuple[Named, ...]:
    """What is to be told before anything is sent. Raises Unconfirmed."""
    chosen = chosen_by(options)
    chosen = replace(chosen, texts=chosen.texts.union(one.model for one in checkers))
    items = () if options.replay else named(checkers, cards, prompts, chosen)
    require_confirmed(items, chosen)
    return items


def _announce(most: Mapping[str, Forecast], as_json: bool) -> None:
    """What it may cost at most."""
    if as_json:
        told = {model: {"calls": one.calls, "usd": one.usd} for model, one in most.items()}
        say(dumps({"forecast": told}))
        return
    _show([announced(most)])


def _carry_out(examination: Examination, paper: Paper, lessons: int, as_json: bool, html: Path | None) -> int:
    sitting, calls = Sitting(), Calls()
    try:
        asyncio.run(_sit(examination, sitting, calls))
    except BankFailed as error:
        complain(error)
        return EXIT_BANK
    except asyncio.CancelledError:
        sitting.stopping.set()
    rows = sitting.in_order
    code, ended = _end(sitting, len(examination.asked))
    told = measured(rows)
    found = Exam(
        material=paper.material,
        descriptions=lessons,
        grids=len({(row.task, row.grid) for row in rows}),
        samples=paper.samples,
        advice=advice(told["standings"], told["uplifts"]),
        calls=dict(calls.by_source),
        cost_usd=calls.usd,
        unknown_calls=calls.unknown,
        ended=ended,
        **told,
    )
    _print(found, as_json, html)
    return code


class Calls:
    """What the calls of an exam took."""

    def __init__(self) -> None:
        self.by_source: Counter[str] = Counter(dict.fromkeys(("provider", "cache", "failed"), 0))
        self.usd = 0.0
        self.unknown = 0

    def see(self, event: Event) -> None:
        """Count it, and say what a user should know."""
        if isinstance(event, CallFinished):
            self.by_source[event.source] += 1
            self.usd += event.cost_usd or 0.0
            self.unknown += event.cost_usd is None
        elif isinstance(event, Noticed):
            complain(event.text)
        elif isinstance(event, ModelStopped):
            complain(f"{event.model} is asked no more: {event.why}")
        elif isinstance(event, ServerAway):
            complain(f"{event.why}: waiting for it, up to {duration(event.patience)}")


async def _sit(examination: Examination, sitting: Sitting, calls: Calls) -> None:
    listen(sitting.stopping, lambda: complain("interrupted: what is in flight is waited for"))
    with _counting(len(examination.asked)) as see:
        await examination.carry_out(sitting, see, calls.see, own_process=True)


@contextmanager
def _counting(number: int) -> Iterator[Any]:
    """On a terminal, how far it is; elsewhere a line now and then."""
    if not sys.stderr.isatty():
        yield Pulse(number).see
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("asked", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(file=sys.stderr), transient=True) as progress:
        bar = progress.add_task("asked", total=number)
        yield lambda row: progress.advance(bar)


class Pulse:
    """Says every half a minute how far an exam is, where no bar can."""

    EVERY = 30.0
    """Seconds."""

    def __init__(self, number: int, now: Callable[[], float] = time.monotonic) -> None:
        self.number, self.now = number, now
        self.asked = 0
        self.began = self.told = now()

    def see(self, row: object) -> None:
        """One more is answered."""
        self.asked += 1
        now = self.now()
        if now - self.told >= self.EVERY and self.asked < self.number:
            self.told = now
            left = (now - self.began) / self.asked * (self.number - self.asked)
            complain(f"{self.asked:,} of {plural(self.number, 'question')} answered, about {duration(left)} to go")


def _end(sitting: Sitting, asked: int) -> tuple[int, str]:
    """The exit code, and why not all was asked; a missing reply is no evidence, and a second exam asks for it again."""
    left = f"{len(sitting.rows):,} of {asked:,} questions were put"
    if sitting.over:
        return OVER, f"{left}: {sitting.over}"
    if sitting.stopping.is_set():
        return INTERRUPTED, f"{left}: interrupted"
    if sitting.unusable:
        return UNUSABLE, f"{left}: " + "; ".join(f"{model}: {why}" for model, why in sitting.unusable.items())
    lost = [row for row in sitting.in_order if row.outcome == "unreached"]
    if lost:
        return UNUSABLE, f"{plural(len(lost), 'question')} got no reply, such as: {lost[0].why}; the same command asks again"
    return 0, ""


def _print(found: Exam, as_json: bool, html: Path | None) -> None:
    """What was paid for is shown before a page that may not be writable is written."""
    from nlevolve.cli.report import write_page
    from nlevolve.view.exam.page import page

    if as_json:
        say(dumps(found.told(), separators=(",", ":")))
    else:
        _show(sheets(found))
        for line in found.advice:
            say(line)
        if found.ended:
            complain(found.ended)
    if html is not None:
        write_page(html, page(found))


def _show(tables: Sequence[Sheet]) -> None:
    screen = console(highlight=False)
    if not screen.is_terminal:
        screen.width = max(screen.width, WIDE)
    for sheet in tables:
        screen.print(*drawn(sheet, screen.width), sep="\n")
        screen.print(sheet.note + "\n", style="dim", markup=False)
