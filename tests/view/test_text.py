"""Text for the terminal."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nlevolve.view
from nlevolve.view.text import bullets, clean, count, duration, model_name, money, percent, points, short_model, told_apart


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jgone", "gone"),
        ("a\r\nb\tc\x00d\x08", "a b cd"),
        ("\u202eright to left", "right to left"),
        ("zero\u200bwidth", "zerowidth"),
        ("[red]markup[/red]", "[red]markup[/red]"),
        ("cut off \x1b]0;no end", "cut off"),
    ],
)
def test_clean_leaves_nothing_that_a_terminal_obeys(hostile: str, harmless: str) -> None:
    assert clean(hostile) == harmless


@given(st.text())
def test_cleaned_text_is_one_line_of_printable_characters(text: str) -> None:
    told = clean(text)
    assert not [mark for mark in told if unicodedata.category(mark) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert told == told.strip()


def test_an_unprintable_bullet_still_has_its_place() -> None:
    assert bullets(("One.", "\x1b[2J", "Three.")) == ["One.", "…", "Three."]


def test_figures_are_short() -> None:
    assert [money(x) for x in (0, 0.0042, 0.31, 12.4, 1204)] == ["$0", "$0.0042", "$0.31", "$12.40", "$1,204"]
    assert [duration(x) for x in (7, 750, 11045, 187200)] == ["0:07", "12:30", "3:04:05", "2d 04h"]
    assert [count(x) for x in (999, 9999, 12345, 4_500_000)] == ["999", "9,999", "12.3k", "4.5M"]


@pytest.mark.parametrize(
    ("share", "shown", "short"),
    [
        (None, "–", "–"),
        (0.0, "0%", "0%"),
        (0.00001, "0.1%", "1%"),
        (0.5, "50.0%", "50%"),
        (0.9375, "93.8%", "94%"),
        (0.98666, "98.7%", "99%"),
        (0.99996, "99.9%", "99%"),
        (1.0, "100%", "100%"),
        (1.25, "125.0%", "125%"),
    ],
)
def test_a_share_is_rounded_but_only_all_is_a_hundred_percent_and_only_none_is_nothing(
    share: float | None, shown: str, short: str
) -> None:
    assert (percent(share), percent(share, 0)) == (shown, short)


@given(st.integers(1, 900), st.integers(0, 900))
def test_a_share_of_cells_is_written_to_the_nearest_figure(cells: int, right: int) -> None:
    right = min(right, cells)
    for decimals in (0, 1):
        told = float(percent(right / cells, decimals).removesuffix("%"))
        nearest = abs(told - 100 * right / cells) <= 0.5 * 0.1**decimals + 1e-9
        assert nearest or told in (0.1**decimals, 100 - 0.1**decimals)
        assert (told == 100) == (right == cells)
        assert (told == 0) == (right == 0)


def test_points_over_nothing_are_the_share_itself() -> None:
    """One row of the dashboard: a cell accuracy beside its gain over copying, which scores nothing here."""
    for share in (0.0, 0.93, 0.935, 0.9395, 0.9999, 1.0):
        assert points(share, 0) == f"+{percent(share, 0).removesuffix('%')}"
    assert [points(x) for x in (-0.3, 1e-17, -1e-17, 0.5349)] == ["-30.0", "+0.0", "+0.0", "+53.5"]
    assert [points(x, 0) for x in (-0.3, -0.004, 0.004)] == ["-30", "+0", "+0"], "less than a point less is no -0"


def test_no_view_writes_a_share_in_its_own_way() -> None:
    sources = [path for path in Path(nlevolve.view.__file__).parent.rglob("*.py") if path.name != "text.py"]
    assert len(sources) > 40
    assert [path.name for path in sources if re.search(r"\{[^{}]*:[^{}]*%\}|\b100 \* ", path.read_text(encoding="utf-8"))] == []


def test_models_keep_their_telling_part() -> None:
    assert short_model("openrouter/openai/gpt-4o") == "gpt-4o"
    assert model_name("offline/generator") == "offline/generator"
    assert model_name("openrouter/openai/gpt-4o-mini") == "gpt-4o-mini"
    apart = told_apart(["openai/gpt-5, azure/gpt-5", "gemini/gemini-2.5-pro"])
    assert apart == {"openai/gpt-5": "openai/gpt-5", "azure/gpt-5": "azure/gpt-5", "gemini/gemini-2.5-pro": "gemini-2.5-pro"}
