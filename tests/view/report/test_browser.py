"""The report of a real run in a real browser: quiet, self-contained, filtered and unfolded by mouse and keyboard, proof
against what models write."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import nlevolve.api
from nlevolve.view.history import read
from nlevolve.view.report.report import report
from nlevolve.view.results import results
from nlevolve.view.run_folder import read_run
from nlevolve.view.text import percent, points
from tests.view.story import HOSTILE, SOLUTIONS, TASKS, hostile_events

selenium = pytest.importorskip("selenium", reason="selenium is not installed")
from selenium import webdriver  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.remote.webelement import WebElement  # noqa: E402
from selenium.webdriver.support.ui import Select, WebDriverWait  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver (apt: chromium, chromium-driver)"),
]
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
Browser = webdriver.Chrome
Open = Callable[..., Browser]


@pytest.fixture(scope="module")
def real_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 20 tasks by the embedded models."""
    place = tmp_path_factory.mktemp("run")
    phases = [{"births": 3, "overlap": 3}, {"births": 3, "overlap": 2, "moves": ["revise", "recombine"]}]
    solved = nlevolve.api.solve(
        ["arc1:67a3c6ac", "arc1:68b16354", "arc1:74dd1130", "arc1:training[:17]"],
        settings={"policy.phases": phases},
        run="real",
        runs_dir=place,
        cache_dir=place / "cache",
    )
    assert len(solved.tasks) == 20
    return solved.folder / "report.html"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def visit(chromium: Browser) -> Open:
    """Open a file at a width of so many pixels, with fresh logs."""

    def visit(file: Path, width: int = 1280, scheme: str = "light") -> Browser:
        for log in ("browser", "performance"):
            chromium.get_log(log)
        size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 600}
        chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        chromium.get("about:blank")
        chromium.get(file.as_uri())
        return chromium

    return visit


def tasks(page: Browser) -> list[WebElement]:
    return [task for task in page.find_elements(By.CSS_SELECTOR, ".task") if task.is_displayed()]


def unfold(page: Browser, task: WebElement) -> WebElement:
    """Open a task and wait until it is drawn."""
    task.find_element(By.TAG_NAME, "summary").click()
    WebDriverWait(page, 60).until(lambda _: task.find_elements(By.CSS_SELECTOR, ".drawn svg.grid"))
    return task


def requests(page: Browser) -> list[str]:
    """URLs of everything the page asked for."""
    messages = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]


def test_every_task_unfolds_without_an_error_or_a_request(visit: Open, real_report: Path):
    page = visit(real_report)
    assert len(tasks(page)) == 20
    for task in tasks(page):
        unfold(page, task)
        assert not task.find_elements(By.CSS_SELECTOR, ".drawn .error")
    assert len(page.find_elements(By.CSS_SELECTOR, ".family .node")) >= 20
    assert len(page.find_elements(By.CSS_SELECTOR, "figure svg.chart")) == 4
    assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []
    assert {url.partition(":")[0] for url in requests(page)} <= {"file", "about"}
    assert {url for url in requests(page) if url.startswith("file:")} <= {real_report.as_uri()}


def test_grids_show_the_truth_of_the_run(visit: Open, real_report: Path):
    """A grid's colours are those of the task; wrong cells are crossed out, and their number is said."""
    page = visit(real_report)
    run = read_run(real_report.parent)
    name = "67a3c6ac"
    task = unfold(page, next(t for t in tasks(page) if t.get_attribute("data-id") == name))
    grid = next(t for t in run.tasks if t.id == name).tests[0]
    drawn = task.find_element(By.CSS_SELECTOR, "svg.grid")
    assert drawn.get_dom_attribute("viewBox") == f"0 0 {len(grid[0])} {len(grid)}"
    colours = {path.get_attribute("class") for path in drawn.find_elements(By.CSS_SELECTOR, "path[class^=c]")}
    assert {c for c in colours if c and c[1:].isdigit()} == {f"c{cell}" for row in grid for cell in row if cell}
    assert "attempt 1: right" in task.text
    assert re.search(r"Attempt 1: from #\d+.*, \d{3} votes", task.text)
    assert "test input: right" in task.text.partition("On the test")[2]
    for caption in page.find_elements(By.CSS_SELECTOR, "figure.off figcaption"):
        if wrong := re.search(r"(\d+) of \d+ cells? wrong", caption.text):
            cross = caption.find_element(By.XPATH, "../*[local-name()='svg']/*[@class='cross']")
            assert (cross.get_dom_attribute("d") or "").count("M") == int(wrong[1])


def test_the_page_writes_shares_as_the_other_views_do(visit: Open, real_report: Path):
    page = visit(real_report)
    shares = [k / n for n in (1, 3, 8, 16, 225, 900, 2000) for k in range(n + 1)] + [0.00001, 0.99996]
    assert page.execute_script("return arguments[0].map(percent)", shares) == [percent(share) for share in shares]
    gains = [share - 0.25 for share in shares]
    told = page.execute_script("return arguments[0].map(points)", gains)
    assert [text.replace("−", "-") for text in told] == [points(gain) for gain in gains]


def test_filters_narrow_the_list(visit: Open, real_report: Path):
    page = visit(real_report)
    found = json.loads((real_report.parent / "results.json").read_text())["tasks"]
    solved = {name for name, row in found.items() if row["solved"]}
    assert 0 < len(solved) < 20
    state = Select(page.find_element(By.NAME, "state"))
    state.select_by_value("solved")
    assert {task.get_attribute("data-id") for task in tasks(page)} == solved
    assert page.find_element(By.CSS_SELECTOR, ".filters output").text == f"{len(solved)} of 20 tasks"
    state.select_by_value("")
    words = page.find_element(By.NAME, "words")
    words.send_keys("67A3C6AC")
    assert [task.get_attribute("data-id") for task in tasks(page)] == ["67a3c6ac"]
    words.clear()
    words.send_keys("no rule says this")
    assert tasks(page) == []


def test_the_list_can_be_ordered(visit: Open, real_report: Path):
    page = visit(real_report)
    before = [task.get_attribute("data-id") for task in tasks(page)]
    order = Select(page.find_element(By.NAME, "order"))
    order.select_by_value("worst")
    places = [int(task.get_attribute("data-place") or 0) for task in tasks(page)]
    assert places == sorted(places, reverse=True)
    order.select_by_value("selected")
    assert [task.get_attribute("data-id") for task in tasks(page)] == before


def test_the_keyboard_alone_suffices(visit: Open, real_report: Path):
    page = visit(real_report)
    task = max(tasks(page), key=lambda one: int(one.find_elements(By.CSS_SELECTOR, "summary > span")[5].text))
    task.find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
    WebDriverWait(page, 60).until(lambda _: task.find_elements(By.CSS_SELECTOR, ".node"))
    chosen = task.find_element(By.CSS_SELECTOR, ".node[aria-pressed=true]")
    page.execute_script("arguments[0].focus()", chosen)
    page.switch_to.active_element.send_keys(Keys.HOME)
    assert task.find_element(By.CSS_SELECTOR, ".candidate h3").text.startswith("#0 written")
    page.switch_to.active_element.send_keys(Keys.END)
    last = page.switch_to.active_element
    assert last.get_attribute("aria-pressed") == "true"
    heading = task.find_element(By.CSS_SELECTOR, ".candidate h3").text
    assert heading.startswith(f"#{last.get_attribute('data-birth')} ")
    parents = task.find_elements(By.CSS_SELECTOR, ".candidate h3 button")
    assert len(parents) > 0
    parent = parents[0].text
    parents[0].send_keys(Keys.ENTER)
    assert task.find_element(By.CSS_SELECTOR, ".candidate h3").text.startswith(f"{parent} ")


def test_a_link_opens_its_task(visit: Open, real_report: Path):
    page = visit(real_report)
    page.get("about:blank")
    page.get(f"{real_report.as_uri()}#74dd1130")
    opened = [task.get_attribute("data-id") for task in tasks(page) if task.get_attribute("open")]
    assert opened == ["74dd1130"]


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_the_screen_in_light_and_dark(visit: Open, real_report: Path, width: int, scheme: str):
    page = visit(real_report, width, scheme)
    unfold(page, tasks(page)[0])
    assert page.execute_script("return document.documentElement.scrollWidth") <= width
    ink, paper = (
        sum(map(int, re.findall(r"\d+", page.execute_script(f"return getComputedStyle(document.body).{name}"))[:3]))
        for name in ("color", "backgroundColor")
    )
    assert (ink < paper) == (scheme == "light")


@pytest.fixture(scope="module")
def hostile_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    history = read(hostile_events())
    file = tmp_path_factory.mktemp("hostile") / "report.html"
    config: dict[str, Any] = {"preset": HOSTILE[0], HOSTILE[1]: HOSTILE[0]}
    file.write_text(report(results(history, TASKS, SOLUTIONS), history, config, SOLUTIONS), encoding="utf-8")
    return file


def test_a_hostile_description_does_nothing(visit: Open, hostile_report: Path):
    page = visit(hostile_report)
    for task in tasks(page)[:2]:
        unfold(page, task)
    assert page.execute_script("return window.hacked") is None
    assert page.find_elements(By.CSS_SELECTOR, "img, iframe, object, link, audio, video, base") == []
    assert len(page.find_elements(By.CSS_SELECTOR, ".task")) == 3
    bullets = [item.text for item in page.find_elements(By.CSS_SELECTOR, ".candidate .rule li")]
    assert any(bullet.startswith("<script>window.hacked = 1</script>") for bullet in bullets)
    assert any("{{ 7 * 7 }}" in bullet for bullet in bullets)
    assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []
    assert {url for url in requests(page) if not url.startswith("about:")} == {hostile_report.as_uri()}


def test_the_very_request_and_reply_of_a_call_stand_in_the_page(tmp_path: Path, visit: Open) -> None:
    phases = [{"births": 2, "overlap": 1}]
    few = nlevolve.api.solve(
        ["arc1:67a3c6ac"], settings={"policy.phases": phases}, run="few", runs_dir=tmp_path, cache_dir=tmp_path / "cache"
    )
    page = visit(few.folder / "report.html")
    task = unfold(page, tasks(page)[0])
    calls = task.find_element(By.CSS_SELECTOR, "details.calls")
    calls.find_element(By.TAG_NAME, "summary").click()
    one = calls.find_element(By.CSS_SELECTOR, "details")
    one.find_element(By.TAG_NAME, "summary").click()
    told = one.text
    assert "You study grid puzzles and explain them." in told
    assert '{"bullets": [' in told
    said = [line for line in told.splitlines() if line in ("system", "user", "reply")]
    assert (said[0], said[-1]) == ("system", "reply")
