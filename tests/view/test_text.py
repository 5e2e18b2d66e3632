"""Text for the terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.view.text import bullets, clean, count, duration, model_name, money, percent, short_model


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


def test_only_all_is_a_hundred_percent() -> None:
    assert [percent(x) for x in (0.0, 0.29, 0.999, 1.0)] == ["0%", "29%", "99%", "100%"]
    assert [percent(x, 1) for x in (0.5, 0.9999, 1.0)] == ["50.0%", "99.9%", "100%"]


def test_models_keep_their_telling_part() -> None:
    assert short_model("openrouter/openai/gpt-4o") == "gpt-4o"
    assert model_name("offline/generator") == "offline/generator"
    assert model_name("openrouter/openai/gpt-4o-mini") == "gpt-4o-mini"
