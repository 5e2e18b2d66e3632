"""`make docs`: the parts of docs/ that are made from real runs, so that what is shown is what is there.

`python -m benchmarks.docs [PART…]` makes some or all of PARTS. Pictures need Chromium and its driver; without them the old ones
stay.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
SIX = "arc1:67a3c6ac arc1:68b16354 arc1:74dd1130 arc1:3c9b0459 arc1:0d3d703e arc1:a416b8f3"
TASKS = f"{SIX} arc1:training~18"
BESIDE = "a416b8f3"
"""A task of which two runs have different descriptions."""
COLOURS = 96
"""Of a picture's palette: enough for a page, and a fifth of the bytes."""
PRICES = "--set|generator.price_in=1.25|--set|generator.price_out=10|--set|checker.price_in=3|--set|checker.price_out=15"
SCREEN = 55
"""Lines of a page that `show` prints which are neither dull nor too many."""


def commands(*lines: str) -> str:
    """What a user sees who types these lines one after the other in an empty folder, of the last line."""
    from nlevolve.cli import main

    shown = ""
    for line in lines:
        out = io.StringIO()
        argv, sys.argv = sys.argv, ["nlevolve", *line.split("|")]
        try:
            with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
                main()
        finally:
            sys.argv = argv
        shown = out.getvalue()
    return "\n".join(text.rstrip() for text in shown.strip("\n").splitlines())


def fill(file: Path, part: str, text: str) -> None:
    """Put text, as a code block, between the lines `<!-- PART -->` and `<!-- end -->` of a Markdown file."""
    pattern = re.compile(rf"(<!-- {part} -->\n).*?(<!-- end -->)", re.DOTALL)
    told, places = pattern.subn(lambda found: f"{found[1]}```\n{text}\n```\n{found[2]}", file.read_text(encoding="utf-8"))
    if places != 1:
        raise SystemExit(f"{file} has {places} places for {part}, expected one")
    file.write_text(told, encoding="utf-8")


def from_the_checkout(closing: str) -> str:
    """Last words of a run as who stands in the checkout sees them: here the program has the path of this machine."""
    lines = [re.split(r"\s{2,}", line.replace(f"{DOCS.parent}/", "").strip()) for line in closing.splitlines()]
    column = max(len(words[0]) for words in lines if len(words) == 2 and "nlevolve" in words[0])
    told = closing.splitlines()
    return "\n".join(
        f"   {words[0]:<{column}}   {words[1]}" if line.startswith("   ") and len(words) == 2 else line
        for line, words in zip(told, lines, strict=True)
    )


def photograph(page: Path, picture: Path, *, dark: bool, height: int, script: str) -> None:
    """A picture of a page, 1280 pixels wide, after `script` has run in it."""
    from shutil import which

    from PIL import Image
    from selenium import webdriver

    driver = which("chromedriver")
    if driver is None:
        print(f"no chromedriver: {picture.name} stays as it was", file=sys.stderr)
        return
    options = webdriver.ChromeOptions()
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tempfile.mkdtemp()}"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        size = {"width": 1280, "height": height, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        browser.get(page.as_uri())
        browser.set_script_timeout(20)
        browser.execute_async_script(f"{script}; setTimeout(arguments[arguments.length - 1], 800)")
        picture.parent.mkdir(exist_ok=True)
        with Image.open(io.BytesIO(browser.get_screenshot_as_png())) as image:
            image.convert("RGB").quantize(COLOURS).save(picture, optimize=True)
    finally:
        browser.quit()


def pictures() -> None:
    """docs/pictures/: the dashboard, the report, and a task of it, as README and the pages show them."""
    from benchmarks.screens import picture

    commands(f"solve|{TASKS}|--run|embedded|--no-live")
    page = Path("runs/embedded/report.html").absolute()
    photograph(page, DOCS / "pictures" / "report.png", dark=False, height=1080, script="")
    # a weak checker makes mistakes, so there is more to see: a best description that was revised, and wrong cells
    commands(f"solve|{TASKS}|--checker|offline/checker-weak|--run|weak|--no-live")
    telling = (
        "const tasks = [...document.querySelectorAll('.task')];"
        "const told = tasks.find((t) => t.dataset.states === 'solved' && t.dataset.operator !== 'write') ?? tasks[0];"
        "told.open = true; setTimeout(() => told.scrollIntoView(), 300)"
    )
    page = Path("runs/weak/report.html").absolute()
    photograph(page, DOCS / "pictures" / "report-task.png", dark=True, height=1160, script=telling)
    # prices of a model that is paid for, so that there is something to account for
    commands(f"solve|{TASKS}|--checker|offline/checker-weak|{PRICES}|--budget|20|--run|weak|--no-live")
    folder = Path("runs/weak")
    picture(folder, telling_task(folder), DOCS / "pictures" / "dashboard.svg", width=130, height=38)


def compare() -> None:
    """The tables of docs/COMPARE.md."""
    grid = "--checker|offline/checker|--checker|offline/checker-weak|--run|demo|--cache-dir|apart|--no-live"
    fill(DOCS / "COMPARE.md", "dry-run", commands(f"sweep|{TASKS}|{grid}|--dry-run"))
    commands(f"sweep|{TASKS}|{grid}")
    fill(DOCS / "COMPARE.md", "compare", commands("compare|demo.checker|demo.checker-weak"))
    fill(DOCS / "COMPARE.md", "beside", commands(f"compare|demo.checker|demo.checker-weak|{BESIDE}"))


def evidence() -> None:
    """The tables of docs/EVIDENCE.md on repeats."""
    grid = "--checker|offline/checker|--checker|offline/checker-weak|--repeats|3|--run|demo|--cache-dir|apart|--no-live"
    commands(f"sweep|arc1:training~24|{grid}")
    told = commands("compare|demo.checker|demo.checker-weak")
    fill(DOCS / "EVIDENCE.md", "repeats", told[told.index("Repeats (") : told.index("\nAll: ")].rstrip("\n"))


def dashboard() -> None:
    """The screens of docs/DASHBOARD.md."""
    from benchmarks.screens import text

    # the weak checker makes mistakes
    told = commands(f"solve|{TASKS}|--checker|offline/checker-weak|{PRICES}|--budget|20|--run|weak|--no-live")
    page = DOCS / "DASHBOARD.md"
    fill(page, "lines", "\n".join([*told.splitlines()[:12], "…"]))
    fill(page, "closing", told[told.index("the run is done") :].partition("\n")[2].strip("\n"))
    folder = Path("runs/weak")
    task = telling_task(folder)
    fill(page, "small", text(folder, task, width=80, height=24))
    fill(page, "show", commands(f"show|weak|{task}"))


def readme() -> None:
    """The end of the first command of README.md."""
    told = commands(f"solve|{SIX}|--run|first|--no-live")
    closing = told[told.index("the run is done") :].partition("\n")[2].strip("\n")
    fill(DOCS.parent / "README.md", "solve", from_the_checkout(closing))


def controls() -> None:
    """What three runs are ahead of their controls by, for docs/EVIDENCE.md."""
    clever = "--checker|offline/checker-clever"
    told = []
    for name, how, arms in (
        ("follows", "", "|--arm|empty|--arm|shuffled"),
        ("cheats", clever, "|--arm|empty|--arm|shuffled"),
        ("shown-none", f"{clever}|--set|checker.shown=none", "|--arm|empty"),
    ):
        commands(f"solve|{SIX}|--run|{name}|--no-live{how and '|'}{how}")
        told += [
            f"$ nlevolve control {name}{arms.replace('|', ' ')}",
            closing_lines(commands(f"control|{name}|--no-live{arms}")),
            "",
        ]
    fill(DOCS / "EVIDENCE.md", "controls", "\n".join(told).rstrip("\n"))


def closing_lines(told: str) -> str:
    """What `nlevolve control` says when its runs are over."""
    return told[told.rindex("\n\n") :].strip("\n")


def sentences() -> None:
    """docs/english.md."""
    from benchmarks.english import write

    write()


def schema() -> None:
    """docs/SCHEMA.md and docs/schema/."""
    from benchmarks.schema import write

    write()


def telling_task(folder: Path) -> str:
    """A task for a page of the docs: its best description was revised and fits some pair, its pairs fit on a screen."""
    import json

    tasks = json.loads((folder / "results.json").read_text(encoding="utf-8"))["tasks"]
    revised = [name for name, one in tasks.items() if one["best"] and one["best"]["operator"] != "write"]
    told = {name: commands(f"show|{folder.name}|{name}").count("\n") for name in revised or tasks}
    return min(told, key=lambda name: (tasks[name]["train"]["exact"] == 0, abs(told[name] - SCREEN)))


PARTS: dict[str, Callable[[], None]] = {
    "readme": readme,
    "pictures": pictures,
    "compare": compare,
    "evidence": evidence,
    "dashboard": dashboard,
    "controls": controls,
    "english": sentences,
    "schema": schema,
}


def main(wanted: Sequence[str]) -> None:
    os.environ["COLUMNS"] = "100"
    with tempfile.TemporaryDirectory() as empty, contextlib.chdir(empty):
        for name in wanted or PARTS:
            print(name, file=sys.stderr)
            PARTS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
